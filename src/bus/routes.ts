import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Routes } from '../platform/http.ts'
import { Refusal } from '../platform/refusal.ts'
import { answerCall } from './calls/call-answer.ts'
import { call } from './calls/call.ts'
import { askContract, listServices, putService } from './members/catalogue.ts'
import { centreKey } from './members/centre-key.ts'
import { directoryOf } from './members/directory.ts'
import { acknowledgeMessages, callerOf, fetchMessages } from './messages/fetch-messages.ts'
import { fetchCallBody } from './calls/fetch-call.ts'
import { measureAnswer } from './centre/measure.ts'
import { operatorRoutes } from './operator/routes.ts'
import { activate, changeKeys, ownMember, prove, register, selfTest } from './members/member.ts'
import { returnWithKey } from './members/member-return.ts'
import { bindCertificate } from './members/member-certificate.ts'
import { endsSoon, publicKeys } from './members/member-key.ts'
import { recordRefused } from './signing/refused.ts'
import { rightTo } from './members/right.ts'
import { refusalOfBus } from './said.ts'
import type { PatientOf } from './messages/head.ts'
import { messageStates } from './messages/message-states.ts'
import { sendMessage } from './messages/send-message.ts'
import { beginTrace, endTrace } from './centre/trace.ts'
import { sendSignedJson } from './signing/signed-answer.ts'
import { endStreams, streamDeliveries, type Streams } from './messages/stream.ts'

const messageBytesMax = 8 * 1_048_576
/** What a service may allow; its own limit is applied when it is known. */
const callBytesMax = 100 * 1_048_576
const formBytesMax = 262_144
/** What is signed must leave as it was signed: nothing of the bus is compressed. */
const signed = { compress: false } as const
/** Members that have no token yet prove themselves by the signature alone. */
const bySignature = { ...signed, config: { open: true } } as const

type ByCode = { Params: { code: string } }

/** Mounted at /bus. What is signed is what was sent: bodies stay bytes until the signature holds. */
export function busRoutes(above: { patientOf: PatientOf }): Routes {
  return (app) => {
    app.decorateRequest('signer', null)
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: messageBytesMax }, (_request, body, done) => done(null, body))
    app.addHook('onRequest', (request, _reply, next) => {
      const isPacked = request.headers['content-encoding'] !== undefined
      next(
        isPacked
          ? new Refusal('unsupported', 'bodies of the bus are sent as they are, without content-encoding', { expression: 'content-encoding' })
          : undefined,
      )
    })
    app.addHook('onRequest', beginTrace)
    // The span ends with the answer; counting the answer may ask the database first.
    app.addHook('onResponse', endTrace)
    app.addHook('onResponse', measureAnswer)
    app.setErrorHandler(async (error, request) => {
      await recordRefused(request, error)
      // To the place where every error of the house becomes its answer.
      throw error instanceof Refusal ? refusalOfBus(error, request.headers['accept-language']) : error
    })
    app.get('/keys', { ...signed, config: { open: true } }, async (request) => ({ keys: [centreKey(request.world.keys).jwk] }))
    memberRoutes(app)
    catalogueRoutes(app)
    void app.register(operatorRoutes, { prefix: '/operator' })
    void app.register(async (own) => callRoutes(own, above.patientOf))
    app.post('/messages', { ...signed, bodyLimit: messageBytesMax }, (request, reply) => sendMessage(request, reply, bodyOf(request), above.patientOf))
    app.post('/messages/states', { ...signed, bodyLimit: formBytesMax }, async (request, reply) =>
      sendSignedJson(request.world, reply, 200, await messageStates(request, bodyOf(request))),
    )
    app.post('/deliveries/lease', { ...signed, bodyLimit: formBytesMax }, async (request, reply) =>
      noStore(reply).send(await fetchMessages(request, bodyOf(request))),
    )
    const streams: Streams = new Set()
    app.get('/deliveries/stream', { ...signed, exposeHeadRoute: false }, (request, reply) => streamDeliveries(streams, request, reply))
    app.addHook('preClose', async () => endStreams(streams))
    app.post('/deliveries/ack', { ...signed, bodyLimit: formBytesMax }, async (request, reply) =>
      sendSignedJson(request.world, reply, 200, await acknowledgeMessages(request, bodyOf(request))),
    )
  }
}

const bodyOf = ({ body }: FastifyRequest): Buffer => (Buffer.isBuffer(body) ? body : Buffer.alloc(0))
const noStore = (reply: FastifyReply) => reply.header('cache-control', 'no-store')

