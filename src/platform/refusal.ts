import { errorSystem, findError } from './errors/catalogue.ts'

/**
 * An expected "no": the request is well understood and the answer is that it may not happen.
 * Pure code returns it, shell code throws it, `outcome` is the only place that renders it.
 * A broken invariant is not a Refusal: use `assert`, let it crash, and let the caller see 500.
 */
export class Refusal extends Error {
  readonly kind: RefusalKind
  readonly expression: string | undefined
  readonly hint: string | undefined
  readonly issues: RefusalIssue[] | undefined
  /** Plain facts for a program beside the sentence, for example what would open a record. */
  readonly details: unknown
  readonly retryAfterSeconds: number | undefined
  readonly #known: string | undefined

  constructor(kind: RefusalKind, message: string, more: RefusalMore = {}) {
    super(message)
    this.name = 'Refusal'
    this.kind = kind
    this.expression = more.expression
    this.hint = more.hint
    this.issues = more.issues
    this.details = more.details
    this.retryAfterSeconds = more.retryAfterSeconds
    this.#known = more.known
  }

  /** The code of its entry in the catalogue of errors (`/errors#CODE`), in every language the same. */
  get known(): string | undefined {
    return this.#known ?? findError(this.kind, this.message)?.code
  }

  /** The same "no" in other words, for example in another language: its place, facts and code stay unless `more` gives others. */
  inOtherWords(message: string, more: RefusalMore = {}): Refusal {
    const { kind, known, expression, hint, issues, details, retryAfterSeconds } = this
    return new Refusal(kind, message, { known, expression, hint, issues, details, retryAfterSeconds, ...more })
  }

  get status(): number {
    return answers[this.kind].status
  }
}

/** For whoever reads one line: what is wrong, and how to mend it. */
export const withHint = ({ message, hint }: Refusal): string => (hint ? `${message}. ${hint}` : message)

export type RefusalIssue = {
  severity: 'fatal' | 'error' | 'warning' | 'information'
  code: string
  diagnostics: string
  expression?: string
  hint?: string
  /** Its code in the catalogue of errors. */
  known?: string
}

export type RefusalMore = {
  expression?: string | undefined
  hint?: string | undefined
  issues?: RefusalIssue[] | undefined
  details?: unknown
  retryAfterSeconds?: number | undefined
  known?: string | undefined
}

export type RefusalKind = keyof typeof answers

/** HTTP status and FHIR issue type (R4, value set issue-type) of each kind of "no". */
const answers = {
  incorrect: { status: 400, issue: 'invalid' },
  unauthenticated: { status: 401, issue: 'login' },
  forbidden: { status: 403, issue: 'forbidden' },
  'not-found': { status: 404, issue: 'not-found' },
  'not-allowed': { status: 405, issue: 'not-supported' },
  'not-acceptable': { status: 406, issue: 'not-supported' },
  conflict: { status: 409, issue: 'conflict' },
  gone: { status: 410, issue: 'deleted' },
  precondition: { status: 412, issue: 'conflict' },
  slow: { status: 408, issue: 'timeout' },
  'too-large': { status: 413, issue: 'too-long' },
  unsupported: { status: 415, issue: 'not-supported' },
  unprocessable: { status: 422, issue: 'processing' },
  'too-many': { status: 429, issue: 'throttled' },
  unfinished: { status: 501, issue: 'not-supported' },
  busy: { status: 503, issue: 'transient' },
  full: { status: 507, issue: 'no-store' },
} as const

/** A FHIR OperationOutcome; `details.text` carries the hint on how to mend it. */
export type OperationOutcome = {
  resourceType: 'OperationOutcome'
  issue: {
    severity: string
    code: string
    details?: { coding?: { system: string; code: string }[]; text?: string }
    diagnostics: string
    expression?: string[]
  }[]
}

/** Whatever a sentence repeats of a request: 11 or 13 digits may be a personal number, and outcomes end up in logs. */
const withoutNumbers = (text: string): string => text.replace(/(?<![0-9A-Za-z-])(?:\d{11}|\d{13})(?![0-9A-Za-z-])/g, '***')

function detailsOf({ known, hint }: RefusalIssue): Pick<OperationOutcome['issue'][number], 'details'> {
  if (known === undefined && !hint) return {}
  return { details: { ...(known === undefined ? {} : { coding: [{ system: errorSystem, code: known }] }), ...(hint ? { text: hint } : {}) } }
}

export function outcomeOf(issues: RefusalIssue[]): OperationOutcome {
  return {
    resourceType: 'OperationOutcome',
    issue: issues.map((one) => ({
      severity: one.severity,
      code: one.code,
      ...detailsOf(one),
      diagnostics: withoutNumbers(one.diagnostics),
      ...(one.expression ? { expression: [withoutNumbers(one.expression)] } : {}),
    })),
  }
}

/** Renders any failure; an unexpected error never shows its own text, only where to ask. */
export function answerOf(error: unknown, correlation: string): { status: number; body: OperationOutcome } {
  if (error instanceof Refusal) {
    const { status, issue } = answers[error.kind]
    const one: RefusalIssue = {
      severity: 'error',
      code: issue,
      diagnostics: error.message,
      ...(error.expression ? { expression: error.expression } : {}),
      ...(error.hint ? { hint: error.hint } : {}),
      ...(error.known === undefined ? {} : { known: error.known }),
    }
    return { status, body: outcomeOf(error.issues?.length ? error.issues : [one]) }
  }
  const diagnostics = `internal error; ask the operator with reference ${correlation}`
  return { status: 500, body: outcomeOf([{ severity: 'fatal', code: 'exception', diagnostics }]) }
}
