// Requests as their sides see them. An employer's view has no field that could carry a diagnosis, a reason, a specialty or who assessed.

export type RequestState =
  | 'draft'
  | 'submitted'
  | 'incomplete'
  | 'in-process'
  | 'proposed'
  | 'calculated'
  | 'rejected'
  | 'paid'
  | 'confirmed'
  | 'returning'
  | 'returned'
  | 'withdrawn'

export type MissingLine = { code: string; where: string; sr: string; srLatn: string; en: string }
export type EvidenceLine = { id: string; kind: string; name: string; type: string; bytes: number; sha256: string; at: string }
/** The calculation list or refund list, for the Fund's days only. Amounts are dinars with two places, as text. */
export type CalculationList = {
  basePerHour: string
  lines: {
    from: string
    until: string
    days: number
    hours: string
    percent: number
    gross: string
    net: string
    tax: string
    contributionsFrom: string
    contributionsOn: string
    total: string
  }[]
  sums: { gross: string; net: string; tax: string; contributionsFrom: string; contributionsOn: string; total: string }
}

export type SignerShown = {
  name: string
  organization: string | null
  issuer: string
  validUntil: string
  /** Whether a list of revoked certificates of that authority was available. */
  isRevocationKnown: boolean
  /** `pades` and `cades` are kept and can be downloaded; `raw` is a program's signature over a short text. */
  form: 'pades' | 'cades' | 'raw'
}

/** What the requester may know of its request: one of `GET /sickleave/employer/:pib/requests`, `GET /sickleave/mine/requests`. */
export type RequestShown = {
  id: string
  number: string
  kind: 'compensation' | 'refund'
  leave: string
  /** The person's own id of the leave; only in the person's own list. */
  ownLeave?: string
  employee: { family: string; given: string }
  employer: string | null
  from: string
  until: string
  payoutDay: string | null
  account: string | null
  /** Hundredths of hours from Monday to Sunday; null means eight hours from Monday to Friday. */
  week: number[] | null
  monthsWithoutWage: string[]
  note: string | null
  state: RequestState
  /** The day by the calendar, and the working day that counts. */
  due: { nominal: string; effective: string } | null
  waitsFor: 'requester' | 'fund' | null
  missing: MissingLine[]
  evidence: EvidenceLine[]
  /** `signer`: what the certificate of the requester's own signature says; null when there is only the seal of the centre. */
  signature: { level: string; by: string; at: string; isQualified: boolean; signer: SignerShown | null } | null
  /** The signature that a submission needs: `seal` is the centre's own, and the requester may sign in addition. */
  signatureNeeded: 'seal' | 'advanced' | 'qualified'
  /** The Fund's words to the requester: what is missing, why it was rejected, what must be returned. */
  answer: string | null
  /** Whole para. */
  total: number | null
  list: CalculationList | null
  paidOn: string | null
  confirmedOn: string | null
  toReturn: { total: number; interest: number; until: string } | null
  steps: { kind: string; at: string }[]
}
export type Requests = { requests: RequestShown[] }
/** `GET /sickleave/employer/requests`: of all employers for whom you act. */
export type EmployersRequests = {
  today: string
  requests: (Pick<RequestShown, 'id' | 'number' | 'kind' | 'leave' | 'employee' | 'from' | 'until' | 'state' | 'total'> & {
    pib: string
    name: string
    due: string | null
  })[]
  more: boolean
}
/** `GET …/requests/expected`: days that the Fund pays by the reports and that nobody has asked for yet. */
export type Expected = { expected: { leave: string; employee: { family: string; given: string }; from: string; until: string; days: number }[] }

export const workKinds = ['expected', 'draft', 'incomplete', 'paid', 'returning'] as const
/** What an employer must act on: days that nobody has asked for, or a request that waits for the employer. */
export type WorkLine = {
  what: (typeof workKinds)[number]
  pib: string
  name: string
  leave: string
  employee: { family: string; given: string }
  from: string
  until: string
  /** The last working day; null while the law sets none. */
  due: string | null
  request: { id: string; number: string } | null
}
/** `GET /sickleave/employer/work?pib=&what=&overdue=`: of all employers for whom you act. The counts are of everything, the lines as asked. */
export type EmployersWork = {
  today: string
  lines: WorkLine[]
  more: boolean
  counts: { what: WorkLine['what']; count: number; overdue: number }[]
}
