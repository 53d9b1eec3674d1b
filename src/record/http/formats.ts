import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Form, parseJson, type Patch } from '../../fhir/fhir.ts'
import { fhirJson } from '../../platform/http.ts'
import { Refusal } from '../../platform/refusal.ts'
import { fhirPathPatchOf, jsonPatchOf, jsonPatchType, xmlPatchOf, xmlPatchType } from '../write/patch.ts'

export const fhirXml = 'application/fhir+xml; charset=utf-8'

/** What may be asked for and sent, by its short names and MIME types (R4 http, section 3.1.0.1.11). */
const formats: Record<string, Form['format'] | undefined> = {
  json: 'json',
  'application/json': 'json',
  'application/fhir+json': 'json',
  'application/json+fhir': 'json',
  'text/json': 'json',
  xml: 'xml',
  'application/xml': 'xml',
  'application/fhir+xml': 'xml',
  'application/xml+fhir': 'xml',
  'text/xml': 'xml',
}
/** Whoever takes anything gets JSON; lines of JSON are the business of those who write them. */
const anything = new Set(['*/*', 'application/*', 'application/fhir+ndjson', 'application/ndjson', 'application/x-ndjson'])

/** In which form the client wants its answer: `_format` says more than Accept; nothing that suits is 406. */
export function formOf(request: FastifyRequest): Form {
  const asked = formatAsked(request)
  const format = asked === null || asked === '' ? acceptedOf(request.headers.accept) : formats[asked]
  if (format === undefined) {
    throw new Refusal('not-acceptable', 'this server answers in JSON and XML', {
      hint: 'Ask for application/fhir+json or application/fhir+xml in Accept or _format.',
    })
  }
  return { format, isPretty: parameterOf(request, '_pretty') === 'true' }
}

/** `_format` as it was asked for; a plus sign in an address arrives as a blank. */
export function formatAsked(request: FastifyRequest): string | null {
  return parameterOf(request, '_format')?.split(';')[0]?.trim().replaceAll(' ', '+').toLowerCase() ?? null
}

