import { setTimeout as sleep } from 'node:timers/promises'
import { noteLook, type ShortReason } from '../../platform/condition.ts'
import { workSteadily } from '../../platform/steady-work.ts'
import type { World } from '../../platform/world.ts'
import { recordMember } from '../members/directory.ts'
import { oldestOpen } from '../messages/queue.ts'

const everyMs = 2000
/** A database that takes longer is as good as away. */
const patienceMs = 5000

type Seen = { queued: Date | null; unsealed: Date | null; unstamped: string | null }

/** One look at what members would notice next. Thresholds are settings; what is found stands in `platform/condition.ts`. */
export async function lookAtCentre(world: World): Promise<void> {
  const { config, room, ledger } = world
  const now = world.now().getTime()
  const disk = room.state === 'roomy' ? null : room.state
  const auditMs = ledger.waitsMs()
  const began = performance.now()
  const seen = await Promise.race([ask(world).catch(() => null), sleep(patienceMs, null, { ref: false })])
  const databaseMs = Math.round(performance.now() - began)
  const found: Partial<Record<ShortReason, string | null>> = {
    disk,
    'audit-slow': auditMs > config.DEGRADED_AUDIT_MS ? `${Math.round(auditMs)} ms` : null,
    'database-away': seen === null ? `${databaseMs} ms without an answer` : null,
  }
  if (seen !== null) {
    const late = (at: Date | string | null, seconds: number): string | null => {
      const age = at === null ? 0 : (now - new Date(at).getTime()) / 1000
      return age > seconds ? `${Math.round(age)} s` : null
    }
    Object.assign(found, {
      'database-slow': databaseMs > config.DEGRADED_DATABASE_MS ? `${databaseMs} ms` : null,
      'queue-old': late(seen.queued, config.DEGRADED_QUEUE_SECONDS),
      'seal-late': late(seen.unsealed, config.DEGRADED_SEAL_SECONDS),
      'stamp-late': config.TSA_URL === '' ? null : late(seen.unstamped, config.DEGRADED_STAMP_SECONDS),
    })
  }
  noteLook(world, found)
}

async function ask(world: World): Promise<Seen | null> {
  const [seen] = await world.sql<Seen>`
    select ${oldestOpen(recordMember)} as queued,
           (select l.at from bus.log l
             where l.tx >= coalesce((select s.to_tx from bus.seal s order by s.number desc limit 1), 0)
             order by l.tx, l.id limit 1) as unsealed,
           (select s.seal::json ->> 'at' from bus.seal s where s.number = coalesce((select max(t.seal) from bus.stamp t), 0) + 1) as unstamped`
  return seen ?? null
}

/** In each process that answers: its own connections may be slow when another's are not. */
export function startWatching(world: World): () => Promise<void> {
  const step = async () => {
    await lookAtCentre(world)
    return everyMs
  }
  return workSteadily(world, { step, troubledMs: everyMs, trouble: 'the condition of the centre could not be seen; tried again in a moment' })
}
