import type { Routes } from '../../platform/http.ts'
import { type Code, mailNow, type Post, postNow } from './say-now.ts'

/** The routes by which the process of the record sends to an address that an employer has just named. Like all routes here they need the shared secret. */
export const tellerRoutes: Routes = (app) => {
  app.post<{ Body: Post }>('/post', async ({ world, body }) => ({ isTaken: await postNow(world, body) }))
  app.post<{ Body: Code }>('/mail', async ({ world, body }) => ({ isTaken: await mailNow(world, body) }))
}
