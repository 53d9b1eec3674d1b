import type { FastifyRequest } from 'fastify'
import type { Action, Who } from '../../audit/audit.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Transaction } from '../../platform/world.ts'
import { freshDirectory } from '../members/directory.ts'
import { forgetQueues } from './queues.ts'

export const whoOfOperator = ({ actor }: FastifyRequest): Who => ({
  id: actor.id,
  name: actor.name,
  kind: 'person',
  role: 'operator',
  institution: actor.institution,
  unit: actor.unit,
})

/** Before every route of operators. A no is on record before it is said. */
export async function requireOperator(request: FastifyRequest): Promise<void> {
  const { actor, world, correlation } = request
  if (actor.kind === 'person' && actor.roles.includes('operator')) return
  const who: Who = { ...whoOfOperator(request), kind: actor.kind === 'person' ? 'person' : 'system', role: actor.roles[0] ?? 'system' }
  await world.ledger.record([
    { action: 'read', who, patient: null, what: 'bus-operator', purpose: 'administration', basis: 'role-operator', decision: 'deny', correlation },
  ])
  throw new Refusal('forbidden', 'this is for operators of the bus', { hint: 'A person with the role operator signs in at /sign-in.' })
}

export type Acted = { action: Action; what: string; patient?: number | null; reason?: string | null }

/** What an operator changes: its audit row in the same transaction, seen by every process within half a second. */
export async function asOperatorOf<T>(request: FastifyRequest, act: (tx: Transaction) => Promise<T>, about: (done: T) => Acted): Promise<T> {
  const { world } = request
  const done = await world.ledger.transaction(async (tx) => {
    const result = await act(tx)
    tx.audit([entryOf(request, about(result))])
    return result
  })
  forgetQueues(world)
  await freshDirectory(world)
  return done
}

/** What an operator looks at and is more than figures. */
export const recordLook = (request: FastifyRequest, acted: Acted): Promise<void> => request.world.ledger.record([entryOf(request, acted)])

function entryOf(request: FastifyRequest, { action, what, patient = null, reason }: Acted) {
  return {
    action,
    who: whoOfOperator(request),
    patient,
    what,
    purpose: 'administration',
    basis: 'role-operator',
    decision: 'permit' as const,
    correlation: request.correlation,
    ...(reason ? { reason } : {}),
  }
}
