import type { FastifyInstance } from 'fastify'
import type { AddressInfo } from 'node:net'
import { type HouseTls, serverTls } from '../../platform/house-tls.ts'
import { createApp, type Routes } from '../../platform/http.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import { askingOf, entryOf } from '../asking.ts'
import { actRoutes } from '../employer/act-routes.ts'
import type { Look } from '../employer/records.ts'
import { recordsHere } from '../employer/records-here.ts'
import { actingFor } from '../employer/rights.ts'
import { heads, keepLine, requireHouse } from './house.ts'
import { houseSecret } from './pass.ts'
import { speakToReaders } from '../said/said.ts'
import { tellingRoutes } from './telling-routes.ts'
import { openTicket } from './ticket.ts'

// Here the employers' process asks for what it may not do itself. Each question carries the ticket of the user who asks and is judged anew: nothing
// that the employers' process says is believed, except that it passes a question on.

export type Door = { port: number; close(): Promise<void> }

export async function openDoor(world: World, at: { host: string; port: number }, tls: HouseTls | null): Promise<Door> {
  const app = await createApp(world, tls && serverTls(tls))
  const secret = houseSecret(world)
  keepLine(app)
  app.addHook('onRequest', async (request) => requireHouse(request, secret))
  await app.register(async (asked) => answerWithTicket(asked, world))
  await app.register(tellingRoutes, { prefix: '/telling' })
  await app.listen(at)
  return { port: (app.server.address() as AddressInfo).port, close: () => close(app) }
}

async function answerWithTicket(app: FastifyInstance, world: World): Promise<void> {
  app.addHook('onRequest', async (request) => {
    const ticket = openTicket(world, request.headers[heads.ticket])
    request.actor = ticket.actor
    request.correlation = ticket.correlation
  })
  speakToReaders(app)
  await app.register(actRoutes, { prefix: '/sickleave/employer' })
  await app.register(deskRoutes, { prefix: '/desk' })
}

async function close(app: FastifyInstance): Promise<void> {
  app.server.closeIdleConnections()
  await app.close()
}

type LookAt = { employers: number[]; leaves: string[]; look: Look; numbers: boolean }
const leavesMax = 10_000
const wordsMax = 20

const deskRoutes: Routes = (app) => {
  app.post<{ Body: LookAt }>('/looks', async (request) => {
    const asking = askingOf(request)
    const { employers, leaves, look, numbers } = request.body
    const acting = new Set((await actingFor(asking, null)).map(({ employer }) => employer))
    if (!employers.every((one) => acting.has(one)) || leaves.length > leavesMax) throw notYours()
    const { action } = look
    if (action !== 'read' && action !== 'export') throw notYours()
    const of = { employers, leaves }
    if (!numbers) {
      await recordsHere.looked(asking, of, { action, basis: 'employer' })
      return {}
    }
    return Object.fromEntries(await recordsHere.numbersOf(asking, of, { action, basis: 'employer' }))
  })
  app.post<{ Body: Word[] }>('/words', async (request) => {
    if (request.body.length > wordsMax) throw notYours()
    await request.world.ledger.record(request.body.map((word) => entryOf(askingOf(request), null, wordOf(word))))
    return {}
  })
  app.post<{ Body: { authorities: number[] } }>('/standing', async (request) => [...(await recordsHere.standing(askingOf(request), request.body.authorities))])
  app.post<{ Body: { pib: string; leave: string } }>('/share-key', async (request) => {
    const { pib, leave } = request.body
    return { key: (await recordsHere.shareKey(askingOf(request), pib, leave))?.toString('base64') ?? null }
  })
}

const notYours = () => new Refusal('forbidden', 'the employers’ process may not ask this')

/** A row of the access log that names no person: the user who asked, and only these fields. */
export type Word = Parameters<typeof entryOf>[2]
const wordOf = ({ action, basis, what, purpose, decision, count }: Word): Word => ({
  ...{ action, basis },
  ...(what === undefined ? {} : { what }),
  ...(purpose === undefined ? {} : { purpose }),
  ...(decision === undefined ? {} : { decision }),
  ...(count === undefined ? {} : { count }),
})
