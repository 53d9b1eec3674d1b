import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Routes } from '../../platform/http.ts'
import { fhirJson } from '../../platform/http.ts'
import { Refusal } from '../../platform/refusal.ts'
import { askingOf, formPairsOf } from '../http/asking-of.ts'
import { searchAuditEvent } from '../audit-events.ts'
import { compartmentNames } from './compartment.ts'
import { isFhirId } from '../ids.ts'
import { pairsOf, preferenceOf } from '../http/respond.ts'
import { allow } from '../scope.ts'
import { searchCompartment, searchPage, searchSystem, searchType } from './search.ts'

type OfType = { Params: { type: string } }
type OfCompartment = { Params: { type: string; id: string; inner: string } }
type Pairs = [string, string][]

/** Searches of one type, of the whole system and of a compartment, each by address and by form. */
export const searchRoutes: Routes = (app) => {
  app.get('/', (request, reply) => ofSystem(request, reply, pairsOf(request)))
  app.post('/_search', (request, reply) => ofSystem(request, reply, formPairsOf(request)))
  // Also by GET: some clients write every search like this.
  app.get('/_search', (request, reply) => ofSystem(request, reply, pairsOf(request)))
  app.get<OfType>('/:type/_search', (request, reply) => ofType(request, reply, request.params.type, pairsOf(request)))
  app.get<OfType>('/:type', (request, reply) => ofType(request, reply, request.params.type, pairsOf(request)))
  app.post<OfType>('/:type/_search', (request, reply) => ofType(request, reply, request.params.type, formPairsOf(request)))
  compartments(app)
}

function compartments(app: FastifyInstance): void {
  app.get<OfCompartment>('/:type/:id/:inner', (request, reply) => ofCompartment(request, reply, request.params, pairsOf(request)))
  // Without a type it searches all of the compartment, as `*` does.
  app.post<OfCompartment>('/:type/:id/_search', (request, reply) => ofCompartment(request, reply, { ...request.params, inner: '*' }, formPairsOf(request)))
  app.post<OfCompartment>('/:type/:id/:inner/_search', (request, reply) => ofCompartment(request, reply, request.params, formPairsOf(request)))
}

async function ofType(request: FastifyRequest, reply: FastifyReply, type: string, pairs: Pairs): Promise<FastifyReply> {
  const asking = askingOf(request)
  const page = pageAsked(pairs)
  // Clients that keep the query of a link and write the address themselves ask for the next page here.
  if (page !== undefined) return sendJson(reply, await searchPage(asking, page, type))
  await allow(asking, type, 's')
  // People ask about the log itself; systems find the AuditEvents that they filed like any other resource.
  if (type === 'AuditEvent' && request.actor.kind === 'person') return sendJson(reply, await searchAuditEvent(asking, pairs))
  return sendJson(reply, await searchType(asking, type, pairs, preferenceOf(request).lenient))
}

async function ofSystem(request: FastifyRequest, reply: FastifyReply, pairs: Pairs): Promise<FastifyReply> {
  const asking = askingOf(request)
  const page = pageAsked(pairs)
  if (page !== undefined) return sendJson(reply, await searchPage(asking, page))
  return sendJson(reply, await searchSystem(asking, pairs, preferenceOf(request).lenient))
}

async function ofCompartment(request: FastifyRequest, reply: FastifyReply, params: OfCompartment['Params'], pairs: Pairs): Promise<FastifyReply> {
  const { type: name, id, inner } = params
  const asking = askingOf(request)
  const isType = inner === '*' || asking.world.fhir.typeCode(inner) >= 0
  if (!compartmentNames.includes(name) || !isFhirId(id) || !isType) {
    throw new Refusal('not-found', 'there is nothing at this address', {
      hint: `Compartments are those of ${compartmentNames.join(', ')}: /Patient/id/Condition.`,
    })
  }
  if (inner !== '*') await allow(asking, inner, 's')
  return sendJson(reply, await searchCompartment(asking, { name, id, inner }, pairs, preferenceOf(request).lenient))
}

const pageAsked = (pairs: Pairs): string | undefined => pairs.find(([name]) => name === '_page')?.[1]

const sendJson = (reply: FastifyReply, body: string): FastifyReply => reply.header('content-type', fhirJson).send(body)
