import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { IncomingMessage } from 'node:http'
import { exchange, type Reply } from '../../platform/exchange.ts'
import type { HouseTls } from '../../platform/house-tls.ts'
import { Refusal } from '../../platform/refusal.ts'
import { isSame } from '../../platform/same.ts'

// What the two processes say to each other: the record's at its door, the employers' at its address. Neither answers anybody else.

export const heads = {
  /** A secret that only the two processes share. Without it neither of them answers at all. */
  house: 'x-spona-house',
  /** Who asks, sealed by the process of the record for itself. The employers' process hands it back and cannot make one. */
  ticket: 'x-spona-ticket',
  /** What the employers' process may know of the user who asks. */
  actor: 'x-spona-actor',
  correlation: 'x-spona-correlation',
} as const

export function requireHouse(request: FastifyRequest, secret: string): void {
  const given = request.headers[heads.house]
  if (typeof given !== 'string' || !isSame(given, secret)) throw new Refusal('not-found', 'nothing answers here')
}

/** Only these headers of a question go on: no cookie, no token, no address of the user. */
const asked = ['accept', 'accept-language', 'content-type', 'content-encoding'] as const
/** Only these headers of an answer go back, which a browser or program needs: the answer can set no cookie and loosen no rule. */
const answered = ['content-type', 'content-disposition', 'cache-control', 'retry-after', 'allow', 'www-authenticate'] as const
const timeoutMs = 60_000
/** The largest question of the employer's side, in megabytes: a file of earnings or a piece of evidence. */
export const questionMb = 8

/**
 * On the line between the two processes a body that is too large is refused and the rest of it is read and thrown away: closing the connection while
 * the other side still writes would lose the answer.
 */
export function keepLine(app: FastifyInstance): void {
  app.addHook('onSend', async (_request, reply) => void reply.removeHeader('connection'))
}

/**
 * Hands a question on unchanged, once it has arrived completely, and returns the answer. There are few connections between the two processes: a body
 * that drips in, or that nobody reads to its end, would keep one from everybody else.
 */
export async function handOn(
  request: FastifyRequest,
  reply: FastifyReply,
  { origin, tls, headers, away }: { origin: string; tls: HouseTls | undefined; headers: () => Record<string, string>; away: (error: unknown) => Refusal },
): Promise<FastifyReply> {
  const own = asked.flatMap((name) => (typeof request.headers[name] === 'string' ? [[name, request.headers[name]] as const] : []))
  const path = pathOf(request.raw.url ?? '/')
  const body = await bodyOf(request, reply)
  const length: Record<string, string> = body === undefined ? {} : { 'content-length': String(body.length) }
  let answer: Reply
  try {
    answer = await exchange({
      ...{ origin, tls, method: request.method, path, timeoutMs, headers: { ...Object.fromEntries(own), ...length, ...headers() } },
      ...(body === undefined ? {} : { body }),
    })
  } catch (error) {
    throw away(error)
  }
  for (const name of answered) if (answer.headers[name] !== undefined) reply.header(name, answer.headers[name])
  return reply.code(answer.status).send(answer.body.length === 0 && answer.status === 204 ? undefined : answer.body)
}

/** The path as the router read it. A URL may be written with a host of the asker's choosing, and dots in a path lead elsewhere there than was judged here. */
function pathOf(given: string): string {
  const path = given.replace(/^https?:\/\/[^/]*/i, '')
  if (URL.parse(path, 'http://house')?.pathname === path.split('?', 1)[0]) return path
  throw new Refusal('not-found', 'nothing answers here')
}

/** A sender whose body is too large is told so, and the connection ends; a sender that breaks off gets no answer. */
async function bodyOf({ raw, headers }: FastifyRequest, reply: FastifyReply): Promise<Buffer | undefined> {
  const length = headers['content-length']
  if (length === undefined && headers['transfer-encoding'] === undefined) return undefined
  const most = questionMb * 1_048_576
  const body = Number(length ?? 0) > most ? null : await read(raw, most)
  if (body !== null) return body
  reply.header('connection', 'close')
  throw new Refusal('too-large', 'the request is larger than this server accepts')
}

/** Null when the body is larger than `most`. */
function read(raw: IncomingMessage, most: number): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    let bytes = 0
    raw.on('data', (piece: Buffer) => {
      bytes += piece.length
      if (bytes <= most) pieces.push(piece)
      else resolve(null)
    })
    raw.once('end', () => resolve(Buffer.concat(pieces)))
    raw.once('close', () => reject(new Refusal('unfinished', 'nobody waits for the answer any more')))
  })
}
