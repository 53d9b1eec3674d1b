import type { Runner } from '../platform/sql.ts'
import { noHash } from './chain.ts'
import type { Seal, SealedHead } from './seal.ts'
import { locks } from './store.ts'

/** Streams whose connection lives: each lane holds a lock with its stream's number. */
export async function streamsHeld(sql: Runner): Promise<Set<number>> {
  const rows = await sql<{ stream: number }>`
    select objid::int8 as stream
      from pg_locks
     where locktype = 'advisory'
       and database = (select oid from pg_database where datname = current_database())
       and classid = ${locks.held}::int8::oid
       and objsubid = 2
       and granted`
  return new Set(rows.map((row) => row.stream))
}

/** Heads of the given streams and of all streams newer than `after`; a stream without entries has seq 0 and its own hash. */
export async function openHeads(sql: Runner, streams: readonly number[], after: number): Promise<Omit<SealedHead, 'final'>[]> {
  return sql<Omit<SealedHead, 'final'>>`
    select s.id as stream, coalesce(e.seq, 0) as seq, encode(coalesce(e.hash, s.hash), 'hex') as hash
      from audit.stream s
      left join lateral (
             select seq, hash
               from audit.entry
              where stream = s.id
              order by seq desc
              limit 1
           ) e on true
     where s.id = any(${streams}::int4[]) or s.id > ${after}
     order by s.id`
}

export async function lastStream(sql: Runner): Promise<{ id: number; hash: string }> {
  const [last] = await sql<{ id: number; hash: string }>`
    select id, encode(hash, 'hex') as hash
      from audit.stream
     order by id desc
     limit 1`
  return last ?? { id: 0, hash: noHash.toString('hex') }
}

type SealRow = {
  number: number
  at: Date
  previous: Buffer
  streams: number
  streamsHash: Buffer
  root: Buffer
  heads: SealedHead[]
  keyId: string
  signature: Buffer
}

const sealOf = (row: SealRow): Seal => ({
  ...row,
  at: row.at.toISOString(),
  previous: row.previous.toString('hex'),
  streamsHash: row.streamsHash.toString('hex'),
  root: row.root.toString('hex'),
  signature: row.signature.toString('base64'),
})

export async function lastSeal(sql: Runner): Promise<Seal | null> {
  const [row] = await sql<SealRow>`
    select number, at, previous, streams, streams_hash, root, heads, key_id, signature
      from audit.seal
     order by number desc
     limit 1`
  return row ? sealOf(row) : null
}

export async function sealsAfter(sql: Runner, number: number, limit: number): Promise<Seal[]> {
  const rows = await sql<SealRow>`
    select number, at, previous, streams, streams_hash, root, heads, key_id, signature
      from audit.seal
     where number > ${number}
     order by number
     limit ${limit}`
  return rows.map(sealOf)
}

export async function insertSeal(sql: Runner, seal: Seal): Promise<void> {
  const bytes = (text: string, encoding: 'hex' | 'base64' = 'hex') => Buffer.from(text, encoding)
  await sql`
    insert into audit.seal (number, at, previous, streams, streams_hash, root, heads, key_id, signature)
    values (${seal.number}, ${seal.at}, ${bytes(seal.previous)}, ${seal.streams}, ${bytes(seal.streamsHash)}, ${bytes(seal.root)},
            ${JSON.stringify(seal.heads)}::jsonb, ${seal.keyId}, ${bytes(seal.signature, 'base64')})`
}
