import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Routes } from '../../platform/http.ts'
import { fhirJson } from '../../platform/http.ts'
import { encounterEverything } from './encounter-everything.ts'
import { everything } from './everything.ts'
import { everythingOfAll } from './everything-of-all.ts'
import { wordsOf } from '../http/operation-words.ts'
import { askingOf } from '../http/asking-of.ts'
import { allow } from '../scope.ts'

type OfOne = { Params: { id: string } }

/** `$everything` of one patient, of one encounter and of all patients, by GET and by POST. */
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
  const many = async (request: FastifyRequest, reply: FastifyReply) => {
    const asking = askingOf(request)
    await allow(asking, 'Patient', 'r')
    return reply.header('content-type', fhirJson).send(await everythingOfAll(asking, wordsOf(request)))
  }
  app.get('/Patient/$everything', many)
  app.post('/Patient/$everything', many)
}
