import type { Runner, Sql, Transaction } from '../../platform/sql.ts'
import { unnest } from '../../platform/unnest.ts'
import type { Earning } from '../compensation/base.ts'
import { askRecheck } from '../recheck-store.ts'
import { asEmployer } from '../employer/store.ts'
import type { Amounts } from './rows.ts'

export type Source = 'form' | 'csv' | 'xml'
export type NewEarning = Amounts & { employee: string }
export type EarningRow = { month: string; version: number; hours: number; net: bigint; gross: bigint; paidOn: string; source: Source; givenAt: Date }

/** Lists of one employer are stored one after the other: two that give the same month make two versions. */
export async function lockEarnings(tx: Transaction, employer: number): Promise<void> {
  await tx`select pg_advisory_xact_lock(hashtextextended(${`sickleave earnings ${employer}`}, 0))`
}

export async function employeesOf(sql: Runner, employer: number, keys: readonly number[]): Promise<{ patient: number; id: string }[]> {
  return sql`
    select patient, id from sickleave.employee where employer = ${employer} and patient = any(${[...keys]}::int8[]) order by id limit ${keys.length}`
}

export async function addEmployees(tx: Transaction, rows: readonly { employer: number; patient: number; id: string }[]): Promise<void> {
  await tx`
    insert into sickleave.employee (employer, patient, id)
    select employer, patient, id from ${unnest('given', rows, { employer: 'int4', patient: 'int8', id: 'uuid' })}`
}

/** Adds new versions, and answers how many there were. A row that is equal to the newest version is not stored again. */
export async function addEarnings(
  tx: Transaction,
  employer: number,
  rows: readonly NewEarning[],
  { source, at, by }: { source: Source; at: Date; by: string },
): Promise<number> {
  const given = rows.map(({ month, ...row }) => ({ ...row, month: `${month}-01` }))
  const types = { employee: 'uuid', month: 'date', hours: 'int4', net: 'int8', gross: 'int8', paidOn: 'date' } as const
  const added = await tx`
    insert into sickleave.earning (employer, employee, month, version, hours, net, gross, paid_on, source, given_at, given_by)
    select ${employer}, given.employee, given.month, coalesce(newest.version, 0) + 1, given.hours, given.net, given.gross, given.paid_on, ${source}, ${at}, ${by}
      from ${unnest('given', given, types)}
      left join lateral (
        select version, hours, net, gross, paid_on
          from sickleave.earning known
         where known.employee = given.employee and known.month = given.month
         order by version desc
         limit 1) newest on true
     where (newest.hours, newest.net, newest.gross, newest.paid_on) is distinct from (given.hours, given.net, given.gross, given.paid_on)
    returning version`
  if (added.length > 0) await askRecheck(tx, await decidedAbout(tx, employer, rows), at)
  return added.length
}

/** The people among these for whom the Fund has already decided on a sum. */
async function decidedAbout(tx: Transaction, employer: number, rows: readonly NewEarning[]): Promise<number[]> {
  const ids = [...new Set(rows.map(({ employee }) => employee))]
  const found = await tx<{ patient: number }>`
    select distinct employee.patient
      from sickleave.employee employee
      join sickleave.calculation known on known.patient = employee.patient
     where employee.employer = ${employer} and employee.id = any(${ids}::uuid[])
     limit ${ids.length + 1}`
  return found.map(({ patient }) => patient)
}

const versionsMax = 2000
type Stored = Omit<EarningRow, 'net' | 'gross'> & { net: number; gross: number }
const inPara = <T extends { net: number; gross: number }>({ net, gross, ...row }: T) => ({ ...row, net: BigInt(net), gross: BigInt(gross) })

/** All versions for one employee, newest first, as the employer's role sees them. */
export async function earningsOfEmployee(sql: Sql, employer: number, employee: string): Promise<EarningRow[]> {
  const rows = await asEmployer(
    sql,
    [employer],
    (tx) => tx<Stored>`
      select to_char(month, 'YYYY-MM') as month, version, hours, net, gross, paid_on, source, given_at
        from sickleave.earning
       where employee = ${employee}
       order by month desc, version desc
       limit ${versionsMax}`,
  )
  return rows.map(inPara)
}

const earningsMax = 5000
/** The newest earnings of a person, from every employer: from these the base is made. */
export async function earningsOf(sql: Runner, keys: readonly number[]): Promise<Earning[]> {
  return onePerMonth(await earningsOfMany(sql, keys))
}

/** One row per employer and month: charts that became one person may each have a version of the same month. */
export const onePerMonth = (rows: readonly (Earning & { patient: number })[]): Earning[] => [
  ...new Map(rows.map(({ patient: _, ...row }) => [`${row.employer} ${row.month}`, row])).values(),
]

/** The newest earnings of many people, by the key under which they were given. */
export async function earningsOfMany(sql: Runner, keys: readonly number[]): Promise<(Earning & { patient: number })[]> {
  const rows = await sql<{ patient: number; employer: number; month: string; hours: number; gross: number }>`
    select distinct on (employee.patient, earning.employer, earning.month)
           employee.patient, earning.employer, to_char(earning.month, 'YYYY-MM') as month, earning.hours, earning.gross
      from sickleave.employee employee
      join sickleave.earning earning on earning.employee = employee.id
     where employee.patient = any(${[...keys]}::int8[])
     order by employee.patient, earning.employer, earning.month, earning.version desc
     limit ${earningsMax * keys.length}`
  return rows.map(({ employer, gross, ...row }) => ({ ...row, employer: String(employer), gross: BigInt(gross) }))
}
