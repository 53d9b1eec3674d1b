import { clearParcels } from './body-left.ts'
import type { Transaction, World } from '../../platform/world.ts'
import { recordMember, sickleaveMember } from '../members/directory.ts'
import { onceMark } from '../signing/once.ts'

/** How long what is not proof is kept. */
export const keepLimits = { numbersDays: 30, bodiesDays: 30, onceHours: 1, strayHours: 1, atOnce: 10_000 } as const
const dayMs = 86_400_000
const everyMs = 3_600_000
/** Class of the advisory lock without which a replay would hand out what the same moment removed the contents of. */
const keeping = 730_421

type Freed = { bodies: number; deliveries: number; numbers: number; answers: number; pieces: number; events: number }
/** The moments before which something goes, for one round. */
type Bounds = { bodies: Date; numbers: Date; once: Date; onceFrom: Date; stray: Date }

/** Frees what nobody needs any more: contents that were delivered, ended deliveries, numbers past the window of repetition. The log stays. */
export async function prune(world: World, bodiesDays: number): Promise<Freed> {
  const now = world.now().getTime()
  const once = now - keepLimits.onceHours * everyMs
  const before: Bounds = {
    bodies: new Date(now - bodiesDays * dayMs),
    numbers: new Date(now - keepLimits.numbersDays * dayMs),
    once: new Date(once),
    onceFrom: new Date(once - dayMs),
    stray: new Date(now - keepLimits.strayHours * everyMs),
  }
  const freed: Freed = { bodies: 0, deliveries: 0, numbers: 0, answers: 0, pieces: 0, events: 0 }
  let isMore = true
  while (isMore) {
    isMore = false
    for (const { counted, remove } of removals) {
      const { length } = await remove(world, before)
      freed[counted] += length
      if (length >= keepLimits.atOnce) isMore = true
    }
  }
  await clearParcels(world, before.bodies)
  return freed
}

/** Each removes up to `atOnce` rows, a row of the answer for each. */
const removals: { counted: keyof Freed; remove(world: World, before: Bounds): Promise<unknown[]> }[] = [
  {
    counted: 'bodies',
    remove: ({ sql }, { bodies }) =>
      sql.begin(async (tx) => {
        await tx`select pg_advisory_xact_lock(${keeping}::int4, 0)`
        return tx`
          delete from bus.body
           where message in (select b.message from bus.body b
                              where b.stored_at < ${bodies}
                                and not exists (select 1 from bus.delivery d where d.message = b.message and d.state <> 'acknowledged')
                              limit ${keepLimits.atOnce})
          returning 1 as one`
      }),
  },
  {
    // What they leave behind is narrow: evidence finds the row of the log that proves the end by it.
    counted: 'deliveries',
    remove: ({ sql }, { numbers }) => sql`
      with old as (
        delete from bus.delivery
         where (recipient, seq) in (select recipient, seq from bus.delivery
                                     where state = 'acknowledged' and stored_at < ${numbers} and ended_at < ${numbers}
                                     limit ${keepLimits.atOnce})
        returning message, ended_by),
      kept as (
        insert into bus.ended (message, proof) select message, ended_by from old where ended_by is not null on conflict do nothing)
      select 1 as one from old`,
  },
  {
    counted: 'events',
    remove: ({ sql }, { numbers }) => sql`
      delete from bus.outbox
       where (patient, id) in (select patient, id from bus.outbox
                                where tx < least((select tx from bus.published), (select min(tx) from bus.outbox_reader)) and at < ${numbers}
                                order by tx, patient, id
                                limit ${keepLimits.atOnce})
      returning 1 as one`,
  },
  {
    counted: 'numbers',
    remove: ({ sql }, { numbers }) => sql`
      delete from bus.seen
       where (sender, name) in (select sender, name from bus.seen where at < ${numbers} limit ${keepLimits.atOnce})
      returning 1 as one`,
  },
  {
    // A request is timely for minutes, so what must not come twice need not be known for longer.
    counted: 'numbers',
    remove: ({ sql }, { once, onceFrom }) => sql`
      delete from bus.seen
       where (sender, name) in (select sender, name from bus.seen
                                 where at < ${once} and at >= ${onceFrom} and name like ${`${onceMark}%`}
                                 limit ${keepLimits.atOnce})
      returning 1 as one`,
  },
  {
    counted: 'answers',
    remove: ({ sql }, { numbers }) => sql`
      delete from bus.answer
       where call in (select call from bus.answer where stored_at < ${numbers} limit ${keepLimits.atOnce})
      returning 1 as one`,
  },
  {
    // Large contents go with the row that names them, or when it never came to be.
    counted: 'pieces',
    remove: ({ sql }, { stray }) => sql`
      delete from bus.piece
       where (about, number) in (select p.about, p.number from bus.piece p
                                  where p.stored_at < ${stray}
                                    and not exists (select 1 from bus.body b where b.message = p.about)
                                    and not exists (select 1 from bus.answer a where a.large = p.about)
                                  limit ${keepLimits.atOnce})
      returning 1 as one`,
  },
]

export function startPruning(world: World): () => Promise<void> {
  const timer = setInterval(() => {
    prune(world, keepLimits.bodiesDays).catch((error: unknown) =>
      world.log.warn({ err: error }, 'what the bus keeps no more could not be removed; tried again in an hour'),
    )
  }, everyMs)
  timer.unref()
  return async () => clearInterval(timer)
}

export type Replay = { member: string; message: string | null; from: Date | null; to: Date | null; parkedOnly: boolean }
const replayedMax = 100_000

/**
 * Hands deliveries out again to one member: one message, a stretch of time, or what is parked. Contents that are gone cannot be, and
 * what the record has filed is not filed once more: it drops no repeats by itself as members do. Of a call nobody waits for the answer any more.
 * The proof of the end that it had stays in its evidence.
 */
export async function replay(world: World, tx: Transaction, wish: Replay): Promise<number> {
  await tx`select pg_advisory_xact_lock_shared(${keeping}::int4, 0)`
  const rows = await tx`
    with chosen as (
      select d.recipient, d.seq, d.message, d.ended_by
        from bus.delivery d
        join bus.member m on m.id = d.recipient
        join bus.log l on l.id = d.message
       where m.code = ${wish.member} and d.state in ('acknowledged', 'parked') and l.kind = 'message'
         and (${wish.message}::uuid is null or d.message = ${wish.message}::uuid)
         and (${wish.from}::timestamptz is null or d.stored_at >= ${wish.from}::timestamptz)
         and (${wish.to}::timestamptz is null or d.stored_at < ${wish.to}::timestamptz)
         and (not ${wish.parkedOnly}::bool or d.state = 'parked')
         and not (d.recipient = any(${[recordMember, sickleaveMember]}::uuid[]) and d.state = 'acknowledged' and d.reason is null)
         and exists (select 1 from bus.body b where b.message = d.message)
       order by d.seq
       limit ${replayedMax}
         for update of d),
    kept as (
      insert into bus.ended (message, proof) select message, ended_by from chosen where ended_by is not null on conflict do nothing)
    update bus.delivery d
       set state = 'waiting', due_at = ${world.now()}, attempts = 0, ended_at = null, ended_by = null, reason = null
      from chosen
     where d.recipient = chosen.recipient and d.seq = chosen.seq
    returning 1 as one`
  return rows.length
}
