import { randomUUID } from 'node:crypto'
import fastifyCompress from '@fastify/compress'
import fastifyHelmet from '@fastify/helmet'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Actor } from './actor.ts'
import { anonymous } from './actor.ts'
import { answerOf, Refusal } from './refusal.ts'
import type { World } from './world.ts'

export type Routes = (app: FastifyInstance) => void | Promise<void>

declare module 'fastify' {
  interface FastifyRequest {
    world: World
    actor: Actor
    /** Ties the request's log line, audit rows and error together; never holds anything about a person. */
    correlation: string
  }
  interface FastifyContextConfig {
    /** May be asked without a token: health, metadata, keys, sign-in pages, portal assets. Everything else needs one. */
    open?: boolean
  }
}

const headerLimitBytes = 16_384
const urlParameterMax = 256
const requestLimitMs = 300_000
export const fhirJson = 'application/fhir+json; charset=utf-8'

/** The empty server: limits, headers, correlation and the one place that renders errors. Slices mount their routes on it. */
export async function createApp(world: World): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: world.config.BODY_LIMIT_MB * 1_048_576,
    http: { maxHeaderSize: headerLimitBytes },
    requestTimeout: requestLimitMs,
    routerOptions: { maxParamLength: urlParameterMax, ignoreTrailingSlash: true },
    trustProxy: false,
    genReqId: () => randomUUID(),
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false } },
    frameworkErrors: (error, request, reply) => void render(world, error, request, reply),
    clientErrorHandler(error, socket) {
      // A request that is not HTTP gets the shortest true answer; there is no request to render.
      if (socket.writable) socket.end(`HTTP/1.1 ${error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
    },
  })
  app.decorateRequest('world', { getter: () => world })
  app.decorateRequest('actor')
  app.decorateRequest('correlation', '')
  app.addHook('onRequest', async (request, reply) => {
    request.correlation = request.id
    request.actor = anonymous
    reply.header('x-correlation-id', request.correlation)
  })
  await app.register(fastifyHelmet, {
    contentSecurityPolicy: strictPolicy,
    hsts: world.config.BASE_URL.startsWith('https:'),
    // With no-referrer a browser sends `Origin: null` also to ourselves, and our own forms could not be told from forged ones.
    referrerPolicy: { policy: 'same-origin' },
  })
  await app.register(fastifyCompress, { global: true, threshold: 1024, encodings: ['gzip', 'deflate'] })
  app.setErrorHandler((error, request, reply) => render(world, error, request, reply))
  app.setNotFoundHandler((request, reply) =>
    render(world, new Refusal('not-found', `nothing answers ${request.method} at this address`), request, reply))
  return app
}

export const strictPolicy = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'self'"], baseUri: ["'none'"], objectSrc: ["'none'"], frameAncestors: ["'none'"], formAction: ["'self'"],
    imgSrc: ["'self'", 'data:'],
  },
}

type HttpError = Error & { statusCode?: number; code?: string }

function render(world: World, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = error instanceof Refusal ? error : asRefusal(error as HttpError)
  if (!refusal) world.log.error({ err: error, correlation: request.correlation, method: request.method, route: request.routeOptions?.url }, 'unexpected')
  const { status, body } = answerOf(refusal ?? error, request.correlation ?? '')
  if (refusal?.retryAfterSeconds !== undefined) reply.header('retry-after', String(refusal.retryAfterSeconds))
  if (status === 401 && !reply.hasHeader('www-authenticate')) reply.header('www-authenticate', 'Bearer realm="spona"')
  const details = refusal?.details
  return reply.code(status).header('content-type', fhirJson)
    .send(JSON.stringify(details === undefined ? body : { ...body, ...asExtension(details) }))
}

/** Facts for a program ride in an extension of the outcome, so that the body stays valid FHIR. */
function asExtension(details: unknown): object {
  return { extension: [{ url: 'urn:spona:outcome-details', valueString: JSON.stringify(details) }] }
}

/** Fastify's own errors about the request become refusals with our words. */
function asRefusal(error: HttpError): Refusal | undefined {
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new Refusal('too-large', 'the body is larger than this server accepts', { hint: 'Send it in several smaller bundles.' })
  }
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new Refusal('unsupported', 'this content type is not accepted here', { hint: 'Send application/fhir+json or application/json.' })
  }
  if (error.code === 'FST_ERR_CTP_EMPTY_JSON_BODY') return new Refusal('incorrect', 'the body is empty')
  if (error.code === 'FST_ERR_CTP_INVALID_CONTENT_LENGTH') return new Refusal('incorrect', 'the body does not have the announced length')
  if (error.statusCode === 413) return new Refusal('too-large', 'the request is larger than this server accepts')
  if (error.statusCode === 429) return new Refusal('too-many', 'too many requests; wait a moment')
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return new Refusal('incorrect', 'the request is not understood; check its address, headers and body')
  }
  return undefined
}
