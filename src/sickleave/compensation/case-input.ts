import { keySets } from '../../identity/identity.ts'
import type { Runner, Sql } from '../../platform/sql.ts'
import { bulk } from '../../registry/registry.ts'
import { type Case, casesOf, historyOf } from '../case-store.ts'
import { earningsOfMany, onePerMonth } from '../earnings/store.ts'
import { covers, employmentEnd, type Job } from '../rules/employment.ts'
import type { Leave } from '../rules/reasons.ts'
import type { Rules } from '../rules/parameters.ts'
import { chainOf } from '../rules/payers.ts'
import { leaveOf } from '../rules/state.ts'
import type { Earning } from './base.ts'
import type { Input } from './calculate.ts'

type JobWith = Job & { employer: number }

/** Whose compensation it is: an employer's, for its employee, or (null) the person's own after the employment has ended. */
export type Known = { leave: Leave; history: readonly Leave[]; jobs: readonly JobWith[]; earnings: readonly Earning[]; employer: number | null }

/** The input from what the registers and the employers said about one leave; a request, a simulation and a bench use the same. */
export function inputFor({ leave, history, jobs, earnings, employer }: Known, rules: Rules): Input {
  const onset = chainOf(history, leave, rules)[0]?.from ?? leave.from
  const others = jobs.filter((job) => job.employer !== employer && covers(job, onset))
  return {
    leave,
    history,
    earnings,
    employer: employer === null ? null : String(employer),
    otherEmployers: [...new Set(others.map((job) => String(job.employer)))],
    insured: jobs.map(({ fromDate, untilDate }) => ({ from: fromDate, until: untilDate ?? leave.until })).filter(({ from, until }) => from <= until),
    employedUntil: employmentEnd(employer === null ? jobs : jobs.filter((job) => job.employer === employer), leave.from),
  }
}

/** One input for each employer on the first day of the leave; when the employment had ended before, one for the person. */
function inputsFor({ leave, jobs, ...known }: Omit<Known, 'employer'>, rules: Rules): Input[] {
  const employers = [...new Set(jobs.filter((job) => covers(job, leave.from)).map(({ employer }) => employer))]
  const sides = employers.length > 0 || jobs.length === 0 ? employers : [null]
  return sides.map((employer) => inputFor({ leave, jobs, ...known, employer }, rules))
}

const peoplePerPage = 50

/** The inputs of all leaves that began in a year, a page of people at a time, so that memory does not grow with the country. */
export async function* inputsOfYear(
  sql: Sql,
  year: number,
  rules: Rules,
  onPeople: (people: number) => Promise<void> | void = () => {},
): AsyncGenerator<Input[]> {
  let people = 0
  for (let after = 0; ; ) {
    const page = await sql<{ patient: number }>`
      select distinct patient from sickleave.leave where patient > ${after} order by patient limit ${peoplePerPage}`
    if (page.length === 0) return
    after = page.at(-1)?.patient as number
    people += page.length
    await onPeople(people)
    yield await inputsOfPage(
      sql,
      page.map(({ patient }) => patient),
      { year: String(year), rules },
    )
  }
}

type Wanted = { year: string; rules: Rules }

async function inputsOfPage(sql: Runner & Sql, patients: readonly number[], wanted: Wanted): Promise<Input[]> {
  const sets = await keySets(sql, patients)
  const people = patients.map((patient) => ({ patient, keys: sets.get(patient) ?? [patient] }))
  const keys = [...new Set(people.flatMap((one) => one.keys))]
  const [cases, jobs, earnings] = [await casesOf(sql, keys), await bulk.jobsOfMany(sql, keys), await earningsOfMany(sql, keys)]
  const of = <T extends { patient: number }>(rows: readonly T[], own: readonly number[]) => rows.filter(({ patient }) => own.includes(patient))
  return people.flatMap((person) => {
    const own = of(cases, person.keys)
    // A person with several charts counts once, at the first chart that has a leave.
    if (own.some(({ patient }) => patient < person.patient)) return []
    return inputsOfPerson(own, of(jobs, person.keys), onePerMonth(of(earnings, person.keys)), wanted)
  })
}

function inputsOfPerson(cases: readonly Case[], jobs: readonly JobWith[], earnings: readonly Earning[], { year, rules }: Wanted): Input[] {
  const history = historyOf(cases)
  return cases
    .filter(({ state }) => state.status !== 'cancelled' && state.from.startsWith(year))
    .flatMap(({ id, state }) => inputsFor({ leave: leaveOf(id, state), history, jobs, earnings }, rules))
}

/** How many charts have a leave; `inputsOfYear` reports its progress towards this number. */
export async function peopleWithLeave(sql: Sql): Promise<number> {
  const [found] = await sql<{ people: number }>`select count(distinct patient)::int4 as people from sickleave.leave`
  return found?.people ?? 0
}
