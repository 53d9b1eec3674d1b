import type { Routes } from '../../platform/http.ts'
import { Refusal } from '../../platform/refusal.ts'
import { type Asking, askingOf } from '../asking.ts'
import { sendPaper } from '../document/send-paper.ts'
import { requestsOfAll } from './all-requests.ts'
import { described, ownDescribed } from './described.ts'
import { expectedOf } from './expected.ts'
import { listsAsTable, ownCalculation, readRequest, requestsOf } from './lists.ts'
import { actOnRequest, attachEvidence, isRequesterAct, rewriteRequest, writeRequest } from './requester.ts'
import { employerSide, ownSide, type Side } from './side.ts'
import { requestToSign, signedRequest } from './signed-file.ts'
import { workOf } from './work.ts'

type Place = { Params: { pib: string; request: string; act: string } }
type FormPlace = { Params: Place['Params'] & { form: string }; Querystring: { language?: string } }
type Does = Parameters<typeof employerSide>[2]
type SideOf = (asking: Asking, params: Place['Params'], does: Does) => Promise<Side>

const bodyBytesMax = 7_500_000

/** The same acts for both sides; `at` is the path of a side's requests. */
const routesOf =
  (at: string, acts: typeof ownDescribed, sideOf: SideOf): Routes =>
  (app) => {
    app.get<Place>(at, acts.list, async (request) => requestsOf(askingOf(request), await sideOf(askingOf(request), request.params, 'read')))
    app.post<Place>(at, acts.write, async (request, reply) => {
      const shown = await writeRequest(askingOf(request), await sideOf(askingOf(request), request.params, 'write'), request.body)
      reply.code(201)
      return shown
    })
    app.get<Place>(`${at}/:request`, acts.one, async (request) =>
      readRequest(askingOf(request), await sideOf(askingOf(request), request.params, 'read'), request.params.request),
    )
    app.put<Place>(`${at}/:request`, acts.rewrite, async (request) =>
      rewriteRequest(askingOf(request), await sideOf(askingOf(request), request.params, 'write'), request.params.request, request.body),
    )
    app.get<FormPlace>(`${at}/:request/form.:form`, described.form, async (request, reply) => {
      const { form } = request.params
      const side = await sideOf(askingOf(request), request.params, 'read')
      return sendPaper(reply, await requestToSign(askingOf(request), side, request.params.request, { form, language: request.query.language }))
    })
    app.get<Place>(`${at}/:request/signed`, described.signed, async (request, reply) =>
      sendPaper(reply, await signedRequest(askingOf(request), await sideOf(askingOf(request), request.params, 'read'), request.params.request)),
    )
    app.post<Place>(`${at}/:request/evidence`, { bodyLimit: bodyBytesMax, ...acts.attach }, async (request) =>
      attachEvidence(askingOf(request), await sideOf(askingOf(request), request.params, 'write'), request.params.request, request.body),
    )
    app.post<Place>(`${at}/:request/:act`, acts.act, async (request) => {
      const { act } = request.params
      if (!isRequesterAct(act)) throw new Refusal('not-found', 'a request knows submission, withdrawal and confirmation')
      const side = await sideOf(askingOf(request), request.params, act === 'submission' ? 'sign' : 'write')
      return actOnRequest(askingOf(request), side, request.params.request, act, request.body)
    })
  }

/** Mounted at /sickleave/employer. */
export const employerRequestRoutes: Routes = async (app) => {
  app.get('/work', described.work, (request) => workOf(askingOf(request), request.query))
  app.get('/requests', described.ofAll, (request) => requestsOfAll(askingOf(request)))
  app.get<Place>('/:pib/requests/expected', described.expected, async (request) => {
    const side = await employerSide(askingOf(request), request.params.pib, 'read')
    return expectedOf(askingOf(request), side as Side & { employer: number })
  })
  app.get<Place>('/:pib/requests/lists.csv', described.table, async (request, reply) => {
    const side = await employerSide(askingOf(request), request.params.pib, 'read')
    const table = await listsAsTable(askingOf(request), side, request.query)
    return reply.header('content-disposition', 'attachment; filename="liste-obracuna.csv"').type('text/csv; charset=utf-8').send(table)
  })
  await app.register(routesOf('/:pib/requests', described, (asking, { pib }, does) => employerSide(asking, pib, does)))
}

/** Mounted at /sickleave/mine. */
export const ownRequestRoutes: Routes = async (app) => {
  app.get<Place>('/requests/:request/calculation', described.calculation, async (request) =>
    ownCalculation(askingOf(request), await ownSide(askingOf(request), 'read'), request.params.request),
  )
  await app.register(routesOf('/requests', ownDescribed, (asking, _, does) => ownSide(asking, does)))
}
