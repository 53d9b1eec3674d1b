import { shortagesOf } from '../../platform/condition.ts'
import { workSteadily } from '../../platform/steady-work.ts'
import { uuidV7 } from '../../platform/uuid.ts'
import type { World } from '../../platform/world.ts'
import { directoryOf } from '../members/directory.ts'
import { queuesOf } from '../operator/queues.ts'
import { countedOf } from '../operator/rates.ts'
import { findTrouble } from './alert-rules.ts'
import { tellMembers, tellOperator } from './tell-alerts.ts'

const everyMs = 15_000
const windowMs = 300_000
/** What was not found for so long has ended: a rate that trembles at its limit is one alert, not twenty. */
const quietMs = 120_000
const keptDays = 90

/** One round: what is wrong becomes alerts, what is no more ends, who must know is told. */
export async function raiseAlerts(world: World): Promise<void> {
  const now = world.now()
  const [directory, counted, queues] = await Promise.all([directoryOf(world), countedOf(world, windowMs), queuesOf(world)])
  const found = findTrouble(
    { counted, queues, directory, shortages: shortagesOf(world), now },
    { errorPercent: world.config.ALERT_ERROR_PERCENT, queueMinutes: world.config.ALERT_QUEUE_MINUTES },
  )
  if (found.length > 0) {
    await world.sql`
      insert into bus.alert (id, rule, about, member, figure, since, seen_at)
      select id, rule, about, member, figure, ${now}, ${now}
        from jsonb_to_recordset(${JSON.stringify(found.map((one) => ({ id: uuidV7(world), ...one })))}::jsonb)
          as given (id uuid, rule text, about text, member uuid, figure text)
      on conflict (rule, about) where ended_at is null do update set figure = excluded.figure, seen_at = excluded.seen_at`
  }
  await world.sql`update bus.alert set ended_at = ${now} where ended_at is null and seen_at < ${new Date(now.getTime() - quietMs)}`
  await world.sql`
    delete from bus.alert
     where id in (select id from bus.alert where ended_at < ${new Date(now.getTime() - keptDays * 86_400_000)} limit 1000)`
  await tellMembers(world)
  await tellOperator(world)
}

/** In the one process that does the bus's background work. */
export function startAlerting(world: World): () => Promise<void> {
  const step = async () => {
    await raiseAlerts(world)
    return everyMs
  }
  return workSteadily(world, { step, troubledMs: everyMs, trouble: 'alerts of the bus could not be raised or told; tried again in a moment' })
}
