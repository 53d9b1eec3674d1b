import { Refusal } from '../../platform/refusal.ts'
import { commissionUntil, competenceOf } from './competence.ts'
import { addDays, ageOn, common, type Day, type Span } from './days.ts'
import type { Rules } from './parameters.ts'
import { areLinked } from './payers.ts'
import type { Care, Leave, Reason } from './reasons.ts'
import { type ClosingReason, type DecisionKind, isRunning, leaveOf, mayFollow, reportSpan, type State, type Step } from './state.ts'

// Each act as a rule: from the present leaves, the wish and the day it derives the steps that follow, or the reason why none does.

/** `others` are the person's other leaves that were not cancelled. */
export type Ground = { id: string; others: readonly (Leave & { isRunning: boolean })[]; rules: Rules; today: Day }
export type Wish = { from: Day; until: Day; reason: Reason; isException: boolean; care: Care | null; propose: boolean }
export type Steps = Step[] | Refusal

const daysMax = 400
const wrong = (sentence: string, expression: string, hint?: string) => new Refusal('unprocessable', sentence, { expression, ...(hint ? { hint } : {}) })

/** Checked before anything is calculated, too: the rules walk a period day by day. */
export function checkPeriod({ from, until }: Span): Refusal | null {
  if (until < from) return wrong(`the leave would end (${until}) before it begins (${from})`, 'until')
  return until > addDays(from, daysMax) ? wrong(`a leave has at most ${daysMax} days at a time`, 'until') : null
}

/** What is wrong with a period and its reason, without looking at anything else. */
function checkWish(wish: Wish, { rules, today }: Ground): Refusal | null {
  const turned = checkPeriod(wish)
  if (turned) return turned
  const ahead = addDays(today, rules.on('issue.ahead', wish.from))
  if (wish.from > ahead) return wrong(`a leave may begin up to ${ahead}; ${wish.from} is further ahead`, 'from')
  if ((wish.reason === '06') !== (wish.care !== null)) return wrong('care of a family member, and only it, says who is cared for', 'care')
  if (wish.care && wish.care.born > wish.from) return wrong('who is cared for is born after the leave begins', 'care.born')
  if (wish.care?.isSevere && ageOn(wish.care.born, wish.from) >= rules.on('care.severe-age', wish.from))
    return wrong('severe damage to health is a ground for a child only', 'care.isSevere')
  // The employer would read "a child's illness", which would be wrong for an adult.
  if (wish.care?.isChild && ageOn(wish.care.born, wish.from) >= rules.on('care.severe-age', wish.from))
    return wrong('who is cared for is grown up: another family member, not a child', 'care.isChild')
  if (wish.care?.isChild === false && wish.care.isSevere) return wrong('severe damage to health is a ground for a child only', 'care.isSevere')
  if (wish.isException && wish.reason === '06') return wrong('the doctor’s longer limit is for one’s own illness', 'exception')
  return null
}

function overlapping(wish: Wish, others: Ground['others']): Refusal | null {
  for (const other of others) {
    if (common(wish, other)) {
      const hint = other.isRunning ? 'Extend or close that leave.' : 'Begin after it; within six days it is linked by itself.'
      return new Refusal('conflict', `another leave of this person covers ${other.from} to ${other.until}`, { expression: 'from', hint })
    }
    if (other.isRunning) return new Refusal('conflict', `the leave from ${other.from} is still open`, { expression: 'from', hint: 'Close or extend it first.' })
  }
  return null
}

const asLeave = (id: string, { from, until, reason, isException, care }: Wish): Leave => ({ id, from, until, reason, isException, care })

/** Why only the commission may open a leave from that day; null when the doctor may. */
export function whyCommission({ rules, today }: Pick<Ground, 'rules' | 'today'>, from: Day, doctorUntil: Day): string | null {
  if (doctorUntil < from) return 'by the counts the commission decides from the first day on'
  const earliest = addDays(today, -rules.on('issue.back', from))
  return from < earliest ? `a doctor may open a leave from ${earliest} on` : null
}

