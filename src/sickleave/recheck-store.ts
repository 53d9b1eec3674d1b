import type { Runner, Transaction } from '../platform/sql.ts'

// People whose requests must be calculated anew, because a leave or earnings were corrected after the Fund's decision. The row is written with the
// correction itself, so that none is forgotten.

export async function askRecheck(tx: Transaction, patients: readonly number[], at: Date): Promise<void> {
  await tx`
    insert into sickleave.recheck (patient, since)
    select patient, ${at} from unnest(${[...new Set(patients)]}::int8[]) as patient
    on conflict (patient) do update set since = excluded.since`
}

export type Recheck = { patient: number; since: Date }

export function rechecks(sql: Runner, max: number): Promise<Recheck[]> {
  return sql<Recheck>`select patient, since from sickleave.recheck order by since, patient limit ${max}`
}

/** A row that was renewed by another correction meanwhile stays. */
export async function endRecheck(sql: Runner, { patient, since }: Recheck): Promise<void> {
  await sql`delete from sickleave.recheck where patient = ${patient} and since = ${since}`
}
