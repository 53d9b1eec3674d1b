import type { Entry } from '../../audit/audit.ts'
import { int8Array, textArray, timestamptzArray, uuidArray } from '../../platform/arrays.ts'
import { gather } from '../../platform/gather.ts'
import { type Fragment, fragment, isUniqueViolation } from '../../platform/sql.ts'
import { uuidV7 } from '../../platform/uuid.ts'
import type { World } from '../../platform/world.ts'
import { receivedBefore } from '../signing/once.ts'
import { type Ended, endEntry } from './deliver.ts'
import { logRows, type LogRow } from '../evidence/log.ts'

type Asked = { recipient: string; seqs: readonly number[] }
type Taken = { recipient: string; seqs: readonly number[]; at: Date; row: LogRow; once: string | null }

/** Members whose questions share one statement. */
const membersAtOnce = 64
const desks = new WeakMap<World, (asked: Asked) => Promise<Ended[]>>()

/**
 * The member has them: they wait no more, and a row of the log with its signature says so. Answers those that were still open. What
 * several members acknowledge at the same moment shares its statements, so that thousands a second need few commits. `once` is what the
 * request is known by: an acknowledgement that somebody recorded must not end what was handed out again meanwhile.
 */
export async function acknowledgeTaken(
  world: World,
  member: { id: string; code: string },
  seqs: readonly number[],
  proof: object,
  { entriesFor, once = null }: { entriesFor: (count: number) => Entry[]; once?: string | null },
): Promise<Ended[]> {
  let ask = desks.get(world)
  if (!ask) desks.set(world, (ask = gather((asked) => openOf(world, asked), membersAtOnce)))
  const ended = seqs.length === 0 ? [] : await ask({ recipient: member.id, seqs })
  if (ended.length === 0) return []
  const [id, at] = [uuidV7(world), world.now()]
  const payload: Taken = { recipient: member.id, seqs: ended.map(({ seq }) => seq), at, row: endEntry(id, at, 'acknowledged', member.code, ended, proof), once }
  // Never two of one member in a statement, which could change a row only once.
  try {
    await world.ledger.commit({ entries: entriesFor(ended.length), payload, compose: composeTaken, key: `bus-ack ${member.id}` })
  } catch (error) {
    throw isUniqueViolation(error) ? receivedBefore() : error
  }
  return ended
}

async function openOf(world: World, asked: readonly Asked[]): Promise<Ended[][]> {
  const pairs = asked.flatMap(({ recipient, seqs }) => seqs.map((seq) => ({ recipient, seq })))
  const rows = await world.sql<Ended & { recipient: string }>`
    select d.recipient, d.seq, d.message
      from unnest(${uuidArray(pairs.map(({ recipient }) => recipient))}::uuid[], ${int8Array(pairs.map(({ seq }) => seq))}::int8[]) as given (recipient, seq)
      join bus.delivery d on d.recipient = given.recipient and d.seq = given.seq
     where d.open or d.parked
     limit ${pairs.length}`
  const found = Map.groupBy(rows, ({ recipient }) => recipient)
  return asked.map(({ recipient, seqs }) => {
    const wanted = new Set(seqs)
    return (found.get(recipient) ?? []).filter(({ seq }) => wanted.delete(seq)).map(({ seq, message }) => ({ seq, message }))
  })
}

function composeTaken(payloads: readonly Taken[]): Fragment[] {
  const ends = payloads.flatMap(({ recipient, seqs, at, row }) => seqs.map((seq) => ({ recipient, seq, at, by: row.id })))
  const known = payloads.filter(({ once }) => once !== null)
  return [
    ...(known.length === 0
      ? []
      : [
          fragment`bus_seen_acks as (
    insert into bus.seen (sender, name, message, digest, at)
    select sender, name, message, ''::bytea, at
      from unnest(${uuidArray(known.map(({ recipient }) => recipient))}::uuid[], ${textArray(known.map(({ once }) => once))}::text[],
                  ${uuidArray(known.map(({ row }) => row.id))}::uuid[], ${timestamptzArray(known.map(({ at }) => at))}::timestamptz[]) as k (sender, name, message, at))`,
        ]),
    logRows(
      'bus_log_ends',
      payloads.map(({ row }) => row),
    ),
    fragment`bus_acknowledged as (
    update bus.delivery d
       set state = 'acknowledged', ended_at = given.at, ended_by = given.by, reason = null
      from unnest(${uuidArray(ends.map(({ recipient }) => recipient))}::uuid[], ${int8Array(ends.map(({ seq }) => seq))}::int8[],
                  ${timestamptzArray(ends.map(({ at }) => at))}::timestamptz[], ${uuidArray(ends.map(({ by }) => by))}::uuid[]) as given (recipient, seq, at, by)
     where d.recipient = given.recipient and d.seq = given.seq and (d.open or d.parked))`,
  ]
}
