import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Entry } from '../../audit/audit.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import type { Message, Stored } from '../messages/accept.ts'
import { type Answer, among, awaitAnswer, keepAnswer, passedBack, storedAnswer } from './call-answer.ts'
import { type Contents, type LargeTurn, largeTurn, type Received } from './contents.ts'
import { callWaitMs } from '../messages/deliver.ts'
import { bodyBytesMax, type Directory, directoryOf, type Member } from '../members/directory.ts'
import { type Answered, forward } from './forward.ts'
import { checkDigest, isSigned, type Made, readSignature, signatureBase, type ValueOf } from '../../platform/http-signature.ts'
import { onceName } from '../signing/once.ts'
import { holdsNumber } from './number-in-address.ts'
import { dropPieces, storePieces } from './piece.ts'
import { requireRoomFor } from '../messages/queue.ts'
import { takeQuota } from '../members/quota.ts'
import { isPlainPath, rightTo } from '../members/right.ts'
import { type PatientOf, readNumber, readPatient } from '../messages/head.ts'
import { deny, entriesOf, requireSame } from '../messages/judge-message.ts'
import { storeOnce } from '../messages/store-once.ts'
import { requireFits } from '../messages/structure.ts'
import { sendSigned, signAnswer } from '../signing/signed-answer.ts'
import { proofOf, requireSigner, type Signed } from '../signing/signed-request.ts'
import { takeBody, untilClosed } from './take-body.ts'
import { uuidV7 } from '../../platform/uuid.ts'
import { traceparentOf } from '../centre/trace.ts'
import { wake } from '../messages/waiting.ts'

const passedOn = ['accept', 'accept-language', 'content-type', 'if-match', 'if-none-match', 'prefer'] as const
const isSafe = (method: string) => method === 'GET' || method === 'HEAD'

type Params = { provider: string; service: string; '*'?: string }

/** /bus/call/PROVIDER/SERVICE/…: signed, allowed, on record, and only then asked. The answer is signed and on record before it is given. */
export async function call(request: FastifyRequest, reply: FastifyReply, patientOf: PatientOf): Promise<FastifyReply> {
  const { world, method } = request
  const signed = await requireSigner(request)
  const directory = await directoryOf(world)
  const consumer = requireSame(directory, request, signed)
  const params = request.params as Params
  const { path, query } = asked(request, params)
  const right = rightTo(directory, { consumer, provider: params.provider, service: params.service, kind: 'call', method, path }, world.now())
  if (!right.permit) return deny(request, consumer, right, `bus-call ${params.provider}/${params.service}`)
  if (right.contract) await takeQuota(world, reply, right.contract)
  if (right.service.addresses.length === 0) await requireRoomFor(world, reply, right.provider.id)
  const subject = await readPatient(world, request.headers, patientOf)
  const own = readNumber(request.headers)
  const structure = method === 'POST' || method === 'PUT' ? right.service.structure : null
  const agreedMax = bodyBytesMax(right.service, right.contract)
  const bytesMax = structure === null ? agreedMax : Math.min(agreedMax, structuredBytesMax)
  const turn = largeTurn(world, consumer.id)
  untilClosed(reply, turn.leave)
  // Only what is signed and allowed is let in, and only what is whole and verified goes on.
  const body = await takeBody(request, reply, { bytesMax, turn })
  if (structure !== null) requireFits(world, structure, request.headers['content-type'] ?? '', await wholeOf(body))
  const { addresses } = right.service
  const isDirect = addresses.length > 0
  const message: Message = {
    ...signedPart(signed, consumer),
    ...subject,
    ...(await kept(world, body, isDirect)),
    name: own ?? uuidV7(world),
    to: { provider: right.provider.code, service: right.service.name },
    lane: right.contract?.lane ?? 1,
    contentType: request.headers['content-type'] ?? '',
    contract: right.contract,
    traceparent: traceparentOf(request),
    call: whatIsAsked(request, signed, { path: `${path}${query}`, isDirect, isNumbered: own !== null }),
    recipients: isDirect ? [] : [{ id: right.provider.id, holdKey: false }],
  }
  const { stored, isRepeated } = await storeCall(world, message, entriesOf(request, consumer, [message]))
  reply.header('bus-call', stored.id)
  const waitMs = callWaitMs(agreedMax)
  if (isRepeated) return giveRepeated(world, reply, stored.id, { isDirect, waitMs, turn })
  if (!isDirect) {
    // It lies in the database now; while the provider works on it others may pass.
    await body.end()
    turn.leave()
    wake(world, right.provider.id)
    const answer = await awaitAnswer(world, stored.id, waitMs)
    // Nobody can ask for it again without a number.
    if (own === null && answer.large !== null) untilClosed(reply, () => void dropPieces(world, answer.large as string))
    return giveStored(world, reply, answer, turn)
  }
  const headers = outgoing(request, { call: stored.id, from: consumer, contract: right.contract?.id ?? 'own', purpose: right.contract?.purpose ?? 'own' })
  const mayRepeat = isSafe(method) || own !== null
  const answered = await forward(world, addresses, { method, pathAndQuery: `${path}${query}`, headers, body, mayRepeat, answerBytesMax: agreedMax, turn })
  untilClosed(reply, () => void answered.body.end())
  const { answer, made } = answerOf(request, directory, right.provider, { ...answered, call: stored.id })
  await keepAnswer(world, answer, own !== null, [])
  return give(world, reply, answer, made)
}