/** Opens a leave. When the doctor may not assess the first day or comes too late, it is only a proposal to the commission. */
export function planOpening(ground: Ground, wish: Wish): Steps {
  const { id, others, rules } = ground
  const refusal = checkWish(wish, ground) ?? overlapping(wish, others)
  if (refusal) return refusal
  const leave = asLeave(id, wish)
  const { doctorUntil, commissionFrom } = competenceOf(others, leave, rules)
  const needsCommission = whyCommission(ground, wish.from, doctorUntil)
  if (needsCommission && !wish.propose) return wrong(needsCommission, 'from', 'Open it as a proposal to the commission.')
  if (!needsCommission && wish.until > doctorUntil)
    return wrong(
      `the doctor may assess up to ${doctorUntil}; the commission decides from ${commissionFrom}`,
      'until',
      `Open it until ${doctorUntil} and propose the rest to the commission.`,
    )
  const last = needsCommission ? commissionUntil(others, leave, rules) : null
  if (last !== null && wish.until > last) return wrong(`for this reason the commission may approve up to ${last}`, 'until')
  const linkedTo = others.find((other) => other.until < wish.from && areLinked(other, wish, rules))?.id ?? null
  const { propose: _, ...opened } = wish
  const steps: Step[] = [{ kind: 'opened', ...opened, linkedTo }]
  if (needsCommission) steps.push({ kind: 'referred', proposedUntil: wish.until })
  return steps
}

export function planExtension({ id, others, rules, today }: Ground, state: State, until: Day): Steps {
  const refusal = mayFollow(state, 'extended')
  if (refusal) return refusal
  if (until <= state.until) return wrong(`the leave reaches to ${state.until} already`, 'until', 'To end it earlier, close it.')
  const earliest = addDays(today, -rules.on('issue.back', state.from) - 1)
  if (state.until < earliest) return wrong(`the leave ended ${state.until}; that is too long ago to extend it`, 'until', 'Propose it to the commission.')
  const next = { from: addDays(state.until, 1), until }
  if (others.some((other) => common(next, other))) return new Refusal('conflict', 'another leave covers some of these days', { expression: 'until' })
  const leave = { ...leaveOf(id, state), until }
  const last = state.approvedUntil ?? competenceOf(others, leave, rules).doctorUntil
  if (until > last) return wrong(`without the commission this leave may reach to ${last}`, 'until', 'Propose the rest to the commission.')
  return [{ kind: 'extended', until }]
}

export function planReport({ rules, today }: Ground, state: State, until: Day): Steps {
  const refusal = mayFollow(state, 'reported')
  if (refusal) return refusal
  if (isUndecided(state)) return new Refusal('conflict', 'the commission has not decided on this leave yet')
  const span = reportSpan(state, until, addDays(today, rules.on('issue.ahead', state.from)))
  if (span instanceof Refusal) return span
  return [{ kind: 'reported', ...span, isLast: state.status === 'closed' && span.until === state.until }]
}

export function planReferral({ id, others, rules }: Ground, state: State, proposedUntil: Day): Steps {
  const refusal = mayFollow(state, 'referred')
  if (refusal) return refusal
  if (proposedUntil <= state.until) return wrong(`the leave reaches to ${state.until}; a proposal goes further`, 'until')
  if (proposedUntil > addDays(state.until, daysMax)) return wrong(`a proposal is for at most ${daysMax} days`, 'until')
  const next = { from: addDays(state.until, 1), until: proposedUntil }
  if (others.some((other) => common(next, other))) return new Refusal('conflict', 'another leave covers some of these days', { expression: 'until' })
  const last = commissionUntil(others, leaveOf(id, state), rules)
  if (last !== null && proposedUntil > last) return wrong(`for this reason the commission may approve up to ${last}`, 'until')
  return [{ kind: 'referred', proposedUntil }]
}

/** A leave that only the commission may open and has not decided on: until then no document leaves. */
export const isUndecided = (state: State): boolean => state.status === 'referred' && state.approvedUntil === null && state.proposedUntil === state.until

