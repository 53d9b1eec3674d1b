import { Refusal } from '../../platform/refusal.ts'
import { companies } from '../../registry/registry.ts'
import type { Asking } from '../asking.ts'
import { type Day, dayAt } from '../rules/days.ts'
import type { State } from '../request/state.ts'
import type { RequestShown } from '../request/wire.ts'
import { recordLooks, requireFund } from './fund.ts'
import { officerNames } from './officers.ts'
import type { FundLine, FundWork } from './wire.ts'

// The Fund's work list: requests that wait for the Fund, by due date and age, and requests that have been with their requesters beyond the time
// limit.

const linesMax = 200
const stateMax = 20
type Found = {
  patient: number
  id: string
  number: string
  kind: 'compensation' | 'refund'
  state: State
  due: Day | null
  changedAt: Date
  shown: RequestShown
  officer: string | null
}

const states: readonly State[] = ['submitted', 'incomplete', 'in-process', 'proposed', 'calculated', 'rejected', 'paid', 'confirmed', 'returning', 'returned']
const isShownToFund = (state: unknown): state is State => states.includes(state as State)

export async function fundWork(asking: Asking, query: unknown): Promise<FundWork> {
  await requireFund(asking, 'search')
  const { world, actor } = asking
  const asked = wishOf(query)
  const today = dayAt(world.now())
  const state = asked.state ?? null
  // An employer that is not in the register has no requests, and no employer has the id 0.
  const employer = asked.pib === undefined ? null : ((await companies.byPib(world.sql, asked.pib))?.id ?? 0)
  const rows = await world.sql<Found>`
    select patient, id, number, kind, state, due, changed_at, shown, officer
      from sickleave.request
     where case when ${state}::text is not null then state = ${state}
                else waits_for = 'fund' or (waits_for = 'requester' and state <> 'draft' and due < ${today}::date) end
       and (${asked.number ?? null}::text is null or number = ${asked.number ?? null})
       and (${employer}::int4 is null or employer = ${employer})
       and (${asked.officer ?? null}::text is null or officer is not distinct from ${asked.officer === 'mine' ? actor.id : null})
     order by due nulls last, created_at, id
     limit ${linesMax + 1}`
  const counts = await world.sql<{ state: State; count: number; overdue: number }>`
    select state, count(*) as count, count(*) filter (where due < ${today}::date) as overdue
      from sickleave.request
     where state <> 'draft' and state <> 'withdrawn'
     group by state
     order by state
     limit ${stateMax}`
  await recordLooks(
    asking,
    rows.slice(0, linesMax).map(({ patient }) => patient),
    'search',
  )
  const names = await officerNames(world.sql)
  return { today, lines: rows.slice(0, linesMax).map((row) => lineOf(row, names)), more: rows.length > linesMax, counts }
}

function lineOf({ id, number, kind, state, due, changedAt, shown, officer: account }: Found, names: ReadonlyMap<string, string>): FundLine {
  const { employee, employer, from, until, total, waitsFor } = shown
  const officer = account === null ? null : (names.get(account) ?? null)
  return { id, number, kind, state, due, since: changedAt.toISOString(), waitsFor, employee, employer, from, until, total, officer }
}

type Wish = { state?: State; number?: string; pib?: string; officer?: 'mine' | 'none' }

function wishOf(query: unknown): Wish {
  const given = query as Record<string, unknown>
  const wish: Wish = {}
  for (const [name, value] of Object.entries(given)) {
    if (name === 'state' && isShownToFund(value)) wish.state = value
    else if (name === 'number' && typeof value === 'string' && /^\d{4}-\d{7}$/.test(value)) wish.number = value
    else if (name === 'pib' && typeof value === 'string' && /^\d{9}$/.test(value)) wish.pib = value
    else if (name === 'officer' && (value === 'mine' || value === 'none')) wish.officer = value
    else
      throw new Refusal('incorrect', 'the work list is asked by state, number, pib or officer', {
        hint: `state is one of ${states.join(', ')}; number is written 2026-0000001; pib has nine digits; officer is mine or none.`,
      })
  }
  return wish
}
