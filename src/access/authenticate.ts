import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Actor } from '../platform/actor.ts'
import { certificateOf } from '../platform/client-certificate.ts'
import { baseUrl } from '../platform/config.ts'
import { Refusal } from '../platform/refusal.ts'
import { networkOf } from '../platform/network.ts'
import { isSame } from '../platform/same.ts'
import { noRoomToRead } from '../platform/room.ts'
import { isConnectionLost } from '../platform/sql.ts'
import type { World } from '../platform/world.ts'
import { readCookie } from './cookies.ts'
import { Buckets, type Limit } from '../platform/limit.ts'
import { principalsOf } from './principals.ts'
import { cookieName, csrfOf } from './session.ts'

/**
 * Who asks? Before any route runs, a bearer token or a session cookie becomes `request.actor`; without one the answer is 401,
 * unless the route says of itself `{ config: { open: true } }`. An unknown address is open too: it answers 404 and nothing else.
 */
export async function authenticate(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (request.is404 || request.routeOptions.config.open === true) return
  // What is answered to one caller stays in no cache: a browser keeps what has a date and says nothing of it (RFC 9111, section 4.2.2), on a ward's shared machine, too.
  reply.header('cache-control', 'no-store')
  const { world } = request
  try {
    request.actor = await actorOf(request, reply)
  } catch (error) {
    if (isConnectionLost(error))
      throw noRoomToRead(world.room) ?? new Refusal('busy', 'the register of keys and sessions cannot be reached; try again', { retryAfterSeconds: 1 })
    throw error
  }
  limit(world, 'actor', request.actor.id)
}

const bearer = /^bearer +([\w.~+/=-]+)$/i
const isSafe = (method: string) => method === 'GET' || method === 'HEAD' || method === 'OPTIONS'

async function actorOf(request: FastifyRequest, reply: FastifyReply): Promise<Actor> {
  const { world, headers } = request
  if (headers.authorization !== undefined) {
    const token = bearer.exec(headers.authorization)?.[1]
    if (!token) return refuse(reply, new Refusal('unauthenticated', 'the header authorization must be: Bearer, a space, a token'))
    return principalsOf(world)
      .ofToken(token, certificateOf(request), request.raw.socket)
      .catch((error: unknown) => refuse(reply, error))
  }
  const cookie = readCookie(request, cookieName)
  const actor = cookie === undefined ? null : await principalsOf(world).ofCookie(cookie)
  if (!actor) {
    reply.header('www-authenticate', 'Bearer realm="spona"')
    const sentence = cookie === undefined ? 'this address needs a token or a sign-in' : 'the session is over'
    throw new Refusal('unauthenticated', sentence, { hint: 'People: sign in at /sign-in. Systems: ask for a token, see /.well-known/smart-configuration.' })
  }
  if (!isSafe(request.method)) requireOwnPage(request, actor)
  return actor
}

/** RFC 6750, section 3.1: a refused token says which error it is. */
function refuse(reply: FastifyReply, error: unknown): never {
  if (error instanceof Refusal && error.kind === 'unauthenticated') {
    reply.header('www-authenticate', `Bearer realm="spona", error="invalid_token", error_description="${error.message.replace(/["\\]/g, '')}"`)
  }
  throw error
}

/** A cookie rides along with forged requests, so a change needs the session's own value in a header, and our own origin. */
function requireOwnPage(request: FastifyRequest, actor: Actor): void {
  const given = request.headers['x-spona-csrf']
  const expected = csrfOf(request.world, actor.session as string)
  if (typeof given !== 'string' || !isSame(given, expected)) {
    throw new Refusal('forbidden', 'the header x-spona-csrf is missing or wrong', { hint: 'Send the value that GET /access/me answers.' })
  }
  requireSameOrigin(request)
}

/** Browsers send Origin with every request that is not a GET; a client that is no browser sends none. */
export function requireSameOrigin(request: FastifyRequest): void {
  const { origin } = request.headers
  const site = request.headers['sec-fetch-site']
  const isForeignSite = site !== undefined && site !== 'same-origin' && site !== 'none'
  const isForeignOrigin = origin !== undefined && origin !== new URL(baseUrl(request.world.config)).origin && URL.parse(origin)?.host !== request.headers.host
  if (isForeignSite || isForeignOrigin) throw new Refusal('forbidden', 'this request comes from a page of another origin')
}

// The limits of open addresses are for one network address; a whole hospital may stand behind one. Those of the finder and of questions with a body at
// /fhir are for one person, and far above what anybody types: a program of theirs would list the country, or have documents judged all day.
const limits = {
  'sign-in': { perSecond: 20, burst: 200 },
  token: { perSecond: 50, burst: 500 },
  check: { perSecond: 2, burst: 40 },
  finder: { perSecond: 1, burst: 300 },
  question: { perSecond: 2, burst: 120 },
} as const satisfies Record<string, Limit>
export type LimitName = 'actor' | keyof typeof limits

const buckets = new WeakMap<World, Record<LimitName, Buckets>>()

/** Refuses with 429 when this caller asks faster than the named limit allows. */
export function limit(world: World, name: LimitName, key: string): void {
  let mine = buckets.get(world)
  if (!mine) {
    const { RATE_PER_CLIENT, PROCESSES } = world.config
    // Connections spread over the processes, so each counts its share.
    const share = ({ perSecond, burst }: Limit) => new Buckets({ perSecond: perSecond / PROCESSES, burst: Math.max(1, burst / PROCESSES) })
    mine = {
      actor: share({ perSecond: RATE_PER_CLIENT, burst: RATE_PER_CLIENT }),
      'sign-in': share(limits['sign-in']),
      token: share(limits.token),
      check: share(limits.check),
      finder: share(limits.finder),
      question: share(limits.question),
    }
    buckets.set(world, mine)
  }
  const waitSeconds = mine[name].take(name === 'actor' ? key : networkOf(key), performance.now())
  if (waitSeconds > 0) {
    throw new Refusal('too-many', `more requests than the limit "${name}" allows`, { retryAfterSeconds: waitSeconds, hint: `Wait ${waitSeconds} s.` })
  }
}
