import type { Routes } from '../../platform/http.ts'
import { askingOf } from '../asking.ts'
import { sendPaper } from '../document/send-paper.ts'
import { anomalies } from '../statistics/anomalies.ts'
import { openDataFile, statistics } from '../statistics/open-data.ts'
import { decideRequest } from './decide.ts'
import { fundEvidence, fundFile, fundSigned } from './file.ts'
import { answerObjection, fundObjections, orderControl } from './objections.ts'
import { executePayment, makePayment, paymentFile, payments } from './payment.ts'
import { officers } from './officers.ts'
import { overdue } from './overdue.ts'
import { askSimulation, simulations } from './simulations.ts'
import { fundWork } from './work.ts'

type One = { Params: { id: string } }
type Act = { Params: { id: string; act: string } }
type File = { Params: { id: string; evidence: string } }
type Format = { Params: { id: string; format: string } }

/** The Fund's routes: mounted at /sickleave/fund. */
export const fundRoutes: Routes = (app) => {
  app.get('/work', (request) => fundWork(askingOf(request), request.query))
  app.get<One>('/requests/:id', (request) => fundFile(askingOf(request), request.params.id))
  app.get<File>('/requests/:id/evidence/:evidence', async (request, reply) => {
    const { name, type, content } = await fundEvidence(askingOf(request), request.params.id, request.params.evidence)
    reply.header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(name)}`)
    return reply.type(type).send(content)
  })
  app.get<One>('/requests/:id/signed', async (request, reply) => sendPaper(reply, await fundSigned(askingOf(request), request.params.id)))
  app.post<Act>('/requests/:id/:act', (request) => decideRequest(askingOf(request), request.params.id, request.params.act, request.body))
  app.get('/objections', (request) => fundObjections(askingOf(request)))
  app.post<One>('/objections/:id', (request) => answerObjection(askingOf(request), request.params.id, request.body))
  app.post('/controls', async (request, reply) => {
    const made = await orderControl(askingOf(request), request.body)
    reply.code(201)
    return made
  })
  app.get('/officers', (request) => officers(askingOf(request)))
  app.get('/overdue', (request) => overdue(askingOf(request)))
  app.get('/simulations', (request) => simulations(askingOf(request)))
  app.post('/simulations', { bodyLimit: 4096 }, async (request, reply) => {
    const asked = await askSimulation(askingOf(request), request.body)
    reply.code(201)
    return asked
  })
  app.get('/statistics', (request) => statistics(askingOf(request)))
  app.get('/anomalies', (request) => anomalies(askingOf(request)))
  app.get('/payments', (request) => payments(askingOf(request)))
  app.post('/payments', async (request, reply) => {
    const made = await makePayment(askingOf(request))
    reply.code(201)
    return made
  })
  app.get<Format>('/payments/:id/file.:format', async (request, reply) => {
    const { name, type, text } = await paymentFile(askingOf(request), request.params.id, request.params.format)
    return reply.header('content-disposition', `attachment; filename="${name}"`).type(type).send(text)
  })
  app.post<One>('/payments/:id/execution', (request) => executePayment(askingOf(request), request.params.id, request.body))
}

/** Open to everybody: mounted at /sickleave. */
export const openDataRoutes: Routes = (app) => {
  app.get('/open-data.csv', { config: { open: true } }, async (request, reply) =>
    reply
      .header('cache-control', 'public, max-age=3600')
      .type('text/csv; charset=utf-8')
      .send(await openDataFile(request.world)),
  )
}
