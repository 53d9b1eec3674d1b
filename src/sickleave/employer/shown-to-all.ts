import type { Fragment } from '../../platform/sql.ts'
import type { Asking } from '../asking.ts'
import { dayAt } from '../rules/days.ts'
import { type Acting, actingFor } from './rights.ts'
import { recordShown } from './shown.ts'
import { asEmployer } from './store.ts'

const linesMax = 500

type Party = { pib: string; name: string }

/** The rows of one table for all employers for whom somebody acts, such as the clients of an agency, latest changes first. The look is recorded. */
export async function shownToAll<Shown extends { leave: string }>(
  asking: Asking,
  table: Fragment,
): Promise<{ today: string; lines: (Shown & Party)[]; more: boolean }> {
  const { world } = asking
  const byId = new Map((await actingFor(asking, null)).map((one) => [one.employer, one]))
  const employers = [...byId.keys()]
  const rows = await asEmployer(
    world.sql,
    employers,
    (tx) => tx<{ employer: number; shown: Shown }>`
      select employer, shown
        from ${table}
       where employer = any(${employers}::int4[])
       order by changed_at desc, id
       limit ${linesMax + 1}`,
  )
  const lines = rows.slice(0, linesMax).map(({ employer, shown }) => ({ ...shown, ...partyOf(byId, employer) }))
  await recordShown(asking, { employers, leaves: lines.map(({ leave }) => leave) })
  return { today: dayAt(world.now()), lines, more: rows.length > linesMax }
}

export function partyOf(byId: ReadonlyMap<number, Acting>, employer: number): Party {
  const { pib = '', name = '' } = byId.get(employer) ?? {}
  return { pib, name }
}