/** From the address or, of a search by POST, from its form. */
function parameterOf(request: FastifyRequest, name: string): string | null {
  const value = (request.query as Record<string, string | string[] | undefined> | undefined)?.[name]
  const given = Array.isArray(value) ? value[0] : value
  if (given !== undefined) return given
  if (typeof request.body !== 'string' || !/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')) return null
  return new URLSearchParams(request.body).get(name)
}

function acceptedOf(accept: string | undefined): Form['format'] | undefined {
  if (accept === undefined || accept.trim() === '' || accept === '*/*') return 'json'
  const ranges = accept.split(',', rangesMax).map((range) => {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    return { name, quality: qualityOf(parameters) }
  })
  const formatOf = (name: string) => (name.includes('/') ? formats[name] : undefined)
  const refused = new Set(ranges.filter(({ quality }) => quality === 0).map(({ name }) => formatOf(name)))
  const preferred = (['json', 'xml'] as const).find((format) => !refused.has(format))
  // A browser takes pages and, after them, anything: that is whoever looks, and JSON is what can be looked at.
  const isBrowser = ranges.some(({ name }) => name === '*/*')
  let best: { format: Form['format']; quality: number } | undefined
  for (const { name, quality } of ranges) {
    const isOpen = anything.has(name) || (isBrowser && name === 'text/html')
    const format = isOpen ? preferred : formatOf(name)
    if (format && quality > (best?.quality ?? 0)) best = { format, quality }
  }
  return best?.format ?? (ranges.some(({ name, quality }) => name === 'text/html' && quality > 0) ? 'json' : undefined)
}

const rangesMax = 50

/** RFC 9110, section 12.4.2; a range that wants another release of FHIR (R4 http, section 3.1.0.1.12) suits nothing here. */
function qualityOf(parameters: readonly string[]): number {
  const valueOf = (name: string) =>
    parameters
      .find((one) => one.startsWith(`${name}=`))
      ?.slice(name.length + 1)
      .replace(/^"(.*)"$/, '$1')
  if (isOtherRelease(valueOf('fhirversion'))) return 0
  const quality = valueOf('q')
  return quality === undefined ? 1 : Number(quality) || 0
}

const isOtherRelease = (version: string | undefined): boolean => version !== undefined && version !== '4.0' && version !== '4.0.1'

const wholeMaxLength = 8 * 1_048_576
/** A Bundle that this server has put together: its entries come last, so it can be written as it flows by. */
const ownBundle = /^\{"resourceType":"Bundle","type":"(?:searchset|history|batch-response|transaction-response)"/

/** Last of all, whatever was said as JSON is put into the form that the client asked for; streams stay streams. */
export async function inWantedForm(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  if (payload === undefined || payload === null || !request.url.startsWith('/fhir')) return payload
  if (!String(reply.getHeader('content-type') ?? '').startsWith('application/fhir+json')) return payload
  if (reply.hasHeader('content-encoding')) return payload // It stands in its form already (sendPublicText).
  const form = formOrJson(request)
  if (form.format === 'json' && !form.isPretty) return payload
  reply.header('content-type', form.format === 'xml' ? fhirXml : fhirJson).removeHeader('content-length')
  const { formats: written } = request.world.fhir
  if (payload instanceof Readable) {
    payload.setEncoding('utf8')
    return Readable.from(written.stream(payload, form), { objectMode: false })
  }
  const text = typeof payload === 'string' ? payload : String(payload as Buffer)
  if (text.length <= wholeMaxLength || !ownBundle.test(text)) return written.print(text, form)
  return Readable.from(written.stream(slices(text), form), { objectMode: false })
}

/** The answer that says 406 itself needs a form too. */
function formOrJson(request: FastifyRequest): Form {
  try {
    return formOf(request)
  } catch (error) {
    if (error instanceof Refusal) return { format: 'json', isPretty: false }
    throw error
  }
}

const sliceLength = 262_144

function* slices(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += sliceLength) yield text.slice(at, at + sliceLength)
}

export const contentTypeOf = (request: FastifyRequest): string => (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''

export const isFhirType = (contentType: string): boolean => contentType.includes('/') && formats[contentType] !== undefined

/** RFC 5789, section 3.1: what a server takes, also beside 415. */
export const acceptPatch = [jsonPatchType, xmlPatchType, 'application/fhir+json', 'application/fhir+xml'].join(', ')

/** A patch of any kind; JSON Patch and XML Patch are known by content types of their own. */
export function readPatch(request: FastifyRequest): Patch {
  const type = contentTypeOf(request)
  const text = typeof request.body === 'string' ? request.body : ''
  if (type === jsonPatchType) return jsonPatchOf(text)
  if (type === xmlPatchType) return xmlPatchOf(text)
  const body = isFhirType(type) ? readBody(request) : undefined
  // A part of a resource, which some servers merge into it, is none of R4's patches.
  if (isResource(body)) return fhirPathPatchOf(request.world, body)
  throw new Refusal('unsupported', type === '' ? 'the content type is missing' : 'this kind of patch is not supported', {
    hint: `Send ${jsonPatchType}, ${xmlPatchType}, or a FHIRPath Patch as Parameters in application/fhir+json or application/fhir+xml.`,
  })
}

const isResource = (body: unknown): boolean => typeof body === 'object' && body !== null && 'resourceType' in body

/** Reads the body of a write exactly, JSON or XML. */
export function readBody(request: FastifyRequest): unknown {
  const type = contentTypeOf(request)
  if (!isFhirType(type)) {
    throw new Refusal('unsupported', type === '' ? 'the content type is missing' : 'this content type is not accepted here', {
      hint: 'Send application/fhir+json or application/fhir+xml.',
    })
  }
  const release = /;\s*fhirVersion\s*=\s*"?([^";\s]+)/i.exec(request.headers['content-type'] ?? '')?.[1]
  if (isOtherRelease(release)) throw new Refusal('unsupported', 'this server takes FHIR R4 only', { hint: 'Send R4, and say fhirVersion=4.0 or nothing.' })
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(request.headers['content-type'] ?? '')?.[1]
  if (charset !== undefined && !/^(?:utf-?8|us-ascii)$/i.test(charset)) {
    throw new Refusal('unsupported', 'FHIR is always UTF-8', { hint: 'Convert the text to UTF-8 and say so, or leave the charset out.' })
  }
  const text = request.body
  if (typeof text !== 'string' || text.length === 0) throw new Refusal('incorrect', 'the body is empty', { hint: 'Send one FHIR resource.' })
  return formats[type] === 'xml' ? request.world.fhir.formats.parseXml(text) : parseJson(text)
}
