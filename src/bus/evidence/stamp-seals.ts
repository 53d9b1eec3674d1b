import { workSteadily } from '../../platform/steady-work.ts'
import type { World } from '../../platform/world.ts'
import { askStamp } from './time-stamp.ts'

const atOnce = 20
/** About five weeks of seals: an authority that was away is made up for, one that is new is not asked for the years before it. */
const newestSeals = 50_000
const pauseMs = 15_000
const troubledMs = 60_000

/**
 * Gives seals a time stamp, the newest first: it vouches for all before it, because each seal names the one before. Older ones that an
 * authority missed get theirs in the rounds that follow. How many were stamped; throws when the authority does not answer.
 */
export async function stampSeals(world: World): Promise<number> {
  const seals = await world.sql<{ number: number; seal: string }>`
    select s.number, s.seal
      from bus.seal s
     where s.number > coalesce((select max(number) from bus.seal), 0) - ${newestSeals}
       and not exists (select 1 from bus.stamp t where t.seal = s.number)
     order by s.number desc
     limit ${atOnce}`
  for (const { number, seal } of seals) {
    const token = await askStamp(world.config.TSA_URL, seal)
    await world.sql`
      insert into bus.stamp (seal, token, stored_at)
      values (${number}, ${token}, ${world.now()})
      on conflict do nothing`
  }
  return seals.length
}

/** Stamps beside the traffic, which never waits for it; nothing without `TSA_URL`. */
export function startStamping(world: World): () => Promise<void> {
  if (world.config.TSA_URL === '') return async () => {}
  return workSteadily(world, {
    step: async () => ((await stampSeals(world)) === atOnce ? 0 : pauseMs),
    troubledMs,
    trouble: 'the seals of the bus get no time stamps now; traffic goes on and the gap is closed later',
  })
}
