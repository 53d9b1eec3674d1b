import type { FastifyReply } from 'fastify'
import { answerOf, Refusal } from '../../platform/refusal.ts'
import { measureMessage } from '../centre/measure.ts'
import { centreKey } from '../members/centre-key.ts'
import { checkDigest, signMessage } from '../../platform/http-signature.ts'
import { recordRefused } from '../signing/refused.ts'
import { sendSignedJson } from '../signing/signed-answer.ts'
import { proofOf, type Signed } from '../signing/signed-request.ts'
import { type Line, readLines } from './batch-lines.ts'
import { readHead } from './head.ts'
import { type Asking, entriesOf, type Given, type Judged, judgeMessage } from './judge-message.ts'
import { batchText, type Part, partsOf, partText, readBatch, rootOver } from '../../platform/signed-batch.ts'
import { receiptOf } from './receipt.ts'
import { storeAllOnce } from './store-once.ts'
import { wake } from './waiting.ts'

/**
 * What the centre says of the messages of one batch: each verdict is a text of its own under the root that it signed. With its way to the root it proves itself
 * alone; the texts without their ways are half as long, and whoever has all of them makes the ways (docs/bus.md).
 */
export type Receipts = ({ format: 'spona-bus-receipts-1'; verdicts: Part[] } | { format: 'spona-bus-receipts-2'; verdicts: string[] }) & {
  kid: string
  base: string
  signature: string
}

/** A message on its way: what is said of it, and what it has become so far. */
type Way = { line: Line; verdict: Judged | Refusal; text: object }

/** Several messages under one signature. Each is judged by itself; those that may pass are stored in one commit, in their order. */
export async function sendBatch(asking: Asking, signed: Signed, body: Buffer, reply: FastifyReply): Promise<FastifyReply> {
  const { request } = asking
  const { world } = request
  const lines = readLines(request.headers['content-type'], body)
  const { root, parts } = partsOf(lines.map(({ headers }) => partText(headers)))
  const batch = readBatch(request.headers['bus-batch'])
  if (!batch || batch.count !== lines.length || !batch.root.equals(root)) {
    throw new Refusal('incorrect', 'bus-batch is not the root of these messages', {
      expression: 'bus-batch',
      hint: `sha-256=:ROOT:;messages=N, the Merkle root of RFC 6962 over the texts of the messages, see docs/bus.md; here it is ${batchText(root, lines.length)}.`,
    })
  }
  const proof = proofOf(signed)
  const ways = await Promise.all(
    lines.map(async (line, index): Promise<Way> => {
      const part = parts[index] as Part
      return { line, verdict: await judged(asking, line, { ...proof, part }), text: {} }
    }),
  )
  holdBehind(ways)
  await store(asking, ways)
  await tellRefused(asking, ways, reply)
  return sendSignedJson(world, reply.header('cache-control', 'no-store'), 200, receiptsOf(asking, ways))
}

async function judged(asking: Asking, { headers, body }: Line, proof: Pick<Given, 'kid' | 'base' | 'signature' | 'part'>): Promise<Judged | Refusal> {
  try {
    const wrong = checkDigest(headers['content-digest'], body)
    if (wrong) throw wrong
    return await judgeMessage(asking, { head: readHead(headers), body, digest: headers['content-digest'] as string, ...proof }, null)
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

/** Whoever is asked to come again later. */
const isForNow = (verdict: Judged | Refusal): boolean =>
  verdict instanceof Refusal && (verdict.kind === 'busy' || verdict.kind === 'too-many' || verdict.kind === 'full')

/** What must come again would come behind the later ones of its key: they come again with it. */
function holdBehind(ways: readonly Way[]): void {
  const held = new Set<string>()
  for (const way of ways) {
    const { 'bus-to': to, 'bus-key': key } = way.line.headers
    if (key === undefined) continue
    const place = `${to} ${key}`
    if (isForNow(way.verdict)) held.add(place)
    else if (held.has(place) && !(way.verdict instanceof Refusal)) {
      way.verdict = new Refusal('busy', 'an earlier message of this key must be sent again, and this one after it', {
        expression: 'bus-key',
        retryAfterSeconds: 1,
        details: { rule: 'behind' },
      })
    }
  }
}

async function store({ request, member }: Asking, ways: readonly Way[]): Promise<void> {
  const { world } = request
  const passing = ways.flatMap((way) => (way.verdict instanceof Refusal ? [] : [{ way, judged: way.verdict }]))
  const stored = await storeAllOnce(
    world,
    passing.map((one) => one.judged.message),
    (fresh) => entriesOf(request, member, fresh),
  )
  for (const [at, { way, judged: one }] of passing.entries()) {
    const once = stored[at]
    if (once instanceof Refusal) way.verdict = once
    else if (once) {
      way.text = { status: 202, ...receiptOf(one, once) }
      if (!once.isRepeated) for (const { id } of one.message.recipients) wake(world, id)
    }
  }
}

/** On record as if each had come alone; of those that were refused for the same reason the first. */
async function tellRefused({ request }: Asking, ways: readonly Way[], reply: FastifyReply): Promise<void> {
  const told = new Set<string>()
  for (const way of ways) {
    const { verdict } = way
    const to = way.line.headers['bus-to'] ?? ''
    if (!(verdict instanceof Refusal)) {
      await measureMessage(request.world, to, null, reply.elapsedTime)
      continue
    }
    const rule = (verdict.details as { rule?: string } | undefined)?.rule ?? verdict.kind
    await measureMessage(request.world, to, rule, reply.elapsedTime)
    if (!told.has(rule)) await recordRefused(request, verdict)
    told.add(rule)
    const { status, body } = answerOf(verdict, request.correlation)
    const wait = verdict.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: verdict.retryAfterSeconds }
    way.text = { status, messageId: way.line.headers['bus-message-id'] ?? null, rule, ...wait, outcome: body }
  }
}

/** RFC 7240: a preference of the sender, which an earlier centre does not know and leaves alone. */
const wantsTexts = (prefer: unknown): boolean => /(?:^|[,;\s])receipts="?texts"?(?:[,;\s]|$)/i.test(String(prefer ?? ''))

function receiptsOf({ request }: Asking, ways: readonly Way[]): Receipts {
  const { world, headers } = request
  const texts = ways.map(({ text }) => JSON.stringify(text))
  const sign = (root: Buffer) => {
    const values: Record<string, string> = { 'bus-batch': batchText(root, texts.length), 'signature;req': String(headers['signature']).trim() }
    return signMessage(['"bus-batch"', '"signature";req'], (name) => values[name] ?? null, centreKey(world.keys), world.now()).proof
  }
  if (wantsTexts(headers['prefer'])) return { format: 'spona-bus-receipts-2', verdicts: texts, ...sign(rootOver(texts)) }
  const { root, parts: verdicts } = partsOf(texts)
  return { format: 'spona-bus-receipts-1', verdicts, ...sign(root) }
}
