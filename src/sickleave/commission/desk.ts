import { keySets, personOf } from '../../identity/identity.ts'
import { Refusal } from '../../platform/refusal.ts'
import { isUuid } from '../../platform/uuid.ts'
import { type Asking, refuse } from '../asking.ts'
import { type Case, casesOf } from '../case-store.ts'
import { openAbout } from '../objection/objection-store.ts'

// Which commission asks, and what it may open: only cases that wait for it.

export type Degree = 1 | 2
export const deskOfDegree = (degree: Degree) => (degree === 1 ? ('commission1' as const) : ('commission2' as const))

export async function requireCommission(asking: Asking, action: 'read' | 'search' | 'update'): Promise<Degree> {
  const { actor } = asking
  if (actor.kind === 'person' && actor.roles.includes('commission')) return 1
  if (actor.kind === 'person' && actor.roles.includes('commission2')) return 2
  const reason = 'this is for the medical commissions of the Fund'
  return refuse(asking, null, action, new Refusal('forbidden', reason, { details: { reason, opens: [] } }))
}

/** The person of a leave that waits for this commission, as a proposal or as an objection. Any other leave is refused. */
export async function requireWithCommission(asking: Asking, handle: string, leave: string, action: 'read' | 'update') {
  const degree = await requireCommission(asking, action)
  const { world } = asking
  const person = await personOf(world.sql, handle)
  const found: Case | undefined = person && isUuid(leave) ? (await casesOf(world.sql, person.keys)).find(({ id }) => id === leave) : undefined
  const objection = person && found ? await openAbout(world.sql, person.keys, leave, deskOfDegree(degree)) : null
  const isProposed = degree === 1 && found?.state.status === 'referred'
  if (person && found && (isProposed || objection)) return { degree, person, found, objection, isProposed }
  return refuse(
    asking,
    person?.keys[0] ?? null,
    action,
    new Refusal('forbidden', 'this leave does not lie with the commission', { details: { reason: whyNot(found), opens: [] } }),
  )
}

/** Tells somebody who returns to a case that it was decided meanwhile. */
function whyNot(found: Case | undefined): string {
  const isDecided = found?.steps.some(({ step }) => step.kind === 'decided' || step.kind === 'reviewed') ?? false
  return isDecided ? 'this proposal was decided on already' : 'this leave does not lie with the commission'
}

export async function rootOfKey({ world }: Asking, patient: number): Promise<number> {
  return (await keySets(world.sql, [patient])).get(patient)?.[0] ?? patient
}
