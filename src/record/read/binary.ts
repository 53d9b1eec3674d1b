import { isUtf8 } from 'node:buffer'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { parseJson, type Resource } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import { contentTypeOf, formatAsked, isFhirType, readBody } from '../http/formats.ts'

const address = /^\/fhir\/Binary(?:\/[^/?]+(?:\/_history\/[^/?]+)?)?\/?(?:\?|$)/

/** Creates and updates, and neither patches nor operations nor searches by POST. */
const writes: Record<string, RegExp | undefined> = { POST: /^\/fhir\/Binary\/?(?:\?|$)/, PUT: address }

/**
 * Whether the body is the content of a Binary itself and not a resource. R4 binary, "serving Binary resources": what is written is "accepted as is and treated
 * as the content of a Binary, including when the content type is application/fhir+xml or application/fhir+json, except … where the content is actually a
 * Binary resource". Bytes that are not UTF-8 (a document of XML says its own encoding) are never a resource.
 */
export const isContent = (request: FastifyRequest, body: Buffer): boolean =>
  writes[request.method]?.test(request.url) === true && contentTypeOf(request) !== '' && (!isFhirType(contentTypeOf(request)) || !isUtf8(body))

const binaryInJson = /"resourceType"\s*:\s*"Binary"/
const binaryInXml = /^\uFEFF?(?:\s|<\?[^>]*\?>|<!--(?:[^-]|-(?!->))*-->)*<(?:[\w.-]+:)?Binary[\s/>]/

/** What a write sends: content, or a resource in JSON or XML. What says that it is a Binary and cannot be read as one is refused and not kept as content. */
export function contentOf(request: FastifyRequest, id?: string): unknown {
  const { body } = request
  if (Buffer.isBuffer(body)) return binaryOf(request, body, id)
  if (typeof body !== 'string' || body === '' || !writes[request.method]?.test(request.url) || !isFhirType(contentTypeOf(request))) return readBody(request)
  const read = binaryInJson.test(body) || binaryInXml.test(body) ? (readBody(request) as { resourceType?: unknown } | null) : null
  // A Bundle may hold a Binary and is content all the same.
  return read?.resourceType === 'Binary' ? read : binaryOf(request, Buffer.from(body), id)
}

/** Makes the Binary of a raw body; `X-Security-Context` names the resource that decides who may see it. */
function binaryOf(request: FastifyRequest, body: Buffer, id?: string): Resource {
  if (body.length === 0) throw new Refusal('incorrect', 'the body is empty', { hint: 'Send the content of the Binary.' })
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

/** What may stand in a header; another text of a reference is not sent in it. */
const headerText = /^[!-~]{1,1000}$/

/** Sends the content alone, with the resource that decides who may see it in `X-Security-Context` (R4 binary, security considerations). It may come from anywhere, so a browser may store it but neither show nor run it. */
export function sendContent(reply: FastifyReply, body: string): FastifyReply {
  const { contentType, data, securityContext } = parseJson(body) as { contentType?: unknown; data?: unknown; securityContext?: { reference?: unknown } }
  const context = securityContext?.reference
  if (typeof context === 'string' && headerText.test(context)) reply.header('x-security-context', context)
  const type = typeof contentType === 'string' && mediaType.test(contentType) ? contentType : 'application/octet-stream'
  return reply
    .header('content-type', type)
    .header('x-content-type-options', 'nosniff')
    .header('content-disposition', 'attachment')
    .header('content-security-policy', "default-src 'none'; sandbox")
    .send(Buffer.from(typeof data === 'string' ? data : '', 'base64'))
}
