import { workSteadily } from '../platform/steady-work.ts'
import type { World } from '../platform/world.ts'
import { judgeRun, scoreOf } from './runs.ts'
import { askToPlay } from './ask.ts'
import { type Certificate, findRun } from './store.ts'
import { scenariosFailed, tellState } from './suspend.ts'

const everyMs = 15 * 60_000
const troubledMs = 60_000
const dayMs = 86_400_000
/** Once a night: a certificate that was checked within this time waits for the next night. */
const againMs = 20 * 3_600_000
const nightFrom = 1
const nightTo = 5
const atOnce = 100

type Due = Certificate & { institution: number }

/**
 * The contract tests of every night. They judge what the certified run left in the record anew, by the rules and definitions of today, and ask the
 * system's edge to play the scenarios again. A certificate that does not hold any more is marked, and its vendor told.
 */
export async function repeatTests(world: World): Promise<{ looked: number; failing: number }> {
  const now = world.now()
  const due = await world.sql<Due>`
    select c.id, c.system, c.protocol, c.run, c.issued_at, c.expires_at, c.jws, c.state, c.checked_at, c.reason, s.institution
      from vendor.certificate c join vendor.system s on s.id = c.system
     where c.state <> 'revoked' and c.expires_at > ${now} and coalesce(c.checked_at, c.issued_at) < ${new Date(now.getTime() - againMs)}
       and not exists (select 1 from vendor.certificate newer where newer.system = c.system and newer.protocol = c.protocol and newer.issued_at > c.issued_at)
     order by c.checked_at nulls first, c.id
     limit ${atOnce}`
  let failing = 0
  for (const one of due) {
    const reason = await whyFailing(world, one)
    if (reason !== null) failing++
    await world.sql`
      update vendor.certificate set state = ${reason === null ? 'valid' : 'failing'}, checked_at = ${now}, reason = ${reason}
       where id = ${one.id} and state <> 'revoked'`
    const state = reason === null ? 'valid' : 'failing'
    if (state !== one.state) await tellState(world, one.institution, { certificate: one.id, protocol: one.protocol, state, reason })
  }
  const systems = Map.groupBy(due, ({ institution }) => institution)
  for (const [institution, of] of systems)
    await askToPlay(
      world,
      institution,
      of.map(({ protocol }) => protocol),
      true,
    )
  return { looked: due.length, failing }
}

async function whyFailing(world: World, { run: id, system, protocol, institution }: Due): Promise<string | null> {
  const [last] = await world.sql<{ id: string; passed: boolean; verdict: { id: string; passed: boolean }[] }>`
    select id, passed, verdict from vendor.run
     where system = ${system} and protocol = ${protocol} and is_repeat and ended_at > ${new Date(world.now().getTime() - dayMs)}
     order by ended_at desc
     limit 1`
  if (last && !last.passed) return `the repetition ${last.id} failed: ${scenariosFailed(last.verdict)}`
  const run = await findRun(world.sql, id)
  if (!run) return 'the run behind it is not kept any more'
  const verdict = await judgeRun(world, institution, run)
  return scoreOf(verdict).passed ? null : `by the rules of today the certified run would not pass: ${scenariosFailed(verdict)}`
}

/** Runs in the one process that does background work, between one and five at night in Belgrade. */
export function startRepeating(world: World): () => Promise<void> {
  const step = async () => {
    const { hour } = Temporal.Instant.fromEpochMilliseconds(world.now().getTime()).toZonedDateTimeISO('Europe/Belgrade')
    if (world.config.SANDBOX && hour >= nightFrom && hour < nightTo) await repeatTests(world)
    return everyMs
  }
  return workSteadily(world, { step, troubledMs, trouble: 'certificates could not be tested again; tried again in a minute' })
}
