import type { Asking } from '../asking.ts'
import { actingFor } from '../employer/rights.ts'
import { recordShown } from '../employer/shown.ts'
import { asEmployer } from '../employer/store.ts'
import { dayAt } from '../rules/days.ts'
import type { EmployersObjections, ObjectionShown } from './wire.ts'

const linesMax = 500

/** What all that somebody acts for objected to or asked for: an agency's clients in one list, what changed last first. */
export async function objectionsOfAll(asking: Asking): Promise<EmployersObjections> {
  const { world } = asking
  const byId = new Map((await actingFor(asking, null)).map((one) => [one.employer, one]))
  const employers = [...byId.keys()]
  const rows = await asEmployer(
    world.sql,
    employers,
    (tx) => tx<{ employer: number; shown: ObjectionShown }>`
      select employer, shown
        from sickleave.objection
       where employer = any(${employers}::int4[])
       order by changed_at desc, id
       limit ${linesMax + 1}`,
  )
  const objections = rows.slice(0, linesMax).map(({ employer, shown }) => {
    const { pib = '', name = '' } = byId.get(employer) ?? {}
    return { ...shown, pib, name }
  })
  await recordShown(asking, { employers, leaves: objections.map(({ leave }) => leave) })
  return { today: dayAt(world.now()), objections, more: rows.length > linesMax }
}
