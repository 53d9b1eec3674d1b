import type { FastifyReply, FastifyRequest } from 'fastify'
import { parseJson, type Resource } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import { contentTypeOf, formatAsked, isFhirType } from '../http/formats.ts'

const address = /^\/fhir\/Binary(?:\/[^/?]+)?\/?(?:\?|$)/

/** Whether the body is the content of a Binary itself and not a resource (R4 binary, "serving Binary resources"). */
export const isRawBody = (request: FastifyRequest): boolean =>
  address.test(request.url) && contentTypeOf(request) !== '' && contentTypeOf(request) !== 'application/json-patch+json' && !isFhirType(contentTypeOf(request))

/** Makes the Binary of a raw body; `X-Security-Context` names the resource that decides who may see it. */
export function binaryOf(request: FastifyRequest, id?: string): Resource {
  const body = request.body
  if (!Buffer.isBuffer(body) || body.length === 0) throw new Refusal('incorrect', 'the body is empty', { hint: 'Send the content of the Binary.' })
  const context = request.headers['x-security-context']
  return {
    resourceType: 'Binary',
    ...(id === undefined ? {} : { id }),
    contentType: (request.headers['content-type'] ?? '').trim().replace(/\s+/g, ' '),
    ...(typeof context === 'string' ? { securityContext: { reference: context } } : {}),
    data: body.toString('base64'),
  }
}

/** Whether the client wants the content and not the resource: its Accept names no format of FHIR. Without Accept it gets the resource. */
export function wantsContent(request: FastifyRequest): boolean {
  const { accept } = request.headers
  if (!address.test(request.url) || formatAsked(request) !== null || accept === undefined) return false
  return !accept.split(',').some((range) => isFhirType(range.split(';')[0]?.trim().toLowerCase() ?? ''))
}

const mediaType = /^[\w.+-]+\/[\w.+-]+(?:; ?[\w-]+="?[\w.+-]+"?)*$/

/** Sends the content alone. It may come from anywhere, so a browser may store it but neither show nor run it. */
export function sendContent(reply: FastifyReply, body: string): FastifyReply {
  const { contentType, data } = parseJson(body) as { contentType?: unknown; data?: unknown }
  const type = typeof contentType === 'string' && mediaType.test(contentType) ? contentType : 'application/octet-stream'
  return reply
    .header('content-type', type)
    .header('x-content-type-options', 'nosniff')
    .header('content-disposition', 'attachment')
    .header('content-security-policy', "default-src 'none'; sandbox")
    .send(Buffer.from(typeof data === 'string' ? data : '', 'base64'))
}
