// Requests as their sides see them. What an employer gets has no field that could carry a diagnosis, a reason, a specialty or who assessed.

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
/** The calculation list or refund list: the Fund's days only. Amounts are dinars with two places, as text. */
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
  /** Whether a list of revoked certificates of that authority was at hand. */
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
  /** The leave as its person knows it: in the person's own list only. */
  ownLeave?: string
  employee: { family: string; given: string }
  employer: string | null
  from: string
  until: string
  payoutDay: string | null
  account: string | null
  /** Hundredths of hours from Monday to Sunday; null: eight hours from Monday to Friday. */
  week: number[] | null
  monthsWithoutWage: string[]
  note: string | null
  state: RequestState
  /** By the calendar, and the working day that counts. */
  due: { nominal: string; effective: string } | null
  waitsFor: 'requester' | 'fund' | null
  missing: MissingLine[]
  evidence: EvidenceLine[]
  /** `signer`: what the certificate of the requester's own signature says; null where the seal of the centre stands alone. */
  signature: { level: string; by: string; at: string; isQualified: boolean; signer: SignerShown | null } | null
  /** What a submission needs: `seal` is the centre's own, and the requester may sign all the same. */
  signatureNeeded: 'seal' | 'advanced' | 'qualified'
  /** What the Fund says to the requester: what is missing, why rejected, what is to be returned. */
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
/** `GET /sickleave/employer/requests`: over all that one acts for. */
export type EmployersRequests = {
  today: string
  requests: (Pick<RequestShown, 'id' | 'number' | 'kind' | 'leave' | 'employee' | 'from' | 'until' | 'state' | 'total'> & {
    pib: string
    name: string
    due: string | null
  })[]
  more: boolean
}
/** `GET …/requests/expected`: days at the Fund's cost by the reports that nobody has asked for yet. */
export type Expected = { expected: { leave: string; employee: { family: string; given: string }; from: string; until: string; days: number }[] }

export const workKinds = ['expected', 'draft', 'incomplete', 'paid', 'returning'] as const
/** What waits for an employer's hand: days nobody asked for, or a request that is the employer's turn. */
export type WorkLine = {
  what: (typeof workKinds)[number]
  pib: string
  name: string
  leave: string
  employee: { family: string; given: string }
  from: string
  until: string
  /** The last working day; null where the law sets none yet. */
  due: string | null
  request: { id: string; number: string } | null
}
/** `GET /sickleave/employer/work?pib=&what=&overdue=`: over all that one acts for; the counts are of everything, the lines as asked. */
export type EmployersWork = {
  today: string
  lines: WorkLine[]
  more: boolean
  counts: { what: WorkLine['what']; count: number; overdue: number }[]
}
