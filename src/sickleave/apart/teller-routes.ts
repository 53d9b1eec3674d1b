import type { Routes } from '../../platform/http.ts'
import { type Code, mailNow, type Post, postNow } from './say-now.ts'

/** Where the process of the record has something said to an address that an employer has just named. Behind the secret of the house, as all here. */
export const tellerRoutes: Routes = (app) => {
  app.post<{ Body: Post }>('/post', async ({ world, body }) => ({ isTaken: await postNow(world, body) }))
  app.post<{ Body: Code }>('/mail', async ({ world, body }) => ({ isTaken: await mailNow(world, body) }))
}
