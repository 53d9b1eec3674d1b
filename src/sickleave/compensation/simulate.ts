import { Refusal } from '../../platform/refusal.ts'
import { limitsOf } from '../rules/money-parameters.ts'
import { type Parameter, type ParameterName, parameterNames, type Rules, rulesOf } from '../rules/parameters.ts'
import { isDay } from '../rules/days.ts'
import type { SimulationView } from '../wire.ts'
import { calculate, type Input } from './calculate.ts'
import { inDinars } from './money.ts'

// What a changed number of the law would cost: every leave of a year is calculated by the present rules and by the changed ones. Nothing is stored.

export type Change = { name: ParameterName; value: number; fromDay: string }

export function changeOf({ name, value, from }: { name: unknown; value: unknown; from: unknown }): Change {
  if (typeof name !== 'string' || !Object.hasOwn(parameterNames, name))
    throw new Refusal('incorrect', 'name is that of a parameter', { expression: 'name', hint: 'npm run spona -- sickleave parameter list says all.' })
  const { least, most } = limitsOf(name)
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
    throw new Refusal('incorrect', `value is a whole number from ${least} to ${most}`, { expression: 'value' })
  if (!isDay(from)) throw new Refusal('incorrect', 'from is a day, written 2027-01-01', { expression: 'from' })
  return { name: name as ParameterName, value, fromDay: from }
}

const parts = ['employer', 'insurance', 'budget', 'total'] as const
type Part = (typeof parts)[number]
type Sum = { reasons: string[]; cases: number; changed: number; refused: number; before: Record<Part, bigint>; after: Record<Part, bigint> }
const zero = (): Record<Part, bigint> => ({ employer: 0n, insurance: 0n, budget: 0n, total: 0n })

export type Simulated = { year: number; change: Change; pagesMax: number; onPage?: (cases: number) => void }

/** Keeps only sums, one row for each reason; the cases themselves are not kept. */
export async function simulate(pages: AsyncIterable<Input[]>, rules: Rules, k: number, { year, change, pagesMax, onPage }: Simulated): Promise<SimulationView> {
  const row: Parameter = { ...change, paragraph: 'проба', isUnverified: true }
  const changed = rulesOf([...rules.all, row])
  const sums = new Map<string, Sum>()
  let [cases, count, isSample] = [0, 0, false]
  for await (const page of pages) {
    isSample = count++ === pagesMax
    if (isSample) break
    for (const input of page) add(sums, input, rules, changed)
    cases += page.length
    onPage?.(cases)
  }
  return { year, name: change.name, value: change.value, from: change.fromDay, cases, isSample, k, rows: shown([...sums.values()], k) }
}

function add(sums: Map<string, Sum>, input: Input, rules: Rules, changed: Rules): void {
  const { reason } = input.leave
  const sum = sums.get(reason) ?? { reasons: [reason], cases: 0, changed: 0, refused: 0, before: zero(), after: zero() }
  sums.set(reason, sum)
  sum.cases++
  const [before, after] = [costOf(input, rules), costOf(input, changed)]
  if (before === null || after === null) {
    sum.refused++
    return
  }
  if (parts.some((part) => before[part] !== after[part])) sum.changed++
  for (const part of parts) {
    sum.before[part] += before[part]
    sum.after[part] += after[part]
  }
}

/** Null when these rules cannot calculate the case, for example because no minimum wage is known that far back. */
function costOf(input: Input, rules: Rules): Record<Part, bigint> | null {
  try {
    const { employer, insurance, budget, columns } = calculate(input, rules).sums
    return { employer, insurance, budget, total: columns.total }
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}

/**
 * A row of fewer than k cases would say too much about each. Such reasons are joined, with the next larger one until the row has k cases; a rest
 * below k is left out.
 */
function shown(sums: Sum[], k: number): SimulationView['rows'] {
  const bySize = sums.toSorted((a, b) => a.cases - b.cases || (a.reasons[0] as string).localeCompare(b.reasons[0] as string))
  const rows: Sum[] = []
  let pool: Sum | null = null
  for (const one of bySize) {
    if (pool === null && one.cases >= k) rows.push(one)
    else {
      pool = pool === null ? one : together(pool, one)
      if (pool.cases >= k) {
        rows.push(pool)
        pool = null
      }
    }
  }
  return rows.toSorted((a, b) => ((a.reasons[0] as string) < (b.reasons[0] as string) ? -1 : 1)).map(rowOf)
}

function together(a: Sum, b: Sum): Sum {
  const plus = (x: Record<Part, bigint>, y: Record<Part, bigint>) => Object.fromEntries(parts.map((part) => [part, x[part] + y[part]])) as Record<Part, bigint>
  return {
    reasons: [...a.reasons, ...b.reasons].sort(),
    cases: a.cases + b.cases,
    changed: a.changed + b.changed,
    refused: a.refused + b.refused,
    before: plus(a.before, b.before),
    after: plus(a.after, b.after),
  }
}

function rowOf({ before, after, ...row }: Sum): SimulationView['rows'][number] {
  const inText = (sums: Record<Part, bigint>) => Object.fromEntries(parts.map((part) => [part, inDinars(sums[part])])) as Record<Part, string>
  const difference = Object.fromEntries(parts.map((part) => [part, after[part] - before[part]])) as Record<Part, bigint>
  return { ...row, before: inText(before), after: inText(after), difference: inText(difference) }
}
