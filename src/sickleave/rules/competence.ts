import { addDays, addMonths, common, type Day, daysBetween, lengthOf, type Span } from './days.ts'
import type { Rules } from './parameters.ts'
import { chainOf } from './payers.ts'
import { ageFor, isSevereOn, type Leave } from './reasons.ts'

// Who may assess a day: the chosen doctor, or only the first-degree commission. Who pays is counted separately.

export type Rule = 'R-1' | 'R-2' | 'R-3' | 'R-7'
export type Count = { rule: Rule; day: number; of: number }
export type Competence = {
  /** The last day that the doctor may assess alone. It is the day before the leave when the doctor may not assess even the first day. */
  doctorUntil: Day
  /** From this day on the commission decides. */
  commissionFrom: Day
  /** The rule whose limit is reached there. */
  rule: Rule
}

const isCare = (leave: Leave) => leave.reason === '06'

/** Earlier leaves that count together with this one. Care has limits of its own and counts separately. */
function earlierOf(history: readonly Leave[], leave: Leave): Leave[] {
  return history.filter((one) => one.id !== leave.id && one.until < leave.from && !isCare(one)).sort((a, b) => (a.until < b.until ? 1 : -1))
}

/** The first day of the uninterrupted calendar incapacity that this leave continues; another illness counts together with it. */
function runStart(earlier: readonly Leave[], leave: Leave): Day {
  let start = leave.from
  for (const one of earlier) {
    if (addDays(one.until, 1) !== start) break
    start = one.from
  }
  return start
}

/** The count that a day has reached, and its limit: of the two counts, the one nearer to its limit. */
export function countOn(history: readonly Leave[], leave: Leave, day: Day, rules: Rules): Count {
  if (isCare(leave)) return careCount(history, leave, day, rules)
  const suffix = leave.isException ? '-exception' : ''
  const limit = rules.on(`doctor.days${suffix}`, leave.from)
  const earlier = earlierOf(history, leave)
  const run = { rule: leave.isException ? ('R-2' as const) : ('R-1' as const), day: continuousDays(history, earlier, leave, day, rules), of: limit }
  // The window ends on the assessed day, and older days drop out of it.
  const window = { from: addDays(day, 1 - rules.on(`doctor.window${suffix}`, leave.from)), until: day }
  const inWindow = { rule: 'R-3' as const, day: daysIn(window, [...earlier, { from: leave.from, until: day }]), of: limit }
  return inWindow.day > run.day ? inWindow : run
}

function continuousDays(history: readonly Leave[], earlier: readonly Leave[], leave: Leave, day: Day, rules: Rules): number {
  if (rules.on('reading.link-moves-competence', leave.from) === 0) return daysBetween(runStart(earlier, leave), day) + 1
  const chain = chainOf(history, leave, rules).filter((one) => !isCare(one) && one.id !== leave.id)
  return daysBetween(leave.from, day) + 1 + chain.reduce((sum, one) => sum + lengthOf(one), 0)
}

const daysIn = (window: Span, spans: readonly Span[]): number =>
  spans.reduce((sum, span) => {
    const part = common(window, span)
    return sum + (part ? lengthOf(part) : 0)
  }, 0)

/** Care counts for each illness of the person who is cared for: linked leaves for the same person count as one. */
function careCount(history: readonly Leave[], leave: Leave, day: Day, rules: Rules): Count {
  const before = careBefore(history, leave, rules).reduce((sum, one) => sum + lengthOf(one), 0)
  const isYoung = leave.care !== null && ageFor(leave, leave.care, day, rules) < rules.on('care.young-age', leave.from)
  return { rule: 'R-7', day: before + daysBetween(leave.from, day) + 1, of: rules.on(isYoung ? 'care.days-young' : 'care.days-older', leave.from) }
}

const careBefore = (history: readonly Leave[], leave: Leave, rules: Rules): Leave[] =>
  chainOf(history, leave, rules).filter((one) => one.id !== leave.id && isCare(one) && one.care?.born === leave.care?.born)

/** How far the doctor may go. The loop ends after at most one limit, because every day of the leave adds one to its count. */
export function competenceOf(history: readonly Leave[], leave: Leave, rules: Rules): Competence {
  for (let day = leave.from; ; day = addDays(day, 1)) {
    const count = countOn(history, leave, day, rules)
    if (count.day > count.of) return { doctorUntil: addDays(day, -1), commissionFrom: day, rule: count.rule }
  }
}

/**
 * The last day that the commission may approve, when the law ends its power too: care. Null when its power has no end. The age counts on each
 * day (reading 9): when a child grows out of a limit during the leave, the shorter one applies from that day.
 */
export function commissionUntil(history: readonly Leave[], leave: Leave, rules: Rules): Day | null {
  const { care } = leave
  if (!isCare(leave) || care === null) return null
  const before = careBefore(history, leave, rules)
  const severeUntil = addDays(addMonths(before[0]?.from ?? leave.from, rules.on('care.severe-months', leave.from)), -1)
  let count = before.reduce((sum, one) => sum + lengthOf(one), 0)
  for (let day = leave.from; ; day = addDays(day, 1)) {
    count++
    const isYoung = ageFor(leave, care, day, rules) < rules.on('care.young-age', leave.from)
    const mayGoOn = isSevereOn(leave, day, rules)
      ? day <= severeUntil
      : count <= rules.on(isYoung ? 'care.commission-young' : 'care.commission-older', leave.from)
    if (!mayGoOn) return addDays(day, -1)
  }
}

/** the day from which disability must be assessed, when the leave reaches it; otherwise null. */
export function assessmentFrom(history: readonly Leave[], leave: Leave, rules: Rules): Day | null {
  if (isCare(leave)) return null
  const earlier = earlierOf(history, leave)
  const continuous = addMonths(runStart(earlier, leave), rules.on('assessment.months', leave.from))
  const most = daysBetween(addMonths(leave.until, -rules.on('assessment.months-broken', leave.from)), leave.until)
  const window = { from: addDays(addMonths(leave.until, -rules.on('assessment.window-months', leave.from)), 1), until: leave.until }
  const over = daysIn(window, [...earlier, leave]) - most
  const broken = over >= 0 ? addDays(leave.until, -over) : null
  const first = broken !== null && broken < continuous ? broken : continuous
  return first <= leave.until ? (first < leave.from ? leave.from : first) : null
}
