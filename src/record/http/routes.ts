import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Routes } from '../../platform/http.ts'
import { fhirJson } from '../../platform/http.ts'
import { sendPublicText } from '../../platform/public-text.ts'
import { Refusal } from '../../platform/refusal.ts'
import { askingOf, giveRoom } from './asking-of.ts'
import { wantsContent } from '../read/binary.ts'
import { acceptBodies } from './body-gate.ts'
import { runBundle } from './bundle.ts'
import { completenessRoutes } from '../completeness/routes.ts'
import { bulkRoutes } from '../bulk/bulk-routes.ts'
import { importRoutes } from '../bulk/import-routes.ts'
import { capabilityOf } from './capability.ts'
import { documentRoutes } from '../read/document-routes.ts'
import { everythingRoutes } from '../read/everything-routes.ts'
import { innerRequests } from './inner-request.ts'
import { interactionRoutes } from './interaction-routes.ts'
import { convertRoutes } from './convert.ts'
import { findListRoutes } from '../search/find-list.ts'
import { lastObservationsRoutes } from '../search/last-observations.ts'
import { matchRoutes } from '../match/match.ts'
import { metaRoutes } from '../write/meta.ts'
import { readDocument, readOverview, readVisit } from '../read-page.ts'
import { fhirXml, formOf, readBody } from './formats.ts'
import { preferenceOf } from './respond.ts'
import { searchRoutes } from '../search/search-routes.ts'
import { summaryRoutes } from '../summary/routes.ts'
import { subscriptionRoutes } from '../subscription/routes.ts'
import { unknownOperations } from './unknown-operation.ts'
import { terminologyRoutes } from '../terminology/routes.ts'
import { validateRoutes } from '../validate.ts'

/** Mounted at /fhir: the FHIR R4 REST API. Routes translate; the acts beside this file decide. */
export const fhirRoutes: Routes = (app) => {
  giveRoom(app)
  acceptBodies(app)
  app.addHook('preHandler', (request, _reply, next) => {
    const { type } = request.params as { type?: string }
    if (type !== undefined && request.world.fhir.typeCode(type) < 0) throw unknownType(type)
    if (!wantsContent(request)) formOf(request) // A form that cannot be given is refused before anything is done.
    next()
  })
  app.get<{ Querystring: { mode?: string } }>('/metadata', { config: { open: true } }, async (request, reply) =>
    sendCapability(request, reply, [request.query.mode].flat()[0]),
  )
  app.post('/', async (request, reply) => {
    const answer = await runBundle(askingOf(request), () => readBody(request), preferenceOf(request), innerRequests(app, request))
    return sendJson(reply, answer)
  })
  validateRoutes(app)
  void convertRoutes(app)
  void interactionRoutes(app)
  void metaRoutes(app)
  void searchRoutes(app)
  void everythingRoutes(app)
  void documentRoutes(app)
  void terminologyRoutes(app)
  void lastObservationsRoutes(app)
  void findListRoutes(app)
  void bulkRoutes(app)
  void summaryRoutes(app)
  void matchRoutes(app)
  void importRoutes(app)
  void subscriptionRoutes(app)
  unknownOperations(app)
}

function unknownType(type: string): Refusal {
  return new Refusal('not-found', `${/^[A-Za-z]{1,40}$/.test(type) ? type : 'this'} is not a resource type of FHIR R4`, {
    hint: 'Type names are written like Patient or Observation.',
  })
}

function sendCapability(request: FastifyRequest, reply: FastifyReply, mode: string | undefined): FastifyReply {
  const form = formOf(request)
  const made = capabilityOf(request.world, form, mode)
  return sendPublicText(request, reply.header('content-type', form.format === 'xml' ? fhirXml : fhirJson), made)
}

const sendJson = (reply: FastifyReply, body: string): FastifyReply => reply.header('content-type', fhirJson).send(body)

/** Mounted at /record: what the portals read. */
export const pageRoutes: Routes = (app) => {
  giveRoom(app)
  app.get<{ Params: { person: string } }>('/people/:person/overview', async (request, reply) =>
    reply.header('cache-control', 'no-store').send(await readOverview(askingOf(request), request.params.person)),
  )
  app.get<{ Params: { person: string; id: string } }>('/people/:person/documents/:id', async (request, reply) =>
    reply.header('cache-control', 'no-store').send(await readDocument(askingOf(request), request.params.person, request.params.id)),
  )
  app.get<{ Params: { person: string } }>('/people/:person/visit', async (request, reply) =>
    reply.header('cache-control', 'no-store').send(await readVisit(askingOf(request), request.params.person)),
  )
  completenessRoutes(app)
}
