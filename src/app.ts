import fastifySwagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { looksRoutes } from './audit/audit.ts'
import { authenticate } from './access/access.ts'
import { routes as accessRoutes } from './access/routes.ts'
import { busRoutes } from './bus/bus.ts'
import { forServer } from './identity/identity.ts'
import { routes as identityRoutes } from './identity/routes.ts'
import { crossOrigin } from './platform/cross-origin.ts'
import { mountHealth } from './platform/health.ts'
import { createApp } from './platform/http.ts'
import { measureRequests } from './platform/http-metrics.ts'
import { withNamedSchemas } from './platform/named-schemas.ts'
import { type PublicText, publicText, sendPublicText } from './platform/public-text.ts'
import type { World } from './platform/world.ts'
import { portalRoutes } from './portals/routes.ts'
import { fhirRoutes, forBus, inWantedForm, pageRoutes } from './record/record.ts'
import { sickleaveRoutes } from './sickleave/sickleave.ts'
import { breakOff, vendorRoutes } from './vendor/vendor.ts'

/** Builds the whole server: every slice mounts its routes under its own word. `portals` is the folder of the built pages. */
export async function buildApp(world: World, portals: string): Promise<FastifyInstance> {
  const app = await createApp(world)
  await describe(app)
  measureRequests(app, world)
  app.addHook('onRequest', crossOrigin('/fhir'))
  app.addHook('onRequest', authenticate)
  if (world.config.SANDBOX) app.addHook('onRequest', breakOff)
  app.addHook('onSend', inWantedForm)
  await app.register(accessRoutes(forServer))
  await app.register(fhirRoutes, { prefix: '/fhir' })
  await app.register(pageRoutes, { prefix: '/record' })
  await app.register(identityRoutes, { prefix: '/identity' })
  await app.register(looksRoutes({ resolve: forServer.resolvePerson }), { prefix: '/audit' })
  await app.register(busRoutes({ patientOf: forBus.patientKeyOf }), { prefix: '/bus' })
  await app.register(sickleaveRoutes, { prefix: '/sickleave' })
  await app.register(vendorRoutes, { prefix: '/vendor' })
  await app.register(portalRoutes(portals))
  mountHealth(app, world)
  return app
}

/** `/openapi.json`: every address of this server, collected from the routes themselves. */
async function describe(app: FastifyInstance): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Spona', version: '0.1.0', description: 'The national health record. FHIR R4 stands at /fhir; what works there says /fhir/metadata.' },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          session: { type: 'apiKey', in: 'cookie', name: 'spona_session', description: 'By https it is __Host-spona_session.' },
        },
      },
      security: [{ bearer: [] }, { session: [] }],
    },
    transform: ({ schema, url, route }) => ({
      url,
      schema: {
        ...(schema as object),
        tags: [url.split('/')[1] || 'spona'],
        ...route.config?.described,
        ...(route.config?.open === true ? { security: [] } : {}),
      },
    }),
  })
  let said: PublicText | null = null
  app.get('/openapi.json', { config: { open: true } }, async (request, reply) => {
    said ??= publicText(JSON.stringify(withNamedSchemas(app.swagger())))
    return sendPublicText(request, reply.type('application/json; charset=utf-8'), said)
  })
}
