import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type BundleEntry, printJson } from '../../fhir/fhir.ts'
import { roomHeader, sharing } from '../answer-room.ts'
import { carryCertificate } from '../../platform/client-certificate.ts'
import { outcomeOf } from '../../platform/refusal.ts'

/** Answers an entry of a bundle that is neither a read nor a write, as the text of an entry of the response. */
export type Inner = (entry: BundleEntry) => Promise<string>

const answerBytesMax = 16 * 1_048_576
/** The headers that say who asks, and why; the rest of the outer request concerns the bundle. */
const passed = ['authorization', 'cookie', 'accept-language', 'prefer'] as const

/**
 * A history, a version or an operation inside a bundle is sent as a request of its own, so it passes the same checks: token, scope, access, audit.
 * Its answer is held in memory, so it has a limit.
 */
export function innerRequests(app: FastifyInstance, request: FastifyRequest): Inner {
  const headers: Record<string, string> = { accept: 'application/fhir+json', ...carryCertificate(request) }
  for (const name of passed) if (typeof request.headers[name] === 'string') headers[name] = request.headers[name]
  return (entry) => (request.room ? sharing(request.room, (name) => answer(entry, { ...headers, [roomHeader]: name })) : answer(entry, headers))

  async function answer(entry: BundleEntry, headers: Record<string, string>): Promise<string> {
    const url = entry.target.kind === 'other' ? entry.target.url : ''
    const { method, ifNoneMatch, ifModifiedSince, resource } = entry
    const own = { ...headers, ...(ifNoneMatch ? { 'if-none-match': ifNoneMatch } : {}), ...(ifModifiedSince ? { 'if-modified-since': ifModifiedSince } : {}) }
    const answer = await app.inject({
      method,
      url: `/fhir/${withoutForm(url)}`,
      headers: resource === null ? own : { ...own, 'content-type': 'application/fhir+json' },
      remoteAddress: request.ip,
      payloadAsStream: true,
      ...(resource === null ? {} : { payload: printJson(resource) }),
    })
    const text = await textOf(answer.stream())
    const etag = answer.headers['etag']
    const modified = answer.headers['last-modified']
    const said = {
      status: `${answer.statusCode} ${answer.statusMessage}`,
      ...(typeof answer.headers['location'] === 'string' ? { location: answer.headers['location'] } : {}),
      ...(typeof etag === 'string' ? { etag } : {}),
      ...(typeof modified === 'string' ? { lastModified: new Date(modified).toISOString() } : {}),
    }
    if (text === null) return JSON.stringify({ response: { status: '413 Payload Too Large', outcome: tooLarge } })
    if (!text.startsWith('{')) return JSON.stringify({ response: said })
    if (answer.statusCode >= 400) return `{"response":${JSON.stringify(said).slice(0, -1)},"outcome":${text}}}`
    return `{"resource":${text},"response":${JSON.stringify(said)}}`
  }
}

const tooLarge = outcomeOf([
  {
    severity: 'error',
    code: 'too-long',
    diagnostics: `the answer to this entry is larger than ${answerBytesMax / 1_048_576} MB`,
    hint: 'Ask for it by itself; it is streamed then.',
  },
])

/** Removes the format: the whole bundle has one, and an entry cannot have another. */
function withoutForm(url: string): string {
  const [path = '', query] = url.split('?')
  if (query === undefined) return path
  const rest = [...new URLSearchParams(query)].filter(([name]) => name !== '_format' && name !== '_pretty')
  return rest.length === 0 ? path : `${path}?${new URLSearchParams(rest)}`
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream) {
    bytes += chunk.length
    if (bytes > answerBytesMax) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
