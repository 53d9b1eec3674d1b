import type { Routes } from '../../platform/http.ts'
import { askingOf } from '../asking.ts'
import { evidenceForDoctor, evidenceForPerson } from './evidence.ts'
import { lock, unlock, unlocked } from './keys.ts'

type Place = { Params: { person: string; leave: string } }

/** The doctor's session signature, and the evidence of a leave for those who do not ask this server. */
export const signatureRoutes: Routes = (app) => {
  app.get('/signature', (request) => unlocked(askingOf(request)))
  app.post('/signature', async (request, reply) => {
    const keys = await unlock(askingOf(request), request.body, request.ip)
    reply.code(201)
    return keys
  })
  app.delete('/signature', async (request, reply) => {
    await lock(askingOf(request))
    return reply.code(204).send()
  })
  app.get<Place>('/people/:person/leaves/:leave/evidence', (request) => evidenceForDoctor(askingOf(request), request.params.person, request.params.leave))
  app.get<{ Params: { leave: string } }>('/mine/:leave/evidence', (request) => evidenceForPerson(askingOf(request), request.params.leave))
}
