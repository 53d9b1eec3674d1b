import { fragment } from '../../platform/sql.ts'
import type { Asking } from '../asking.ts'
import { shownToAll } from '../employer/shown-to-all.ts'
import type { EmployersObjections, ObjectionShown } from './wire.ts'

/** All objections and requests of the employers for whom somebody acts. */
export async function objectionsOfAll(asking: Asking): Promise<EmployersObjections> {
  const { today, lines, more } = await shownToAll<ObjectionShown>(asking, fragment`sickleave.objection`)
  return { today, objections: lines, more }
}
