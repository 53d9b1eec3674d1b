import { Refusal } from '../../platform/refusal.ts'
import { commissionUntil, competenceOf } from '../rules/competence.ts'
import { addDays, common, type Day, lengthOf, type Span } from '../rules/days.ts'
import type { Rules } from '../rules/parameters.ts'
import { chainOf, type NoRight, payersOf, type Stretch } from '../rules/payers.ts'
import type { Leave } from '../rules/reasons.ts'
import { amountOf, type Way } from './amount.ts'
import { type Base, baseOf, type Earning } from './base.ts'
import { divided, roundingOf } from './money.ts'
import { byMonth, lastDayOf, type Month, monthOf, type Schedule, usualSchedule, workIn } from './months.ts'
import { type Columns, columnsOf } from './taxes.ts'

// The wage compensation for one leave in one employment. Pure, so that the Fund, the calculator and a simulation get the same figure.

export type Input = {
  leave: Leave
  /** The person's other leaves. Linked ones share the employer's days and the base. */
  history?: readonly Leave[]
  /** The days that the request covers; by default the whole leave. */
  period?: Span | null
  /** The last day of the employment, when it has one. */
  employedUntil?: Day | null
  earnings: readonly Earning[]
  /** The employer of this request, and other employers with whom the person has a job at the same time. */
  employer?: string | null
  otherEmployers?: readonly string[]
  /** When the person was insured before the leave; null when that is not asked (the calculator). */
  insured?: readonly Span[] | null
  schedule?: Schedule
  /** Other gross pay of the employee for the same month: wage for work, compensation of another leave. */
  otherGross?: Readonly<Record<Month, bigint>>
  /** The day of payment, for tax; the last day of each month when it is not known. */
  paidOn?: Day | null
  /** The employer's own, higher percentage for the days that it pays. */
  employerPercent?: number | null
}

/** A stretch of equal days within one month. Amounts are para, hours hundredths. */
type Untaxed = Span & {
  month: Month
  payer: 'employer' | 'fund'
  percent: number
  /** The column of OZ-10 for the reason (6 to 13), and how many days are counted there. */
  column: number
  listDays: number
  days: number
  workingDays: number
  hours: number
  way: Way
  monthDays: number | null
  beforeFloor: bigint
  gross: bigint
  /** The insurance bears the Fund's part; for pregnancy the state budget bears a share of it. */
  insurance: bigint
  budget: bigint
  paidOn: Day
}
export type Line = Untaxed & {
  /** The whole gross of the month, of which the columns are a share. */
  whole: bigint
  columns: Columns
  /** For a period that begins within a stretch: the stretch up to the last requested day, and the part of it before the first requested day. */
  cut: { upTo: Untaxed; before: Untaxed } | null
}
export type Unpaid = Span & { why: NoRight | 'care-limit' }
export type Sums = { days: number; hours: number; employer: bigint; fund: bigint; insurance: bigint; budget: bigint; columns: Columns }
export type Result = {
  period: Span
  base: Base
  /** The first day of the linked leaves; null when this leave stands alone. */
  linkedFrom: Day | null
  lines: Line[]
  unpaid: Unpaid[]
  /** For care: the day from which only the commission may approve, when the leave reaches it. */
  commissionFrom: Day | null
  sums: Sums
}

const daysMax = 1500
const none: Columns = { gross: 0n, from: 0n, on: 0n, tax: 0n, net: 0n, total: 0n }

export function calculate(input: Input, rules: Rules): Result {
  const { leave, history = [], earnings, employer = null, otherEmployers = [], insured = null } = input
  const period = periodOf(input)
  const onset = chainOf(history, leave, rules)[0]?.from ?? leave.from
  const base = baseOf({ earnings, employer, otherEmployers, insured }, onset, leave.reason, rules)
  const { paid, unpaid } = rightsOf(input, rules)
  const pieces = paid.flatMap((stretch) => byMonth(stretch).map((span) => ({ stretch, span })))
  // Tax looks at a whole month: its free amount counts once, however requests divide the month.
  const all = pieces.map(({ stretch, span }) => lineOf(stretch, span, base, input, rules))
  const wholes = new Map(Object.entries(input.otherGross ?? {}))
  for (const { month, gross } of all) wholes.set(month, (wholes.get(month) ?? 0n) + gross)
  const taxed = (line: Untaxed): Line => {
    const whole = wholes.get(line.month) as bigint
    return { ...line, whole, columns: columnsOf(line.gross, whole, line.paidOn, rules), cut: null }
  }
  const lines = pieces.flatMap(({ stretch, span }, at): Line[] => {
    const part = common(span, period)
    if (part === null) return []
    const upTo = part.until === span.until ? (all[at] as Untaxed) : lineOf(stretch, { from: span.from, until: part.until }, base, input, rules)
    if (part.from === span.from) return [taxed(upTo)]
    return [rest(taxed(upTo), taxed(lineOf(stretch, { from: span.from, until: addDays(part.from, -1) }, base, input, rules)), part)]
  })
  const { commissionFrom } = leave.reason === '06' ? competenceOf(history, leave, rules) : { commissionFrom: null }
  return {
    period,
    base,
    linkedFrom: onset === leave.from ? null : onset,
    lines,
    unpaid: unpaid.flatMap((one) => within(one, period)),
    commissionFrom: commissionFrom !== null && commissionFrom <= leave.until ? commissionFrom : null,
    sums: sumsOf(lines),
  }
}

