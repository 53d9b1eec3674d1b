import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { answerOf, outcomeOf, Refusal } from '../../platform/refusal.ts'
import { isSame } from '../../platform/same.ts'
import { uuidV7 } from '../../platform/uuid.ts'
import { answerCertificates } from '../certificates/answer.ts'
import { boundConnections } from '../../platform/bound-connections.ts'
import type { Loss } from '../draft/draft.ts'
import type { Edge } from '../process/edge.ts'
import { listening } from '../process/listening.ts'
import type { Item } from '../store/items.ts'
import { partsOf } from './requests.ts'
import type { RestSettings } from './shape.ts'

const connectionsMax = 100
const certificateBytesMax = 65_536
const fhirJson = 'application/fhir+json; charset=utf-8'

type Answer = { status: number; body: object | string; headers?: Record<string, string> }

/** Opens the port; what is answered 202 is on the disk. Only the local system that has the token is heard, and never a browser. */
export async function listenRest(edge: Edge, settings: RestSettings): Promise<{ port: number; close(): Promise<void> }> {
  const token = tokenIn(settings.token)
  const server = createServer(
    { maxHeaderSize: 16_384, headersTimeout: 10_000, connectionsCheckingInterval: 5000, requestTimeout: 60_000, keepAliveTimeout: 30_000 },
    (request, response) => {
      const correlation = uuidV7(edge)
      answer(edge, settings, token, request)
        .catch((error: unknown): Answer => {
          if (!(error instanceof Refusal)) edge.log.error({ err: error, correlation, source: settings.name }, 'a request of the local system failed')
          const wait = error instanceof Refusal ? error.retryAfterSeconds : undefined
          return { ...answerOf(error, correlation), ...(wait === undefined ? {} : { headers: { 'retry-after': String(wait) } }) }
        })
        .then((made) => send(request, response, made))
        .catch(() => response.destroy())
    },
  )
  const connections = boundConnections(server, connectionsMax)
  server.on('request', ({ socket }) => connections.heard(socket))
  const port = await listening(server, settings.name, settings.port, settings.host)
  server.on('error', (error) => edge.log.error({ err: error, source: settings.name }, 'the FHIR address'))
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function tokenIn(file: string): string {
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 })
  const token = readFileSync(file, 'utf8').trim()
  if (token.length < 16)
    throw new Refusal('incorrect', `the token in ${file} has fewer than 16 characters`, { hint: 'Delete the file: a new one is made on the next start.' })
  return token
}

