import type { Day } from '../rules/days.ts'
import type { Rules } from '../rules/parameters.ts'
import { type Base, minimumOf } from './base.ts'
import { divided, least, roundingOf } from './money.ts'
import { type Month, type Schedule, workOf } from './months.ts'

// The amount of one stretch within one month, rounded once. The way of calculating depends on who pays.

export type Work = { payer: 'employer' | 'fund'; percent: number; month: Month; days: number; hours: number }
/** `month`: average month by its working days; `hour`: average for an hour; `minimum`: the floor was higher. */
export type Way = 'month' | 'hour' | 'minimum'
/** `monthDays`: the working days by which the average month was divided; null when the amount was calculated by the hour. */
export type Amount = { way: Way; monthDays: number | null; beforeFloor: bigint; gross: bigint }

export function amountOf(work: Work, base: Base, schedule: Schedule, first: Day, rules: Rules): Amount {
  if (work.payer === 'fund') return fundAmount(work, base, schedule, first, rules)
  return employerAmount(work, base, schedule, first, rules)
}

/** The Fund's amount, always by the hour (B-8); the only floor is that of the base (reading 1). */
function fundAmount({ percent, month, hours }: Work, base: Base, schedule: Schedule, first: Day, rules: Rules): Amount {
  const rounding = roundingOf(rules.on('reading.rounding', first))
  // Ten-thousandths of a dinar × hundredths of an hour × percent, in para.
  const byHour = base.hour * BigInt(hours) * BigInt(percent)
  const gross = divided(byHour, 1_000_000n, rounding)
  if (rules.on('reading.cap-per-month', first) === 0) return { way: 'hour', monthDays: null, beforeFloor: gross, gross }
  const full = workOf(schedule, month).hours
  const capped = full === 0 ? gross : divided(base.capMonth * BigInt(hours) * BigInt(percent), 100n * BigInt(full), rounding)
  return { way: 'hour', monthDays: null, beforeFloor: gross, gross: least(gross, capped) }
}

/**
 * The employer's amount by Labour Act art. 115: average month by the working days of this month (reading 2), not below the minimum wage for the same
 * hours (reading 1). No cap.
 */
function employerAmount({ percent, month, days, hours }: Work, base: Base, schedule: Schedule, first: Day, rules: Rules): Amount {
  const rounding = roundingOf(rules.on('reading.rounding', first))
  const isPerHour = rules.on('reading.employer-per-hour', first) === 1
  const full = workOf(schedule, month)
  const minimum = minimumOf(month, rules)
  const floor = divided(minimum.gross * BigInt(hours), BigInt(minimum.hours), rounding)
  const whole = isPerHour
    ? { numerator: base.averageHour * BigInt(hours), denominator: 10_000n }
    : { numerator: base.gross * BigInt(days), denominator: BigInt(base.months.length) * BigInt(Math.max(1, full.days)) }
  const beforeFloor = divided(whole.numerator * BigInt(percent), whole.denominator * 100n, rounding)
  const monthDays = isPerHour ? null : Math.max(1, full.days)
  // The other reading compares the base alone, so that the percentage is then taken of the minimum wage.
  const lifted = rules.on('reading.employer-floor', first) === 1 ? floor : divided(floor * BigInt(percent), 100n, rounding)
  if (lifted > beforeFloor) return { way: 'minimum', monthDays, beforeFloor, gross: lifted }
  return { way: isPerHour ? 'hour' : 'month', monthDays, beforeFloor, gross: beforeFloor }
}
