import type { Routes } from '../../platform/http.ts'
import { earningsRoutes } from '../earnings/earnings-routes.ts'
import { employerObjectionRoutes } from '../objection/objection-routes.ts'
import { employerRequestRoutes } from '../request/request-routes.ts'
import { employerRoutes } from './employer-routes.ts'

/**
 * Everything on the employer's side that the employers' process does not do itself. Mounted behind the door of that process, or beside `toldRoutes`
 * when there is no such process.
 */
export const actRoutes: Routes = async (app) => {
  await app.register(employerRoutes)
  await app.register(employerRequestRoutes)
  await app.register(earningsRoutes)
  await app.register(employerObjectionRoutes)
}
