import type { Routes } from '../../platform/http.ts'
import { askingOf } from '../asking.ts'
import type { PaperName } from '../document/own-paper.ts'
import { sendPaper } from '../document/send-paper.ts'
import { employerPaper, eventsFor, leaveFor, leavesFor, myEmployers, sharedFor } from './read.ts'

type Employer = { Params: { pib: string } }
type EmployerLeave = { Params: { pib: string; leave: string } }

/** The employer and its payroll. */
export const employerRoutes: Routes = (app) => {
  app.get('/', (request) => myEmployers(askingOf(request)))
  app.get<Employer>('/:pib/events', (request) => eventsFor(askingOf(request), request.params.pib, request.query))
  app.get<Employer>('/:pib/leaves', (request) => leavesFor(askingOf(request), request.params.pib))
  app.get<EmployerLeave>('/:pib/leaves/:leave', (request) => leaveFor(askingOf(request), request.params.pib, request.params.leave))
  app.get<{ Params: PaperName & { pib: string } }>('/:pib/leaves/:leave/documents/:number/:version/:form', async (request, reply) =>
    sendPaper(reply, await employerPaper(askingOf(request), request.params.pib, request.params, request.query)),
  )
  app.get<EmployerLeave>('/:pib/leaves/:leave/shared', (request) => sharedFor(askingOf(request), request.params.pib, request.params.leave))
}
