import type { Routes } from '../../platform/http.ts'
import { askingOf } from '../asking.ts'
import { sendPaper } from '../document/send-paper.ts'
import { myLeaves, myPaper, shareDiagnosis, takeBack } from './employee.ts'

import type { PaperName } from '../document/paper-name.ts'

type Sharing = { Params: { pib: string; leave: string } }

/** The routes of the person whose leave it is. */
export const employeeRoutes: Routes = (app) => {
  app.get('/', (request) => myLeaves(askingOf(request)))
  app.get<{ Params: PaperName }>('/:leave/documents/:number/:version/:form', async (request, reply) =>
    sendPaper(reply, await myPaper(askingOf(request), request.params, request.query)),
  )
  app.put<Sharing>('/:leave/sharing/:pib', async (request, reply) => {
    await shareDiagnosis(askingOf(request), request.params.leave, request.params.pib, request.body)
    return reply.code(204).send()
  })
  app.delete<Sharing>('/:leave/sharing/:pib', async (request, reply) => {
    await takeBack(askingOf(request), request.params.leave, request.params.pib)
    return reply.code(204).send()
  })
}
