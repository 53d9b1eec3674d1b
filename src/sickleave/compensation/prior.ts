import { addDays, addMonths, common, type Day, lengthOf, type Span } from '../rules/days.ts'
import type { Rules } from '../rules/parameters.ts'
import type { Reason } from '../rules/reasons.ts'

/** Whether a person was insured long enough before the first day (section 10, reading 11). */
export type Prior = {
  isMet: boolean
  way: 'continuous' | 'interrupted' | 'exempt' | 'none'
  continuousFrom: Day
  windowFrom: Day
  days: number
  needed: number
}

export function priorOf(insured: readonly Span[], onset: Day, reason: Reason, rules: Rules): Prior {
  const last = addDays(onset, -1)
  const continuousFrom = addMonths(onset, -rules.on('prior.months', onset))
  const windowFrom = addMonths(onset, -rules.on('prior.window-months', onset))
  const needed = rules.on('prior.days', onset)
  const days = covered(insured, { from: windowFrom, until: last })
  const facts = { continuousFrom, windowFrom, days, needed }
  const isExempt = (reason === '02' || reason === '03') && rules.on('reading.prior-exempt-work', onset) === 1
  if (isExempt) return { ...facts, isMet: true, way: 'exempt' }
  const whole = { from: continuousFrom, until: last }
  if (covered(insured, whole) === lengthOf(whole)) return { ...facts, isMet: true, way: 'continuous' }
  return days >= needed ? { ...facts, isMet: true, way: 'interrupted' } : { ...facts, isMet: false, way: 'none' }
}

/** How many days of a window lie in any of the spans; a day of two jobs counts once. */
function covered(spans: readonly Span[], window: Span): number {
  const parts = spans.flatMap((span) => common(span, window) ?? []).sort((a, b) => (a.from < b.from ? -1 : 1))
  let days = 0
  let free = window.from
  for (const { from, until } of parts) {
    days += lengthOf({ from: from > free ? from : free, until })
    const after = addDays(until, 1)
    if (after > free) free = after
  }
  return days
}
