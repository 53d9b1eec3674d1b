import { Refusal } from '../../platform/refusal.ts'
import { addDays, type Day } from './days.ts'
import type { Care, Leave, Reason } from './reasons.ts'

// The case as its steps tell it (ebolovanje.md section 4). Steps are only ever added, and the state follows from all of them.

/** The reasons that a doctor may give; only the commission itself says that it ended a leave. */
export const doctorsClosings = ['recovered', 'assessment', 'death', 'employment-ended', 'maternity'] as const
export type ClosingReason = (typeof doctorsClosings)[number] | 'commission'
export const decisions = ['approved', 'shortened', 'rejected', 'assessment'] as const
export type DecisionKind = (typeof decisions)[number]

export type Step =
  | { kind: 'opened'; from: Day; until: Day; reason: Reason; isException: boolean; care: Care | null; linkedTo: string | null }
  | { kind: 'extended'; until: Day }
  | { kind: 'reported'; from: Day; until: Day; isLast: boolean }
  | { kind: 'referred'; proposedUntil: Day }
  /** `on`: the day of sending to the disability assessment, from which the Fund's last days count. */
  | { kind: 'decided'; decision: DecisionKind; until: Day; number: string; on?: Day }
  | { kind: 'reviewed'; until: Day; isEnd: boolean; degree: 1 | 2; number: string }
  | { kind: 'closed'; until: Day; why: ClosingReason; on?: Day }
  | { kind: 'cancelled'; why: string; byCommission?: true }
  | { kind: 'corrected'; from: Day; until: Day; reason: Reason; isException: boolean; care: Care | null; why: string }
export type StepKind = Step['kind']

export type Status = 'opened' | 'extended' | 'referred' | 'closed' | 'cancelled'
export type State = {
  status: Status
  /** From the first day to the expected last day, or to the real one once the leave is closed. */
  from: Day
  until: Day
  reason: Reason
  isException: boolean
  care: Care | null
  linkedTo: string | null
  /** The last day that the commission has approved; null when it was never asked. */
  approvedUntil: Day | null
  proposedUntil: Day | null
  reportedUntil: Day | null
  closedFor: ClosingReason | null
  /** The day of sending to the disability assessment; a later decision about the leave does not take it back. */
  assessedOn: Day | null
}

export function fold(steps: readonly Step[]): State {
  const [first, ...rest] = steps
  if (first?.kind !== 'opened') throw new Error('a case begins with its opening')
  const { from, until, reason, isException, care, linkedTo } = first
  const opened: State = {
    status: 'opened',
    ...{ from, until, reason, isException, care, linkedTo },
    ...{ approvedUntil: null, proposedUntil: null, reportedUntil: null, closedFor: null, assessedOn: null },
  }
  return rest.reduce(after, opened)
}

function after(state: State, step: Step): State {
  switch (step.kind) {
    case 'opened':
      throw new Error('a case is opened once')
    case 'extended':
      return { ...state, status: 'extended', until: step.until }
    case 'reported':
      return { ...state, reportedUntil: step.until }
    case 'referred':
      return { ...state, status: 'referred', proposedUntil: step.proposedUntil }
    case 'decided':
      return decided(state, step)
    case 'reviewed': {
      const known = { ...state, until: step.until, approvedUntil: step.until, proposedUntil: null }
      return step.isEnd ? { ...known, status: 'closed', closedFor: 'commission' } : { ...known, status: 'extended', closedFor: null }
    }
    case 'closed':
      return {
        ...state,
        ...{ status: 'closed', until: step.until, proposedUntil: null, closedFor: step.why },
        assessedOn: step.why === 'assessment' ? sentOn(step) : state.assessedOn,
      }
    case 'cancelled':
      return { ...state, status: 'cancelled', closedFor: step.byCommission ? 'commission' : null }
    case 'corrected': {
      const { from, until, reason, isException, care } = step
      // Reports are about the former period and reason, so they are void and issued anew, unless the correction changes neither.
      return { ...state, from, until, reason, isException, care, reportedUntil: isSealedOnly(state, step) ? state.reportedUntil : null }
    }
  }
}

/**
 * A correction of the diagnosis or of the exception alone changes nothing that a paper says. Papers issued anew would tell every employer that
 * something sealed was corrected.
 */
export const isSealedOnly = (before: State, { from, until, reason, care }: Extract<Step, { kind: 'corrected' }>): boolean =>
  before.from === from && before.until === until && before.reason === reason && isSameCare(before.care, care)

const isSameCare = (one: Care | null, other: Care | null): boolean =>
  one === other ||
  (one !== null &&
    other !== null &&
    Object.entries({ ...one, ...other }).every(([field, value]) => one[field as keyof Care] === value && other[field as keyof Care] === value))

function decided(state: State, step: Extract<Step, { kind: 'decided' }>): State {
  const { decision, until } = step
  const known = { ...state, until, approvedUntil: until, proposedUntil: null }
  if (decision === 'approved' || decision === 'shortened') return { ...known, status: 'extended' }
  if (decision === 'assessment') return { ...known, status: 'closed', closedFor: 'assessment', assessedOn: sentOn(step) }
  return { ...known, status: 'closed', closedFor: 'commission' }
}

const sentOn = ({ on, until }: { on?: Day; until: Day }): Day => on ?? until

export function leaveOf(id: string, { from, until, reason, isException, care, assessedOn }: State): Leave {
  return { id, from, until, reason, isException, care, ...(assessedOn === null ? {} : { assessedOn }) }
}

export const isRunning = ({ status }: State): boolean => status !== 'closed' && status !== 'cancelled'

const no = (sentence: string, expression?: string, hint?: string) =>
  new Refusal('conflict', sentence, { ...(expression ? { expression } : {}), ...(hint ? { hint } : {}) })

type Act = Exclude<StepKind, 'opened'>

/** Whether a step may follow, by the state alone; the calendar, the law's limits and the actor are checked elsewhere. */
export function mayFollow(state: State, act: Act): Refusal | null {
  if (act === 'reviewed') {
    if (state.status === 'referred') return no('this leave lies with the commission as a proposal; it is decided on there')
    return state.status === 'cancelled' && state.closedFor !== 'commission' ? no('this leave was cancelled') : null
  }
  if (state.status === 'cancelled') return no('this leave was cancelled; nothing follows a cancellation', undefined, 'Open a new leave.')
  if (act === 'cancelled' || act === 'corrected' || act === 'reported') return null
  if (state.status === 'closed') return no('this leave is closed', undefined, 'A new leave within six days is linked to it by itself.')
  if (act === 'referred' && state.status === 'referred') return no('the commission has this leave already')
  if (act === 'extended' && state.status === 'referred') return no('the commission has this leave; it decides until when', undefined, 'Wait for its decision.')
  if (act === 'decided' && state.status !== 'referred') return no('nothing was proposed to the commission')
  return null
}

/** The next report begins where the last one ended, so that no day is missing and none is in two reports. */
export function reportSpan(state: State, until: Day, latest: Day): { from: Day; until: Day } | Refusal {
  const from = state.reportedUntil === null ? state.from : addDays(state.reportedUntil, 1)
  if (from > state.until) return no('every day of this leave is reported already', 'until')
  if (until < from) return no(`the last report ends ${addDays(from, -1)}; this one begins ${from} and cannot end before it`, 'until')
  if (until > state.until) return no(`the leave reaches to ${state.until}; a report cannot go further`, 'until', 'Extend the leave first.')
  if (until > latest) return no(`a report may reach to ${latest} today, and not further ahead`, 'until')
  return { from, until }
}
