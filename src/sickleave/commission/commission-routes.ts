import type { Routes } from '../../platform/http.ts'
import { askingOf } from '../asking.ts'
import { commissionFile, commissionQueue, decideLeave } from './commission.ts'

type PersonLeave = { Params: { person: string; leave: string } }

/** The first-degree commission. */
export const commissionRoutes: Routes = (app) => {
  app.get('/waiting', (request) => commissionQueue(askingOf(request)))
  app.get<PersonLeave>('/people/:person/leaves/:leave', (request) => commissionFile(askingOf(request), request.params.person, request.params.leave))
  app.post<PersonLeave>('/people/:person/leaves/:leave/decision', (request) =>
    decideLeave(askingOf(request), request.params.person, request.params.leave, request.body),
  )
}
