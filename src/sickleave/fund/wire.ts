import type { CompensationView, DeltaView } from '../wire.ts'
import type { RequestShown, RequestState } from '../request/wire.ts'

// The Fund's side. Amounts are whole para (1/100 dinar).

export type FundLine = {
  id: string
  number: string
  kind: 'compensation' | 'refund'
  state: RequestState
  due: string | null
  since: string
  waitsFor: 'requester' | 'fund' | null
  employee: { family: string; given: string }
  employer: string | null
  from: string
  until: string
  total: number | null
}
/** `GET /sickleave/fund/work?state=&number=&pib=` */
export type FundWork = { today: string; lines: FundLine[]; more: boolean; counts: { state: string; count: number; overdue: number }[] }

export type Calculation = { id: string; at: string; total: number; view: CompensationView }
/** `GET /sickleave/fund/requests/:id`; each act answers the same. */
export type FundFile = {
  request: RequestShown & { state: RequestState }
  /** Steps shown: sent back as `seen`. */
  seen: number
  dayOfClock: number | null
  isMine: boolean
  proposal: { decision: 'pay' | 'reject'; number: string; why: string; by: string; isMine: boolean } | null
  reports: { number: string; from: string; until: string; fund: { from: string; until: string }[] }[]
  calculation: Calculation | null
  /** What a correction changed: reckoned now, less what was reckoned before, in rows of its own. Empty when nothing did. */
  delta: DeltaView[]
  /** Why there is no calculation, in a sentence. */
  trouble: string | null
  steps: { kind: string; at: string; by: string; detail: string | null }[]
}

export type PaymentRow = {
  id: string
  number: string
  at: string
  by: string
  isMine: boolean
  lines: number
  total: number
  sha256: string
  executedOn: string | null
}
/** `GET /sickleave/fund/payments`; `waiting`: approved and in no file yet. */
export type Payments = { waiting: { count: number; total: number }; payments: PaymentRow[] }
