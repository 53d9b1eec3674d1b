import { inDinars, paraOf } from '../compensation/money.ts'
import type { CompensationLine, CompensationView } from '../wire.ts'
import type { CalculationList } from './wire.ts'

const summed = (lines: readonly CompensationLine[], name: 'gross' | 'net' | 'tax' | 'from' | 'on' | 'total'): string =>
  inDinars(lines.reduce((sum, line) => sum + (paraOf(line[name]) ?? 0n), 0n))

/**
 * The list of calculation or of refund for the requester: the Fund's days, without the form's column and the derivation, which would name the reason.
 * The percentage is included, because payroll books by it.
 */
export function listOf({ base, lines }: CompensationView): CalculationList {
  const own = lines.filter(({ payer }) => payer === 'fund')
  return {
    basePerHour: base.hour,
    lines: own.map(({ firstDay, until, days, hours, percent, gross, net, tax, from, on, total }) => ({
      ...{ from: firstDay, until, days, hours, percent, gross, net, tax },
      ...{ contributionsFrom: from, contributionsOn: on, total },
    })),
    sums: {
      ...{ gross: summed(own, 'gross'), net: summed(own, 'net'), tax: summed(own, 'tax') },
      ...{ contributionsFrom: summed(own, 'from'), contributionsOn: summed(own, 'on'), total: summed(own, 'total') },
    },
  }
}

/** A quoted name stays text in a spreadsheet: a text that would be read as a formula gets a leading apostrophe. */
export const quoted = (text: string): string => `"${(/^[=+\-@\t]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`

export type Listed = { number: string; kind: string; employee: { family: string; given: string }; paidOn: string | null; list: CalculationList | null }

const columns = 'request;kind;family;given;from;until;days;hours;percent;base per hour;gross;contributions from;tax;net;contributions on;total;paid on'

/** The lists of many requests as one table. */
export function listCsv(requests: readonly Listed[]): string {
  const rows = requests.flatMap(({ number, kind, employee, paidOn, list }) =>
    (list?.lines ?? []).map((line) =>
      [
        ...[number, kind, quoted(employee.family), quoted(employee.given), line.from, line.until, line.days, line.hours, line.percent, list?.basePerHour],
        ...[line.gross, line.contributionsFrom, line.tax, line.net, line.contributionsOn, line.total, paidOn ?? ''],
      ].join(';'),
    ),
  )
  return [columns, ...rows, ''].join('\n')
}
