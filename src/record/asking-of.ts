import type { FastifyRequest } from 'fastify'
import { baseUrl } from '../platform/config.ts'
import type { Asking } from './asking.ts'

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
  }
}
