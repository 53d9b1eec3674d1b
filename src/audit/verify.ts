import type { Connection } from '../platform/sql.ts'
import type { World } from '../platform/world.ts'
import { copyFolder } from './seal-copy.ts'
import { locks } from './store.ts'
import { verifyEntries } from './verify-entries.ts'
import { type SealsReport, verifySeals } from './verify-seals.ts'
import { findStrays, verifyStreams } from './verify-streams.ts'

/** A record that is not as it was written. Stream and seq name the first row concerned. */
export type Broken = { where: 'entry' | 'stream' | 'seal' | 'copy'; stream?: number; seq?: number; seal?: number; problem: string }

export type Report = {
  ok: boolean
  /** The first of `broken`: streams in their order, then seals and their copy. */
  first: Broken | null
  broken: Broken[]
  rows: number
  streams: number
  seals: number
  /** Rows that no seal covers yet: the owner of the database could change them and compute their hashes again. */
  unsealed: { since: string | null; rows: number }
  copy: { folder: string; last: number; behind: number }
  seconds: number
  rowsPerSecond: number
}

const connectionsMax = 2
const lockLimitMs = 30_000
const brokenShownMax = 100

/** Recomputes everything from the stored rows, with the public keys of the copy. It takes nothing on trust that the server says. */
export async function verify(world: World, options: { copy?: string } = {}): Promise<Report> {
  const began = performance.now()
  const folder = options.copy ?? copyFolder(world.config.DATA_DIR)
  const connections = await Promise.all(Array.from({ length: connectionsMax }, () => world.connect()))
  try {
    const [first] = connections as [Connection]
    for (const { client } of connections) await client.query(`set timezone = 'UTC'; set lock_timeout = ${lockLimitMs}; set statement_timeout = 0`)
    // Under this lock a seal and its line in the copy appear together.
    await first.sql`select pg_advisory_lock_shared(${locks.seals}::int4, 0)`
    const seals = await verifySeals(first.sql, folder)
    await first.sql`select pg_advisory_unlock_shared(${locks.seals}::int4, 0)`

    const streams = await verifyStreams(first.sql, seals)
    const entries = await verifyAll(connections, streams.found, seals)
    const strays = await findStrays(first.sql)
    const broken = [...streams.broken, ...strays, ...entries.broken].sort(byStream).concat(seals.broken)
    const seconds = (performance.now() - began) / 1000
    return {
      ok: broken.length === 0,
      first: broken[0] ?? null,
      broken: broken.slice(0, brokenShownMax),
      rows: entries.rows,
      streams: streams.found.length,
      seals: seals.count,
      unsealed: { since: seals.lastAt, rows: entries.unsealed },
      copy: seals.copy,
      seconds,
      rowsPerSecond: Math.round(entries.rows / seconds),
    }
  } finally {
    await Promise.all(connections.map((connection) => connection.end()))
  }
}

const byStream = (a: Broken, b: Broken) => (a.stream ?? 0) - (b.stream ?? 0) || (a.seq ?? 0) - (b.seq ?? 0)

type Totals = { rows: number; unsealed: number; broken: Broken[] }

/** Streams are independent chains: each connection takes the next stream that no other has begun. */
async function verifyAll(connections: Connection[], streams: { id: number; hash: Buffer }[], seals: SealsReport): Promise<Totals> {
  const totals: Totals = { rows: 0, unsealed: 0, broken: [] }
  const waiting = streams.values()
  await Promise.all(
    connections.map(async (connection) => {
      for (const stream of waiting) {
        const found = await verifyEntries(connection.client, stream, seals.checkpoints.get(stream.id))
        totals.rows += found.rows
        totals.unsealed += found.unsealed
        if (found.broken) totals.broken.push(found.broken)
      }
    }),
  )
  return totals
}
