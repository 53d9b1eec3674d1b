import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { test } from 'node:test'
import { openDatabase } from '../platform/database.ts'
import { makeLog, systemClock, type World } from '../platform/world.ts'
import { anEntry } from '../testing/audit.ts'
import { testConfig, testKeys } from '../testing/platform.ts'
import { createLedger, type Ledger, seal, verify } from './audit.ts'
import { nextHash } from './chain.ts'

// `SPONA_LONG=1 npm test -- src/audit/speed`: on a database of its own with fsync on, as in real life. It prints figures; SPONA_ROWS makes it
// smaller.

const verifiedRows = Number(process.env['SPONA_ROWS'] ?? 1_000_000)
/** How many times longer than the hashes alone verification may take in this process; the database reads the rows beside it. */
const hashingMax = 8
const hashes = 50_000
const measureMs = 4_000

test('how fast looks become durable, and how fast a million of them are verified', async (t) => {
  const config = testConfig()
  const database = await openDatabase(config, testKeys, makeLog('silent'), { mode: 'own' })
  t.after(async () => {
    await database.close()
    rmSync(config.DATA_DIR, { recursive: true, force: true })
  })
  const world = { config, sql: database.sql, connect: database.connect, keys: testKeys, log: makeLog('silent'), room: database.room, ...systemClock } as World
  const ledger = await createLedger(world)
  t.after(() => ledger.close())

  for (const callers of [1, 16, 64]) t.diagnostic(JSON.stringify({ name: 'record', callers, ...(await recordRate(ledger, callers)) }))

  const [before] = await world.sql<{ rows: number }>`select count(*) as rows from audit.entry`
  for (let rows = before?.rows ?? 0; rows < verifiedRows; rows += 20_000) {
    await Promise.all(Array.from({ length: 40 }, () => ledger.record(Array.from({ length: 500 }, () => aLook()))))
  }
  await seal(world)
  const began = processorSeconds()
  const { rows, seconds, rowsPerSecond, ok } = await verify(world)
  const processor = processorSeconds() - began
  const hashing = (await hashSeconds(world)) * rows
  const [size] = await world.sql<{ bytes: number }>`select pg_total_relation_size('audit.entry') as bytes`
  t.diagnostic(JSON.stringify({ name: 'verify', rows, seconds, processor, hashing, rowsPerSecond, bytesPerRow: Math.round((size?.bytes ?? 0) / rows) }))
  assert.ok(ok && rows >= verifiedRows)
  assert.ok(processor < hashingMax * hashing, 'a row takes a few times as long as its hash alone')
})

const processorSeconds = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** The processor time that the hash of one entry takes now. Other load on the machine slows this and the verification alike. */
async function hashSeconds({ sql }: World): Promise<number> {
  const [row] = await sql<{ entry: string }>`select entry from audit.entry limit 1`
  const began = processorSeconds()
  let hash = '0'.repeat(64)
  for (let seq = 0; seq < hashes; seq++) hash = nextHash(hash, 1, seq, (row as { entry: string }).entry)
  return (processorSeconds() - began) / hashes
}

const aLook = () => anEntry({ patient: Math.floor(Math.random() * 2 ** 47), correlation: crypto.randomUUID() })

async function recordRate(ledger: Ledger, callers: number) {
  const waited: number[] = []
  const began = performance.now()
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() - began < measureMs) {
        const asked = performance.now()
        await ledger.record([aLook()])
        waited.push(performance.now() - asked)
      }
    }),
  )
  const seconds = (performance.now() - began) / 1000
  waited.sort((a, b) => a - b)
  const percentile = (part: number) => Number((waited[Math.floor(waited.length * part)] as number).toFixed(2))
  return { perSecond: Math.round(waited.length / seconds), p50Ms: percentile(0.5), p99Ms: percentile(0.99) }
}
