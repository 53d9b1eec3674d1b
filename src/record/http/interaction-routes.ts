import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Resource } from '../../fhir/fhir.ts'
import { fhirJson, type Routes } from '../../platform/http.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Asking } from '../asking.ts'
import { readAuditEvent } from '../audit-events.ts'
import { contentOf, sendContent, wantsContent } from '../read/binary.ts'
import { createConditionally } from '../write/conditional.ts'
import { type ConditionalWrite, writeConditionally } from '../write/conditional-write.ts'
import { createOne, deleteOne, patchOne, updateOne } from '../write/create.ts'
import { acceptPatch, readPatch } from './formats.ts'
import { type HistoryOf, historyBundle } from '../read/history-bundle.ts'
import { requireValid } from '../write/prepare.ts'
import { type Found, readOne, readVersion } from '../read/read.ts'
import { conditionsOf, etagOf, expectedOf, isUnchanged, pairsOf, preferenceOf, sendApplied, sendResource } from './respond.ts'
import { askingOf } from './asking-of.ts'
import { allow } from '../scope.ts'
import { extentOf, shortened } from './shortened.ts'

type OfType = { Params: { type: string } }
type OfResource = { Params: { type: string; id: string } }
type OfVersion = { Params: { type: string; id: string; version: string } }

/** Interactions with one resource, which is named by its id or by a condition that finds it. */
export const interactionRoutes: Routes = (app) => {
  app.get<OfResource>('/:type/:id', async (request, reply) => {
    const { type, id } = request.params
    const asking = askingOf(request)
    await allow(asking, type, 'r')
    if (type === 'AuditEvent' && request.actor.kind === 'person') {
      return reply.header('content-type', fhirJson).send(await readAuditEvent(asking, id))
    }
    const extent = extentOf(asking, type, pairsOf(request))
    return sendFound(request, reply, asking, extent, await readOne(asking, type, id))
  })
  app.get<OfVersion>('/:type/:id/_history/:version', async (request, reply) => {
    const { type, id, version } = request.params
    const asking = askingOf(request)
    await allow(asking, type, 'r')
    const extent = extentOf(asking, type, pairsOf(request))
    return sendFound(request, reply, asking, extent, await readVersion(asking, type, id, version))
  })
  app.post<OfType>('/:type', async (request, reply) => {
    const { type } = request.params
    const asking = askingOf(request)
    await allow(asking, type, 'c')
    const resource = requireValid(request.world, contentOf(request), type)
    const criteria = request.headers['if-none-exist']
    const applied = typeof criteria === 'string' ? await createConditionally(asking, resource, criteria) : await createOne(asking, resource)
    return sendApplied(asking, reply, applied, preferenceOf(request))
  })
  app.put<OfResource>('/:type/:id', async (request, reply) => {
    const { type, id } = request.params
    const asking = askingOf(request)
    await allow(asking, type, 'u')
    const resource = requireValid(request.world, contentOf(request, id), type)
    requireSameId(resource, id)
    return sendApplied(asking, reply, await updateOne(asking, resource, id, expectedOf(request)), preferenceOf(request))
  })
  app.patch<OfResource>('/:type/:id', async (request, reply) => {
    const { type, id } = request.params
    const asking = askingOf(request)
    await allow(asking, type, 'u')
    reply.header('accept-patch', acceptPatch)
    return sendApplied(asking, reply, await patchOne(asking, type, id, readPatch(request), expectedOf(request)), preferenceOf(request))
  })
  app.delete<OfResource>('/:type/:id', async (request, reply) => {
    const { type, id } = request.params
    const asking = askingOf(request)
    await allow(asking, type, 'd')
    return sendApplied(asking, reply, await deleteOne(asking, type, id, expectedOf(request)), preferenceOf(request))
  })
  historyRoutes(app)
  void conditionalRoutes(app)
}

function historyRoutes(app: FastifyInstance): void {
  const give = async (request: FastifyRequest, reply: FastifyReply, of: HistoryOf) =>
    reply.header('content-type', fhirJson).send(await historyBundle(askingOf(request), of, pairsOf(request)))
  app.get<OfResource>('/:type/:id/_history', (request, reply) => give(request, reply, request.params))
  app.get<OfType>('/:type/_history', (request, reply) => give(request, reply, { type: request.params.type, id: null }))
  app.get('/_history', (request, reply) => give(request, reply, { type: null, id: null }))
}

const conditionalRoutes: Routes = (app) => {
  app.put<OfType>('/:type', async (request, reply) => {
    const { type } = request.params
    await allow(askingOf(request), type, 'u')
    const resource = requireValid(request.world, contentOf(request), type)
    return answer(request, reply, { ...conditionOf(request, 'PUT'), resource })
  })
  app.patch<OfType>('/:type', async (request, reply) => {
    await allow(askingOf(request), request.params.type, 'u')
    reply.header('accept-patch', acceptPatch)
    return answer(request, reply, { ...conditionOf(request, 'PATCH'), patch: readPatch(request) })
  })
  app.delete<OfType>('/:type', async (request, reply) => {
    await allow(askingOf(request), request.params.type, 'd')
    return answer(request, reply, conditionOf(request, 'DELETE'))
  })
}

function conditionOf(request: FastifyRequest<OfType>, method: ConditionalWrite['method']): ConditionalWrite {
  const query = String(new URLSearchParams(pairsOf(request).filter(([name]) => name !== '_format' && name !== '_pretty')))
  const { type } = request.params
  return { method, type, query, resource: null, expected: expectedOf(request), path: type, expression: 'http.query' }
}

async function answer(request: FastifyRequest, reply: FastifyReply, write: ConditionalWrite): Promise<FastifyReply> {
  const asking = askingOf(request)
  const applied = await writeConditionally(asking, write)
  return applied ? sendApplied(asking, reply, applied, preferenceOf(request)) : reply.code(204).send()
}

function requireSameId(resource: Resource, id: string): void {
  if (resource.id === id) return
  throw new Refusal('incorrect', 'the id in the resource is not the id in the address', {
    expression: `${resource.resourceType}.id`,
    hint: 'Send the resource with the same id as the address.',
  })
}

function sendFound(request: FastifyRequest, reply: FastifyReply, asking: Asking, extent: ReturnType<typeof extentOf>, { row, body }: Found): FastifyReply {
  if (isUnchanged(row, conditionsOf(request))) return reply.code(304).header('etag', etagOf(row.version)).header('last-modified', row.at.toUTCString()).send()
  if (wantsContent(request)) return sendContent(reply.header('etag', etagOf(row.version)).header('last-modified', row.at.toUTCString()), body)
  return sendResource(reply, shortened(asking, extent, (request.params as OfType['Params']).type, body), row.version, row.at)
}
