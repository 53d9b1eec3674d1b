import { evidenceOf } from '../bus/evidence/evidence.ts'
import { sealLog, verifyLog } from '../bus/evidence/seal-log.ts'
import { verifyEvidence } from '../bus/evidence/verify-evidence.ts'
import { calls } from './bus-calls.ts'
import { backlog } from './bus-backlog.ts'
import { documents } from './bus-documents.ts'
import { acceptance, batchAcceptance, endToEnd } from './bus-messages.ts'
import { type BusBench, openBusBench } from './bus-parties.ts'
import { print } from './figures.ts'

/**
 * The bus with everything on: token, signature, right, quota, durable log and audit, signed receipt. Server, database and load share the cores. Some
 * of the figures alone: `npm run bench -- bus --only accept,evidence`, `--only document --rate 500`, `--only backlog --count 200000`.
 */
const parts = { accept: acceptance, batch: batchAcceptance, fetch: endToEnd, call: calls, document: documents, backlog, evidence }

export async function bench(words: string[]): Promise<void> {
  const isQuick = words.includes('--quick')
  const after = (word: string) => (words.includes(word) ? words[words.indexOf(word) + 1] : undefined)
  const only = after('--only')?.split(',')
  const [seconds, consumers] = isQuick ? [2, 5] : [10, 50]
  const perSecond = Number(after('--rate') ?? (isQuick ? 20 : 100))
  const backlogCount = Number(after('--count') ?? (isQuick ? 20_000 : 1_000_000))
  const opened = await openBusBench({ seconds, consumers, backlogCount, perSecond })
  for (const [name, part] of Object.entries(parts)) if (only?.includes(name) ?? true) await part(opened)
  await opened.close()
}

async function evidence({ server: { world } }: BusBench): Promise<void> {
  while ((await sealLog(world)) > 0) continue
  const [row] = await world.sql<{ id: string }>`select id from bus.log where kind = 'message' order by tx desc limit 1`
  if (!row) throw new Error('no message was sent')
  const proof = await evidenceOf(world, row.id, true)
  const from = performance.now()
  if (!verifyEvidence(proof, null).ok) throw new Error('the evidence does not verify')
  print({ name: 'evidence of one message verified offline', value: performance.now() - from, unit: 'ms' })
  const log = await verifyLog(world)
  if (!log.ok) throw new Error(log.problems.join())
  print({ name: 'rows of the log verified', value: log.rows / log.seconds, unit: '/s' })
}
