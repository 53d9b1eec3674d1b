import { toLatin } from '../../platform/text.ts'
import { addDays, common, type Day, type Span } from '../rules/days.ts'
import type { Rules } from '../rules/parameters.ts'
import { submitBy } from './clock.ts'
import type { Content, Kind } from './state.ts'

// What a request still needs before it may be submitted. Each missing thing has a sentence and the place where it is entered (art. 102 para 2; the
// Fund's list of evidence).

export const evidenceKinds = ['account-contract', 'tax-return', 'payment-proof', 'statement', 'other'] as const
export type EvidenceKind = (typeof evidenceKinds)[number]

/** `where`: a field of the request, a kind of evidence, or the page where it is entered. */
export type Missing = { code: string; where: string; sr: string; srLatn: string; en: string }
export type Report = Span & { number: string; fund: readonly Span[] }

export type Facts = {
  kind: Kind
  content: Content
  today: Day
  /** Valid reports of this leave for this requester. */
  reports: readonly Report[]
  evidence: readonly EvidenceKind[]
  /** Accounts of earlier requests of the same requester, whose contracts the Fund has. */
  knownAccounts: readonly string[]
  isFirst: boolean
  /** Those of the twelve months before the leave for which no earnings are known; null when an earlier payment keeps the earnings. */
  monthsUnknown: readonly string[]
  isPerson: boolean
}

const say = (code: string, where: string, sr: string, en: string): Missing => ({ code, where, sr, srLatn: toLatin(sr), en })
const inSr = (day: Day) => `${day.slice(8)}.${day.slice(5, 7)}.${day.slice(0, 4)}.`

export function missingOf(facts: Facts, rules: Rules): Missing[] {
  return [...missingReports(facts), ...missingFields(facts, rules), ...missingEvidence(facts), ...missingEarnings(facts)]
}

function missingReports({ content, reports }: Facts): Missing[] {
  const gap = firstGap(content, reports)
  if (gap !== null) {
    const what = `${inSr(gap.from)}–${inSr(gap.until)}`
    return [
      say(
        'report',
        'reports',
        `Нема извештаја (дознаке) за ${what}. Лекар га издаје кад период прође; потом поднесите захтев.`,
        `There is no report for ${gap.from} to ${gap.until}. The doctor issues it once the period is over; submit then.`,
      ),
    ]
  }
  if (fundDays(content, reports).length > 0) return []
  return [
    say(
      'fund-days',
      'from',
      'По извештају ниједан дан овог периода није на терет Фонда: изаберите други период.',
      'By the report no day of this period is at the Fund’s cost: choose another period.',
    ),
  ]
}

function missingFields({ kind, content, today, isPerson }: Facts, rules: Rules): Missing[] {
  const missing: Missing[] = []
  if (content.payoutDay === null && !isPerson) {
    missing.push(
      kind === 'compensation'
        ? say('payout-day', 'payoutDay', 'Унесите дан исплате зараде за тај месец.', 'Enter the day on which wages for that month were paid.')
        : say(
            'payout-day',
            'payoutDay',
            'Унесите дан када је накнада исплаћена запосленом.',
            'Enter the day on which the compensation was paid to the employee.',
          ),
    )
  }
  const last = kind === 'refund' ? submitBy(kind, content.payoutDay, rules) : null
  if (last !== null && today > last.effective)
    missing.push(
      say(
        'too-late',
        'payoutDay',
        `Рок за рефундацију истекао је ${inSr(last.effective)} Захтев се више не може поднети.`,
        `The time limit for a refund ended ${last.effective}. The request can no longer be submitted.`,
      ),
    )
  if (content.account === null)
    missing.push(
      isPerson
        ? say('account', 'account', 'Унесите рачун на који се исплаћује накнада.', 'Enter the account that the compensation is paid to.')
        : say('account', 'account', 'Унесите посебан рачун за накнаде зарада.', 'Enter the special account for compensation.'),
    )
  return missing
}

function missingEvidence({ kind, content, evidence, knownAccounts, isPerson }: Facts): Missing[] {
  const has = new Set(evidence)
  const missing: Missing[] = []
  if (!isPerson && content.account !== null && !knownAccounts.includes(content.account) && !has.has('account-contract'))
    missing.push(
      say(
        'account-contract',
        'evidence:account-contract',
        'Приложите копију уговора о посебном рачуну: овај рачун Фонд још не познаје.',
        'Attach a copy of the contract of the special account: the Fund does not know this account yet.',
      ),
    )
  if (!isPerson && !has.has('tax-return'))
    missing.push(
      say(
        'tax-return',
        'evidence:tax-return',
        'Приложите извод из појединачне пореске пријаве (ППП-ПД).',
        'Attach the extract of the individual tax return (PPP-PD).',
      ),
    )
  if (kind === 'refund' && !has.has('payment-proof'))
    missing.push(
      say(
        'payment-proof',
        'evidence:payment-proof',
        'Приложите доказ да је накнада исплаћена запосленом.',
        'Attach the proof that the compensation was paid to the employee.',
      ),
    )
  return missing
}

/** The earnings of twelve months are needed only for the first payment of a leave (B-9: the base stays). */
function missingEarnings({ isFirst, monthsUnknown, content }: Facts): Missing[] {
  const unknown = monthsUnknown.filter((month) => !content.monthsWithoutWage.includes(month))
  if (!isFirst || unknown.length === 0) return []
  const months = unknown.map((month) => `${month.slice(5)}.${month.slice(0, 4)}.`).join(', ')
  return [
    say(
      'earnings',
      'earnings',
      `Недостаје остварена зарада (ОЗ-7) за: ${months} Унесите је или означите месец као месец без зараде.`,
      `Earnings (OZ-7) are missing for ${unknown.join(', ')}. Enter them or mark the month as one without a wage.`,
    ),
  ]
}

/** The first days of the period that no report covers. */
function firstGap({ from, until }: Span, reports: readonly Span[]): Span | null {
  let day = from
  for (const report of [...reports].sort((a, b) => (a.from < b.from ? -1 : 1))) {
    if (report.from > day) return { from: day, until: report.from > until ? until : addDays(report.from, -1) }
    if (report.until >= day) day = addDays(report.until, 1)
    if (day > until) return null
  }
  return { from: day, until }
}

/** Stretches within a period that the Fund pays. */
export const fundDays = (period: Span, reports: readonly Report[]): Span[] =>
  reports.flatMap(({ fund }) => fund.flatMap((span) => common(span, period) ?? [])).sort((a, b) => (a.from < b.from ? -1 : 1))
