import { dayAt } from '../rules/days.ts'
import type { Rules } from '../rules/parameters.ts'
import { clockOf } from './clock.ts'
import type { Missing } from './completeness.ts'
import type { Evidence, Row, StepRow } from './request-store.ts'
import type { Signature, Standing, State, Step, StepKind } from './state.ts'
import type { CalculationList, RequestShown, RequestState, SignerShown } from './wire.ts'

/** These steps stay inside the Fund: the requester is told only the outcome. */
const inside = new Set<StepKind>(['proposed', 'sent-back', 'claimed', 'assigned', 'calculated'])
/** The steps that a requester sees; `seen` counts these. */
export const stepsShown = (steps: readonly StepRow[]): StepRow[] => steps.filter(({ step }) => !inside.has(step.kind))
const stateShown = (standing: Standing): RequestState => (standing.state === 'proposed' ? 'in-process' : standing.state)

const settled = new Set<State>(['calculated', 'paid', 'confirmed', 'returning', 'returned'])
/** From the approval on the requester gets the list. */
export const isSettled = ({ state }: Standing): boolean => settled.has(state)

export type Around = {
  steps: readonly StepRow[]
  evidence: readonly Evidence[]
  missing: readonly Missing[]
  rules: Rules
  list: CalculationList | null
  signatureNeeded: RequestShown['signatureNeeded']
}
export type Named = { employee: { family: string; given: string }; employer: string | null }

export function shownOf(row: Pick<Row, 'id' | 'number' | 'kind' | 'leave' | 'knownAs'>, standing: Standing, named: Named, around: Around): RequestShown {
  const { content, order, paidOn, confirmedOn } = standing
  const clock = clockOf(row.kind, standing, around.rules)
  return {
    id: row.id,
    number: row.number,
    kind: row.kind,
    // An employer knows the leave by an id of its own.
    leave: row.knownAs ?? row.leave,
    ...named,
    ...content,
    state: stateShown(standing),
    due: clock.due,
    waitsFor: clock.waitsFor,
    missing: [...around.missing],
    evidence: around.evidence.map(({ sha256, at, ...one }) => ({ ...one, sha256: sha256.toString('hex'), at: at.toISOString() })),
    signature: signatureOf(around.steps),
    signatureNeeded: around.signatureNeeded,
    answer: answerOf(standing),
    total: isSettled(standing) ? standing.total : null,
    list: around.list,
    paidOn,
    confirmedOn,
    toReturn: order && { total: order.total, interest: order.interest, until: order.until },
    steps: stepsShown(around.steps).map(({ step, at }) => ({ kind: wordOf(step, standing), at: at.toISOString() })),
  }
}

const wordOf = (step: Step, { state }: Standing): string => (step.kind === 'approved' ? (state === 'rejected' ? 'rejected' : 'calculated') : step.kind)

function signatureOf(steps: readonly StepRow[]): RequestShown['signature'] {
  const last = steps.findLast(({ step }) => step.kind === 'submitted')
  if (last?.step.kind !== 'submitted') return null
  const { level, at, isQualified, signed } = last.step.signature satisfies Signature
  return { level, by: last.actorName, at, isQualified, signer: signed ? signerOf(signed) : null }
}

function signerOf({ signer: { name, organization, issuer, validUntil }, isRevocationKnown, form }: NonNullable<Signature['signed']>): SignerShown {
  return { name, organization, issuer, validUntil, isRevocationKnown, form }
}

function answerOf({ state, missing, proposal, order }: Standing): string | null {
  if (state === 'incomplete') return missing
  if (state === 'rejected') return proposal && `${proposal.why} (${proposal.number})`
  return state === 'returning' ? (order?.why ?? null) : null
}

/** Days from the beginning of the Fund's clock: `20/21` in the work list. */
export const dayOfClock = (completeOn: string | null, now: Date): number | null =>
  completeOn === null ? null : Math.round((Date.parse(dayAt(now)) - Date.parse(completeOn)) / 86_400_000)