function send(request: IncomingMessage, response: ServerResponse, { status, body, headers }: Answer): void {
  // What was not read of the body must not be taken for the next request.
  if (!request.complete) response.setHeader('connection', 'close')
  response.writeHead(status, { 'content-type': fhirJson, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...headers })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

async function answer(edge: Edge, settings: RestSettings, token: string, request: IncomingMessage): Promise<Answer> {
  checkCaller(request, settings, token)
  const { pathname, search, searchParams } = new URL(request.url ?? '/', 'http://edge')
  const certificates = await answerCertificates(edge, {
    ...{ method: request.method ?? '', path: pathname, query: searchParams },
    body: () => bodyOf(request, certificateBytesMax),
  })
  if (certificates) return certificates
  if (request.method === 'GET') return read(edge, settings, pathname)
  if (!pathname.startsWith('/fhir')) throw new Refusal('not-found', 'nothing is here', { hint: 'The base address is /fhir.' })
  const type = request.headers['content-type'] ?? ''
  if (request.method !== 'DELETE' && !/^application\/(?:fhir\+)?json(?:;|$)/i.test(type))
    throw new Refusal('unsupported', 'FHIR is taken as JSON here', { hint: 'Send content-type: application/fhir+json.' })
  const body = await bodyOf(request, settings.bodyMb * 1_048_576)
  const header = (name: string) => (typeof request.headers[name] === 'string' ? request.headers[name] : undefined)
  const { parts, isBatch } = partsOf({ method: request.method ?? '', path: pathname, query: search.slice(1), header, body })
  const accepted = await Promise.all(parts.map((part) => edge.intake.accept({ source: settings.name, protocol: 'fhir', ...part })))
  if (isBatch)
    return {
      status: 200,
      body: {
        resourceType: 'Bundle',
        type: 'batch-response',
        entry: accepted.map(({ id }) => ({ response: { status: '202', location: `/accepted/${id}`, outcome: said } })),
      },
    }
  const [one] = accepted
  return { status: 202, body: said, headers: { location: `/accepted/${one?.id}` } }
}

const said = outcomeOf([
  {
    severity: 'information',
    code: 'informational',
    diagnostics: 'accepted: it is kept here and is sent to the record; the location says what has become of it',
  },
])

/** A page in a browser on this machine can call loopback too, under whatever name its own server gives it. */
function checkCaller(request: IncomingMessage, settings: RestSettings, token: string): void {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase()
  if (!['localhost', '127.0.0.1', '[::1]', settings.host, ...settings.names].includes(host))
    throw new Refusal('forbidden', 'it is not called by this name', {
      hint: 'Call it as localhost or 127.0.0.1, or add the name to rest.names in its settings.',
    })
  if (request.headers.origin !== undefined || request.headers['sec-fetch-site'] !== undefined) throw new Refusal('forbidden', 'no browser is answered here')
  if (!isSame(/^Bearer (\S{1,500})$/i.exec(request.headers.authorization ?? '')?.[1] ?? '', token))
    throw new Refusal('unauthenticated', 'the token of the local system is missing or wrong', {
      hint: 'Send authorization: Bearer … with the token that stands in the file rest.token.',
    })
}

async function bodyOf(request: IncomingMessage, most: number): Promise<Buffer> {
  const tooLarge = () =>
    new Refusal('too-large', `a body may have ${most / 1_048_576} MB here`, { hint: 'Send large files apart from the document, or in parts.' })
  if (Number(request.headers['content-length'] ?? 0) > most) throw tooLarge()
  if (request.headers['content-encoding'] !== undefined) throw new Refusal('unsupported', 'bodies are taken as they are, not compressed')
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length
    if (length > most) throw tooLarge()
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

const states: Record<string, string> = {
  waiting: 'it waits to be sent',
  ready: 'it waits to be sent',
  sent: 'the bus has it; the record has not answered yet',
  acknowledged: 'the record has it',
  quarantined: 'it was not taken, and waits for a person',
  parked: 'the bus put it aside, and tries it again when its operator says so',
  discarded: 'a person threw it away',
}

function read(edge: Edge, settings: RestSettings, path: string): Answer {
  if (path === '/fhir/metadata') return { status: 200, body: capabilities(edge) }
  const id = /^\/accepted\/([0-9a-f-]{36})$/.exec(path)?.[1]
  if (id === undefined)
    throw new Refusal('not-allowed', 'nothing is read here: the edge keeps what it sends, and the centre has the record', {
      hint: 'GET /accepted/… says what has become of something that was accepted.',
    })
  const item = edge.store.one<Pick<Item, 'state' | 'reason' | 'losses'>>(
    'select state, reason, losses from item where id = ? and source = ?',
    id,
    settings.name,
  )
  if (!item) throw new Refusal('not-found', 'nothing was accepted under this number')
  const reason = item.reason === null ? undefined : (JSON.parse(item.reason) as { sentence: string; place?: string; hint?: string })
  const issue = {
    severity: item.state === 'quarantined' || item.state === 'parked' ? ('error' as const) : ('information' as const),
    code: item.state === 'quarantined' ? 'processing' : 'informational',
    diagnostics: `${item.state}: ${reason?.sentence ?? states[item.state]}`,
    ...(reason?.place === undefined ? {} : { expression: reason.place }),
    ...(reason?.hint === undefined ? {} : { hint: reason.hint }),
  }
  const losses = JSON.parse(item.losses ?? '[]') as Loss[]
  const told = losses
    .slice(0, lossesToldMax)
    .map(({ place, why }) => ({ severity: 'warning' as const, code: 'incomplete', diagnostics: why, expression: place }))
  return { status: 200, body: outcomeOf([issue, ...told]) }
}
const lossesToldMax = 20

function capabilities(edge: Edge): object {
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: edge.now().toISOString(),
    kind: 'instance',
    fhirVersion: '4.0.1',
    format: ['json'],
    implementation: { description: `the edge of ${edge.config.member}: what it accepts is sent to the record` },
    rest: [{ mode: 'server', interaction: [{ code: 'transaction' }, { code: 'batch' }] }],
  }
}
