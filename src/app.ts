import fastifySwagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { Registry, collectDefaultMetrics } from 'prom-client'
import { looksRoutes } from './audit/audit.ts'
import { authenticate } from './access/access.ts'
import { routes as accessRoutes } from './access/routes.ts'
import { resolvePerson } from './identity/identity.ts'
import { routes as identityRoutes } from './identity/routes.ts'
import { createApp } from './platform/http.ts'
import { Refusal } from './platform/refusal.ts'
import type { World } from './platform/world.ts'
import { portalRoutes } from './portals/routes.ts'
import { fhirRoutes, inWantedForm, pageRoutes } from './record/record.ts'

/** The whole server: every slice mounts its routes under its own word. `portals` is the folder of the built pages. */
export async function buildApp(world: World, portals: string): Promise<FastifyInstance> {
  const app = await createApp(world)
  await describe(app)
  app.addHook('onRequest', authenticate)
  app.addHook('onSend', inWantedForm)
  await app.register(accessRoutes)
  await app.register(fhirRoutes, { prefix: '/fhir' })
  await app.register(pageRoutes, { prefix: '/record' })
  await app.register(identityRoutes, { prefix: '/identity' })
  await app.register(looksRoutes({ resolve: resolvePerson }), { prefix: '/audit' })
  await app.register(portalRoutes(portals))
  health(app, world)
  return app
}

/** `/openapi.json`: every address of this server, put together from the routes themselves. */
async function describe(app: FastifyInstance): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Spona', version: '0.1.0', description: 'The national health record. FHIR R4 stands at /fhir; what works there says /fhir/metadata.' },
      components: {
        securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, session: { type: 'apiKey', in: 'cookie', name: 'spona_session' } },
      },
      security: [{ bearer: [] }, { session: [] }],
    },
    transform: ({ schema, url, route }) => ({
      url,
      schema: { ...(schema as object), tags: [url.split('/')[1] || 'spona'], ...(route.config?.open === true ? { security: [] } : {}) },
    }),
  })
  app.get('/openapi.json', { config: { open: true } }, async () => app.swagger())
}

/** For load balancers and operators: alive, able to work, and figures for Prometheus. None says anything about a person. */
function health(app: FastifyInstance, world: World): void {
  const open = { config: { open: true } }
  app.get('/health/live', open, async () => ({ status: 'live' }))
  app.get('/health/ready', open, async (_request, reply) => {
    try {
      await world.sql`select 1 as one`
      return { status: 'ready' }
    } catch {
      return reply.code(503).send({ status: 'the database does not answer' })
    }
  })
  const register = new Registry()
  register.setDefaultLabels({ process: String(process.pid) }) // Of several, the one that got this connection answers.
  collectDefaultMetrics({ register })
  app.get('/metrics', open, async (request, reply) => {
    // Figures of the process are for the machine's own scraper; from elsewhere they need a proxy that knows whom to let in.
    if (!loopback.has(request.ip)) throw new Refusal('forbidden', 'metrics answer on this machine only')
    return reply.header('content-type', register.contentType).send(await register.metrics())
  })
}

const loopback = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])