export function planDecision({ id, others, rules, today }: Ground, state: State, wish: { decision: DecisionKind; until: Day; number: string }): Steps {
  const refusal = mayFollow(state, 'decided')
  if (refusal) return refusal
  const { decision, until } = wish
  const proposed = state.proposedUntil ?? state.until
  if (decision === 'rejected' && isUndecided(state)) return [{ kind: 'cancelled', why: `rejected by the commission, ${wish.number}`, byCommission: true }]
  if (until < state.from) return wrong(`the leave begins ${state.from}; its last day cannot be before`, 'until')
  if (until > proposed) return wrong(`the proposal reaches to ${proposed}`, 'until')
  if (decision === 'approved' && until !== proposed) return wrong(`approved means until ${proposed}, as proposed`, 'until', 'A shorter time is "shortened".')
  if (decision === 'shortened' && until === proposed) return wrong('this is the proposed day', 'until', 'The whole time is "approved".')
  if (state.reportedUntil !== null && until < state.reportedUntil) return wrong(`reports have been issued up to ${state.reportedUntil}`, 'until')
  const paid = addDays(today, rules.on('assessment.paid-days', state.from))
  if (decision === 'assessment' && until > paid)
    return wrong(`after sending to the assessment the Fund pays up to ${paid}`, 'until', 'Choose that day or one before it.')
  const last = commissionUntil(others, leaveOf(id, state), rules)
  if (last !== null && until > last) return wrong(`for this reason the commission may approve up to ${last}`, 'until')
  return [{ kind: 'decided', ...wish, ...(decision === 'assessment' ? { on: today } : {}) }]
}

export function planClosing({ today }: Ground, state: State, wish: { until: Day; why: ClosingReason }): Steps {
  const refusal = mayFollow(state, 'closed')
  if (refusal) return refusal
  if (isUndecided(state)) return new Refusal('conflict', 'the commission has not decided on this leave yet', { hint: 'Cancel it instead.' })
  if (wish.until < state.from) return wrong(`the leave begins ${state.from}; its last day cannot be before`, 'until')
  if (wish.until > state.until) return wrong(`the leave reaches to ${state.until}; it cannot be closed later`, 'until', 'Extend it first.')
  if (state.reportedUntil !== null && wish.until < state.reportedUntil)
    return wrong(`reports have been issued up to ${state.reportedUntil}`, 'until', 'Correct the leave; its reports are void then.')
  return [{ kind: 'closed', ...wish, ...(wish.why === 'assessment' ? { on: today } : {}) }]
}

export function planCancellation(_: Ground, state: State, why: string): Steps {
  return mayFollow(state, 'cancelled') ?? [{ kind: 'cancelled', why }]
}

/** Corrects a wrong period or reason: every document becomes void, the certificate is issued anew at once, and the doctor issues the reports anew. */
export function planCorrection(ground: Ground, state: State, wish: Wish & { why: string }, openedOn: Day): Steps {
  const refusal = mayFollow(state, 'corrected')
  if (refusal) return refusal
  if (state.status === 'referred') return new Refusal('conflict', 'the commission has this leave; it is corrected after its decision')
  const asOpened = { ...ground, today: openedOn }
  const others = ground.others.map((other) => ({ ...other, isRunning: false }))
  const bad = checkWish(wish, asOpened) ?? overlapping(wish, others)
  if (bad) return bad
  const earliest = addDays(openedOn, -ground.rules.on('issue.back', wish.from))
  if (wish.from < earliest && wish.from < state.from) return wrong(`it was opened ${openedOn} and could begin ${earliest} at the earliest`, 'from')
  const last = state.approvedUntil ?? competenceOf(ground.others, asLeave(ground.id, wish), ground.rules).doctorUntil
  if (wish.until > last) return wrong(`without the commission this leave may reach to ${last}`, 'until')
  const { propose: _, ...corrected } = wish
  return [{ kind: 'corrected', ...corrected }]
}

export const groundOf = (id: string, all: readonly { id: string; state: State }[], rules: Rules, today: Day): Ground => ({
  id,
  others: all
    .filter((one) => one.id !== id && one.state.status !== 'cancelled')
    .map((one) => ({ ...leaveOf(one.id, one.state), isRunning: isRunning(one.state) })),
  rules,
  today,
})
