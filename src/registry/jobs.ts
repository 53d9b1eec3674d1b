import type { Runner, Transaction } from '../platform/sql.ts'
import { unnest } from '../platform/unnest.ts'
import { parts } from './register.ts'
import type { Employer } from './resources.ts'

export type InsuredJob = { patient: number; employer: number; fromDate: string; untilDate?: string | null }

/** Takes over the register's list, which comes again and again: a known job gets its new end. */
export async function registerJobs(tx: Transaction, rows: readonly InsuredJob[]): Promise<void> {
  for (const part of parts(rows)) {
    await tx`
      insert into registry.insured_job (patient, employer, from_date, until_date)
      select patient, employer, from_date, until_date
        from ${unnest('given', part, { patient: 'int8', employer: 'int4', fromDate: 'date', untilDate: 'date' })}
      on conflict (patient, employer, from_date) do update set until_date = excluded.until_date`
  }
}

export type JobOf = { fromDate: string; untilDate: string | null; employer: Employer }
const jobsMax = 50

/** Jobs of the person behind these keys that touch a period. They name every employer that must hear of a leave in it. */
export async function jobsOf(sql: Runner, keys: readonly number[], from: string, until: string): Promise<JobOf[]> {
  const rows = await sql<Employer & { fromDate: string; untilDate: string | null }>`
    select job.from_date, job.until_date, employer.id, employer.pib, employer.mb, employer.name, employer.municipality, employer.activity,
           employer.address, employer.account
      from registry.insured_job job
      join registry.employer employer on employer.id = job.employer
     where job.patient = any(${[...keys]}::int8[]) and job.from_date <= ${until}::date and coalesce(job.until_date, 'infinity') >= ${from}::date
     order by job.from_date, employer.id
     limit ${jobsMax}`
  return rows.map(({ fromDate, untilDate, ...employer }) => ({ fromDate, untilDate, employer }))
}

/** All jobs of many people, oldest first. */
export function jobsOfMany(sql: Runner, keys: readonly number[]): Promise<{ patient: number; employer: number; fromDate: string; untilDate: string | null }[]> {
  return sql`
    select patient, employer, from_date, until_date
      from registry.insured_job
     where patient = any(${[...keys]}::int8[])
     order by patient, from_date
     limit ${keys.length * jobsMax}`
}

/** Jobs of many people with one employer. */
export function jobsWith(sql: Runner, employer: number, keys: readonly number[]): Promise<{ patient: number; fromDate: string; untilDate: string | null }[]> {
  return sql`
    select patient, from_date, until_date
      from registry.insured_job
     where employer = ${employer} and patient = any(${[...keys]}::int8[])
     order by patient, from_date
     limit ${keys.length * jobsMax}`
}

export async function employerByPib(sql: Runner, pib: string): Promise<Employer | null> {
  const [found] = await sql<Employer>`
    select id, pib, mb, name, municipality, activity, address, account from registry.employer where pib = ${pib}`
  return found ?? null
}
