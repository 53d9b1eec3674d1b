import type { FastifyReply } from 'fastify'
import { outcomeOf } from '../platform/refusal.ts'

/** RFC 6749, section 5.2, and beside it the OperationOutcome that every refusal of this server is. */
export function oauthError(reply: FastifyReply, status: number, error: string, sentence: string): FastifyReply {
  const outcome = outcomeOf([{ severity: 'error', code: status === 401 ? 'login' : 'invalid', diagnostics: sentence }])
  return reply.code(status).send({ error, error_description: sentence, ...outcome })
}
