import { createHmac } from 'node:crypto'
import type { JobOf } from '../../registry/registry.ts'
import type { World } from '../../platform/world.ts'
import { common, type Day, lengthOf, type Span } from '../rules/days.ts'
import type { Rules } from '../rules/parameters.ts'
import { payersOf, within } from '../rules/payers.ts'
import { type Leave, type SeenAs, seenAs } from '../rules/reasons.ts'

/**
 * Everything that an employer ever gets. No field could carry a diagnosis, a specialty, a doctor, a unit, the reason in detail, a step of the
 * commission or a limit. A field that is not listed here is not sent; `leak-test` compares the stored rows with this list.
 */
export type EmployerView = {
  employee: { family: string; given: string; birthDate: string | null }
  /** Null only on a document of a person without employer. */
  employer: { name: string; pib: string; mb: string } | null
  issuer: string
  category: SeenAs
  from: Day
  until: Day
  isOpen: boolean
  document: EmployerDocument | null
  /** For a message about a request or an objection: which one, where it stands, and the last day when one is near. */
  about?: { id: string; number: string; state: string; due?: Day }
}
export type EmployerDocument = {
  kind: 'certificate' | 'report'
  number: string
  version: number
  issuedAt: string
  /** When the doctor's session signature was verified. Without it the document carries the seal of the centre alone. Whose signature it is, is not said. */
  signedAt?: string
  /** Only in reports: payroll needs the payer and the percentage when it pays, and not before. */
  days: { from: Day; until: Day; days: number; percent: number; payer: 'employer' | 'fund' }[]
  isLast: boolean
}

/** Kinds of institution whose name does not tell what a person is ill of. Any other kind, also an unknown one, is shown as a neutral issuer. */
const speaksOfNothing = new Set(['health-center', 'general-hospital', 'clinical-center'])
/** A health centre may still specialise in something: these words, in any case and ending, make it neutral too. */
const speaking =
  /онколог|психијат|психич|наркоман|завис|туберкул|плућн|гинеколог|акушер|стерилит|неплод|инфектив|дермат|венер|хемат|кардио|неуро|рехабилит|дијабет|ментал|сид[еа]|хив/i
const neutralIssuer = 'Здравствена установа'

export const issuerShown = (institution: { name: string; kind: string } | null): string =>
  institution !== null && speaksOfNothing.has(institution.kind) && !speaking.test(institution.name) ? institution.name : neutralIssuer

/** The same leave has another id for each employer, so that two employers cannot find out that they have the same employee. */
export function knownAs(world: Pick<World, 'keys'>, leave: string, employer: number): string {
  const hex = createHmac('sha256', world.keys.derive('sickleave-known-as', 32)).update(`${leave} ${employer}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

export type Told = { leave: Leave; isOpen: boolean; history: readonly Leave[]; rules: Rules; employee: EmployerView['employee']; issuer: string }

/** The leave as one employer may know it: only the days of that employment, and null when there are none. Without a job it is the person's own paper. */
export function viewFor(told: Told, job: JobOf | null, document: Omit<EmployerDocument, 'days'> | null, period: Span): EmployerView | null {
  const { leave, isOpen, history, rules, employee, issuer } = told
  const span = job === null ? period : common(period, { from: job.fromDate, until: job.untilDate ?? '9999-12-31' })
  if (span === null) return null
  const stretches = document?.kind === 'report' ? within(payersOf(history, leave, rules, job?.untilDate ?? null), span.from, span.until) : []
  return {
    employee,
    employer: job && { name: job.employer.name, pib: job.employer.pib, mb: job.employer.mb },
    issuer,
    category: seenAs(leave),
    from: span.from,
    until: span.until,
    isOpen,
    document: document && { ...document, days: merged(stretches) },
  }
}

/** The column of the reason is left out, so neighbours that differ only in it become one. */
function merged(stretches: ReturnType<typeof within>): EmployerDocument['days'] {
  const days: EmployerDocument['days'] = []
  for (const { from, until, percent, payer } of stretches) {
    if (payer === 'none') continue
    const last = days.at(-1)
    if (last && last.percent === percent && last.payer === payer) {
      last.until = until
      last.days = lengthOf(last)
    } else days.push({ from, until, percent, payer, days: lengthOf({ from, until }) })
  }
  return days
}
