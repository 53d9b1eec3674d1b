import { context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { FastifyReply, FastifyRequest } from 'fastify'

// W3C Trace Context: a request that is part of a trace stays part of it, through calls to their providers and messages to their receivers.
const shape = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/

const spans = new WeakMap<FastifyRequest, Span>()

type Parent = { traceId: string; spanId: string; traceFlags: number }

/** Of a header that has another form nothing is taken: it would be passed on to others. */
function parentOf({ headers }: FastifyRequest): Parent | null {
  const [, traceId = '', spanId = '', flags = ''] = shape.exec(String(headers['traceparent'] ?? '')) ?? []
  if (!/[1-9a-f]/.test(traceId) || !/[1-9a-f]/.test(spanId)) return null
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) }
}

/** Without an SDK nothing is recorded, and nothing kept; names hold the route, never an address. */
export function beginTrace(request: FastifyRequest, _reply: FastifyReply, next: () => void): void {
  const span = spanOf(request)
  if (span.isRecording()) spans.set(request, span)
  next()
}

function spanOf(request: FastifyRequest): Span {
  const parent = parentOf(request)
  const around = parent ? trace.setSpanContext(context.active(), { ...parent, isRemote: true }) : context.active()
  const route = request.routeOptions.url ?? 'unknown'
  const attributes = { 'http.request.method': request.method, 'http.route': route, 'spona.correlation': request.correlation }
  return trace.getTracer('spona').startSpan(`${request.method} ${route}`, { kind: SpanKind.SERVER, attributes }, around)
}

export function endTrace(request: FastifyRequest, reply: FastifyReply, next: () => void): void {
  const span = spans.get(request)
  if (span) {
    span.setAttribute('http.response.status_code', reply.statusCode)
    if (request.refusedBy !== null) span.setAttribute('spona.refused', request.refusedBy)
    if (reply.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
  }
  next()
}

/** What goes on to whoever is next: this span when one is recorded, otherwise what the caller sent. */
export function traceparentOf(request: FastifyRequest): string | null {
  const own = spans.get(request)?.spanContext()
  const at = own && trace.isSpanContextValid(own) ? own : parentOf(request)
  return at ? `00-${at.traceId}-${at.spanId}-${at.traceFlags.toString(16).padStart(2, '0')}` : null
}
