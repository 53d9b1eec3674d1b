import type { FastifyRequest } from 'fastify'
import { Refusal } from '../../platform/refusal.ts'
import { isUuid } from '../../platform/uuid.ts'
import { asOperatorOf } from './act.ts'

/** Somebody works on it: it is not told again, and others see who. */
export async function takeAlert(request: FastifyRequest, id: string): Promise<object> {
  const { actor } = request
  return asOperatorOf(
    request,
    async (tx) => {
      const taken = isUuid(id)
        ? await tx<{ rule: string }>`update bus.alert set taken_by = ${actor.name} where id = ${id} and ended_at is null and taken_by is null returning rule`
        : []
      if (taken.length === 0) throw new Refusal('conflict', 'there is no such alert, it has ended, or somebody has taken it')
      return { alert: id, takenBy: actor.name }
    },
    () => ({ action: 'update', what: `bus-alert/${id} taken` }),
  )
}
