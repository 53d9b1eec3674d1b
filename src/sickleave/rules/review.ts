import { Refusal } from '../../platform/refusal.ts'
import { commissionUntil } from './competence.ts'
import { addDays, common, type Day } from './days.ts'
import type { Ground, Steps } from './plan.ts'
import { leaveOf, mayFollow, type State } from './state.ts'

// What a commission finds on an objection or a control: the leave ends earlier, or goes on. It reviews only leaves that do not wait for it as a
// proposal.

export type Review = { until: Day; isEnd: boolean; degree: 1 | 2; number: string }

const wrong = (sentence: string, expression: string, hint?: string) => new Refusal('unprocessable', sentence, { expression, ...(hint ? { hint } : {}) })
const daysMax = 400

export function planReview({ id, others, rules }: Ground, state: State, review: Review): Steps {
  const { until, isEnd } = review
  const refusal = mayFollow(state, 'reviewed')
  if (refusal) return refusal
  if (until < state.from) return wrong(`the leave begins ${state.from}; its last day cannot be before`, 'until')
  if (until > addDays(state.until, daysMax)) return wrong(`at most ${daysMax} days more`, 'until')
  if (state.reportedUntil !== null && until < state.reportedUntil)
    return wrong(`reports have been issued up to ${state.reportedUntil}`, 'until', 'The doctor corrects the leave; its reports are void then.')
  if (others.some((other) => common({ from: state.from, until }, other)))
    return new Refusal('conflict', 'another leave covers some of these days', { expression: 'until' })
  const last = commissionUntil(others, leaveOf(id, state), rules)
  if (last !== null && until > last) return wrong(`for this reason the commission may approve up to ${last}`, 'until')
  return [{ kind: 'reviewed', ...review, isEnd }]
}
