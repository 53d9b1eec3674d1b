import type { Day } from '../rules/days.ts'
import type { ParameterName, Rules } from '../rules/parameters.ts'
import { divided, least, most, roundingOf } from './money.ts'

// Tax and contributions on a compensation: columns 14 to 19 of form OZ-10, where 14 = 15 + 17 + 18 and 19 = 15 + 16 + 17 + 18.

export type Columns = { gross: bigint; from: bigint; on: bigint; tax: bigint; net: bigint; total: bigint }

const scale = 10_000n // Rates are hundredths of a percent.
const rateOf = (names: readonly ParameterName[], day: Day, rules: Rules) => BigInt(names.reduce((sum, name) => sum + rules.on(name, day), 0))
export const fromRate = (day: Day, rules: Rules) =>
  rateOf(['contribution.pension-from', 'contribution.health-from', 'contribution.unemployment-from'], day, rules)
export const onRate = (day: Day, rules: Rules) => rateOf(['contribution.pension-on', 'contribution.health-on'], day, rules)

/**
 * `gross` is one row's part of `whole`, which is everything that the employee is paid for the month. The row bears its unrounded share of tax and
 * contributions (reading 14).
 */
export function columnsOf(gross: bigint, whole: bigint, paidOn: Day, rules: Rules): Columns {
  if (gross === 0n) return { gross, from: 0n, on: 0n, tax: 0n, net: 0n, total: 0n }
  const rounding = roundingOf(rules.on('reading.rounding', paidOn))
  const highest = BigInt(rules.on('contribution.base-highest', paidOn))
  const lowest = rules.on('reading.lowest-base', paidOn) === 1 ? BigInt(rules.on('contribution.base-lowest', paidOn)) : 0n
  const contributed = most(lowest, least(whole, highest))
  const share = (ofWhole: bigint) => divided(ofWhole * gross, scale * whole, rounding)
  // On the lowest base contributions may be more than a small amount; they are limited so that the net is never negative.
  const from = least(gross, share(contributed * fromRate(paidOn, rules)))
  const on = share(contributed * onRate(paidOn, rules))
  // Never negative (reading 13): a person who is paid less than the free amount pays no tax.
  const taxed = most(0n, whole - BigInt(rules.on('tax.free', paidOn)))
  const tax = least(gross - from, share(taxed * BigInt(rules.on('tax.rate', paidOn))))
  const net = gross - from - tax
  return { gross, from, on, tax, net, total: gross + on }
}

/** The gross amount that leaves this net one, while contributions stay below their highest base: B-6 needs it for the minimum wage. */
export function grossOf(net: bigint, day: Day, rules: Rules): bigint {
  const rounding = roundingOf(rules.on('reading.rounding', day))
  const [from, tax, free] = [fromRate(day, rules), BigInt(rules.on('tax.rate', day)), BigInt(rules.on('tax.free', day))]
  const untaxed = divided(net * scale, scale - from, rounding)
  if (untaxed <= free) return untaxed
  return divided(net * scale - tax * free, scale - tax - from, rounding)
}
