import { Refusal } from '../../platform/refusal.ts'
import { workSteadily } from '../../platform/steady-work.ts'
import { isUuid, uuidV7 } from '../../platform/uuid.ts'
import type { World } from '../../platform/world.ts'
import { type Asking, entryOf } from '../asking.ts'
import { loadRules } from '../case-store.ts'
import { inputsOfYear, peopleWithLeave } from '../compensation/case-input.ts'
import { changeOf, simulate } from '../compensation/simulate.ts'
import { bodyOf, countOf } from '../read-body.ts'
import { dayAt } from '../rules/days.ts'
import { type ParameterName, parameterNames, type Rules } from '../rules/parameters.ts'
import type { SimulationView } from '../wire.ts'
import { requireFund } from './fund.ts'
import type { Simulation, Simulations } from './wire.ts'

// A changed number of the law applied to all leaves of a year before it is entered. A page asks for it, and it is calculated page by page beside the
// other work.

const shownMax = 50
const openMax = 20
const idleMs = 1000
const troubledMs = 30_000
const [firstYear, lastYear] = [2019, 2199]

type Row = {
  id: string
  at: Date
  actorName: string
  year: number
  name: ParameterName
  value: number
  fromDay: string
  people: number
  peopleAll: number | null
  finishedAt: Date | null
  view: SimulationView | null
}

const shownOf = ({ at, actorName, fromDay, finishedAt, ...row }: Row): Simulation => ({
  ...row,
  ...{ at: at.toISOString(), by: actorName, from: fromDay, finishedAt: finishedAt?.toISOString() ?? null },
})

export async function simulations(asking: Asking): Promise<Simulations> {
  await requireFund(asking, 'read')
  const { world } = asking
  await world.ledger.record([entryOf(asking, null, { action: 'read', basis: 'fund', what: 'sick-leave simulation' })])
  const rows = await world.sql<Row>`
    select id, at, actor_name, year, name, value, from_day, people, people_all, finished_at, view
      from sickleave.simulation
     order by at desc, id
     limit ${shownMax}`
  return { today: dayAt(world.now()), simulations: rows.map(shownOf), parameters: parametersNow(await loadRules(world.sql), dayAt(world.now())) }
}

/** The parameters that may be changed, with their present values. */
function parametersNow(rules: Rules, today: string): Simulations['parameters'] {
  return Object.entries(parameterNames).map(([name, about]) => {
    const { value, paragraph, isUnverified } = rules.row(name as ParameterName, today)
    return { name, about, value, paragraph, isUnverified }
  })
}

export async function askSimulation(asking: Asking, given: unknown): Promise<Simulations> {
  await requireFund(asking, 'create')
  const { world, actor } = asking
  const body = bodyOf(given, ['name', 'value', 'from', 'year'])
  const [change, year] = [changeOf({ name: body['name'], value: body['value'], from: body['from'] }), countOf(body, 'year')]
  if (year < firstYear || year > lastYear) throw new Refusal('incorrect', `year is one from ${firstYear} on`, { expression: 'year' })
  await world.ledger.transaction(async (tx) => {
    const open = await tx`select from sickleave.simulation where finished_at is null limit ${openMax}`
    if (open.length === openMax) throw new Refusal('conflict', `${openMax} simulations wait already`, { hint: 'Ask again when some of them are done.' })
    tx.audit([entryOf(asking, null, { action: 'create', basis: 'fund', what: `sick-leave simulation of ${change.name}` })])
    await tx`
      insert into sickleave.simulation (id, at, actor, actor_name, year, name, value, from_day)
      values (${uuidV7(world)}, ${world.now()}, ${actor.id}, ${actor.name}, ${year}, ${change.name}, ${change.value}, ${change.fromDay})`
  })
  return simulations(asking)
}

/** Runs in one process beside the server. A simulation that was not finished when the server stopped begins anew. */
export const startSimulations = (world: World): (() => Promise<void>) =>
  workSteadily(world, {
    step: async (isStopped) => ((await simulateNext(world, isStopped)) ? 0 : idleMs),
    troubledMs,
    trouble: 'a simulation of the Fund did not come to its end; tried again',
  })

class Stopped extends Error {}

/** Runs the oldest waiting simulation to its end. False when none waits, or when the server stops. */
export async function simulateNext(world: World, isStopped: () => boolean = () => false): Promise<boolean> {
  const { sql } = world
  const [next] = await sql<Pick<Row, 'id' | 'year' | 'name' | 'value' | 'fromDay'>>`
    select id, year, name, value, from_day from sickleave.simulation where finished_at is null order by at, id limit 1`
  if (!next || !isUuid(next.id)) return false
  const rules = await loadRules(sql)
  await sql`update sickleave.simulation set people = 0, people_all = ${await peopleWithLeave(sql)} where id = ${next.id}`
  const onPage = async (people: number) => {
    if (isStopped()) throw new Stopped('the server stops')
    await sql`update sickleave.simulation set people = ${people} where id = ${next.id}`
  }
  try {
    const pages = inputsOfYear(sql, next.year, rules, onPage)
    const k = rules.on('statistics.k', dayAt(world.now()))
    const view = await simulate(pages, rules, k, { year: next.year, change: next, pagesMax: Number.MAX_SAFE_INTEGER })
    await sql`update sickleave.simulation set finished_at = ${world.now()}, view = ${JSON.stringify(view)}::jsonb where id = ${next.id}`
    return true
  } catch (error) {
    if (error instanceof Stopped) return false
    throw error
  }
}
