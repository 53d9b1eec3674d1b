import type { FastifyRequest } from 'fastify'
import type { Entry } from '../audit/audit.ts'
import { type Actor, whoIs } from '../platform/actor.ts'
import { Refusal } from '../platform/refusal.ts'
import type { World } from '../platform/world.ts'

export type Asking = { world: World; actor: Actor; correlation: string; language?: string | undefined }

/** A row of the access log about a sick leave. `what` never says more than that. */
export function entryOf({ actor, correlation }: Asking, patient: number | null, more: Pick<Entry, 'action' | 'basis'> & Partial<Entry>): Entry {
  return { who: whoIs(actor), patient, what: 'sick-leave', purpose: 'sick leave', decision: 'permit', correlation, ...more }
}

/** Refuses, after writing down who was refused what. */
export async function refuse(asking: Asking, patient: number | null, action: Entry['action'], refusal: Refusal): Promise<never> {
  await asking.world.ledger.record([entryOf(asking, patient, { action, basis: refusal.message, decision: 'deny' })])
  throw refusal
}

export const forbidden = (reason: string, opens: string[] = []) => new Refusal('forbidden', reason, { details: { reason, opens }, hint: opens.join(' ') })

/** Requires a doctor at work, for any patient. */
export async function requireDoctor(asking: Asking, action: Entry['action']): Promise<{ worker: number; institution: number }> {
  const { kind, roles, worker, institution } = asking.actor
  if (kind === 'person' && roles.includes('doctor') && worker !== null && institution !== null) return { worker, institution }
  return refuse(asking, null, action, forbidden('this is for a doctor at work'))
}

export async function requireRole(asking: Asking, role: string, action: Entry['action']): Promise<void> {
  if (asking.actor.kind === 'person' && asking.actor.roles.includes(role)) return
  await refuse(asking, null, action, forbidden(`this is for the role ${role}`))
}

/** Requires the citizen's own account: nobody represents an adult about their work. */
export async function requireOwn(asking: Asking, action: Entry['action']): Promise<number> {
  const { actor } = asking
  if (actor.kind === 'person' && actor.patient !== null) return actor.patient
  return refuse(asking, null, action, forbidden('this is for the person whose leave it is'))
}

export const askingOf = ({ world, actor, correlation, headers }: FastifyRequest): Asking => ({
  world,
  actor,
  correlation,
  language: headers['accept-language'],
})
