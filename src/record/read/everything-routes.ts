import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Routes } from '../../platform/http.ts'
import { Refusal } from '../../platform/refusal.ts'
import { fhirJson } from '../../platform/http.ts'
import { encounterEverything } from './encounter-everything.ts'
import { everything } from './everything.ts'
import { wordsOf } from '../http/operation-words.ts'
import { askingOf } from '../http/asking-of.ts'
import { allow } from '../scope.ts'

type OfOne = { Params: { id: string } }

/** `$everything` of one patient or one encounter, by GET and by POST. */
export const everythingRoutes: Routes = (app) => {
  const one = async (request: FastifyRequest<OfOne>, reply: FastifyReply) => {
    const asking = askingOf(request)
    await allow(asking, 'Patient', 'r')
    return everything(asking, reply, request.params.id, wordsOf(request))
  }
  app.get<OfOne>('/Patient/:id/$everything', one)
  app.post<OfOne>('/Patient/:id/$everything', one)
  const ofEncounter = async (request: FastifyRequest<OfOne>, reply: FastifyReply) =>
    reply.header('content-type', fhirJson).send(await encounterEverything(askingOf(request), request.params.id, wordsOf(request)))
  app.get<OfOne>('/Encounter/:id/$everything', ofEncounter)
  app.post<OfOne>('/Encounter/:id/$everything', ofEncounter)
  const many = async (request: FastifyRequest) => {
    await allow(askingOf(request), 'Patient', 'r')
    const [diagnostics, hint] = ['$everything of several patients is not supported', 'Ask Patient/[id]/$everything for each, or Patient/$export for all.']
    throw new Refusal('incorrect', diagnostics, { issues: [{ severity: 'error', code: 'not-supported', diagnostics, hint }] })
  }
  app.get('/Patient/$everything', many)
  app.post('/Patient/$everything', many)
}
