import type { FastifyInstance, FastifyRequest } from 'fastify'
import { baseUrl } from '../../platform/config.ts'
import { Refusal } from '../../platform/refusal.ts'
import { type AnswerRoom, openRoom, roomHeader, sharedRoom } from '../answer-room.ts'
import type { Asking } from '../asking.ts'
import { pairsOf } from './respond.ts'

declare module 'fastify' {
  interface FastifyRequest {
    room: AnswerRoom | undefined
  }
}

/** Every request below has a room for its answer; an entry of a bundle is within that of the bundle. */
export function giveRoom(app: FastifyInstance): void {
  app.decorateRequest('room', undefined)
  app.addHook('onRequest', (request, reply, next) => {
    request.room = sharedRoom(request.headers[roomHeader]) ?? openRoom(reply.raw, request.actor)
    next()
  })
}

/** Who asks, why, and under which address; purposes are the closed list of the e-karton rulebook, article 2. */
export function askingOf(request: FastifyRequest): Asking {
  return {
    world: request.world,
    actor: request.actor,
    correlation: request.correlation,
    base: `${baseUrl(request.world.config)}/fhir`,
    purpose: 'health-care',
    language: request.headers['accept-language'],
    isGone: () => request.raw.socket.destroyed,
    ...(request.room ? { room: request.room } : {}),
  }
}

/** The same of a search by POST, where a form holds what would be too long or too private for an address. */
export function formPairsOf(request: FastifyRequest): [string, string][] {
  const form = typeof request.body === 'string' ? [...new URLSearchParams(request.body)] : []
  if (form.length > 0 && !/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')) {
    throw new Refusal('unsupported', 'a search by POST is a form', { hint: 'Send application/x-www-form-urlencoded.' })
  }
  return [...pairsOf(request), ...form]
}
