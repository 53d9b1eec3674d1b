import { addDays, common, type Day, daysBetween, lengthOf } from './days.ts'
import type { Rules } from './parameters.ts'
import { ageFor, columnOn, type Leave, percentOn } from './reasons.ts'

// Who bears the cost of each day (ebolovanje.md section 9). Linking makes one count of several leaves; who may assess is counted elsewhere.

/**
 * `none`: the employment has ended and the reason gives no right after that (section 19, reading 8), or the Fund's days after sending to assessment
 * are over.
 */
export type Payer = 'employer' | 'fund' | 'none'
export type NoRight = 'employment-ended' | 'assessment-limit'
export type Stretch = { from: Day; until: Day; payer: Payer; percent: number; column: number; why?: NoRight }

/** When at most `link.gap` calendar days lie between them, two leaves are one for the payer, for the same or another illness (R-6, reading 4). */
export function areLinked(earlier: { until: Day }, later: { from: Day }, rules: Rules): boolean {
  const between = daysBetween(earlier.until, later.from) - 1
  return between >= 0 && between <= rules.on('link.gap', later.from)
}

/** The leaves that count as one with this leave, oldest first; this leave is the last. */
export function chainOf(history: readonly Leave[], leave: Leave, rules: Rules): Leave[] {
  const chain = [leave]
  const earlier = history.filter((one) => one.id !== leave.id && one.until < leave.from).sort((a, b) => (a.until < b.until ? 1 : -1))
  for (const one of earlier) {
    if (!areLinked(one, chain[0] as Leave, rules)) break
    chain.unshift(one)
  }
  return chain
}

/** How the payer of a day is found: the Fund from the first day, the employer for all days, or the employer first. */
function wayOf(leave: Leave, day: Day, rules: Rules): 'fund' | 'employer' | 'employer-first' {
  if (leave.reason === '05' || leave.reason === '07') return 'fund'
  if (leave.reason === '02' || leave.reason === '03') return 'employer'
  if (leave.reason === '06' && leave.care && ageFor(leave, leave.care, day, rules) < rules.on('care.fund-age', leave.from)) return 'fund'
  return 'employer-first'
}

/** How many of the employer's days the earlier leaves of a chain used up. */
function usedBefore(chain: readonly Leave[], rules: Rules): number {
  let used = 0
  for (const leave of chain.slice(0, -1)) for (let day = leave.from; day <= leave.until; day = addDays(day, 1)) if (uses(leave, day, rules)) used++
  return used
}

const uses = (leave: Leave, day: Day, rules: Rules): boolean =>
  wayOf(leave, day, rules) !== 'fund' || rules.on('reading.fund-days-use-employer', leave.from) === 1

/** Which of the employer's days a day is, over linked leaves; null when it uses none of them, or when all are used up. */
export function employerDayOn(history: readonly Leave[], leave: Leave, on: Day, rules: Rules): { day: number; of: number } | null {
  if (wayOf(leave, on, rules) !== 'employer-first') return null
  let used = usedBefore(chainOf(history, leave, rules), rules)
  for (let day = leave.from; day <= on; day = addDays(day, 1)) if (uses(leave, day, rules)) used++
  const of = rules.on('employer.days', leave.from)
  return used <= of ? { day: used, of } : null
}

/** The payers of the leave day by day, with equal days joined. `employedUntil` is the last day of the employment when it has one. */
export function payersOf(history: readonly Leave[], leave: Leave, rules: Rules, employedUntil: Day | null = null): Stretch[] {
  const limit = rules.on('employer.days', leave.from)
  let used = usedBefore(chainOf(history, leave, rules), rules)
  const paidUntil = assessmentPaidUntil(history, leave, rules)
  const goesOnUntil = employedUntil === null ? null : addDays(employedUntil, rules.on('reading.days-after-employment', leave.from))
  const stretches: Stretch[] = []
  for (let day = leave.from; day <= leave.until; day = addDays(day, 1)) {
    if (uses(leave, day, rules)) used++
    const way = wayOf(leave, day, rules)
    const isEmployed = employedUntil === null || day <= employedUntil
    const ofEmployer = way === 'employer' || (way === 'employer-first' && used <= limit)
    const due: Payer = isEmployed ? (ofEmployer ? 'employer' : 'fund') : way === 'employer' || day <= (goesOnUntil as Day) ? 'fund' : 'none'
    const isOver = due === 'fund' && paidUntil !== null && day > paidUntil
    const why: NoRight | null = isOver ? 'assessment-limit' : due === 'none' ? 'employment-ended' : null
    const terms = { percent: percentOn(leave, day, rules), column: columnOn(leave, day, rules) }
    append(stretches, { from: day, until: day, payer: why === null ? due : 'none', ...terms, ...(why === null ? {} : { why }) })
  }
  return stretches
}

/**
 * The last day that the Fund pays once the person was sent to the disability assessment in these linked leaves; later days are for the pension
 * fund. Null when nobody was sent. Care and escort are for somebody else's illness.
 */
export function assessmentPaidUntil(history: readonly Leave[], leave: Leave, rules: Rules): Day | null {
  if (leave.reason === '06' || leave.reason === '08') return null
  const days = chainOf(history, leave, rules).flatMap(({ assessedOn }) => assessedOn ?? [])
  const first = days.sort()[0]
  return first === undefined ? null : addDays(first, rules.on('assessment.paid-days', leave.from))
}

function append(stretches: Stretch[], next: Stretch): void {
  const last = stretches.at(-1)
  if (last && last.payer === next.payer && last.percent === next.percent && last.column === next.column && last.why === next.why) last.until = next.until
  else stretches.push(next)
}

/** The days of each stretch that fall into a period, for a report on a part of the leave. */
export function within(stretches: readonly Stretch[], from: Day, until: Day): (Stretch & { days: number })[] {
  return stretches.flatMap((one) => {
    const span = common(one, { from, until })
    return span ? [{ ...one, ...span, days: lengthOf(span) }] : []
  })
}
