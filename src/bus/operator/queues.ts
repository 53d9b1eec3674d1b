import type { World } from '../../platform/world.ts'
import type { Lane, Queue } from '../wire.ts'

/** A queue is counted up to here: a million waiting messages must not make the page of the operator slow. */
export const queueCountMax = 10_000
const membersMax = 5000
const keptMs = 2000

type Row = { code: string; name: string; state: Queue['state']; parked: number; lane: Lane | null; waiting: number | null; oldest: Date | null }

const known = new WeakMap<World, { at: number; queues: Promise<Queue[]> }>()

/** What waits for whom, by lane; asked for at most every two seconds in a process, however many look. */
export function queuesOf(world: World): Promise<Queue[]> {
  const have = known.get(world)
  if (have && performance.now() - have.at < keptMs) return have.queues
  const queues = readQueues(world)
  known.set(world, { at: performance.now(), queues })
  queues.catch(() => known.delete(world))
  return queues
}

/** Whoever has just changed something must see it. */
export const forgetQueues = (world: World): boolean => known.delete(world)

export async function readQueues(world: World, code: string | null = null): Promise<Queue[]> {
  const rows = await world.sql<Row>`
    select m.code, m.name, m.state, p.parked, q.lane, q.waiting, q.oldest
      from (select id, code, name, state from bus.member where ${code}::text is null or code = ${code} order by code limit ${membersMax}) m
     cross join lateral (
           select count(*)::int as parked
             from (select 1 from bus.delivery d where d.recipient = m.id and d.parked limit ${queueCountMax}) one) p
      left join lateral (
           select l.lane, c.waiting, o.oldest
             from (values (0::int2), (1::int2), (2::int2)) as l (lane)
            cross join lateral (
                  select count(*)::int as waiting
                    from (select 1 from bus.delivery d
                           where d.recipient = m.id and d.lane = l.lane and d.open
                           limit ${queueCountMax}) one) c
            cross join lateral (
                  select (select d.stored_at from bus.delivery d
                           where d.recipient = m.id and d.lane = l.lane and d.open
                           order by d.seq limit 1) as oldest) o
            where c.waiting > 0) q on true
     order by m.code, q.lane
     limit ${membersMax * 3}`
  return [...Map.groupBy(rows, (row) => row.code)].map(([member, of]) => ({
    member,
    name: of[0]?.name ?? member,
    state: of[0]?.state ?? 'active',
    parked: of[0]?.parked ?? 0,
    lanes: of.flatMap(({ lane, waiting, oldest }) => (lane === null ? [] : [{ lane, waiting: waiting ?? 0, oldest: oldest?.toISOString() ?? null }])),
  }))
}
