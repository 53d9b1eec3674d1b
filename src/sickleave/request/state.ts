import { Refusal } from '../../platform/refusal.ts'
import type { Day } from '../rules/days.ts'
import type { SignedDocument } from '../signed/judge.ts'
import type { RequestState } from './wire.ts'

// A request as its steps tell it (ebolovanje.md section 4). Steps are only added, and the state follows from all of them.

export const kinds = ['compensation', 'refund'] as const
export type Kind = (typeof kinds)[number]

/** What the requester states. Amounts and paid days come from the reports and the earnings, and never from here. */
export type Content = {
  from: Day
  until: Day
  /** The day on which wages (compensation) or the compensation itself (refund) were paid to the employee; the time limits run from it. */
  payoutDay: Day | null
  /** The special account for compensation, `840-4848-37`. */
  account: string | null
  /** Hundredths of hours from Monday to Sunday by the employee's schedule, when they are not eight hours from Monday to Friday. */
  week: number[] | null
  /** Those of the twelve months that had no wage, as the requester states (`2026-01`). */
  monthsWithoutWage: string[]
  note: string | null
}

export type Signature = {
  level: 'seal' | 'advanced' | 'qualified'
  by: string
  at: string
  digest: string
  value: string
  isQualified: boolean
  own?: { certificate: string; value: string }
  signed?: SignedDocument
}

export type Step =
  | { kind: 'written'; content: Content }
  | { kind: 'submitted'; signature: Signature }
  | { kind: 'withdrawn'; why: string }
  | { kind: 'claimed' }
  | { kind: 'assigned'; officer: string; name: string }
  | { kind: 'returned'; missing: string; until: Day }
  | { kind: 'calculated'; calculation: string; total: number }
  | { kind: 'proposed'; decision: 'pay' | 'reject'; number: string; why: string; calculation: string | null; total: number }
  | { kind: 'approved' }
  | { kind: 'sent-back'; why: string }
  | { kind: 'paid'; payment: string; on: Day; total: number }
  | { kind: 'confirmed'; on: Day }
  | { kind: 'return-ordered'; total: number; interest: number; until: Day; why: string }
  | { kind: 'money-returned'; on: Day; total: number; interest: number }
  /** An objection to the sum was justified: the sum is calculated anew, and the difference is paid or ordered back. */
  | { kind: 'reopened'; why: string }
export type StepKind = Step['kind']

export type State = RequestState

export type Standing = {
  state: State
  content: Content
  /** The day on which the complete request came; the Fund's clock runs from it. */
  completeOn: Day | null
  officer: string | null
  missing: string | null
  completeUntil: Day | null
  proposal: Extract<Step, { kind: 'proposed' }> | null
  proposer: string | null
  calculation: string | null
  total: number | null
  /** What was already paid before the sum was calculated anew. */
  alreadyPaid: number | null
  paidOn: Day | null
  confirmedOn: Day | null
  order: Extract<Step, { kind: 'return-ordered' }> | null
}

export type Written = { step: Step; on: Day; actor: string }

export function fold(kind: Kind, steps: readonly Written[]): Standing {
  const [first, ...rest] = steps
  if (first?.step.kind !== 'written') throw new Error('a request begins with what was written')
  const nothing = { completeOn: null, officer: null, missing: null, completeUntil: null, proposal: null, proposer: null, calculation: null, total: null }
  const opened: Standing = { state: 'draft', content: first.step.content, ...nothing, alreadyPaid: null, paidOn: null, confirmedOn: null, order: null }
  return rest.reduce((standing, written) => after(kind, standing, written), opened)
}

