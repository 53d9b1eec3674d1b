import type { Runner } from '../platform/sql.ts'
import { noHash, streamHash } from './chain.ts'
import type { Broken } from './verify.ts'
import type { SealsReport } from './verify-seals.ts'

export type FoundStream = { id: number; hash: Buffer }

const streamsMax = 1_000_000

/** Checks the chain of streams: every number is there, each row continues the one before, and the chain agrees with the seals. */
export async function verifyStreams(sql: Runner, seals: SealsReport): Promise<{ found: FoundStream[]; broken: Broken[] }> {
  const rows = await sql<{ id: number; openedAt: Date; process: string; hash: Buffer }>`
    select id, opened_at, process, hash
      from audit.stream
     order by id
     limit ${streamsMax}`
  const broken: Broken[] = []
  const add = (stream: number, problem: string) => broken.push({ where: 'stream', stream, problem })
  let previous: FoundStream = { id: 0, hash: noHash }
  for (const row of rows) {
    for (let id = previous.id + 1; id < row.id; id++) add(id, 'the stream is missing')
    const isNext = row.id === previous.id + 1
    if (isNext && !streamHash(previous.hash, row).equals(row.hash)) add(row.id, 'the row of the stream was changed')
    const sealed = seals.streams.get(row.id)
    if (sealed && sealed.hash !== row.hash.toString('hex')) add(row.id, `the chain of streams is not the one of seal ${sealed.seal}`)
    previous = row
  }
  const sealedMost = Math.max(0, ...seals.streams.keys())
  for (let id = previous.id + 1; id <= sealedMost; id++) {
    add(id, `the stream is missing; seal ${seals.streams.get(sealedMost)?.seal} counted ${sealedMost}`)
  }
  return { found: rows.map(({ id, hash }) => ({ id, hash })), broken }
}

/** Finds entries of streams that were never opened, or whose row is gone. The list of streams is read after that of the entries. */
export async function findStrays(sql: Runner): Promise<Broken[]> {
  const used = await sql<{ stream: number; seq: number }>`
    with recursive used (stream, seq) as (
      (select stream, seq from audit.entry order by stream, seq limit 1)
      union all
      select next.stream, next.seq
        from used
       cross join lateral (
             select stream, seq
               from audit.entry
              where stream > used.stream
              order by stream, seq
              limit 1
           ) next
    )
    select stream, seq
      from used
     limit ${streamsMax}`
  const opened = new Set((await sql<{ id: number }>`select id from audit.stream limit ${streamsMax}`).map((row) => row.id))
  return used
    .filter((row) => !opened.has(row.stream))
    .map(({ stream, seq }) => ({ where: 'entry', stream, seq, problem: 'belongs to a stream that is not listed' }))
}
