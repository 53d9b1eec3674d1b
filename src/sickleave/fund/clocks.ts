import type { Sql } from '../../platform/sql.ts'
import { workSteadily } from '../../platform/steady-work.ts'
import { uuidV4 } from '../../platform/uuid.ts'
import type { World } from '../../platform/world.ts'
import type { Asking } from '../asking.ts'
import { loadRules, waiting } from '../case-store.ts'
import { tellEmployer } from '../employer-stream.ts'
import { stepRequest } from '../request/act.ts'
import { mayFollow } from '../request/state.ts'
import { addDays, type Day, dayAt } from '../rules/days.ts'
import type { Rules } from '../rules/parameters.ts'
import { daysAfter } from '../rules/working-days.ts'
import { publishOpenData } from '../statistics/open-data.ts'
import { keepCalculation, reckon } from './calculation.ts'
import { clerk } from './clerk.ts'
import { recheckCorrected } from './recheck.ts'
import { startSimulations } from './simulations.ts'

// What happens by itself: submitted requests are calculated, and those who have a case are reminded before and after its last day, once each.

const everyMs = 15_000
const troubledMs = 60_000
const batch = 100

/** Runs in one process beside the server. */
export function startClocks(world: World): () => Promise<void> {
  const stops = [startRounds(world), startSimulations(world)]
  return async () => {
    await Promise.all(stops.map((stop) => stop()))
  }
}

const startRounds = (world: World): (() => Promise<void>) =>
  workSteadily(world, {
    async step(isStopped) {
      await calculateSubmitted(world, isStopped)
      await recheckCorrected(world, isStopped)
      await remind(world)
      await publishOpenData(world)
      return everyMs
    },
    troubledMs,
    trouble: 'the clocks of the Fund did not come round',
  })

/**
 * Calculates every submitted request that can be calculated, before an officer opens it, even when an officer has it already. A request that cannot
 * be calculated waits for the officer, who reads why.
 */
export async function calculateSubmitted(world: World, isStopped: () => boolean = () => false): Promise<number> {
  const rows = await world.sql<{ patient: number; id: string }>`
    select patient, id from sickleave.request request
     where state in ('submitted', 'in-process')
       and not exists (select from sickleave.calculation known
                        where known.patient = request.patient and known.request = request.id
                           and known.at >= (shown -> 'signature' ->> 'at')::timestamptz)
       and not exists (select from sickleave.reminder told
                        where told.about = request.id and told.kind = 'not-calculated'
                           and told.at >= (shown -> 'signature' ->> 'at')::timestamptz)
     order by due nulls last, created_at
     limit ${batch}`
  const asking: Asking = { world, actor: clerk, correlation: uuidV4(world) }
  let count = 0
  for (const row of rows) {
    if (isStopped()) break
    await stepRequest(asking, row, {
      basis: 'fund',
      async plan({ tx, found, rules }) {
        if (found.standing.calculation !== null || mayFollow(found.standing, 'calculated')) return null
        const reckoned = await reckon(tx, found, rules)
        if (!('view' in reckoned)) {
          // Records the attempt with its moment, so that the same request is not tried every few seconds; only a new submission is tried again.
          const at = world.now()
          await tx`insert into sickleave.reminder (about, kind, due, at) values (${row.id}, 'not-calculated', ${dayAt(at)}, ${at})
            on conflict (about, kind, due) do update set at = excluded.at`
          return null
        }
        count++
        return [{ kind: 'calculated', calculation: await keepCalculation(tx, asking, found.row, reckoned), total: reckoned.total }]
      },
    })
  }
  return count
}

type Due = { about: string; kind: string; due: Day; employer: number | null; knownAs: string | null; number: string; state: string }

/** Reminds before the last day and after it: employers by an event in their stream, the Fund and the commissions in their lists. */
export async function remind(world: World): Promise<number> {
  const rules = await loadRules(world.sql)
  const today = dayAt(world.now())
  const soon = addDays(today, rules.on('reminder.days-before', today))
  const found = [
    ...(await dueRequests(world.sql, today, soon)),
    ...(await dueObjections(world.sql, today, soon)),
    ...(await dueProposals(world.sql, rules, today, soon)),
  ]
  let count = 0
  for (const one of found) {
    await world.sql.begin(async (tx) => {
      const at = world.now()
      const added = await tx`
        insert into sickleave.reminder (about, kind, due, at) values (${one.about}, ${one.kind}, ${one.due}, ${at})
        on conflict do nothing returning about`
      if (added.length === 0) return
      count++
      const { employer, knownAs, about: id, number, kind, due } = one
      if (employer !== null && knownAs !== null) await tellEmployer(tx, { employer, knownAs, kind: 'request', at, about: { id, number, state: kind, due } })
    })
  }
  return count
}

const kindOf = (due: Day, today: Day): string => (due < today ? 'overdue' : 'due-soon')

/** A request that waits for the requester becomes an event of the employer's stream; one that waits for the Fund is marked for its list. */
async function dueRequests(sql: Sql, today: Day, soon: Day): Promise<Due[]> {
  const rows = await sql<Omit<Due, 'kind' | 'about'> & { id: string; waitsFor: string }>`
    select id, due, case when waits_for = 'requester' then employer end as employer, known_as, number, state, waits_for
      from sickleave.request request
     where waits_for is not null and due <= ${soon}::date
       and not exists (select from sickleave.reminder told where told.about = request.id and told.due = request.due
                          and told.kind = case when request.due < ${today}::date then 'overdue' else 'due-soon' end)
     order by due, created_at
     limit ${batch}`
  return rows.map(({ id, ...row }) => ({ ...row, about: id, kind: kindOf(row.due, today) }))
}

async function dueObjections(sql: Sql, today: Day, soon: Day): Promise<Due[]> {
  const rows = await sql<{ id: string; due: Day; number: string; state: string }>`
    select id, due, number, state
      from sickleave.objection objection
     where state = 'open' and due <= ${soon}::date
       and not exists (select from sickleave.reminder told where told.about = objection.id and told.due = objection.due
                          and told.kind = case when objection.due < ${today}::date then 'overdue' else 'due-soon' end)
     order by due, made_at
     limit ${batch}`
  return rows.map(({ id, ...row }) => ({ ...row, about: id, kind: kindOf(row.due, today), employer: null, knownAs: null }))
}

async function dueProposals(sql: Sql, rules: Rules, today: Day, soon: Day): Promise<Due[]> {
  return (await waiting(sql)).flatMap(({ leave, since }) => {
    const day = dayAt(since)
    const due = daysAfter(day, rules.on('commission.days', day)).effective
    return due <= soon ? [{ about: leave, kind: kindOf(due, today), due, employer: null, knownAs: null, number: '', state: 'referred' }] : []
  })
}
