import type { FastifyReply, FastifyRequest } from 'fastify'
import { exchange, type Reply } from '../../platform/exchange.ts'
import type { HouseTls } from '../../platform/house-tls.ts'
import { Refusal } from '../../platform/refusal.ts'
import { isSame } from '../../platform/same.ts'

// What the two processes say to each other: the record's at its door, the employers' at its address. Neither answers anybody else.

export const heads = {
  /** A secret of the house: without it neither process answers at all. */
  house: 'x-spona-house',
  /** Who asks, sealed by the process of the record for itself: the employers' process hands it back and cannot make one. */
  ticket: 'x-spona-ticket',
  /** What the employers' process may know of who asks. */
  actor: 'x-spona-actor',
  correlation: 'x-spona-correlation',
} as const

export function requireHouse(request: FastifyRequest, secret: string): void {
  const given = request.headers[heads.house]
  if (typeof given !== 'string' || !isSame(given, secret)) throw new Refusal('not-found', 'nothing answers here')
}

/** Of a question only what it is about goes on: no cookie, no token, no address of who asks. */
const asked = ['accept', 'accept-language', 'content-type', 'content-length', 'content-encoding', 'transfer-encoding'] as const
/** And of an answer only what a browser or program needs: it can set no cookie and loosen no rule. */
const answered = ['content-type', 'content-disposition', 'cache-control', 'retry-after', 'allow', 'www-authenticate'] as const
const timeoutMs = 60_000

/** Hands a question on as it is, before its body is read, and answers with what comes back. */
export async function handOn(
  request: FastifyRequest,
  reply: FastifyReply,
  { origin, tls, headers, away }: { origin: string; tls: HouseTls | undefined; headers: Record<string, string>; away: (error: unknown) => Refusal },
): Promise<FastifyReply> {
  const own = asked.flatMap((name) => (typeof request.headers[name] === 'string' ? [[name, request.headers[name]] as const] : []))
  const hasBody = request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined
  let answer: Reply
  try {
    answer = await exchange({
      ...{ origin, tls, method: request.method, path: request.raw.url ?? '/', timeoutMs, headers: { ...Object.fromEntries(own), ...headers } },
      ...(hasBody ? { body: request.raw } : {}),
    })
  } catch (error) {
    throw away(error)
  }
  for (const name of answered) if (answer.headers[name] !== undefined) reply.header(name, answer.headers[name])
  return reply.code(answer.status).send(answer.body.length === 0 && answer.status === 204 ? undefined : answer.body)
}
