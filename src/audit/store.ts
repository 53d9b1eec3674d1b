import { hostname } from 'node:os'
import { int4Array, int8Array, textArray, timestamptzArray } from '../platform/arrays.ts'
import { type Connection, type Fragment, fragment, type Runner } from '../platform/sql.ts'
import type { World } from '../platform/world.ts'
import { type Head, type Links, noHash, type StreamRow, streamHash } from './chain.ts'

/** Advisory locks of audit: (group, 0) is held while a stream is opened or a seal is made; (held, stream) by the lane that writes the stream. */
export const locks = { streams: 730_411, seals: 730_412, held: 730_413 } as const

const processName = `${hostname()} pid ${process.pid}`

/** Opens the next stream on this connection. The connection holds its lock until it ends, so sealing and recovery can tell a live stream from a dead one. */
export async function openStream(world: World, connection: Connection): Promise<{ stream: number; head: Head }> {
  return connection.sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${locks.streams}::int4, 0)`
    const [last] = await tx<{ id: number; hash: Buffer }>`
      select id, hash
        from audit.stream
       order by id desc
       limit 1`
    const row: StreamRow = { id: (last?.id ?? 0) + 1, openedAt: world.now(), process: processName }
    const hash = streamHash(last?.hash ?? noHash, row)
    // The lock comes before the row is visible; otherwise a seal in between would take the stream for finished.
    await tx`select pg_advisory_lock(${locks.held}::int4, ${row.id}::int4)`
    await tx`
      insert into audit.stream (id, opened_at, process, hash)
      values (${row.id}, ${row.openedAt}, ${row.process}, ${hash})`
    return { stream: row.id, head: { seq: 0, hash } }
  })
}

/**
 * All entries of a batch as one insert. JSON text has no raw line feed, so the texts travel as one parameter. The hashes travel as one run of bytes:
 * an array would be quoted and parsed again, which costs more than the insert.
 */
export function insertEntries(links: Links): Fragment {
  const { entries } = links
  return fragment`
    insert into audit.entry (patient, stream, seq, at, actor, institution, action, decision, entry, hash)
    select e.patient, ${links.stream}::int4, ${links.first}::int8 + e.n - 1, e.at, e.actor, e.institution, e.action, e.decision, e.entry,
           substring(${links.hashes}::bytea from (32 * (e.n - 1) + 1)::int4 for 32)
      from rows from (
             unnest(${int8Array(entries.map((one) => one.patient))}::int8[]),
             unnest(${timestamptzArray(entries.map((one) => new Date(one.at)))}::timestamptz[]),
             unnest(${textArray(entries.map((one) => one.actor))}::text[]),
             unnest(${int4Array(entries.map((one) => one.institution))}::int4[]),
             unnest(${textArray(entries.map((one) => one.action))}::text[]),
             unnest(${textArray(entries.map((one) => one.decision))}::text[]),
             string_to_table(${entries.map((one) => one.text).join('\n')}, ${'\n'})
           ) with ordinality as e (patient, at, actor, institution, action, decision, entry, n)`
}

/** Whether the last entry of a batch is stored. Asked on another connection after the batch's own was lost. */
export async function isStored(sql: Runner, stream: number, head: Head): Promise<boolean> {
  const [found] = await sql<{ hash: Buffer }>`
    select hash
      from audit.entry
     where stream = ${stream} and seq = ${head.seq}
     limit 1`
  return found !== undefined && found.hash.equals(head.hash)
}
