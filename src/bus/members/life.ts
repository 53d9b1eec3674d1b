import { Refusal } from '../../platform/refusal.ts'
import type { Contract, MemberState } from './directory.ts'

/** Which step may follow which (Sl. glasnik RS 104/2018: access is approved, suspended and revoked). */
const ofMember: Record<MemberState, readonly MemberState[]> = {
  requested: ['approved', 'revoked'],
  approved: ['active', 'suspended', 'revoked'],
  active: ['suspended', 'revoked'],
  suspended: ['active', 'revoked'],
  revoked: [],
}
const ofContract: Record<Contract['state'], readonly Contract['state'][]> = {
  requested: ['active', 'revoked'],
  active: ['suspended', 'revoked'],
  suspended: ['active', 'revoked'],
  revoked: [],
}

/** Steps that an operator may take now, for the page; whether the step holds is asked again when it is taken. */
export const nextOfMember = ({ state }: { state: MemberState }): MemberState[] =>
  // An approved member becomes active by itself, when it is ready.
  ofMember[state].filter((next) => !(state === 'approved' && next === 'active'))
export const nextOfContract = (state: Contract['state']): Contract['state'][] => [...ofContract[state]]

export type Step = { to: string; decision: string | null }

export function memberStep(
  member: { state: MemberState; provedAt: Date | null; testedAt: Date | null },
  to: string,
  decision: string | null,
): MemberState | Refusal {
  const next = stepOf(ofMember, member.state, to, decision)
  if (next instanceof Refusal || next !== 'approved') return next
  if (member.provedAt === null)
    return new Refusal('conflict', 'the member has not proved which organisation it is of', {
      hint: 'spona bus code; the member posts it to /bus/members/CODE/proof.',
    })
  if (member.testedAt === null)
    return new Refusal('conflict', 'the member has not passed the self-test', { hint: 'The member posts to /bus/members/CODE/self-test.' })
  return next
}

export const contractStep = (state: Contract['state'], to: string, decision: string | null): Contract['state'] | Refusal =>
  stepOf(ofContract, state, to, decision)

/** A change of terms while the contract goes on; it needs a decision like any step. */
export function contractTerms(state: Contract['state'], decision: string | null): Contract['state'] | Refusal {
  if (state === 'revoked') return new Refusal('conflict', 'the contract is revoked; ask for a new one')
  return isDecision(decision) ? state : undecided()
}

const isDecision = (decision: string | null): boolean => decision !== null && decision.trim() !== '' && decision.length <= 100
const undecided = () => new Refusal('incorrect', 'a step needs the number of the decision, at most 100 characters')

function stepOf<S extends string>(allowed: Record<S, readonly S[]>, from: S, to: string, decision: string | null): S | Refusal {
  const next = allowed[from].find((one) => one === to)
  if (next === undefined) {
    const ways = allowed[from]
    return new Refusal('conflict', `from ${from} there is no step to ${to}`, { hint: ways.length > 0 ? `Possible: ${ways.join(', ')}.` : 'This is the end.' })
  }
  return isDecision(decision) ? next : undecided()
}
