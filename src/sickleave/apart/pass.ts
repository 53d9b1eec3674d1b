import type { FastifyReply, FastifyRequest } from 'fastify'
import { noteLook } from '../../platform/condition.ts'
import type { HouseTls } from '../../platform/house-tls.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import { handOn, heads } from './house.ts'
import { sealTicket } from './ticket.ts'

/** Where the employers' process listens; `ready` resolves when it listens. */
export type EmployersSide = { origin: string; tls?: HouseTls | undefined; ready: Promise<unknown> }

declare module '../../platform/world.ts' {
  interface World {
    /** While it is set, this process itself answers no employer. */
    employersSide?: EmployersSide
  }
}

/** The secret depends on the keys alone: both processes derive it, or get the same one. */
export const houseSecret = ({ keys }: Pick<World, 'keys'>): string => keys.derive('sickleave-employers-house').toString('hex')

/**
 * Passes on the employers' routes that everybody can reach. This process finds out who asks, because it has sessions and tokens, and hands the
 * question with its body unread to the employers' process. Without such a process (in tests, for example) the routes answer here.
 */
export async function passToEmployersSide(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | void> {
  const { world, actor, correlation } = request
  const side = world.employersSide
  if (side === undefined) return
  await side.ready
  const { kind, id, name, roles, scopes } = actor
  const answer = await handOn(request, reply, {
    origin: side.origin,
    tls: side.tls,
    headers: () => ({
      [heads.house]: houseSecret(world),
      [heads.ticket]: sealTicket(world, actor, correlation),
      [heads.actor]: Buffer.from(JSON.stringify({ kind, id, name, roles, scopes })).toString('base64url'),
      [heads.correlation]: correlation,
    }),
    away: (error) => employersAway(world, error),
  })
  noteLook(world, { 'employers-away': null })
  return answer
}

export function employersAway(world: World, error: unknown): Refusal {
  const { code = 'no answer' } = error as NodeJS.ErrnoException
  world.log.warn({ code }, 'the employers’ process does not answer')
  noteLook(world, { 'employers-away': code })
  return new Refusal('busy', 'the employers’ side does not answer for the moment; try again', { retryAfterSeconds: 2 })
}
