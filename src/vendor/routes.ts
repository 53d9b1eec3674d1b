import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Routes } from '../platform/http.ts'
import { Refusal } from '../platform/refusal.ts'
import { certificateKeys } from './certificate.ts'
import { askForRun } from './ask.ts'
import { beginOutage, beginRun, reportRun } from './runs.ts'
import { refusalOfSandbox, sayReason, sayVerdict } from './said.ts'
import { qrOfCertificate, revokeCertificate, showOwnSystem, showRun, showSystem, showSystems, stateOfCertificate } from './show.ts'
import { admitSystem, requireSandbox, signUp } from './systems.ts'
import type { CertificateShown } from './wire.ts'

type ById = { Params: { id: string } }
const bodyBytesMax = 65_536

/** Mounted at /vendor. Open to everybody are the routes that a vendor needs before it has a token, and the questions about a certificate. */
export const vendorRoutes: Routes = (app: FastifyInstance) => {
  app.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'))
  app.setErrorHandler((error, { headers }) => {
    throw error instanceof Refusal ? refusalOfSandbox(error, headers['accept-language']) : error
  })
  const open = { config: { open: true }, bodyLimit: bodyBytesMax }
  const own = { bodyLimit: bodyBytesMax }
  const created = async (reply: FastifyReply, body: Promise<object>) => reply.code(201).send(await body)
  app.get('/keys', open, async ({ world }) => certificateKeys(world))
  app.get<ById>('/certificates/:id', open, async ({ world, params, headers }) =>
    sayReason(headers['accept-language'], await stateOfCertificate(world, params.id)),
  )
  app.get<ById>('/certificates/:id/qr', open, async ({ world, params }, reply) => reply.type('image/svg+xml').send(await qrOfCertificate(world, params.id)))
  app.post('/systems', open, ({ world, body, correlation }, reply) => created(reply, signUp(world, body, correlation)))
  app.post<ById>('/systems/:id/admission', open, ({ world, params }) => admitSystem(world, params.id))
  app.get<ById>('/systems/:id', open, async ({ world, params, headers: { 'accept-language': language } }) => {
    requireSandbox(world)
    const shown = await showSystem(world, params.id)
    const runs = shown.runs.map((run) => ({ ...run, scenarios: sayVerdict(language, run.scenarios) }))
    return { ...shown, runs, certificates: shown.certificates.map((one) => sayReason(language, one)) }
  })
  app.post<ById>('/systems/:id/tests', open, async ({ world, params, body, ip }, reply) => reply.code(202).send(await askForRun(world, params.id, body, ip)))
  app.get('/systems', async (request) => {
    const { systems } = await showSystems(request)
    const say = (one: CertificateShown) => sayReason(request.headers['accept-language'], one)
    return { systems: systems.map((system) => ({ ...system, certificates: system.certificates.map(say) })) }
  })
  app.get('/own', (request) => showOwnSystem(request))
  app.post('/runs', own, (request, reply) => created(reply, beginRun(request)))
  app.get<ById>('/runs/:id', (request) => showRun(request as FastifyRequest, request.params.id))
  app.post<ById>('/runs/:id/outage', own, (request) => beginOutage(request as FastifyRequest, request.params.id))
  app.post<ById>('/runs/:id/report', own, (request) => reportRun(request as FastifyRequest, request.params.id))
  app.post<ById>('/certificates/:id/revocation', own, (request) => revokeCertificate(request as FastifyRequest, request.params.id))
}
