import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { OutgoingHttpHeaders, ServerOptions } from 'node:http'
import type { Socket } from 'node:net'
import { createGunzip, createInflate } from 'node:zlib'
import fastifyCompress from '@fastify/compress'
import fastifyHelmet from '@fastify/helmet'
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Actor } from './actor.ts'
import { anonymous } from './actor.ts'
import { type Tls, tlsOf } from './client-certificate.ts'
import { connectionLimits, watchConnections } from './connections.ts'
import { baseUrl } from './config.ts'
import { givenTwice } from './given-twice.ts'
import { statusHeader } from './condition.ts'
import { LogOnDemand } from './log-on-demand.ts'
import { rememberMethods } from './methods.ts'
import { answerOf, Refusal } from './refusal.ts'
import { noRoomToRead } from './room.ts'
import { isConnectionLost, isDiskFull, isOverloaded, isUnstorableText } from './sql.ts'
import type { World } from './world.ts'

export type Routes = (app: FastifyInstance) => void | Promise<void>

declare module 'fastify' {
  interface FastifyRequest {
    world: World
    actor: Actor
    /** Ties the request's log line, audit rows and error together; never holds anything about a person. */
    correlation: string
    /** Of a request that was refused: which rule or kind of refusal, for figures. */
    refusedBy: string | null
  }
  interface FastifyContextConfig {
    /** May be asked without a token: health, metadata, keys, sign-in pages, portal assets. Everything else needs one. */
    open?: boolean
    /** For /openapi.json: summary, body, querystring, response. */
    described?: object
  }
}

const headerLimitBytes = 16_384
const urlParameterMax = 256
const headersLimitMs = 20_000 // A client that drips its headers is cut off then, a body after the longer time.
const requestLimitMs = 300_000
const farewellMs = 5_000 // When the server stops, answers under way have this long to end.
export const fhirJson = 'application/fhir+json; charset=utf-8'

const ownTls = ({ config }: World) => tlsOf(config, (file) => readFileSync(file, 'utf8'))

/** The empty server: limits, headers, correlation and the one place that renders errors. Slices mount their routes on it. */
export async function createApp(world: World, tls: Tls | null = ownTls(world), limits = connectionLimits): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify({
    bodyLimit: world.config.BODY_LIMIT_MB * 1_048_576,
    ...serverOptions(tls),
    requestTimeout: requestLimitMs,
    routerOptions: { maxParamLength: urlParameterMax, ignoreTrailingSlash: true },
    trustProxy: (address) => world.config.TRUSTED_PROXIES.has(address),
    genReqId: () => randomUUID(),
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false } },
    // Fastify's own lines name addresses, so only its faults are heard: a stream that breaks after the first byte, for one.
    loggerInstance: world.log as FastifyBaseLogger,
    childLoggerFactory: (log, bindings, options) => new LogOnDemand(log, bindings, options),
    logController: new LogController({ disableRequestLogging: true }),
    frameworkErrors: (error, request, reply) => void render(world, error, request, reply),
    clientErrorHandler: (error, socket) => answerBrokenRequest(world, error, socket),
  })
  watchConnections(app, tls !== null, limits)
  app.addHook('preClose', async () => void setTimeout(() => app.server.closeAllConnections(), farewellMs).unref())
  app.decorateRequest('world', { getter: () => world })
  app.decorateRequest('actor')
  app.decorateRequest('correlation', '')
  app.decorateRequest('refusedBy', null)
  const safetyHeaders = await makeSafetyHeaders(baseUrl(world.config).startsWith('https:'))
  app.addHook('onRequest', (request, reply, next) => {
    request.correlation = request.id
    request.actor = anonymous
    reply
      .headers(safetyHeaders)
      .header('x-request-id', request.correlation)
      .header('x-correlation-id', ownIdOf(request) ?? request.correlation)
    const status = statusHeader(world)
    if (status !== null) reply.header('spona-status', status)
    requireOneOfEach(request.raw.rawHeaders)
    next()
  })
  const methodsOf = rememberMethods(app)
  await app.register(fastifyCompress, {
    ...{ global: true, threshold: 1024, zlib: unpacking },
    ...{ encodings: ['gzip', 'deflate'], requestEncodings: ['gzip', 'deflate', 'identity'] },
  })
  app.setErrorHandler((error, request, reply) => render(world, error, request, reply))
  app.setNotFoundHandler((request, reply) => {
    const methods = methodsOf(request.url)
    if (methods.length === 0) return render(world, new Refusal('not-found', `nothing answers ${request.method} at this address`), request, reply)
    reply.header('allow', methods.join(', '))
    if (request.method === 'OPTIONS') return reply.code(204).send()
    return render(world, new Refusal('not-allowed', `this address answers ${methods.join(', ')} only`), request, reply)
  })
  return app
}

/**
 * A packed body arrives in pieces that the system takes back at once (MALLOC_MMAP_THRESHOLD_ in package.json). In the usual 16 KB they stay
 * with the process: 50 MB of them, beside the body that is made of them.
 */
const pieces = { chunkSize: 1_048_576 }
const unpacking = { createGunzip: () => createGunzip(pieces), createInflate: () => createInflate(pieces) }

/** The id that a client gave to its request is told back beside ours (R4 http, section 3.1.0.1.13), and goes nowhere else. */
function ownIdOf({ headers }: FastifyRequest): string | null {
  const given = headers['x-request-id']
  return typeof given === 'string' && /^[\w.:-]{1,100}$/.test(given) ? given : null
}

