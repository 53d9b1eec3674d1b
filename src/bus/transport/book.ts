import { int4Array, int8Array, uuidArray } from '../../platform/arrays.ts'
import type { World } from '../../platform/world.ts'
import { heldBack } from '../messages/order.ts'

/**
 * What the database knows about the transport: a delivery is there (`carried`) from when it may be handed out until somebody comes for
 * it. Whatever may not be handed out now, because it is leased, is tried again later or stands behind another of its key, is here.
 */
export type Carriable = { recipient: string; seq: number; lane: number; carries: number }

const ofMemberMax = 200
const togetherMax = 1000
const resetAtOnce = 10_000
/** So long after it came due a delivery must have been found in a queue that is empty. */
const missedMs = 10_000

/** What may be handed out and is not in the transport, of each member its first. Of long queues those of the first members fill the answer. */
export function carriable(world: World, members: readonly string[]): Promise<Carriable[]> {
  const now = world.now()
  return world.sql<Carriable>`
    select c.recipient, c.seq, c.lane, c.carries
      from unnest(${uuidArray(members)}::uuid[]) as m (id)
     cross join lateral (
             select c.recipient, c.seq, c.lane, c.carries
               from bus.delivery c
              where c.recipient = m.id and c.carried = false and c.open and c.due_at <= ${now} and not ${heldBack(now, null)}
              order by c.lane, c.seq
              limit ${ofMemberMax}) c
     limit ${togetherMax}`
}

export async function markCarried(world: World, rows: readonly Carriable[]): Promise<void> {
  await world.sql`
    update bus.delivery d set carried = true, carries = d.carries + 1
      from unnest(${uuidArray(rows.map((row) => row.recipient))}::uuid[], ${int8Array(rows.map((row) => row.seq))}::int8[],
                  ${int4Array(rows.map((row) => row.carries))}::int4[]) as given (recipient, seq, carries)
     where d.recipient = given.recipient and d.seq = given.seq and d.carries = given.carries and d.carried = false and d.open and d.due_at <= ${world.now()}`
}

/** Not handed out now: it goes into the transport again when it may be. */
export async function giveBack(world: World, recipient: string, seqs: readonly number[]): Promise<void> {
  await world.sql`
    update bus.delivery set carried = false
     where recipient = ${recipient} and seq = any(${int8Array(seqs)}::int8[]) and carried and open`
}

/** A queue is empty although the database thinks that something is in it: the transport has lost it. */
export async function missedBy(world: World, recipient: string): Promise<void> {
  const before = new Date(world.now().getTime() - missedMs)
  await world.sql`
    update bus.delivery set carried = false
     where recipient = ${recipient} and open and carried
       and seq in (select seq from bus.delivery where recipient = ${recipient} and open and carried and due_at < ${before} order by seq limit ${ofMemberMax})`
}

/** So long after it came due a delivery must have been brought into the transport. */
const leftMs = 1000

/** Something may be handed out and nobody could bring it into the transport: the disk of the brokers is full, or who brings it stands still. */
export async function isLeft(world: World, recipient: string): Promise<boolean> {
  const now = world.now()
  const rows = await world.sql`
    select 1 as one
      from bus.delivery c
     where c.recipient = ${recipient} and c.carried = false and c.open and c.due_at <= ${new Date(now.getTime() - leftMs)} and not ${heldBack(now, null)}
     limit 1`
  return rows.length > 0
}

/** Which stream the marks are about; of another one nothing is carried yet, and neither is what came while there was none. */
export async function beginWith(world: World, madeAt: string): Promise<void> {
  const [mark] = await world.sql<{ stream: string }>`select stream from bus.transport limit 1`
  const isOther = mark?.stream !== madeAt
  for (;;) {
    const reset = await world.sql`
      update bus.delivery set carried = false
       where (recipient, seq) in (select recipient, seq from bus.delivery where open and (carried is null or (${isOther}::bool and carried)) limit ${resetAtOnce})
      returning 1 as one`
    if (reset.length < resetAtOnce) break
  }
  if (isOther) await world.sql`update bus.transport set stream = ${madeAt}`
}
