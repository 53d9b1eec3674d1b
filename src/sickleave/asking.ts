import type { FastifyRequest } from 'fastify'
import { access, type Basis, type Decision, decide } from '../access/access.ts'
import { type Entry, whoIs } from '../audit/audit.ts'
import { type Known, personOf } from '../identity/identity.ts'
import type { Actor } from '../platform/actor.ts'
import { Refusal } from '../platform/refusal.ts'
import type { World } from '../platform/world.ts'

export type Asking = { world: World; actor: Actor; correlation: string; language?: string | undefined }

/** A row of the access log about a sick leave; `what` never says more than that it is one. */
export function entryOf({ actor, correlation }: Asking, patient: number | null, more: Pick<Entry, 'action' | 'basis'> & Partial<Entry>): Entry {
  return { who: whoIs(actor), patient, what: 'sick-leave', purpose: 'sick leave', decision: 'permit', correlation, ...more }
}

/** Says no, and first writes who was refused what. */
export async function refuse(asking: Asking, patient: number | null, action: Entry['action'], refusal: Refusal): Promise<never> {
  await asking.world.ledger.record([entryOf(asking, patient, { action, basis: refusal.message, decision: 'deny' })])
  throw refusal
}

const forbidden = (reason: string, opens: string[] = []) => new Refusal('forbidden', reason, { details: { reason, opens }, hint: opens.join(' ') })

export type Patient = Known & { basis: Basis['kind'] }

/** Only the chosen doctor, or who stands in for them, assesses incapacity (ZZO art. 75); a visit elsewhere opens the record, not this. */
const assessing = new Set<Basis['kind']>(['chosen-doctor', 'substitute'])

export const assesses = (decision: Decision | undefined): boolean => decision?.permit === true && assessing.has(decision.basis.kind)

/** A doctor at work, whoever the patients are. */
export async function requireDoctor(asking: Asking, action: Entry['action']): Promise<{ worker: number; institution: number }> {
  const { kind, roles, worker, institution } = asking.actor
  if (kind === 'person' && roles.includes('doctor') && worker !== null && institution !== null) return { worker, institution }
  return refuse(asking, null, action, forbidden('this is for a doctor at work'))
}

export async function requireAssessor(
  asking: Asking,
  handle: string,
  action: 'read' | 'create' | 'update',
): Promise<Patient & { worker: number; institution: number }> {
  const { world, actor } = asking
  const person = await personOf(world.sql, handle)
  const [decision] = await decide(world, actor, action === 'read' ? 'read' : 'write', [person?.keys ?? []])
  const patient = person?.keys[0] ?? null
  if (person === null || !decision?.permit) {
    return refuse(
      asking,
      patient,
      action,
      decision && !decision.permit ? access.refusalOf(decision, asking.language) : forbidden('nothing opens this person for you'),
    )
  }
  const { worker, institution } = actor
  if (actor.kind !== 'person' || !actor.roles.includes('doctor') || worker === null || institution === null || !assessing.has(decision.basis.kind)) {
    const reason = 'only the chosen doctor, or who stands in for them, assesses incapacity for work'
    return refuse(asking, patient, action, forbidden(reason, ['The patient chooses you as chosen doctor.', 'You are entered as substitute, with dates.']))
  }
  return { ...person, basis: decision.basis.kind, worker, institution }
}

export async function requireRole(asking: Asking, role: string, action: Entry['action']): Promise<void> {
  if (asking.actor.kind === 'person' && asking.actor.roles.includes(role)) return
  await refuse(asking, null, action, forbidden(`this is for the role ${role}`))
}

/** The citizen's own person; nobody represents a grown person at work. */
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
