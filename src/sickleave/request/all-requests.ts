import { fragment } from '../../platform/sql.ts'
import type { Asking } from '../asking.ts'
import { shownToAll } from '../employer/shown-to-all.ts'
import type { EmployersRequests, RequestShown } from './wire.ts'

/** The requests of all employers for whom somebody acts. */
export async function requestsOfAll(asking: Asking): Promise<EmployersRequests> {
  const { today, lines, more } = await shownToAll<RequestShown>(asking, fragment`sickleave.request`)
  const requests = lines.map(({ pib, name, id, number, kind, leave, employee, from, until, state, due, total }) => ({
    ...{ pib, name, id, number, kind, leave, employee, from, until, state, total },
    due: due?.effective ?? null,
  }))
  return { today, requests, more }
}
