import { createInterface } from 'node:readline'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Actor, anonymous } from '../../platform/actor.ts'
import type { Config } from '../../platform/config.ts'
import { connectAs } from '../../platform/connect.ts'
import { sentenceOf } from '../../platform/cli.ts'
import { serverTls } from '../../platform/house-tls.ts'
import { createApp } from '../../platform/http.ts'
import { unwatchedRoom } from '../../platform/room.ts'
import { makeLog, systemClock, type World } from '../../platform/world.ts'
import { startTellingEmployers } from '../employer/push.ts'
import { toldRoutes } from '../employer/told-routes.ts'
import { askerAt, type DoorAt, doorAway, ledgerByDoor, recordsByDoor, tellingByDoor, Tickets } from './ask-door.ts'
import { type Given, keysByName } from './given.ts'
import { handOn, heads, keepLine, requireHouse } from './house.ts'
import { speakToReaders } from '../said/said.ts'
import { tellerRoutes } from './teller-routes.ts'

// The employers' process answers employers and sends them messages. It is signed in to the database under a role of its own and has two keys and no
// other. A change it hands on to the door of the record's process, with the ticket of the user. It stops when the process that started it closes the
// pipe.

const connectionsMax = 6

const lines = createInterface({ input: process.stdin })
let serving: Promise<{ end(): Promise<void> }> | undefined
let stopping: Promise<void> | undefined
lines.once('close', () => void stop())
process.on('SIGTERM', () => void stop())
process.on('SIGINT', () => {}) // A terminal sends it to the whole group; the parent process ends this one.
process.stdout.on('error', () => {}) // When nobody reads any more, the closed pipe ends this process.
const given = await new Promise<Given>((resolve) => lines.once('line', (line) => resolve(JSON.parse(line) as Given)))
serving = serve(given)
try {
  await serving
  process.stdout.write('ready\n')
} catch (error) {
  // The parent process may be gone, and the database with it: then this is no failed start.
  if (stopping === undefined) process.stderr.write(`The employers’ process could not start: ${sentenceOf(error)}\n`)
  process.exit(1)
}

function stop(): Promise<void> {
  if (serving === undefined) process.exit(0)
  stopping ??= serving.then(
    async ({ end }) => {
      await end()
      process.exit(0)
    },
    () => process.exit(1),
  )
  return stopping
}

async function serve(given: Given): Promise<{ end(): Promise<void> }> {
  const { settings, keys, database, door, listen } = given
  const { sql, connect, end } = connectAs({ ...database, application_name: 'spona employers' }, connectionsMax)
  const tickets = new Tickets()
  const ask = askerAt(door, tickets)
  const config = settings as Config
  const running = { records: recordsByDoor(ask), ledger: ledgerByDoor(ask) }
  const world = { config, sql, connect, keys: keysByName(keys), room: unwatchedRoom, log: makeLog(config.LOG_LEVEL), ...systemClock, ...running } as World
  world.telling = tellingByDoor(world, door)
  const app = await createApp(world, door.tls ? serverTls(door.tls) : null)
  keepLine(app)
  app.addHook('onRequest', async (request) => requireHouse(request, door.secret))
  await app.register(tellerRoutes, { prefix: '/teller' })
  await app.register(async (asked) => answerEmployers(asked, given, tickets), { prefix: '/sickleave/employer' })
  await app.listen(listen)
  const stopTelling = startTellingEmployers(world)
  return {
    async end() {
      await stopTelling()
      app.server.closeIdleConnections()
      await app.close()
      await end()
    },
  }
}

async function answerEmployers(app: FastifyInstance, { door }: Given, tickets: Tickets): Promise<void> {
  app.addHook('onRequest', async (request) => {
    request.correlation = String(request.headers[heads.correlation])
    request.actor = actorOf(request)
    tickets.open(request.correlation, String(request.headers[heads.ticket]))
  })
  app.addHook('onResponse', async ({ correlation }) => tickets.close(correlation))
  speakToReaders(app)
  await app.register(toldRoutes)
  handEverythingElse(app, door)
}

/** Name and roles as the record's process found them. This process knows nothing that was not sent. */
function actorOf({ headers }: FastifyRequest): Actor {
  const { kind, id, name, roles, scopes } = JSON.parse(Buffer.from(String(headers[heads.actor]), 'base64url').toString()) as Actor
  return { ...anonymous, kind, id, name, roles, scopes }
}

function handEverythingElse(app: FastifyInstance, door: DoorAt): void {
  const handDoor = (request: FastifyRequest, reply: FastifyReply) =>
    handOn(request, reply, {
      ...{ origin: door.origin, tls: door.tls },
      headers: () => ({ [heads.house]: door.secret, [heads.ticket]: String(request.headers[heads.ticket]) }),
      away: doorAway,
    })
  app.route({
    method: ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'],
    url: '/*',
    onRequest: handDoor,
    // The hook has answered already.
    handler: async (_request, reply) => reply,
  })
}
