import { fragment } from '../../platform/sql.ts'
import type { Asking } from '../asking.ts'
import { shownToAll } from '../employer/shown-to-all.ts'
import type { EmployersObjections, ObjectionShown } from './wire.ts'

/** What all that somebody acts for objected to or asked for. */
export async function objectionsOfAll(asking: Asking): Promise<EmployersObjections> {
  const { today, lines, more } = await shownToAll<ObjectionShown>(asking, fragment`sickleave.objection`)
  return { today, objections: lines, more }
}
