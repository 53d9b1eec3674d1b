import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { answerOf, Refusal } from '../../platform/refusal.ts'
import { uuidV7 } from '../../platform/uuid.ts'
import { boundConnections } from '../../platform/bound-connections.ts'
import type { Edge } from '../process/edge.ts'
import { listening } from '../process/listening.ts'
import { asideOf } from './aside.ts'
import { callOut, callsToken } from './call-out.ts'
import { fatesOf } from './fates.ts'
import { numberMax } from './find.ts'
import { pageHeaders, pageOf } from './page.ts'
import { type Status, statusOf } from './status.ts'
import { languageOf } from './words.ts'

const host = '127.0.0.1'
const connectionsMax = 64
const listenersMax = 32
const shownMax = 100
/** How often a change is looked for while somebody listens. */
const lookMs = 1000

/**
 * The face of the edge on its own machine: how it is, as a page, as JSON, as a header and as events; and calls to services of others. Only programs of this
 * machine reach it, and no page of the internet by a name of its own (DNS rebinding).
 */
export async function listenLocal(edge: Edge, port: number): Promise<{ port: number; close(): Promise<void> }> {
  // The local system reads it before its first call.
  callsToken(edge)
  const listeners = new Set<ServerResponse>()
  const server = createServer(
    { maxHeaderSize: 16_384, headersTimeout: 10_000, connectionsCheckingInterval: 5000, requestTimeout: 120_000 },
    (request, response) => {
      const correlation = uuidV7(edge)
      answer(edge, listeners, request, response).catch((error: unknown) => {
        if (!(error instanceof Refusal)) edge.log.error({ err: error, correlation }, 'a request of this machine failed')
        const { status, body } = answerOf(error, correlation)
        if (response.headersSent) return response.destroy()
        response.writeHead(status, { ...always(edge), 'content-type': 'application/fhir+json', connection: 'close' }).end(JSON.stringify(body))
      })
    },
  )
  const connections = boundConnections(server, connectionsMax)
  server.on('request', ({ socket }) => connections.heard(socket))
  const opened = await listening(server, 'the status page', port, host)
  const stop = tell(edge, listeners)
  return {
    port: opened,
    close: () =>
      new Promise((resolve) => {
        stop()
        for (const one of listeners) one.end()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** The screen of the local system may read the header alone: one word, on every answer. */
const always = (edge: Edge, status = statusOf(edge)): Record<string, string> => ({
  'spona-edge': status.state,
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
})

async function answer(edge: Edge, listeners: Set<ServerResponse>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!/^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(request.headers.host ?? ''))
    throw new Refusal('forbidden', 'this address answers programs of this machine only', { expression: 'host', hint: `Ask http://${host}.` })
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://edge')
  if (pathname.startsWith('/bus/call/')) return callOut(edge, request, response, always(edge))
  if (request.method !== 'GET' && request.method !== 'HEAD') throw new Refusal('not-allowed', 'only GET is answered here')
  if (pathname === '/status.json') {
    const aside = asideOf(edge.store, shownMax)
    const status = statusOf(edge)
    return void response.writeHead(200, { ...always(edge, status), 'content-type': 'application/json' }).end(JSON.stringify({ ...status, aside }))
  }
  if (pathname === '/events') return listen(edge, listeners, request, response)
  if (pathname !== '/' && pathname !== '/small') throw new Refusal('not-found', 'there is /, /small, /status.json, /events and /bus/call/…')
  const language = languageOf(searchParams.get('lang') ?? request.headers['accept-language'] ?? '')
  const isSmall = pathname === '/small'
  const number = (searchParams.get('find') ?? '').trim().slice(0, numberMax)
  const found = isSmall || number === '' ? undefined : { number, fates: fatesOf(edge.store, number), days: edge.config.keep.days }
  const page = pageOf({ status: statusOf(edge), aside: isSmall ? [] : asideOf(edge.store, shownMax), language, isSmall, found })
  response.writeHead(200, { ...always(edge), ...pageHeaders }).end(page)
}

function listen(edge: Edge, listeners: Set<ServerResponse>, request: IncomingMessage, response: ServerResponse): void {
  if (listeners.size >= listenersMax) throw new Refusal('busy', `${listenersMax} screens listen already`, { retryAfterSeconds: 30 })
  response.writeHead(200, { ...always(edge), 'content-type': 'text/event-stream' })
  response.write(eventOf(statusOf(edge)))
  listeners.add(response)
  request.on('close', () => listeners.delete(response))
}

const eventOf = (status: Status): string => `event: status\ndata: ${JSON.stringify(status)}\n\n`

/** Tells whoever listens when something changed that a person would want to know; the passing of time is no change. */
function tell(edge: Edge, listeners: Set<ServerResponse>): () => void {
  let before = ''
  const timer = setInterval(() => {
    if (listeners.size === 0) return
    const status = statusOf(edge)
    const { waiting, quarantined, parked, notYetInRecord } = status.queue
    const inward = status.undelivered.map((one) => [one.service, one.waiting, one.refused, one.reason])
    const strange = status.unframed.map(({ name, kind, connections }) => [name, kind, connections])
    const { cutSince, says } = status.centre
    const now = JSON.stringify([status.state, waiting, quarantined, parked, notYetInRecord, cutSince, says, status.disk.state, inward, strange])
    if (now === before) return
    before = now
    for (const one of listeners) {
      // A screen that does not read is told when it comes back.
      if (one.writableNeedDrain) one.destroy()
      else one.write(eventOf(status))
    }
  }, lookMs).unref()
  return () => clearInterval(timer)
}
