import { Refusal } from '../../platform/refusal.ts'
import type { Asking } from '../asking.ts'
import { type Acting, actingFor, requireEmployer } from '../employer/rights.ts'
import { recordShown } from '../employer/shown.ts'
import { partyOf } from '../employer/shown-to-all.ts'
import { asEmployer } from '../employer/store.ts'
import { dayAt } from '../rules/days.ts'
import { expectedFor } from './expected.ts'
import { type EmployersWork, type RequestShown, workKinds, type WorkLine } from './wire.ts'

// What employers must act on, for all for whom somebody acts: an agency's two hundred clients are one list, the nearest last day first.

const linesMax = 500
const requestsMax = 5_000

type Wish = { pib: string | null; what: WorkLine['what'] | null; isOverdueOnly: boolean }

export async function workOf(asking: Asking, query: unknown): Promise<EmployersWork> {
  const wish = wishOf(query)
  const acting = wish.pib === null ? await actingFor(asking, null) : [await requireEmployer(asking, wish.pib)]
  const byId = new Map(acting.map((one) => [one.employer, one]))
  const today = dayAt(asking.world.now())
  const all = [...(await waiting(asking, byId)), ...(await unasked(asking, byId))].sort(byDay)
  const lines = all.filter((one) => (wish.what === null || one.what === wish.what) && (!wish.isOverdueOnly || isOverdue(one, today)))
  const shown = lines.slice(0, linesMax)
  await recordShown(asking, { employers: [...byId.keys()], leaves: shown.map(({ leave }) => leave) })
  return {
    today,
    lines: shown,
    more: lines.length > linesMax,
    counts: workKinds.map((what) => {
      const of = all.filter((one) => one.what === what)
      return { what, count: of.length, overdue: of.filter((one) => isOverdue(one, today)).length }
    }),
  }
}

const isOverdue = ({ due }: WorkLine, today: string): boolean => due !== null && due < today
/** Lines with a last day come before lines without one; among the latter the oldest come first. */
const byDay = (a: WorkLine, b: WorkLine): number => Number(a.due === null) - Number(b.due === null) || ((a.due ?? a.until) < (b.due ?? b.until) ? -1 : 1)

/** Requests that wait for the employer: a draft, one returned for completion, a payout to confirm, money to return. */
async function waiting({ world }: Asking, byId: ReadonlyMap<number, Acting>): Promise<WorkLine[]> {
  const employers = [...byId.keys()]
  const rows = await asEmployer(
    world.sql,
    employers,
    (tx) => tx<{ employer: number; shown: RequestShown }>`
      select employer, shown
        from sickleave.request
       where employer = any(${employers}::int4[]) and state in ('draft', 'incomplete', 'paid', 'returning') and shown ->> 'waitsFor' = 'requester'
       order by shown #>> '{due,effective}' nulls last, id
       limit ${requestsMax}`,
  )
  return rows.map(({ employer, shown: { id, number, state, leave, employee, from, until, due } }) => ({
    ...partyOf(byId, employer),
    ...{ what: state as WorkLine['what'], leave, employee, from, until, due: due?.effective ?? null, request: { id, number } },
  }))
}

async function unasked({ world }: Asking, byId: ReadonlyMap<number, Acting>): Promise<WorkLine[]> {
  const expected = await expectedFor(world.sql, [...byId.keys()])
  return expected.map(({ employer, leave, employee, from, until }) => ({
    ...partyOf(byId, employer),
    ...{ what: 'expected', leave, employee, from, until, due: null, request: null },
  }))
}

function wishOf(query: unknown): Wish {
  const { pib, what, overdue, ...others } = query as Record<string, unknown>
  if (Object.keys(others).length > 0) throw new Refusal('incorrect', 'the work list is asked by pib, what and overdue')
  if (pib !== undefined && (typeof pib !== 'string' || !/^\d{9}$/.test(pib))) throw new Refusal('incorrect', 'pib has nine digits', { expression: 'pib' })
  const known = workKinds.find((one) => one === what)
  if (what !== undefined && known === undefined) throw new Refusal('incorrect', `what is one of ${workKinds.join(', ')}`, { expression: 'what' })
  if (overdue !== undefined && overdue !== 'true' && overdue !== 'false') throw new Refusal('incorrect', 'overdue is true or false', { expression: 'overdue' })
  return { pib: pib ?? null, what: known ?? null, isOverdueOnly: overdue === 'true' }
}