/** Two of them could be read in two ways, one by a proxy and one here; the other headers are joined or mean the same (RFC 9112, section 3.2). */
function requireOneOfEach(raw: readonly string[]): void {
  const name = givenTwice(raw, ['host', 'authorization'])
  if (name !== undefined) throw new Refusal('incorrect', 'a header that may stand once is given twice', { expression: `http.${name}` })
}

/** Plain HTTP behind a proxy, or TLS of our own. */
function serverOptions(tls: Tls | null): { http: ServerOptions } | { https: ServerOptions & Tls & { handshakeTimeout: number } } {
  const limits = { maxHeaderSize: headerLimitBytes, headersTimeout: headersLimitMs }
  return tls ? { https: { ...limits, handshakeTimeout: headersLimitMs, ...tls } } : { http: limits }
}

/** Helmet puts its headers together anew for each answer; ours are always the same, so one answer is enough to know them. */
async function makeSafetyHeaders(isHttps: boolean): Promise<OutgoingHttpHeaders> {
  const probe = Fastify()
  await probe.register(fastifyHelmet, {
    contentSecurityPolicy: strictPolicy,
    hsts: isHttps,
    // With no-referrer a browser sends `Origin: null` also to ourselves, and our own forms could not be told from forged ones.
    referrerPolicy: { policy: 'same-origin' },
  })
  let made: OutgoingHttpHeaders = {}
  probe.get('/', (_request, reply) => {
    made = { ...reply.raw.getHeaders() }
    return reply.send()
  })
  await probe.inject('/')
  await probe.close()
  return made
}

export const strictPolicy = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'self'"],
    baseUri: ["'none'"],
    objectSrc: ["'none'"],
    frameAncestors: ["'none'"],
    formAction: ["'self'"],
    imgSrc: ["'self'", 'data:'],
  },
}

const brokenRequests: Record<string, string> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Content Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

/** Answers bytes that are no HTTP request, or one that never ends: there is no request to answer in full, so the answer is as short as can be. */
function answerBrokenRequest(world: World, error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  world.log.info({ code: error.code }, 'a connection did not speak HTTP, or not to its end')
  socket.end(`HTTP/1.1 ${brokenRequests[error.code ?? ''] ?? '400 Bad Request'}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

type HttpError = Error & { statusCode?: number; code?: string }

function render(world: World, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = error instanceof Refusal ? error : (ofDatabase(world, error) ?? ofRequest(error as HttpError))
  if (!refusal) world.log.error({ err: error, correlation: request.correlation, method: request.method, route: request.routeOptions?.url }, 'unexpected')
  const { status, body } = answerOf(refusal ?? error, request.correlation ?? '')
  request.refusedBy = refusal ? ((refusal.details as { rule?: string } | undefined)?.rule ?? refusal.kind) : 'unexpected'
  if (refusal?.retryAfterSeconds !== undefined) reply.header('retry-after', String(refusal.retryAfterSeconds))
  // Who is too slow is not listened to any longer.
  if (status === 408) reply.header('connection', 'close')
  if (status === 401 && !reply.hasHeader('www-authenticate')) reply.header('www-authenticate', 'Bearer realm="spona"')
  const details = refusal?.details
  return reply
    .code(status)
    .header('content-type', fhirJson)
    .send(JSON.stringify(details === undefined ? body : { ...body, ...asExtension(details) }))
}

/** Facts for a program ride in an extension of the outcome, so that the body stays valid FHIR. */
function asExtension(details: unknown): object {
  return { extension: [{ url: 'urn:spona:outcome-details', valueString: JSON.stringify(details) }] }
}

/** A database that is away or cannot now is not a fault of the request: try again. */
function ofDatabase(world: World, error: unknown): Refusal | undefined {
  if (isConnectionLost(error))
    return noRoomToRead(world.room) ?? new Refusal('busy', 'the database does not answer; try again in a moment', { retryAfterSeconds: 2 })
  if (isOverloaded(error)) return new Refusal('busy', 'the database is too busy; try again in a moment', { retryAfterSeconds: 2 })
  if (isDiskFull(error)) return new Refusal('full', 'the disk of the database is full; nothing was stored')
  if (isUnstorableText(error))
    return new Refusal('incorrect', 'a text holds the character U+0000, which cannot be stored', { hint: 'Remove it and send again.' })
  return undefined
}

/** Fastify's own errors about the request become refusals with our words. */
function ofRequest(error: HttpError): Refusal | undefined {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Refusal('too-large', 'the body is larger than this server accepts', { hint: 'Send it in several smaller bundles.' })
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Refusal('unsupported', 'this content type is not accepted here', { hint: 'Send application/fhir+json or application/json.' })
    case 'FST_CP_ERR_INVALID_CONTENT_ENCODING':
      return new Refusal('unsupported', 'this content encoding is not accepted', { hint: 'Send the body as it is, or by gzip or deflate.' })
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new Refusal('incorrect', 'the body is empty')
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new Refusal('incorrect', 'the body does not have the announced length')
  }
  if (error.statusCode === 413) return new Refusal('too-large', 'the request is larger than this server accepts')
  if (error.statusCode === 415) return new Refusal('unsupported', 'this kind of body is not accepted')
  if (error.statusCode === 429) return new Refusal('too-many', 'too many requests; wait a moment')
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return new Refusal('incorrect', 'the request is not understood; check its address, headers and body')
  }
  return undefined
}
