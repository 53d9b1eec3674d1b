import type { CompensationView, DeltaView, SimulationView } from '../wire.ts'
import type { RequestShown, RequestState } from '../request/wire.ts'

// The types of the Fund's side. Amounts are whole para (1/100 dinar).

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
  /** The name of the officer who has it, or null. */
  officer: string | null
}
/** `GET /sickleave/fund/work?state=&number=&pib=&officer=mine|none` */
export type FundWork = { today: string; lines: FundLine[]; more: boolean; counts: { state: string; count: number; overdue: number }[] }

export type Calculation = { id: string; at: string; total: number; view: CompensationView }
/** `GET /sickleave/fund/requests/:id`; each act answers the same type. */
export type FundFile = {
  request: RequestShown & { state: RequestState }
  /** How many steps are shown; sent back as `seen`. */
  seen: number
  dayOfClock: number | null
  isMine: boolean
  /** The officer who has it, or null. */
  officer: string | null
  /** Whether the reader may give it to an officer. */
  mayAssign: boolean
  proposal: { decision: 'pay' | 'reject'; number: string; why: string; by: string; isMine: boolean } | null
  reports: { number: string; from: string; until: string; fund: { from: string; until: string }[] }[]
  calculation: Calculation | null
  /** What a correction changed: the new calculation minus the former one, in rows of its own. Empty when nothing changed. */
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
  /** Null for the officer who is to enter the execution, until it is entered: the control is that they type the figures from the treasury's statement. */
  lines: number | null
  total: number | null
  sha256: string
  executedOn: string | null
}
/** `GET /sickleave/fund/payments`; `waiting`: approved requests that are in no file yet. */
export type Payments = { waiting: { count: number; total: number }; payments: PaymentRow[] }

/** A deadline that has passed: where the case waits, what it is, and for how many days. `request` is its file at the Fund. */
export type OverdueLine = {
  desk: 'requester' | 'fund' | 'doctor' | 'commission1' | 'commission2' | 'assessment'
  what: 'request' | 'objection' | 'control' | 'correction' | 'proposal' | 'assessment'
  number: string | null
  request: string | null
  due: string
  days: number
  /** At the Fund: the officer who has the request, or null. */
  officer: string | null
}
/** `GET /sickleave/fund/overdue`: longest first. */
export type Overdue = { today: string; desks: { desk: OverdueLine['desk']; count: number; days: number }[]; lines: OverdueLine[]; more: boolean }

export type Simulation = {
  id: string
  at: string
  by: string
  year: number
  name: string
  value: number
  from: string
  /** How many of the people with a leave are done. */
  people: number
  peopleAll: number | null
  finishedAt: string | null
  view: SimulationView | null
}
/** `GET`, `POST /sickleave/fund/simulations` */
export type Simulations = {
  today: string
  simulations: Simulation[]
  parameters: { name: string; about: string; value: number; paragraph: string; isUnverified: boolean }[]
}

/** `GET /sickleave/fund/officers`: for the coordinator. `nobodys`: requests that wait at the Fund and belong to no present officer. */
export type Officers = { officers: { id: string; name: string; count: number; overdue: number }[]; nobodys: { count: number; overdue: number } }