type MemberAct = (request: FastifyRequest, body: Buffer, code: string) => Promise<unknown>
const memberActs: Record<string, MemberAct> = {
  proof: prove,
  'self-test': selfTest,
  activation: activate,
  keys: changeKeys,
  return: returnWithKey,
  certificate: bindCertificate,
}

function memberRoutes(app: FastifyInstance): void {
  const small = { ...bySignature, bodyLimit: formBytesMax }
  app.post('/members', small, async (request, reply) => sendSignedJson(request.world, reply, 201, await register(request, bodyOf(request))))
  for (const [name, act] of Object.entries(memberActs))
    app.post<ByCode>(`/members/:code/${name}`, small, async (request, reply) =>
      sendSignedJson(request.world, reply, 200, await act(request as FastifyRequest, bodyOf(request as FastifyRequest), request.params.code)),
    )
  app.get<ByCode>('/members/:code/keys', signed, async (request, reply) => {
    const directory = await directoryOf(request.world)
    callerOf(directory, request as FastifyRequest)
    return sendSignedJson(request.world, reply, 200, publicKeys(request.world, directory, request.params.code))
  })
  app.get<ByCode>('/members/:code', small, async (request, reply) => {
    const { member } = await ownMember(request as FastifyRequest, Buffer.alloc(0), request.params.code)
    const directory = await directoryOf(request.world)
    const now = request.world.now()
    const keys = [...directory.keys.values()]
      .filter((key) => key.member === member.id && key.withdrawnAt === null && key.validUntil > now)
      .map(({ kid, validUntil }) => ({ kid, validUntil: validUntil.toISOString(), endsInDays: endsSoon(validUntil, now) }))
    const { code, name, state, client, provedAt, testedAt } = member
    return sendSignedJson(request.world, reply, 200, { code, name, state, client_id: client, proved: provedAt !== null, tested: testedAt !== null, keys })
  })
}

const callMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

function callRoutes(app: FastifyInstance, patientOf: PatientOf): void {
  // The body is left on the line until the head is known to be signed and allowed.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, body, done) => done(null, body))
  const handler = (request: FastifyRequest, reply: FastifyReply) => call(request, reply, patientOf)
  for (const url of ['/call/:provider/:service', '/call/:provider/:service/*'])
    app.route({ ...signed, method: callMethods, url, bodyLimit: callBytesMax, exposeHeadRoute: false, handler })
  app.post<{ Params: { id: string } }>('/calls/:id/answer', { ...signed, bodyLimit: callBytesMax }, async (request, reply) =>
    sendSignedJson(request.world, reply, 200, await answerCall(request as FastifyRequest, reply, request.params.id)),
  )
  app.get<{ Params: { id: string } }>('/calls/:id/body', signed, (request, reply) => fetchCallBody(request as FastifyRequest, reply, request.params.id))
}

function catalogueRoutes(app: FastifyInstance): void {
  const form = { ...signed, bodyLimit: formBytesMax }
  app.get('/services', form, async (request) => listServices(request.world))
  app.put<{ Params: { name: string } }>('/services/:name', { ...form, config: { open: true } }, async (request, reply) =>
    sendSignedJson(request.world, reply, 200, await putService(request as FastifyRequest, bodyOf(request as FastifyRequest), request.params.name)),
  )
  app.post('/contracts', { ...form, config: { open: true } }, async (request, reply) =>
    sendSignedJson(request.world, reply, 201, await askContract(request, bodyOf(request))),
  )
  app.get<{ Querystring: Record<string, unknown> }>('/rights', form, async (request) => {
    const { provider, service, kind = 'message', method = 'GET', path = '/' } = request.query
    for (const [name, value] of Object.entries({ provider, service, kind, method, path })) {
      if (typeof value !== 'string')
        throw new Refusal('incorrect', `${name} is missing or given twice`, { expression: name, hint: 'provider, service, kind, method, path' })
    }
    if (kind !== 'call' && kind !== 'message' && kind !== 'listen') throw new Refusal('incorrect', 'kind is call, message or listen', { expression: 'kind' })
    const directory = await directoryOf(request.world)
    const consumer = directory.byClient.get(request.actor.id) ?? callerOf(directory, request as FastifyRequest)
    const right = rightTo(
      directory,
      { consumer, provider: String(provider), service: String(service), kind, method: String(method), path: String(path) },
      request.world.now(),
    )
    return right.permit ? { permit: true, contract: right.contract?.id ?? null } : right
  })
}
