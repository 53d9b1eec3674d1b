import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Routes } from '../platform/http.ts'
import { fhirJson } from '../platform/http.ts'
import { Refusal } from '../platform/refusal.ts'
import { askingOf } from './asking-of.ts'
import { readAuditEvent, searchAuditEvent } from './audit-events.ts'
import { acceptBodies } from './body-gate.ts'
import { runBundle } from './bundle.ts'
import { bulkRoutes } from './bulk-routes.ts'
import { importRoutes } from './import-routes.ts'
import { capabilityOf } from './capability.ts'
import { createOne, deleteOne, updateOne } from './create.ts'
import { createConditionally } from './conditional.ts'
import { everythingRoutes } from './everything-routes.ts'
import { historyBundle } from './history-bundle.ts'
import { lastObservationsRoutes } from './last-observations.ts'
import { requireValid } from './prepare.ts'
import { readOne, readVersion } from './read.ts'
import { readDocument, readOverview } from './read-page.ts'
import { formOf, readBody } from './formats.ts'
import { etagOf, ifMatchOf, preferenceOf, sendApplied, sendResource } from './respond.ts'
import { allow } from './scope.ts'
import { searchPage, searchType } from './search.ts'
import { summaryRoutes } from './summary/routes.ts'
import { terminologyRoutes } from './terminology/routes.ts'
import { validateRoutes } from './validate.ts'

type OfType = { Params: { type: string } }
type OfResource = { Params: { type: string; id: string } }
type OfVersion = { Params: { type: string; id: string; version: string } }

/** Mounted at /fhir: the FHIR R4 REST API. Routes translate; the acts beside this file decide. */
export const fhirRoutes: Routes = (app) => {
  acceptBodies(app)
  app.addHook('preHandler', async (request) => {
    const { type } = request.params as { type?: string }
    if (type !== undefined && request.world.fhir.typeCode(type) < 0) throw unknownType(type)
    formOf(request) // A form that cannot be given is refused before anything is done.
  })
  app.get('/metadata', { config: { open: true } }, async (request, reply) => sendJson(reply, capabilityOf(request.world)))
  app.post('/', async (request, reply) => {
    const answer = await runBundle(askingOf(request), () => readBody(request), preferenceOf(request))
    return sendJson(reply, answer)
  })
  app.get('/', async (request, reply) => sendJson(reply, await searchPage(askingOf(request), request.query as Record<string, string>)))
  validateRoutes(app)
  interactions(app)
  searches(app)
  void everythingRoutes(app)
  void terminologyRoutes(app)
  void lastObservationsRoutes(app)
  void bulkRoutes(app)
  void summaryRoutes(app)
  void importRoutes(app)
}

function interactions(app: FastifyInstance): void {
  app.get<OfResource>('/:type/:id', async (request, reply) => {
    const { type, id } = request.params
    await allow(askingOf(request), type, 'r')
    if (type === 'AuditEvent' && request.actor.kind === 'person') return sendJson(reply, await readAuditEvent(askingOf(request), id))
    const { row, body } = await readOne(askingOf(request), type, id)
    if (request.headers['if-none-match'] === etagOf(row.version)) return reply.code(304).header('etag', etagOf(row.version)).send()
    return sendResource(reply, body, row.version, row.at)
  })
  app.get<OfVersion>('/:type/:id/_history/:version', async (request, reply) => {
    const { type, id, version } = request.params
    await allow(askingOf(request), type, 'r')
    const { row, body } = await readVersion(askingOf(request), type, id, version)
    return sendResource(reply, body, row.version, row.at)
  })
  app.get<OfResource>('/:type/:id/_history', async (request, reply) => {
    await allow(askingOf(request), request.params.type, 'r')
    const { type, id } = request.params
    return sendJson(reply, await historyBundle(askingOf(request), type, id, request.query as Record<string, string>))
  })
  app.post<OfType>('/:type', async (request, reply) => {
    const { type } = request.params
    const asking = askingOf(request)
    await allow(asking, type, 'c')
    const resource = requireValid(request.world, readBody(request), type)
    const criteria = request.headers['if-none-exist']
    const applied = typeof criteria === 'string' ? await createConditionally(asking, resource, criteria) : await createOne(asking, resource)
    return sendApplied(asking, reply, applied, preferenceOf(request))
  })
  app.put<OfResource>('/:type/:id', async (request, reply) => {
    const { type, id } = request.params
    const asking = askingOf(request)
    await allow(asking, type, 'u')
    const resource = requireValid(request.world, readBody(request), type)
    if (resource.id !== id) {
      throw new Refusal('incorrect', 'the id in the resource is not the id in the address', {
        expression: `${type}.id`,
        hint: 'Send the resource with the same id as the address.',
      })
    }
    return sendApplied(asking, reply, await updateOne(asking, resource, id, ifMatchOf(request)), preferenceOf(request))
  })
  app.delete<OfResource>('/:type/:id', async (request, reply) => {
    const { type, id } = request.params
    const asking = askingOf(request)
    await allow(asking, type, 'd')
    return sendApplied(asking, reply, await deleteOne(asking, type, id, ifMatchOf(request)), preferenceOf(request))
  })
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

/** All pairs of the query in order: a repeated parameter is an AND, so none may be lost. */
function pairsOf(request: FastifyRequest): [string, string][] {
  const at = request.raw.url?.indexOf('?') ?? -1
  return at < 0 ? [] : [...new URLSearchParams((request.raw.url as string).slice(at + 1))]
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
