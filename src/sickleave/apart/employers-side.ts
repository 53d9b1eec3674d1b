import { createServer } from 'node:net'
import type pg from 'pg'
import { noteLook } from '../../platform/condition.ts'
import type { Config } from '../../platform/config.ts'
import { fromUrl } from '../../platform/database.ts'
import { type HouseTls, readPem, requireSafeLine } from '../../platform/house-tls.ts'
import { setPassword } from '../../platform/migrate.ts'
import type { World } from '../../platform/world.ts'
import { openDoor } from './door.ts'
import { employersRole, type Given, whatIsGiven } from './given.ts'
import { type Running, runProcess, type Told } from './run-process.ts'

// The process of the record opens its door and starts the employers' process beside it, or uses the one at EMPLOYERS_URL on another machine.

const loopback = '127.0.0.1'
const readyLimitMs = 30_000

export type Side = { origin: string; door: string; ready: Promise<unknown>; pid(): number | undefined; stop(): Promise<void> }

/**
 * From then on this world passes employers' requests on. `owner` sets the password of the role. With EMPLOYERS_DATABASE_URL the operator has set it;
 * a command without owner relies on the password that the server's last start set.
 */
export async function startEmployersSide(world: World, owner: pg.ClientConfig | null, told: Told): Promise<Side> {
  const { config } = world
  const [host = loopback, port = '0'] = config.EMPLOYERS_DOOR.split(/:(?=\d+$)/)
  // Beside us it is reached over loopback, and the connection needs no certificate.
  const tls = config.EMPLOYERS_URL === '' ? null : lineTls(config)
  requireSafeLine('EMPLOYERS_DOOR', host, tls !== null)
  const away = joinEmployersSide(world)
  const door = await openDoor(world, { host: host.replace(/^\[|\]$/g, ''), port: Number(port) }, tls)
  const doorAt = { origin: `http${tls ? 's' : ''}://${host}:${door.port}`, ...(tls ? { tls } : {}) }
  if (away) return { origin: away.origin, door: doorAt.origin, ready: away.ready, pid: () => undefined, stop: door.close }
  const listen = { host: loopback, port: await freePort() }
  const origin = `http://${loopback}:${listen.port}`
  const database = await databaseFor(world, owner)
  const running = runProcess(whatIsGiven(world, { database, door: doorAt, listen }), {
    ...told,
    onAway: (how) => noteLook(world, { 'employers-away': how }),
    onBack: () => noteLook(world, { 'employers-away': null }),
  })
  const ready = soon(running)
  world.employersSide = { origin, ready }
  return {
    origin,
    door: doorAt.origin,
    ready,
    pid: running.pid,
    async stop() {
      await running.stop()
      await door.close()
    },
  }
}

/** For the processes that answer beside the first one (PROCESSES), and for an employers' process on another machine. */
export function joinEmployersSide(world: World): World['employersSide'] {
  const { EMPLOYERS_URL } = world.config
  if (EMPLOYERS_URL === '') return undefined
  const { origin, hostname, protocol } = new URL(EMPLOYERS_URL)
  requireSafeLine('EMPLOYERS_URL', hostname.replace(/^\[|\]$/g, ''), protocol === 'https:')
  world.employersSide = { origin, ...(protocol === 'https:' ? { tls: lineTls(world.config) ?? undefined } : {}), ready: Promise.resolve() }
  return world.employersSide
}

/** The certificate that this machine shows on the line between the two processes, and the authority that it believes there; null without these settings. */
export function lineTls({ EMPLOYERS_TLS_CERT, EMPLOYERS_TLS_KEY, EMPLOYERS_TLS_CA }: Config): HouseTls | null {
  if (EMPLOYERS_TLS_CERT === '') return null
  return { cert: readPem(EMPLOYERS_TLS_CERT), key: readPem(EMPLOYERS_TLS_KEY), ca: readPem(EMPLOYERS_TLS_CA) }
}

/** How the employers' process signs in to the database, with a password that comes from the master key or from the operator. */
export async function databaseFor(world: World, owner: pg.ClientConfig | null): Promise<Given['database']> {
  const { config, keys } = world
  if (config.EMPLOYERS_DATABASE_URL !== '') return fromUrl(config.EMPLOYERS_DATABASE_URL)
  const password = keys.derive('database-employers').toString('hex')
  if (owner !== null) await setPassword(owner, employersRole, password)
  return { ...(owner ?? (await placeOfDatabase(world))), user: employersRole, password }
}

async function placeOfDatabase(world: World): Promise<pg.ClientConfig> {
  const { client, end } = await world.connect()
  const { host, port, database, ssl } = client
  await end()
  return { host, port, ...(database === undefined ? {} : { database }), ssl }
}

/** A question that comes while the process starts waits for it; when the process does not start, the question is told so. */
const soon = ({ ready }: Running): Promise<unknown> => Promise.race([ready, new Promise((resolve) => setTimeout(resolve, readyLimitMs).unref())])

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, loopback, () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}
