import { Refusal } from '../../platform/refusal.ts'
import type { Day, Span } from '../rules/days.ts'
import type { Rules } from '../rules/parameters.ts'
import type { Reason } from '../rules/reasons.ts'
import { divided, least, type Rounding, roundingOf } from './money.ts'
import { lastDayOf, type Month, monthsBefore, usualSchedule, workOf } from './months.ts'
import { type Prior, priorOf } from './prior.ts'
import { grossOf } from './taxes.ts'

// The base of a day or an hour of incapacity (ZZO art. 87–88; ebolovanje.md section 11).

/** One line of form OZ-7: what an employer paid for a month. Hours are hundredths, money is para. */
export type Earning = { employer: string; month: Month; hours: number; gross: bigint }

export type BaseMonth = { month: Month; hours: number; gross: bigint; isMinimum: boolean; highest: bigint }
export type Base = {
  onset: Day
  months: BaseMonth[]
  gross: bigint
  hours: number
  /** Ten-thousandths of a dinar for an hour: what was earned, what the law allows at most, and what the Fund calculates with. */
  averageHour: bigint
  capHour: bigint
  hour: bigint
  /** The average of the highest monthly bases (B-5). */
  capMonth: bigint
  kind: 'earned' | 'filled' | 'minimum' | 'prior-unmet'
  prior: Prior | null
}

/** The gross minimum wage of a month for full time: the net price of an hour times the Monday-to-Friday hours, as in force on its last day (reading 12). */
export function minimumOf(month: Month, rules: Rules): { gross: bigint; hours: number } {
  const day = lastDayOf(month)
  const { hours } = workOf(usualSchedule, month)
  const rounding = roundingOf(rules.on('reading.rounding', day))
  const net = divided(BigInt(rules.on('wage.minimum-hour', day)) * BigInt(hours), 100n, rounding)
  return { gross: grossOf(net, day, rules), hours }
}

const perHour = (gross: bigint, hours: number, rounding: Rounding): bigint => (hours === 0 ? 0n : divided(gross * 10_000n, BigInt(hours), rounding))

export type Earned = { earnings: readonly Earning[]; employer: string | null; otherEmployers: readonly string[]; insured: readonly Span[] | null }

export function baseOf({ earnings, employer, otherEmployers, insured }: Earned, onset: Day, reason: Reason, rules: Rules): Base {
  const isJoint = rules.on('reading.joint-base', onset) === 1
  // A job held at the same time has a base of its own (reading 10); an earlier job is part of the twelve months (X36).
  const own = earnings.filter((one) => isJoint || one.employer === employer || !otherEmployers.includes(one.employer))
  const byMonth = Map.groupBy(own, ({ month }) => month)
  const months = monthsBefore(onset, rules.on('base.months', onset)).map((month) => monthWith(month, byMonth.get(month) ?? [], rules))
  const rounding = roundingOf(rules.on('reading.rounding', onset))
  const gross = months.reduce((sum, one) => sum + one.gross, 0n)
  const hours = months.reduce((sum, one) => sum + one.hours, 0)
  const highest = months.reduce((sum, one) => sum + one.highest, 0n)
  const averageHour = perHour(gross, hours, rounding)
  const capHour = perHour(highest, hours, rounding)
  const prior = insured === null ? null : priorOf(insured, onset, reason, rules)
  const missing = months.filter(({ isMinimum }) => isMinimum).length
  const isUnmet = prior !== null && !prior.isMet
  const isCapped = rules.on('reading.cap-per-month', onset) === 0
  return {
    ...{ onset, months, gross, hours, averageHour, capHour, prior },
    capMonth: divided(highest, BigInt(months.length), rounding),
    hour: isUnmet ? unmetHour(onset, months, rules, rounding) : isCapped ? least(averageHour, capHour) : averageHour,
    kind: isUnmet ? 'prior-unmet' : missing === months.length ? 'minimum' : missing > 0 ? 'filled' : 'earned',
  }
}

/** A month without a wage gets the minimum wage of that month, and its hours (B-6, B-7). */
function monthWith(month: Month, rows: readonly Earning[], rules: Rules): BaseMonth {
  if (new Set(rows.map(({ employer }) => employer)).size < rows.length)
    throw new Refusal('unprocessable', `the earnings of one employer for ${month} are given twice`, {
      expression: 'earnings',
      hint: 'Give one row for each month.',
    })
  const gross = rows.reduce((sum, one) => sum + one.gross, 0n)
  const hours = rows.reduce((sum, one) => sum + one.hours, 0)
  if (gross > 0n && hours === 0)
    throw new Refusal('unprocessable', `the earnings for ${month} have an amount but no hours`, {
      expression: 'earnings',
      hint: 'Give the paid hours of the month.',
    })
  const highest = BigInt(rules.on('contribution.base-highest', lastDayOf(month)))
  return gross > 0n ? { month, hours, gross, isMinimum: false, highest } : { month, ...minimumOf(month, rules), isMinimum: true, highest }
}

/** Without prior insurance the base is the minimum wage. It stays so even when the condition is met during the leave (reading 11). */
function unmetHour(onset: Day, months: readonly BaseMonth[], rules: Rules, rounding: Rounding): bigint {
  const taken = rules.on('reading.prior-unmet-months', onset) === 1 ? months.map(({ month }) => month) : [onset.slice(0, 7)]
  const minima = taken.map((month) => minimumOf(month, rules))
  const gross = minima.reduce((sum, one) => sum + one.gross, 0n)
  const hours = minima.reduce((sum, one) => sum + one.hours, 0)
  return perHour(gross, hours, rounding)
}