/** What is judged by its structure is judged as one document in memory. */
const structuredBytesMax = 8 * 1_048_576

async function wholeOf(body: Received): Promise<Buffer> {
  if (body.buffer) return body.buffer
  const chunks: Buffer[] = []
  for await (const chunk of body.read()) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** A large body goes into the database when its provider comes for it, and stays on disk when it is sent to its address. */
async function kept(world: World, body: Received, isDirect: boolean): Promise<Pick<Message, 'body' | 'large'>> {
  if (body.buffer) return { body: body.buffer }
  const id = uuidV7(world)
  const pieces = isDirect ? 0 : await storePieces(world, id, body)
  return { body: Buffer.alloc(0), large: { id, pieces, sha256: body.digestOf('sha256') } }
}

async function storeCall(world: World, message: Message, entries: Entry[]): Promise<{ stored: Stored; isRepeated: boolean }> {
  let isKept = false
  try {
    const once = await storeOnce(world, message, entries)
    isKept = !once.isRepeated
    return once
  } finally {
    if (!isKept && message.large && message.large.pieces > 0) await dropPieces(world, message.large.id)
  }
}

/** The address behind PROVIDER/SERVICE as it was signed; what could be read in two ways is refused. */
function asked(request: FastifyRequest, { provider, service }: Params): { path: string; query: string } {
  const [whole = '', ...rest] = request.url.split('?')
  const query = rest.length > 0 ? `?${rest.join('?')}` : ''
  const path = whole.slice(`/bus/call/${provider}/${service}`.length) || '/'
  if (!whole.startsWith(`/bus/call/${provider}/${service}`) || !isPlainPath(path) || !/^[!-~]*$/.test(query) || query.includes('#'))
    throw new Refusal('incorrect', 'the address is not plain', { hint: 'No dot segments, doubled or encoded separators.' })
  if (holdsNumber(`${path}${query}`, request.world.now()))
    throw new Refusal('incorrect', 'the address holds a personal number', { hint: 'Send the number in the body; bus-subject names a patient of the record.' })
  return { path, query }
}

type Way = { path: string; isDirect: boolean; isNumbered: boolean }
const whatIsAsked = (request: FastifyRequest, signed: Signed, { path, isDirect, isNumbered }: Way): Message['call'] => ({
  method: request.method,
  path,
  headers: isDirect ? {} : carried(request),
  direct: isDirect,
  numbered: isNumbered,
  once: isSafe(request.method) ? null : onceName(signed),
})

/** The headers of a call that its provider fetches, beside the type of its contents: they stand in the log with it, where no personal number may be. */
function carried({ headers, world }: FastifyRequest): Record<string, string> {
  const { 'content-type': _, ...others } = among(passedOn, headers)
  for (const [name, value] of Object.entries(others)) {
    if (value.length > carriedMax)
      throw new Refusal('incorrect', 'a header of the call is too long', { expression: name, hint: `At most ${carriedMax} characters.` })
    if (holdsNumber(value, world.now()))
      throw new Refusal('incorrect', 'a header of the call holds a personal number', { expression: name, hint: 'Send the number in the body.' })
  }
  return others
}
const carriedMax = 500

const signedPart = (signed: Signed, sender: Member) => ({
  sender,
  digest: signed.digest,
  ...proofOf(signed),
  key: null,
  document: null,
  answers: null,
})

/** Only headers that we know go on; who asks and by which right is said by us and signed by us. */
function outgoing(request: FastifyRequest, about: { call: string; from: Member; contract: string; purpose: string }): Record<string, string> {
  const { headers } = request
  const traceparent = traceparentOf(request)
  return {
    ...among(passedOn, headers),
    ...(traceparent === null ? {} : { traceparent }),
    'bus-call': about.call,
    'bus-from': about.from.code,
    'bus-contract': about.contract,
    'bus-purpose': encodeURI(about.purpose),
  }
}

/**
 * An answer that its provider signed keeps that signature; of one without, the centre says what it got: once, so that the log holds the very
 * signature that the caller gets.
 */
function answerOf(
  request: FastifyRequest,
  directory: Directory,
  provider: Member,
  { call, status, headers, body }: Answered & { call: string },
): { answer: Answer; made?: Made } {
  const { digest } = body
  const common = { call, by: provider.code, status, headers: among(passedBack, headers), body, digest }
  if (headers['signature'] === undefined) {
    const made = signAnswer(request.world, request, { status, digest, type: headers['content-type'] ?? unknownType })
    return { answer: { ...common, ...made.proof }, made }
  }
  const value: ValueOf = (name) => (name === '@status' ? String(status) : typeof headers[name] === 'string' ? headers[name].trim() : null)
  const wrong = new Refusal('busy', 'the answer of the provider is not signed as it should be', { retryAfterSeconds: 60 })
  const signature = readSignature(headers['signature-input'], headers['signature'])
  if (signature instanceof Refusal || !signature.components.includes('"content-digest"') || !signature.components.includes('"@status"')) throw wrong
  const key = directory.keys.get(signature.keyid)
  const base = signatureBase(signature.components, signature.params, value)
  const isRight =
    key?.member === provider.id &&
    key.withdrawnAt === null &&
    typeof base === 'string' &&
    isSigned(base, signature.value, key.key) &&
    checkDigest(headers['content-digest'], body.digestOf) === null
  if (!isRight) throw wrong
  return { answer: { ...common, kid: signature.keyid, base: base as string, signature: signature.value.toString('base64') } }
}

type Repeated = { isDirect: boolean; waitMs: number; turn: LargeTurn }

/** The same call by its own number: the same answer, or that it is not known yet; never the effect once more. */
async function giveRepeated(world: World, reply: FastifyReply, id: string, { isDirect, waitMs, turn }: Repeated): Promise<FastifyReply> {
  const answer = isDirect ? await storedAnswer(world, id) : await awaitAnswer(world, id, waitMs)
  if (answer) return giveStored(world, reply, answer, turn)
  throw new Refusal('conflict', 'this call was made already and its answer is not known', {
    expression: 'bus-message-id',
    hint: 'It is under way, or its provider did not answer: ask the provider before a call with a new number.',
  })
}

type Given = { status: number; headers: Record<string, string>; body: Contents }

async function giveStored(world: World, reply: FastifyReply, answer: Given, turn: LargeTurn): Promise<FastifyReply> {
  if (answer.body.buffer === null) await turn.enter()
  return give(world, reply, answer)
}

const unknownType = 'application/octet-stream'

function give(world: World, reply: FastifyReply, { status, headers, body }: Given, made?: Made): FastifyReply {
  const { 'content-type': type = unknownType, ...rest } = headers
  return sendSigned(world, reply.headers(rest).header('cache-control', 'no-store'), { status, body, type }, made)
}
