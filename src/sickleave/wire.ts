// What the portals and the API get. Everything is JSON under /sickleave.

type Sentence = { rule: string; sr: string; srLatn: string; en: string }
export type StepLine = {
  kind: string
  at: string
  happenedAt: string
  by: string
  from: string | null
  until: string | null
  detail: string | null
  /** What the commission decided; the detail is the decision's number. */
  decision: 'approved' | 'shortened' | 'rejected' | 'assessment' | null
  /** Signed by the doctor's session signature, or, without a connection, by the key of the institution. */
  signedBy: 'doctor' | 'institution' | null
}
export type DocumentLine = {
  kind: 'certificate' | 'report'
  number: string
  version: number
  from: string
  until: string
  issuedAt: string
  employer: string | null
  /** The employer's tax number, and whether it may read the diagnosis: by the person's consent, until the person takes it back. */
  pib: string | null
  isShared: boolean
  /** The last day of the consent, when the person set one: in the future while it is shared, in the past when it ended by itself. */
  sharedUntil: string | null
  isVoid: boolean
}

/** A leave as its doctor, the commission and the employee see it. */
export type LeaveView = {
  id: string
  number: string
  status: 'opened' | 'extended' | 'referred' | 'closed' | 'cancelled'
  from: string
  until: string
  reason: string
  reasonName: { sr: string; en: string }
  isException: boolean
  approvedUntil: string | null
  proposedUntil: string | null
  reportedUntil: string | null
  steps: StepLine[]
  documents: DocumentLine[]
  explanation: Sentence[]
  /** Whether the Fund pays any of its days: only then can one ask the Fund for money. */
  hasFundDays: boolean
  diagnosis: string | null
  /** Why the doctor's longer limit applies, and who is cared for: a correction states the whole leave anew. */
  exception: OpenLeave['exception'] | null
  care: NonNullable<OpenLeave['care']> | null
}
/** `GET /sickleave/people/:person/leaves`, `GET /sickleave/mine` */
export type Leaves = { today: string; name: string; birthDate: string | null; person: LeavesPerson | null; leaves: LeaveView[] }
/** The person of the leaves, for the head of the page. */
export type LeavesPerson = { family: string; given: string; sex: 'male' | 'female' | 'other' | 'unknown'; lzb: string | null }

/** `GET /sickleave/due`: days that no report covers yet; `seen` is sent along with the report. */
export type ReportsDue = {
  today: string
  lines: { person: string; family: string; given: string; leave: string; from: string; until: string; seen: number }[]
}

/** `POST /sickleave/people/:person/preview`: nothing is stored, and the doctor may change every suggestion. */
export type Preview = {
  /** What the diagnosis usually means for the form; the question may leave `reason` out. */
  suggestedReason: string
  suggestedException: 'malignant' | null
  suggestedUntil: string | null
  standardDays: number | null
  isUnverified: boolean
  doctorUntil: string
  commissionFrom: string
  /** Only the commission may open it, and the doctor proposes it. */
  isProposal: boolean
  employers: number
  explanation: Sentence[]
}

/** Body of `POST /sickleave/people/:person/leaves`. */
export type OpenLeave = {
  id?: string
  from: string
  until: string
  reason: string
  diagnosis: string
  exception?: 'malignant' | 'pregnancy' | 'disability' | 'surgery'
  care?: { born: string; isChild: boolean; isSevere: boolean }
  note?: string
  propose?: boolean
}

/** `GET /sickleave/offline`: certificates that were issued without a connection; `refused` says why one was not taken. */
export type OfflineCertificates = {
  lines: {
    number: string
    at: string
    arrivedAt: string
    leave: string
    person: { id: string; family: string; given: string } | null
    refused: { sentence: string; hint: string | null } | null
  }[]
}

/** `POST`, `GET /sickleave/signature`: the keys that now sign in this session; `now` is the centre's time, with which signatures are compared. */
export type SigningKeys = { now: string; isDemanded: boolean; keys: { kid: string; until: string }[] }

/** `GET /sickleave/commission/waiting` */
export type CommissionQueue = {
  waiting: { person: string; family: string; given: string; leave: string; since: string; proposedUntil: string; days: number }[]
}

