import type { Routes } from '../../platform/http.ts'
import { type Asking, askingOf } from '../asking.ts'
import { employerSide, ownSide, type Side } from '../request/side.ts'
import { objectionsOfAll } from './all-objections.ts'
import { answerCorrection, corrections, takeCorrection } from './desks.ts'
import { described, describedOfAll } from './described.ts'
import { objectionsOf, withdrawObjection } from './lists.ts'
import { makeObjection } from './make.ts'

type Place = { Params: { pib: string; objection: string } }
type SideOf = (asking: Asking, params: Place['Params'], does: 'read' | 'write' | 'sign') => Promise<Side>

const routesOf =
  (at: string, { list, make, withdraw }: typeof described.own, sideOf: SideOf): Routes =>
  (app) => {
    app.get<Place>(at, list, async (request) => objectionsOf(askingOf(request), await sideOf(askingOf(request), request.params, 'read')))
    app.post<Place>(at, make, async (request, reply) => {
      const shown = await makeObjection(askingOf(request), await sideOf(askingOf(request), request.params, 'sign'), request.body)
      reply.code(201)
      return shown
    })
    app.post<Place>(`${at}/:objection/withdrawal`, withdraw, async (request) =>
      withdrawObjection(askingOf(request), await sideOf(askingOf(request), request.params, 'sign'), request.params.objection, request.body),
    )
  }

/** Mounted at /sickleave/employer and /sickleave/mine. */
export const employerObjectionRoutes: Routes = async (app) => {
  app.get('/objections', describedOfAll, (request) => objectionsOfAll(askingOf(request)))
  await app.register(routesOf('/:pib/objections', described.employer, (asking, { pib }, does) => employerSide(asking, pib, does)))
}
export const ownObjectionRoutes: Routes = routesOf('/objections', described.own, (asking, _, does) => ownSide(asking, does))

/** The routes of the leave's doctor and their substitute: requests to correct the leave. */
export const correctionRoutes: Routes = (app) => {
  app.get('/corrections', (request) => corrections(askingOf(request)))
  app.post<Place>('/corrections/:objection/taking', (request) => takeCorrection(askingOf(request), request.params.objection))
  app.post<Place>('/corrections/:objection', (request) => answerCorrection(askingOf(request), request.params.objection, request.body))
}