function after(kind: Kind, was: Standing, { step, on, actor }: Written): Standing {
  switch (step.kind) {
    case 'written':
      return { ...was, content: step.content }
    case 'submitted':
      return { ...was, state: 'submitted', completeOn: on, missing: null, completeUntil: null, calculation: null, total: null }
    case 'withdrawn':
      return { ...was, state: 'withdrawn' }
    case 'claimed':
      return { ...was, state: 'in-process', officer: actor }
    case 'assigned':
      return { ...was, state: 'in-process', officer: step.officer }
    case 'returned':
      return { ...was, state: 'incomplete', missing: step.missing, completeUntil: step.until, completeOn: null }
    case 'calculated':
      return { ...was, calculation: step.calculation, total: step.total }
    case 'proposed':
      return { ...was, state: 'proposed', proposal: step, proposer: actor }
    case 'approved':
      return approved(kind, was)
    case 'sent-back':
      return { ...was, state: 'in-process', proposal: null, proposer: null }
    case 'paid':
      return { ...was, state: 'paid', alreadyPaid: step.total, paidOn: step.on, confirmedOn: kind === 'refund' ? step.on : null }
    case 'confirmed':
      return { ...was, state: 'confirmed', confirmedOn: step.on }
    case 'return-ordered':
      return { ...was, state: 'returning', order: step }
    case 'money-returned':
      return moneyReturned(was)
    case 'reopened':
      return { ...was, state: 'in-process', proposal: null, proposer: null, calculation: null, completeOn: on, order: null }
  }
}

function moneyReturned(was: Standing): Standing {
  const left = (was.alreadyPaid ?? 0) - (was.order?.total ?? 0)
  return { ...was, alreadyPaid: Math.max(0, left), state: left > 0 ? 'confirmed' : 'returned' }
}

/** More was paid than is due by the newest decision, and its return is not ordered yet. */
export const isOverpaid = ({ state, alreadyPaid, total }: Standing): boolean =>
  (state === 'paid' || state === 'confirmed') && alreadyPaid !== null && total !== null && alreadyPaid > total

/** After a new calculation there may be nothing left to pay. */
function approved(kind: Kind, was: Standing): Standing {
  if (was.proposal?.decision === 'reject')
    return was.alreadyPaid === null ? { ...was, state: 'rejected' } : { ...was, total: 0, state: standingAfterPay(kind, was) }
  const total = was.proposal?.total ?? was.total
  const isPaid = was.alreadyPaid !== null && was.alreadyPaid >= (total ?? 0)
  return { ...was, total, state: isPaid ? standingAfterPay(kind, was) : 'calculated' }
}
const standingAfterPay = (kind: Kind, { confirmedOn }: Standing): State => (kind === 'compensation' && confirmedOn !== null ? 'confirmed' : 'paid')

/** The states from which each step may follow; from all others it may not. */
const mayCome: Record<StepKind, readonly State[]> = {
  written: ['draft', 'incomplete'],
  submitted: ['draft', 'incomplete'],
  withdrawn: ['draft', 'submitted', 'incomplete', 'in-process'],
  claimed: ['submitted', 'in-process'],
  assigned: ['submitted', 'in-process'],
  returned: ['submitted', 'in-process'],
  calculated: ['submitted', 'in-process'],
  proposed: ['submitted', 'in-process'],
  approved: ['proposed'],
  'sent-back': ['proposed'],
  paid: ['calculated'],
  confirmed: ['paid'],
  'return-ordered': ['paid', 'confirmed'],
  'money-returned': ['returning'],
  reopened: ['calculated', 'rejected', 'paid', 'confirmed'],
}

const named: Record<State, string> = {
  draft: 'is a draft',
  submitted: 'has been submitted',
  incomplete: 'was returned to be completed',
  'in-process': 'is being worked on by the Fund',
  proposed: 'waits for the second person at the Fund',
  calculated: 'is calculated and waits for payment',
  rejected: 'was rejected',
  paid: 'is paid',
  confirmed: 'is paid and confirmed',
  returning: 'has its money being returned',
  returned: 'had its money returned',
  withdrawn: 'was withdrawn',
}

export function mayFollow(standing: Standing, kind: StepKind): Refusal | null {
  if (mayCome[kind].includes(standing.state)) return null
  return new Refusal('conflict', `this request ${named[standing.state]}; that step cannot follow`, { hint: 'Look again: somebody may have acted meanwhile.' })
}

/** Two people decide: an officer who proposed may neither approve nor send back their own proposal. */
export function secondPerson(standing: Standing, actor: string): Refusal | null {
  if (standing.proposer !== actor) return null
  const reason = 'you proposed this yourself; a second person decides on it'
  return new Refusal('forbidden', reason, { details: { reason, opens: ['Another person of the Fund.'] } })
}

/** The request covers its days no longer, so they may be asked for anew. */
export const isOver = ({ state }: Pick<Standing, 'state'>): boolean => state === 'withdrawn' || state === 'rejected' || state === 'returned'
