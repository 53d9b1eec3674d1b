import type { Routes } from '../../platform/http.ts'
import { askingOf } from '../asking.ts'
import { agenda, commissionQueue, scheduleSession } from './agenda.ts'
import { commissionFile, decideLeave, reviewLeave } from './commission.ts'

type PersonLeave = { Params: { person: string; leave: string } }

/** The medical commissions of the first and the second degree: mounted at /sickleave/commission. */
export const commissionRoutes: Routes = (app) => {
  app.get('/waiting', (request) => commissionQueue(askingOf(request)))
  app.get('/agenda', (request) => agenda(askingOf(request)))
  app.post('/agenda', (request) => scheduleSession(askingOf(request), request.body))
  app.get<PersonLeave>('/people/:person/leaves/:leave', (request) => commissionFile(askingOf(request), request.params.person, request.params.leave))
  app.post<PersonLeave>('/people/:person/leaves/:leave/decision', (request) =>
    decideLeave(askingOf(request), request.params.person, request.params.leave, request.body),
  )
  app.post<PersonLeave>('/people/:person/leaves/:leave/review', (request) =>
    reviewLeave(askingOf(request), request.params.person, request.params.leave, request.body),
  )
}
