import type { Routes } from '../../platform/http.ts'
import { askingOf } from '../asking.ts'
import { myLeaves, shareDiagnosis, takeBack } from './employee.ts'

type Sharing = { Params: { pib: string; leave: string } }

/** The person whose leave it is. */
export const employeeRoutes: Routes = (app) => {
  app.get('/', (request) => myLeaves(askingOf(request)))
  app.put<Sharing>('/:leave/sharing/:pib', async (request, reply) => {
    await shareDiagnosis(askingOf(request), request.params.leave, request.params.pib)
    return reply.code(204).send()
  })
  app.delete<Sharing>('/:leave/sharing/:pib', async (request, reply) => {
    await takeBack(askingOf(request), request.params.leave, request.params.pib)
    return reply.code(204).send()
  })
}
