import type { FastifyInstance } from 'fastify'
import { Latencies } from './latencies.ts'
import { metricsOf } from './metrics.ts'
import type { World } from './world.ts'

/** How many requests come, how they end and how long they take: by the first part of their address, by method and class of status. Never by whom or about whom. */
export function measureRequests(app: FastifyInstance, world: World): void {
  const seconds = new Latencies(metricsOf(world), { name: 'spona_http_seconds', help: 'From the head of a request to the end of its answer.' })
  app.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions } = request
    const surface = surfaceOf(routeOptions.url)
    const status = `${Math.floor(reply.statusCode / 100)}xx`
    seconds.count(`${surface} ${method} ${status}`, () => ({ surface, method, status }), reply.elapsedTime)
    done()
  })
}

/** Taken from the route, not from the address that was asked for: a stranger could make any number of labels. All unknown addresses share one. */
const surfaceOf = (route: string | undefined): string => route?.split('/', 2)[1]?.replace(/\W.*/, '') || (route === undefined ? 'none' : 'root')
