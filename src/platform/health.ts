import type { FastifyInstance, FastifyRequest } from 'fastify'
import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client'
import { metricsOf } from './metrics.ts'
import { Refusal } from './refusal.ts'
import type { Room } from './room.ts'
import type { World } from './world.ts'

/** For load balancers and operators: alive, able to work, and figures for Prometheus. None says anything about a person. */
export function mountHealth(app: FastifyInstance, world: World): void {
  const open = { config: { open: true } }
  app.get('/health/live', open, async () => ({ status: 'live' }))
  app.get('/health/ready', open, async (_request, reply) => {
    const disk = diskOf(world.room)
    // A server that can still read stays ready: a write is refused by itself when there is no room.
    if (world.room.state === 'full') return reply.code(503).send({ status: 'the disk of the database is full', ...disk })
    try {
      await world.sql`select 1 as one`
      return { status: 'ready', ...disk }
    } catch {
      return reply.code(503).send({ status: 'the database does not answer', ...disk })
    }
  })
  const register = metricsOf(world)
  collectDefaultMetrics({ register })
  measureDisk(register, world.room)
  app.get('/metrics', open, async (request, reply) => {
    if (!mayMeasure(request)) throw new Refusal('forbidden', 'metrics are not told to this address', { hint: 'METRICS_FROM names who may ask.' })
    return reply.header('content-type', register.contentType).send(await register.metrics())
  })
}

/** A request that came through a proxy counts by its sender only when the proxy is trusted; otherwise the sender could be anybody. */
function mayMeasure({ ip, headers, raw, world }: FastifyRequest): boolean {
  const { METRICS_FROM, TRUSTED_PROXIES } = world.config
  const isPassedOn = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined
  return METRICS_FROM.has(ip) && (!isPassedOn || TRUSTED_PROXIES.has(raw.socket.remoteAddress ?? ''))
}

function diskOf({ state, availableBytes }: Room): object {
  return availableBytes === null ? {} : { disk: { state, availableMb: Math.floor(availableBytes / 1_048_576) } }
}

function measureDisk(register: Registry, room: Room): void {
  if (room.availableBytes === null) return
  const gauge = (name: string, help: string, value: () => number) => {
    const made: Gauge = new Gauge({ name, help, registers: [register], collect: () => made.set(value()) })
  }
  gauge('spona_disk_available_bytes', 'Room on the disk of the database, the reserve for the audit among it.', () => room.availableBytes ?? 0)
  gauge('spona_disk_nearly_full', '1 when the room is below DISK_WARN_MB.', () => Number(room.state !== 'roomy'))
  gauge('spona_disk_writes_refused', '1 when writes get 507.', () => Number(room.state === 'full for writes' || room.state === 'full'))
  gauge('spona_disk_reads_refused', '1 when reads get 507 too.', () => Number(room.state === 'full'))
}
