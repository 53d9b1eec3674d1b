import { keySets } from '../../identity/identity.ts'
import type { Runner, Sql } from '../../platform/sql.ts'
import { bulk } from '../../registry/registry.ts'
import { type Case, casesOf, historyOf } from '../case-store.ts'
import { earningsOfMany, onePerMonth } from '../earnings/store.ts'
import { addDays, type Day } from '../rules/days.ts'
import type { Leave } from '../rules/reasons.ts'
import { leaveOf } from '../rules/state.ts'
import type { Earning } from './base.ts'
import type { Input } from './calculate.ts'

export type Job = { employer: number; fromDate: Day; untilDate: Day | null }

/** What the registers and the employers said about one leave: an input for each job that it falls into. */
export function inputsFor(leave: Leave, history: readonly Leave[], jobs: readonly Job[], earnings: readonly Earning[]): Input[] {
  const at = jobs.filter(({ fromDate, untilDate }) => fromDate <= leave.from && (untilDate === null || untilDate >= leave.from))
  const insured = jobs
    .map(({ fromDate, untilDate }) => ({ from: fromDate, until: untilDate ?? addDays(leave.from, -1) }))
    .filter(({ from, until }) => from <= until)
  return at.map(({ employer, untilDate }) => ({
    leave,
    history,
    earnings,
    employer: String(employer),
    otherEmployers: at.filter((other) => other.employer !== employer).map((other) => String(other.employer)),
    insured,
    employedUntil: untilDate,
  }))
}

const peoplePerPage = 50

/** The inputs of all leaves that began in a year, a page of people at a time, so that memory does not grow with the country. */
export async function* inputsOfYear(sql: Sql, year: number): AsyncGenerator<Input[]> {
  for (let after = 0; ; ) {
    const page = await sql<{ patient: number }>`
      select distinct patient from sickleave.leave where patient > ${after} order by patient limit ${peoplePerPage}`
    if (page.length === 0) return
    after = page.at(-1)?.patient as number
    yield await inputsOfPage(
      sql,
      page.map(({ patient }) => patient),
      String(year),
    )
  }
}

async function inputsOfPage(sql: Runner & Sql, patients: readonly number[], year: string): Promise<Input[]> {
  const sets = await keySets(sql, patients)
  const people = patients.map((patient) => ({ patient, keys: sets.get(patient) ?? [patient] }))
  const keys = [...new Set(people.flatMap((one) => one.keys))]
  const [cases, jobs, earnings] = [await casesOf(sql, keys), await bulk.jobsOfMany(sql, keys), await earningsOfMany(sql, keys)]
  const of = <T extends { patient: number }>(rows: readonly T[], own: readonly number[]) => rows.filter(({ patient }) => own.includes(patient))
  return people.flatMap((person) => {
    const own = of(cases, person.keys)
    // A person of several charts is met once, at the first of them that has a leave.
    if (own.some(({ patient }) => patient < person.patient)) return []
    return inputsOfPerson(own, of(jobs, person.keys), onePerMonth(of(earnings, person.keys)), year)
  })
}

function inputsOfPerson(cases: readonly Case[], jobs: readonly Job[], earnings: readonly Earning[], year: string): Input[] {
  const history = historyOf(cases)
  return cases
    .filter(({ state }) => state.status !== 'cancelled' && state.from.startsWith(year))
    .flatMap(({ id, state }) => inputsFor(leaveOf(id, state), history, jobs, earnings))
}
