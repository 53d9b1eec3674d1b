import { keySets } from '../../identity/identity.ts'
import type { Runner, Transaction } from '../../platform/sql.ts'
import { bulk } from '../../registry/registry.ts'
import { type Case, casesOf, historyOf } from '../case-store.ts'
import type { Input } from '../compensation/calculate.ts'
import { inputFor } from '../compensation/case-input.ts'
import { monthsBefore, usualSchedule } from '../compensation/months.ts'
import { earningsOf } from '../earnings/store.ts'
import { common, type Day } from '../rules/days.ts'
import type { Rules } from '../rules/parameters.ts'
import { chainOf } from '../rules/payers.ts'
import { leaveOf } from '../rules/state.ts'
import type { Head } from './request-store.ts'
import type { Content } from './state.ts'

// What a request is calculated from: the leave with its history, the jobs, the earnings. Pure rules do the rest (compensation/calculate.ts).

type Basis = { found: Case; cases: Case[]; keys: readonly number[]; onset: Day }

async function basisOf(sql: Runner, { patient, leave }: Head, rules: Rules): Promise<Basis | null> {
  const keys = (await keySets(sql as Transaction, [patient])).get(patient) ?? [patient]
  const cases = await casesOf(sql, keys)
  const found = cases.find(({ id }) => id === leave)
  if (!found || found.state.status === 'cancelled') return null
  const own = leaveOf(leave, found.state)
  return { found, cases, keys, onset: chainOf(historyOf(cases), own, rules)[0]?.from ?? own.from }
}

/**
 * Null when the leave was cancelled, or when a correction left none of the requested days: there is nothing to calculate. Days that the leave lost
 * give no right.
 */
export async function inputOf(sql: Runner, head: Head, content: Content, rules: Rules): Promise<Input | null> {
  const basis = await basisOf(sql, head, rules)
  if (!basis) return null
  const { found, cases, keys } = basis
  const period = common(content, found.state)
  if (period === null) return null
  const [jobs, earnings] = [await bulk.jobsOfMany(sql, keys), await earningsOf(sql, keys)]
  const known = { leave: leaveOf(head.leave, found.state), history: historyOf(cases.filter(({ id }) => id !== head.leave)), jobs, earnings }
  return {
    ...inputFor({ ...known, employer: head.employer }, rules),
    period,
    schedule: content.week === null ? usualSchedule : { week: content.week, days: {} },
  }
}

/** Those months of the base for which nobody has given earnings. */
export async function monthsUnknown(sql: Runner, head: Head, rules: Rules): Promise<string[]> {
  const basis = await basisOf(sql, head, rules)
  if (!basis) return []
  const given = new Set((await earningsOf(sql, basis.keys)).map(({ month }) => month))
  return monthsBefore(basis.onset, rules.on('base.months', basis.onset)).filter((month) => !given.has(month))
}