/** One step of a calculation: the rule, its source, the inputs and the result. `isUnverified`: no primary text confirms it. */
export type Derived = {
  rule: string
  paragraph: string
  isUnverified: boolean
  sr: string
  srLatn: string
  en: string
  inputs: { name: string; value: string }[]
  figure: string
}
/** A stretch of equal days within a month. `gross` to `total` are columns 14, 15 (from), 16 (on), 17 (tax), 18 (net) and 19 of OZ-10. */
export type CompensationLine = {
  firstDay: string
  until: string
  month: string
  payer: 'employer' | 'fund'
  percent: number
  column: number
  days: number
  listDays: number
  workingDays: number
  hours: string
  way: 'month' | 'hour' | 'minimum'
  beforeFloor: string
  insurance: string
  budget: string
  paidOn: string
  wholeMonth: string
  gross: string
  from: string
  on: string
  tax: string
  net: string
  total: string
}
/** A calculation as it is stored, shown and sent. Amounts are dinars with two places, as text. */
export type CompensationView = {
  period: { from: string; until: string }
  onset: string
  linkedFrom: string | null
  commissionFrom: string | null
  base: {
    kind: 'earned' | 'filled' | 'minimum' | 'prior-unmet'
    months: { month: string; hours: string; gross: string; isMinimum: boolean }[]
    gross: string
    hours: string
    averageHour: string
    capHour: string
    capMonth: string
    hour: string
    priorMet: boolean | null
  }
  lines: CompensationLine[]
  unpaid: { from: string; until: string; why: 'employment-ended' | 'assessment-limit' | 'care-limit' }[]
  sums: {
    days: number
    hours: string
    employer: string
    fund: string
    insurance: string
    budget: string
    gross: string
    from: string
    on: string
    tax: string
    net: string
    total: string
  }
  derivation: Derived[]
}
/** A new calculation minus the old one, with a row for each month, payer and column. */
export type DeltaView = {
  month: string
  payer: 'employer' | 'fund'
  column: number
  days: number
  gross: string
  insurance: string
  budget: string
  from: string
  on: string
  tax: string
  net: string
  total: string
}

type Said = { sr: string; srLatn: string; en: string }
/**
 * `POST /sickleave/employer/:pib/earnings?mode=all|good&check=true` (text/csv or application/xml), `PUT …/leaves/:leave/earnings`. `row` as the clerk
 * counts: the line of the sheet or of the document. A file with mistakes is answered 422, with the same fields in the outcome's details.
 */
export type EarningsOutcome = {
  isStored: boolean
  rows: number
  people: number
  stored: number
  unchanged: number
  errorCount: number
  errors: { row: number; column: string; wrong: Said; right: Said }[]
}
/** Body of `PUT …/leaves/:leave/earnings`: amounts as text, comma or point. */
export type GiveEarnings = { rows: { month: string; hours: string; net: string; gross: string; paid: string }[] }
/** `GET …/leaves/:leave/earnings`: the twelve months before the leave, the missing ones among them, and every version given, newest first. */
export type EarningsOfLeave = {
  months: string[]
  missing: string[]
  rows: { month: string; version: number; hours: string; net: string; gross: string; paidOn: string; source: 'form' | 'csv' | 'xml'; givenAt: string }[]
}

type Costs = { employer: string; insurance: string; budget: string; total: string }
/**
 * `POST /sickleave/fund/simulation`: what a changed parameter would cost for the leaves of a year. Reasons with fewer than `k` cases are joined.
 * `isSample`: only the first cases were calculated. `refused`: cases that the rules cannot calculate, because a number is missing.
 */
export type SimulationView = {
  year: number
  name: string
  value: number
  from: string
  cases: number
  isSample: boolean
  k: number
  rows: { reasons: string[]; cases: number; changed: number; refused: number; before: Costs; after: Costs; difference: Costs }[]
}
/** Body of `POST /sickleave/calculator`; amounts as text. `earnings` month by month, or `averageGross` for all twelve. */
export type AskCalculator = {
  from: string
  until: string
  reason: string
  care?: { born: string; isChild: boolean; isSevere: boolean }
  averageGross?: string
  earnings?: { month: string; hours: string; gross: string }[]
  earlier?: { from: string; until: string; reason: string }[]
  insured?: { from: string; until: string }[]
  employedUntil?: string
  hoursPerDay?: string
  employerPercent?: number
  otherGross?: Record<string, string>
  paidOn?: string
}
