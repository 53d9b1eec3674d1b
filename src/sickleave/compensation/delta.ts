import type { CompensationView, DeltaView } from '../wire.ts'
import { inDinars, paraOf } from './money.ts'

// After a correction everything is calculated anew from the first day. Paid amounts stay, and the difference is a row of its own (reading 17).

const amounts = ['gross', 'insurance', 'budget', 'from', 'on', 'tax', 'net', 'total'] as const
type Amounts = Record<(typeof amounts)[number], bigint>
type Row = { month: string; payer: 'employer' | 'fund'; column: number; days: number; amounts: Amounts }

/** New minus old, by month, payer and column of OZ-10; unchanged sums have no row. */
export function deltaOf(before: CompensationView, after: CompensationView): DeltaView[] {
  const rows = new Map<string, Row>()
  for (const line of before.lines) addTo(rows, line, -1n)
  for (const line of after.lines) addTo(rows, line, 1n)
  return [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, row]) => row)
    .filter((row) => row.days !== 0 || amounts.some((name) => row.amounts[name] !== 0n))
    .map(({ amounts: found, ...row }) => ({
      ...row,
      ...(Object.fromEntries(amounts.map((name) => [name, inDinars(found[name])])) as Record<keyof Amounts, string>),
    }))
}

function addTo(rows: Map<string, Row>, line: CompensationView['lines'][number], sign: 1n | -1n): void {
  const { month, payer, column } = line
  const key = `${month} ${payer} ${String(column).padStart(2, '0')}`
  const zero = Object.fromEntries(amounts.map((name) => [name, 0n])) as Amounts
  const row = rows.get(key) ?? { month, payer, column, days: 0, amounts: zero }
  row.days += Number(sign) * line.listDays
  for (const name of amounts) row.amounts[name] += sign * (paraOf(line[name]) as bigint)
  rows.set(key, row)
}
