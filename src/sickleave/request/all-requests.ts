import type { Asking } from '../asking.ts'
import { actingFor } from '../employer/rights.ts'
import { recordShown } from '../employer/shown.ts'
import { asEmployer } from '../employer/store.ts'
import { dayAt } from '../rules/days.ts'
import type { EmployersRequests, RequestShown } from './wire.ts'

const linesMax = 500

/** What was asked for by all that somebody acts for: an agency's clients in one list, what changed last first. */
export async function requestsOfAll(asking: Asking): Promise<EmployersRequests> {
  const { world } = asking
  const byId = new Map((await actingFor(asking, null)).map((one) => [one.employer, one]))
  const employers = [...byId.keys()]
  const rows = await asEmployer(
    world.sql,
    employers,
    (tx) => tx<{ employer: number; shown: RequestShown }>`
      select employer, shown
        from sickleave.request
       where employer = any(${employers}::int4[])
       order by changed_at desc, id
       limit ${linesMax + 1}`,
  )
  const lines = rows.slice(0, linesMax).map(({ employer, shown: { id, number, kind, leave, employee, from, until, state, due, total } }) => {
    const { pib = '', name = '' } = byId.get(employer) ?? {}
    return { pib, name, id, number, kind, leave, employee, from, until, state, due: due?.effective ?? null, total }
  })
  await recordShown(asking, { employers, leaves: lines.map(({ leave }) => leave) })
  return { today: dayAt(world.now()), requests: lines, more: rows.length > linesMax }
}
