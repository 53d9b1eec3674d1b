import assert from 'node:assert/strict'
import { test } from 'node:test'
import { calculate, type Input } from '../sickleave/compensation/calculate.ts'
import { inDinars, paraOf, written } from '../sickleave/compensation/money.ts'
import { monthsBefore, type Schedule } from '../sickleave/compensation/months.ts'
import type { Day } from '../sickleave/rules/days.ts'
import { rulesOf } from '../sickleave/rules/parameters.ts'
import type { Care, Leave, Reason } from '../sickleave/rules/reasons.ts'

// How a worked example of wage compensation is written down and compared with the calculated result.

const rules = rulesOf()
export const leave = (from: Day, until: Day): Leave => ({ id: from, from, until, reason: '01', isException: false, care: null })
/** Gross and hours of the months before the first day, oldest first. */
export type Paid = (at: number) => readonly [gross: string, hours: number]
export const each =
  (gross: string, hours = 174): Paid =>
  () => [gross, hours]
export const week = (...days: number[]): Schedule => ({ week: days.map((one) => one * 100), days: {} })

type More = Partial<Input> & { onset?: Day; care?: Care; also?: { employer: string; paid: Paid }; assessed?: Day }
export function worked(from: Day, until: Day, reason: Reason, paid: Paid, { onset = from, care, also, assessed, ...more }: More = {}): Input {
  const earnings = [{ employer: 'A', paid }, ...(also ? [also] : [])].flatMap((one) =>
    monthsBefore(onset, 12).map((month, at) => {
      const [gross, hours] = one.paid(at)
      return { employer: one.employer, month, hours: hours * 100, gross: paraOf(gross) as bigint }
    }),
  )
  return { leave: { ...leave(from, until), reason, care: care ?? null, assessedOn: assessed ?? null }, earnings, ...more }
}

/** The base for an hour; then of each line: first day, last day, payer, percentage, column of OZ-10, and columns 14, 15, 16, 17, 18 and 19. */
export type Case = [title: string, input: Input, hour: string, lines: string[]]

export function holdCases(cases: readonly Case[]): void {
  for (const [title, input, hour, lines] of cases) {
    test(title, () => {
      const result = calculate(input, rules)
      assert.equal(written(result.base.hour, 4), hour)
      assert.deepEqual(
        result.lines.map(({ from, until, payer, percent, column, columns }) => {
          const { gross, from: contributions, on, tax, net, total } = columns
          return [from, until, payer, percent, column, ...[gross, contributions, on, tax, net, total].map(inDinars)].join(' ')
        }),
        lines,
      )
    })
  }
}
