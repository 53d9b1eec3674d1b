import { int4Array, int8Array } from '../../platform/arrays.ts'
import { uuidV7 } from '../../platform/uuid.ts'
import type { World } from '../../platform/world.ts'
import { deliveryLimits, release } from './deliver.ts'
import { wake } from './waiting.ts'

/** Deliveries with the attempt by which a stream sent them, in its order. */
type Sent = readonly (readonly [seq: number, attempts: number])[]

/** Of what a stream sent, what is still leased by it. */
export async function stillOpen(world: World, recipient: string, sent: Sent): Promise<number[]> {
  const rows = await world.sql<{ seq: number }>`
    select d.seq
      from unnest(${int8Array(sent.map(([seq]) => seq))}::int8[], ${int4Array(sent.map(([, attempts]) => attempts))}::int4[]) as s (seq, attempts)
      join bus.delivery d on d.recipient = ${recipient} and d.seq = s.seq and d.attempts = s.attempts
     where d.state = 'leased' and d.due_at > ${world.now()}`
  return rows.map(({ seq }) => seq)
}

export async function endStream(world: World, recipient: string, sent: Sent): Promise<void> {
  const now = world.now()
  const before = new Date(now.getTime() - deliveryLimits.leaseSeconds * 1000)
  await world.sql`delete from bus.stream where recipient = ${recipient} and ended_at < ${before}`
  await world.sql`
    insert into bus.stream (recipient, id, seqs, attempts, ended_at)
    values (${recipient}, ${uuidV7(world)}, ${int8Array(sent.map(([seq]) => seq))}::int8[], ${int4Array(sent.map(([, attempts]) => attempts))}::int4[], ${now})`
}

/**
 * Whoever saw an event last has not seen what the same stream sent after it: that comes again now, and what came before stays leased. One
 * that was settled long before the end is not listed any more; then everything listed came after it.
 */
export async function goOn(world: World, recipient: string, after: number): Promise<void> {
  const [ended] = await world.sql<{ seqs: number[]; attempts: number[] }>`
    delete from bus.stream
     where (recipient, id) in (select recipient, id from bus.stream where recipient = ${recipient} order by (${after}::int8 = any(seqs)) desc, ended_at desc limit 1)
    returning seqs, attempts`
  if (!ended) return
  const missed = ended.seqs.flatMap((seq, at) => (at > ended.seqs.indexOf(after) ? [{ seq, attempts: ended.attempts[at] as number }] : []))
  if (missed.length === 0) return
  await release(world.sql, recipient, missed, world.now())
  wake(world, recipient)
}