function periodOf({ leave, period }: Input): Span {
  if (leave.until < leave.from)
    throw new Refusal('unprocessable', `the leave ends on ${leave.until}, before it begins on ${leave.from}`, { expression: 'until' })
  if (lengthOf(leave) > daysMax) throw new Refusal('unprocessable', `a leave has at most ${daysMax} days here`, { expression: 'until' })
  if (!period) return { from: leave.from, until: leave.until }
  const part = common(leave, period)
  if (part === null || part.from !== period.from || part.until !== period.until)
    throw new Refusal('unprocessable', `the leave reaches from ${leave.from} to ${leave.until}; the period asked for is not within it`, {
      expression: 'period',
    })
  return part
}

const within = <T extends Span>(one: T, span: Span): T[] => {
  const part = common(one, span)
  return part ? [{ ...one, ...part }] : []
}

/** Finds who pays which days, and which days give no right. */
function rightsOf({ leave, history = [], employedUntil = null }: Input, rules: Rules): { paid: Paid[]; unpaid: Unpaid[] } {
  const end = commissionUntil(history, leave, rules)
  const paid: Paid[] = []
  const unpaid: Unpaid[] = []
  for (const stretch of payersOf(history, leave, rules, employedUntil)) {
    const right = end === null ? stretch : common(stretch, { from: leave.from, until: end })
    const { payer } = stretch
    if (stretch.why) unpaid.push({ from: stretch.from, until: stretch.until, why: stretch.why })
    else if (right && payer !== 'none') paid.push({ ...stretch, payer, from: right.from, until: right.until })
    if (payer !== 'none' && end !== null && stretch.until > end)
      unpaid.push({ from: right ? addDays(end, 1) : stretch.from, until: stretch.until, why: 'care-limit' })
  }
  return { paid, unpaid }
}

type Paid = Stretch & { payer: Line['payer'] }

/** The line for the part of a stretch within this span; the span lies within one month. */
function lineOf(stretch: Paid, span: Span, base: Base, input: Input, rules: Rules): Untaxed {
  const { leave, schedule = usualSchedule, paidOn = null, employerPercent = null } = input
  const { payer, column } = stretch
  const month = monthOf(span.from)
  const percent = payer === 'employer' ? Math.max(stretch.percent, employerPercent ?? 0) : stretch.percent
  const work = workIn(schedule, span)
  const amount = amountOf({ payer, percent, month, ...work }, base, schedule, leave.from, rules)
  const shares = sharesOf(payer, amount.gross, leave, rules)
  const days = lengthOf(span)
  const listDays = rules.on('reading.calendar-days-in-list', leave.from) === 1 ? days : work.days
  const counts = { days, listDays, workingDays: work.days, hours: work.hours }
  return { ...span, month, payer, percent, column, ...counts, ...amount, ...shares, paidOn: paidOn ?? lastDayOf(month) }
}

/**
 * A period that begins within a stretch gets the amount of the stretch up to the period's last day, minus the amount up to the day before its first.
 * So every column of a month has the same sum, to the para, however requests divide the month (reading 14).
 */
function rest(upTo: Line, before: Line, span: Span): Line {
  const less = (name: 'days' | 'listDays' | 'workingDays' | 'hours') => upTo[name] - before[name]
  return {
    ...upTo,
    ...span,
    ...{ days: less('days'), listDays: less('listDays'), workingDays: less('workingDays'), hours: less('hours') },
    beforeFloor: upTo.beforeFloor - before.beforeFloor,
    gross: upTo.gross - before.gross,
    insurance: upTo.insurance - before.insurance,
    budget: upTo.budget - before.budget,
    columns: plus(upTo.columns, before.columns, -1n),
    cut: { upTo, before },
  }
}

/** For pregnancy the insurance bears the same as for any illness, and the state budget bears the rest up to the whole. */
function sharesOf(payer: 'employer' | 'fund', gross: bigint, leave: Leave, rules: Rules): { insurance: bigint; budget: bigint } {
  if (payer === 'employer') return { insurance: 0n, budget: 0n }
  if (leave.reason !== '04') return { insurance: gross, budget: 0n }
  const insurance = divided(gross * BigInt(rules.on('percent.pregnancy-insurance', leave.from)), 100n, roundingOf(rules.on('reading.rounding', leave.from)))
  return { insurance, budget: gross - insurance }
}

function sumsOf(lines: readonly Line[]): Sums {
  const sums: Sums = { days: 0, hours: 0, employer: 0n, fund: 0n, insurance: 0n, budget: 0n, columns: none }
  for (const { days, hours, payer, gross, insurance, budget, columns } of lines) {
    sums.days += days
    sums.hours += hours
    sums[payer] += gross
    sums.insurance += insurance
    sums.budget += budget
    sums.columns = plus(sums.columns, columns)
  }
  return sums
}

const plus = (a: Columns, b: Columns, sign = 1n): Columns => ({
  gross: a.gross + sign * b.gross,
  from: a.from + sign * b.from,
  on: a.on + sign * b.on,
  tax: a.tax + sign * b.tax,
  net: a.net + sign * b.net,
  total: a.total + sign * b.total,
})
