import { divided } from '../compensation/money.ts'
import { addDays, type Day, daysBetween } from '../rules/days.ts'
import type { Rules } from '../rules/parameters.ts'
import { daysAfter, type Deadline, yearsAfter } from '../rules/working-days.ts'
import { isOverpaid, type Kind, type Standing } from './state.ts'

export type Clock = { waitsFor: 'requester' | 'fund' | null; due: Deadline | null; paragraph: string }
const still: Clock = { waitsFor: null, due: null, paragraph: '' }

/** Who has the request now, and until when by the law. A returned request stops the Fund's clock, which starts anew when the request comes back complete. */
export function clockOf(kind: Kind, standing: Standing, rules: Rules): Clock {
  const { state, content, completeOn, paidOn } = standing
  // When more was paid than the newest decision allows, the Fund must order it back: that the money has gone does not end the case.
  if (isOverpaid(standing)) return atFund(completeOn, rules)
  switch (state) {
    case 'draft':
      return { waitsFor: 'requester', due: submitBy(kind, content.payoutDay, rules), paragraph: 'ЗЗО чл. 102 ст. 2' }
    case 'incomplete':
      return { waitsFor: 'requester', due: asWritten(standing.completeUntil), paragraph: 'ЗЗО чл. 102 ст. 2' }
    case 'submitted':
    case 'in-process':
    case 'proposed':
    case 'calculated':
      return atFund(completeOn, rules)
    case 'paid':
      if (kind === 'refund' || paidOn === null) return still
      return { waitsFor: 'requester', due: daysAfter(paidOn, rules.on('payout.days', paidOn)), paragraph: 'ЗЗО чл. 102 ст. 4' }
    case 'returning':
      return { waitsFor: 'requester', due: asWritten(standing.order?.until ?? null), paragraph: 'ЗЗО чл. 102 ст. 4' }
    case 'confirmed':
    case 'rejected':
    case 'returned':
    case 'withdrawn':
      return still
  }
}

const atFund = (completeOn: Day | null, rules: Rules): Clock => ({
  waitsFor: 'fund',
  due: completeOn === null ? null : daysAfter(completeOn, rules.on('fund.days', completeOn)),
  paragraph: 'ЗЗО чл. 102 ст. 3',
})

/** The last day to submit: for compensation within days of the payout, for a refund within years; null while the payout is not known. */
export function submitBy(kind: Kind, payoutDay: Day | null, rules: Rules): Deadline | null {
  if (payoutDay === null) return null
  return kind === 'compensation'
    ? daysAfter(payoutDay, rules.on('request.days', payoutDay))
    : yearsAfter(payoutDay, rules.on('request.refund-years', payoutDay))
}

/** A deadline on a day that somebody set: it does not move. */
const asWritten = (day: Day | null): Deadline | null => (day === null ? null : { nominal: day, effective: day })

const hundredthsInWhole = 10_000n
/** The days of a common year times those of a leap year: with this denominator every daily part is a whole number. */
const bothYears = 365n * 366n
/** Simple interest from the day after the last day for payment, by the days of each year; half a para rounds up, once at the end. */
export function interestOn(total: number, lastDay: Day, on: Day, rules: Rules): number {
  let parts = 0n
  for (let day = addDays(lastDay, 1); day <= on; day = addDays(day, 1)) {
    const year = Number(day.slice(0, 4))
    const daysInYear = BigInt(daysBetween(`${year}-01-01`, `${year + 1}-01-01`))
    parts += (BigInt(total) * BigInt(rules.on('interest.hundredths', day)) * bothYears) / daysInYear
  }
  return Number(divided(parts, hundredthsInWhole * bothYears, 0))
}
