import type { Routes } from '../../platform/http.ts'
import { sendMail } from '../../platform/mail.ts'
import { Refusal } from '../../platform/refusal.ts'
import { isUuid } from '../../platform/uuid.ts'
import { portalAddress, waitsMail } from '../employer/mail-text.ts'
import { eventsOfPush } from '../employer/store.ts'
import type { Place, Sent } from '../employer/telling.ts'
import { mailAddressOf, tellingHere } from '../employer/telling-here.ts'

type Asked<More> = { Body: Place & More }
const digestShape = /^sha-256=:[A-Za-z0-9+/]{43}=:$/

/** The door's routes for telling. They have no ticket, so each question is compared with what that channel is to be told at this moment. */
export const tellingRoutes: Routes = (app) => {
  app.addHook('preHandler', async ({ body }) => {
    const { channel, employer } = (body ?? {}) as Place
    if (typeof channel !== 'string' || !Number.isSafeInteger(employer)) throw notThat()
  })
  app.post<Asked<{ leaves: string[] }>>('/numbers', async ({ world, body: { leaves, ...place } }) => {
    if (!Array.isArray(leaves) || leaves.length > eventsOfPush) throw notThat()
    return Object.fromEntries(await tellingHere(world).numbersFor(place, leaves))
  })
  app.post<Asked<Sent>>('/signature', async ({ world, body: { digest, delivery, ...place } }) => {
    if (!digestShape.test(digest) || !isUuid(delivery)) throw notThat()
    return tellingHere(world).signed(place, { digest, delivery })
  })
  // Only without a mail server: then mails are files in DATA_DIR, which the employers' process may not write.
  app.post<Asked<unknown>>('/mail', async ({ world, body }) => {
    if (world.config.SMTP_URL !== '') throw notThat()
    await sendMail(world, waitsMail(await mailAddressOf(world, body), portalAddress(world)))
    return {}
  })
}

const notThat = () => new Refusal('forbidden', 'the employers’ process may not ask this')
