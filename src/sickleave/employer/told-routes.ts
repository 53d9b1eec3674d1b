import { readFileSync } from 'node:fs'
import type { Routes } from '../../platform/http.ts'
import { askingOf } from '../asking.ts'
import type { PaperName } from '../document/paper-name.ts'
import { sendPaper } from '../document/send-paper.ts'
import { calendarOf } from './calendar.ts'
import { latestOf, searchCases } from './cases.ts'
import { described } from './described.ts'
import { documentsFile } from './documents.ts'
import { employerPaper, eventsFor, leaveFor, leavesFor, myEmployers, sharedFor } from './read.ts'

type Firm = { Params: { pib: string } }
type Leave = { Params: { pib: string; leave: string } }

const schema = readFileSync(new URL('employer-documents.xsd', import.meta.url))

/**
 * What an employer is told about leaves. Everything is read as the employer's role, from what was written for the employer. The employers' process
 * itself answers these routes, so nothing here may load a module that knows of persons, the record or the medical part.
 */
export const toldRoutes: Routes = (app) => {
  app.get('/', described.employers, (request) => myEmployers(askingOf(request)))
  app.get<Firm>('/:pib/events', described.events, (request) => eventsFor(askingOf(request), request.params.pib, request.query))
  app.get<Firm>('/:pib/leaves', described.leaves, (request) => leavesFor(askingOf(request), request.params.pib))
  app.get<Leave>('/:pib/leaves/:leave', described.leave, (request) => leaveFor(askingOf(request), request.params.pib, request.params.leave))
  app.get<{ Params: PaperName & { pib: string } }>('/:pib/leaves/:leave/documents/:number/:version/:form', described.paper, async (request, reply) =>
    sendPaper(reply, await employerPaper(askingOf(request), request.params.pib, request.params, request.query)),
  )
  app.get<Leave>('/:pib/leaves/:leave/shared', described.shared, (request) => sharedFor(askingOf(request), request.params.pib, request.params.leave))
  app.get('/latest', described.latest, (request) => latestOf(askingOf(request)))
  app.post('/search', described.search, (request) => searchCases(askingOf(request), request.body))
  app.get<Firm>('/:pib/calendar', described.calendar, (request) => calendarOf(askingOf(request), request.params.pib, request.query))
  app.post('/documents', described.documents, async (request, reply) => {
    const { name, type, body } = await documentsFile(askingOf(request), request.body)
    return reply.header('content-type', type).header('content-disposition', `attachment; filename="${name}"`).send(body)
  })
  app.get('/schema/employer-documents.xsd', described.schema, (_request, reply) => reply.header('content-type', 'application/xml').send(schema))
}
