import type { Routes } from '../../platform/http.ts'
import { askingOf } from '../asking.ts'
import { setAsideBlock } from './blocks.ts'
import type { PaperName } from '../document/paper-name.ts'
import { sendPaper } from '../document/send-paper.ts'
import { changeLeave, leavesOfPatient, paperOfPatient, openLeave, preview } from './doctor.ts'
import { offlineCertificates } from '../offline/offline-store.ts'
import { sayTo } from '../said/said.ts'
import { reportsDue } from './reports-due.ts'

type Person = { Params: { person: string } }
type Change = { Params: { person: string; leave: string; act: string } }

/** The routes of the doctor who assesses. */
export const doctorRoutes: Routes = (app) => {
  app.get<Person>('/people/:person/leaves', (request) => leavesOfPatient(askingOf(request), request.params.person))
  app.get('/due', (request) => reportsDue(askingOf(request)))
  app.get('/offline', async (request) => {
    const { lines } = await offlineCertificates(askingOf(request))
    const said = (text: string) => sayTo(request.headers['accept-language'], text)
    return {
      lines: lines.map((line) => ({
        ...line,
        refused: line.refused && { sentence: said(line.refused.sentence), hint: line.refused.hint && said(line.refused.hint) },
      })),
    }
  })
  app.post<Person>('/people/:person/preview', (request) => preview(askingOf(request), request.params.person, request.body))
  app.post<Person>('/people/:person/leaves', async (request, reply) => {
    const opened = await openLeave(askingOf(request), request.params.person, request.body)
    reply.code(201)
    return opened
  })
  app.get<{ Params: PaperName & { person: string } }>('/people/:person/leaves/:leave/documents/:number/:version/:form', async (request, reply) =>
    sendPaper(reply, await paperOfPatient(askingOf(request), request.params.person, request.params, request.query)),
  )
  app.post<Change>('/people/:person/leaves/:leave/:act', (request) => {
    const { person, leave, act } = request.params
    return changeLeave(askingOf(request), person, leave, act, request.body)
  })
  app.post('/blocks', async (request, reply) => {
    const block = await setAsideBlock(askingOf(request), request.body)
    reply.code(201)
    return block
  })
}
