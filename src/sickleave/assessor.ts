import { access, type Basis, type Decision, decide } from '../access/access.ts'
import { type Known, personOf } from '../identity/identity.ts'
import { type Asking, forbidden, refuse } from './asking.ts'

// Who may assess a person's incapacity. It asks access and identity, which the employers' process neither has nor loads.

export type Patient = Known & { basis: Basis['kind'] }

/** Only the chosen doctor or their substitute assesses incapacity (ZZO art. 75). A visit elsewhere opens the record but does not allow this. */
const assessing = new Set<Basis['kind']>(['chosen-doctor', 'substitute'])

export const assesses = (decision: Decision | undefined): boolean => decision?.permit === true && assessing.has(decision.basis.kind)

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
