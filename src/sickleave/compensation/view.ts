import type { Rules } from '../rules/parameters.ts'
import type { CompensationLine, CompensationView } from '../wire.ts'
import { type Input, type Line, type Result, calculate } from './calculate.ts'
import { derivationOf } from './derivation.ts'
import { inDinars, written } from './money.ts'

/** The calculation as it is stored, shown and sent: amounts in dinars with two places, hours with two, averages with four. */
export function compensationOf(input: Input, rules: Rules): CompensationView {
  const result = calculate(input, rules)
  return { ...viewOf(result), derivation: derivationOf(result, input, rules) }
}

function viewOf({ period, base, linkedFrom, lines, unpaid, commissionFrom, sums }: Result): Omit<CompensationView, 'derivation'> {
  const { prior } = base
  return {
    period,
    onset: base.onset,
    linkedFrom,
    commissionFrom,
    base: {
      kind: base.kind,
      months: base.months.map(({ month, hours, gross, isMinimum }) => ({ month, hours: hoursIn(hours), gross: inDinars(gross), isMinimum })),
      gross: inDinars(base.gross),
      hours: hoursIn(base.hours),
      averageHour: written(base.averageHour, 4),
      capHour: written(base.capHour, 4),
      capMonth: inDinars(base.capMonth),
      hour: written(base.hour, 4),
      priorMet: prior === null ? null : prior.isMet,
    },
    lines: lines.map(lineOf),
    unpaid,
    sums: {
      days: sums.days,
      hours: hoursIn(sums.hours),
      employer: inDinars(sums.employer),
      fund: inDinars(sums.fund),
      insurance: inDinars(sums.insurance),
      budget: inDinars(sums.budget),
      ...columnsIn(sums.columns),
    },
  }
}

const hoursIn = (hours: number): string => written(BigInt(hours), 2)
const columnsIn = ({ gross, from, on, tax, net, total }: Line['columns']) => ({
  gross: inDinars(gross),
  from: inDinars(from),
  on: inDinars(on),
  tax: inDinars(tax),
  net: inDinars(net),
  total: inDinars(total),
})

function lineOf(line: Line): CompensationLine {
  const { from: firstDay, until, month, payer, percent, column, days, listDays, workingDays, way, paidOn } = line
  return {
    ...{ firstDay, until, month, payer, percent, column, days, listDays, workingDays, way, paidOn },
    hours: hoursIn(line.hours),
    beforeFloor: inDinars(line.beforeFloor),
    insurance: inDinars(line.insurance),
    budget: inDinars(line.budget),
    wholeMonth: inDinars(line.whole),
    ...columnsIn(line.columns),
  }
}
