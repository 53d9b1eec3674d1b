import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Routes } from '../platform/http.ts'
import { fhirJson } from '../platform/http.ts'
import { Refusal } from '../platform/refusal.ts'
import { askingOf } from './asking-of.ts'
import { searchAuditEvent } from './audit-events.ts'
import { wantsContent } from './binary.ts'
import { acceptBodies } from './body-gate.ts'
import { runBundle } from './bundle.ts'
import { bulkRoutes } from './bulk-routes.ts'
import { importRoutes } from './import-routes.ts'
import { capabilityOf } from './capability.ts'
import { everythingRoutes } from './everything-routes.ts'
import { innerRequests } from './inner-request.ts'
import { interactionRoutes } from './interaction-routes.ts'
import { lastObservationsRoutes } from './last-observations.ts'
import { matchRoutes } from './match/match.ts'
import { readDocument, readOverview } from './read-page.ts'
import { formOf, readBody } from './formats.ts'
import { pairsOf, preferenceOf } from './respond.ts'
import { allow } from './scope.ts'
import { searchPage, searchType } from './search.ts'
import { summaryRoutes } from './summary/routes.ts'
import { terminologyRoutes } from './terminology/routes.ts'
import { validateRoutes } from './validate.ts'

type OfType = { Params: { type: string } }

/** Mounted at /fhir: the FHIR R4 REST API. Routes translate; the acts beside this file decide. */
export const fhirRoutes: Routes = (app) => {
  acceptBodies(app)
  app.addHook('preHandler', async (request) => {
    const { type } = request.params as { type?: string }
    if (type !== undefined && request.world.fhir.typeCode(type) < 0) throw unknownType(type)
    if (!wantsContent(request)) formOf(request) // A form that cannot be given is refused before anything is done.
  })
  app.get('/metadata', { config: { open: true } }, async (request, reply) => sendJson(reply, capabilityOf(request.world)))
  app.post('/', async (request, reply) => {
    const answer = await runBundle(askingOf(request), () => readBody(request), preferenceOf(request), innerRequests(app, request))
    return sendJson(reply, answer)
  })
  app.get('/', async (request, reply) => sendJson(reply, await searchPage(askingOf(request), request.query as Record<string, string>)))
  validateRoutes(app)
  void interactionRoutes(app)
  searches(app)
  void everythingRoutes(app)
  void terminologyRoutes(app)
  void lastObservationsRoutes(app)
  void bulkRoutes(app)
  void summaryRoutes(app)
  void matchRoutes(app)
  void importRoutes(app)
}

function searches(app: FastifyInstance): void {
  app.get<OfType>('/:type', async (request, reply) => {
    await allow(askingOf(request), request.params.type, 's')
    const { lenient } = preferenceOf(request)
    // People ask about the log itself; systems find the AuditEvents that they filed like any other resource.
    if (request.params.type === 'AuditEvent' && request.actor.kind === 'person') {
      return sendJson(reply, await searchAuditEvent(askingOf(request), pairsOf(request)))
    }
    return sendJson(reply, await searchType(askingOf(request), request.params.type, pairsOf(request), lenient))
  })
  app.post<OfType>('/:type/_search', async (request, reply) => {
    await allow(askingOf(request), request.params.type, 's')
    const { lenient } = preferenceOf(request)
    const form = typeof request.body === 'string' ? [...new URLSearchParams(request.body)] : []
    if (form.length > 0 && !/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')) {
      throw new Refusal('unsupported', 'a search by POST is a form', { hint: 'Send application/x-www-form-urlencoded.' })
    }
    return sendJson(reply, await searchType(askingOf(request), request.params.type, [...pairsOf(request), ...form], lenient))
  })
}

function unknownType(type: string): Refusal {
  return new Refusal('not-found', `${/^[A-Za-z]{1,40}$/.test(type) ? type : 'this'} is not a resource type of FHIR R4`, {
    hint: 'Type names are written like Patient or Observation.',
  })
}

const sendJson = (reply: FastifyReply, body: string): FastifyReply => reply.header('content-type', fhirJson).send(body)

/** Mounted at /record: what the portals read. */
export const pageRoutes: Routes = (app) => {
  app.get<{ Params: { person: string } }>('/people/:person/overview', async (request, reply) =>
    reply.header('cache-control', 'no-store').send(await readOverview(askingOf(request), request.params.person)),
  )
  app.get<{ Params: { person: string; id: string } }>('/people/:person/documents/:id', async (request, reply) =>
    reply.header('cache-control', 'no-store').send(await readDocument(askingOf(request), request.params.person, request.params.id)),
  )
}
