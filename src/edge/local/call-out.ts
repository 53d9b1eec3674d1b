import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { Refusal } from '../../platform/refusal.ts'
import { isSame } from '../../platform/same.ts'
import { uuidV7 } from '../../platform/uuid.ts'
import { LineCut } from '../centre/line.ts'
import type { Edge } from '../process/edge.ts'

const bodyBytesMax = 100 * 1_048_576
const callTimeoutMs = 240_000
const callsAtOnce = 8
const forwarded = ['accept', 'accept-language', 'content-type', 'if-match', 'if-none-match', 'prefer', 'bus-message-id'] as const
const given = ['content-type', 'etag', 'last-modified', 'location', 'retry-after', 'signature', 'signature-input', 'content-digest'] as const

let open = 0

/**
 * A call of the local system to a service of another member: signed here, and answered as the centre signed it. Only a caller with the token in
 * `calls.token` of the data folder may ask: the local system, and nobody else on this machine.
 */
export async function callOut(edge: Edge, request: IncomingMessage, response: ServerResponse, always: Record<string, string>): Promise<void> {
  requireToken(edge, request)
  if (open >= callsAtOnce) throw new Refusal('busy', `${callsAtOnce} calls are under way`, { retryAfterSeconds: 1 })
  open++
  try {
    const body = await bodyOf(request)
    const headers: Record<string, string> = { 'bus-message-id': uuidV7(edge) }
    for (const name of forwarded) if (typeof request.headers[name] === 'string') headers[name] = request.headers[name]
    if (body.length > 0) headers['content-type'] ??= 'application/octet-stream'
    const answer = await edge.centre.askAny({ method: request.method ?? 'GET', path: request.url ?? '/', body, headers, timeoutMs: callTimeoutMs })
    const back: Record<string, string> = { ...always }
    for (const name of given) if (typeof answer.headers[name] === 'string') back[name] = answer.headers[name]
    response.writeHead(answer.status, back).end(answer.body)
  } catch (error) {
    if (!(error instanceof LineCut)) throw error
    throw new Refusal('busy', error.message, {
      hint: 'A call needs the centre now. The same bus-message-id asks again without doing anything twice.',
      retryAfterSeconds: 10,
    })
  } finally {
    open--
  }
}

export function callsToken(edge: Pick<Edge, 'config' | 'random'>): string {
  const file = join(edge.config.data, 'calls.token')
  if (!existsSync(file)) writeFileSync(file, `${edge.random(32).toString('base64url')}\n`, { mode: 0o600 })
  return readFileSync(file, 'utf8').trim()
}

function requireToken(edge: Edge, { headers }: IncomingMessage): void {
  if (!isSame(/^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? '', callsToken(edge)))
    throw new Refusal('unauthenticated', 'the token of this edge is missing or wrong', {
      expression: 'authorization',
      hint: 'authorization: Bearer, with what stands in calls.token of its data folder.',
    })
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length
    if (length > bodyBytesMax) throw new Refusal('too-large', `a call carries at most ${bodyBytesMax / 1_048_576} MB`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}
