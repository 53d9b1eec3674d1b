import type { Sql, Transaction } from '../../platform/sql.ts'
import type { EmployerView } from './view.ts'

// Everything the employer's routes read comes by this file, as the role spona_employer and for the named employers only.

export type EventRow = { seq: number; at: Date; kind: string; knownAs: string; content: EmployerView }
export type Membership = { employer: number; pib: string; name: string; role: string }

export const eventsMax = 500
const membershipsMax = 500

/** Within the transaction the connection has given up every other right; it gets them back with the end of it. */
export function asEmployer<T>(sql: Sql, employers: readonly number[], act: (tx: Transaction) => Promise<T>): Promise<T> {
  return sql.begin(async (tx) => {
    await tx`select set_config('role', 'spona_employer', true), set_config('spona.employers', ${`{${employers.join(',')}}`}, true)`
    return act(tx)
  })
}

/** Read for every request: who is no longer a member sees nothing from the next question on. */
export function membershipsOf(sql: Sql, member: string, at: Date): Promise<Membership[]> {
  return asEmployer(
    sql,
    [],
    (tx) => tx<Membership>`
      select employer, pib, name, role
        from sickleave.employer_member
       where member = ${member} and from_at <= ${at} and (ended_at is null or ended_at > ${at})
       order by name, employer
       limit ${membershipsMax}`,
  )
}

export function eventsAfter(sql: Sql, employer: number, after: number, limit: number): Promise<EventRow[]> {
  return asEmployer(
    sql,
    [employer],
    (tx) => tx<EventRow>`
      select seq, at, kind, known_as, content
        from sickleave.employer_event
       where employer = ${employer} and seq > ${after}
       order by seq
       limit ${limit}`,
  )
}

/** The newest word about each leave, the one heard of last first. */
export function latestEvents(sql: Sql, employer: number, limit: number): Promise<EventRow[]> {
  return asEmployer(
    sql,
    [employer],
    (tx) => tx<EventRow>`
      select seq, at, kind, known_as, content
        from (select distinct on (known_as) seq, at, kind, known_as, content
                from sickleave.employer_event
               where employer = ${employer}
               order by known_as, seq desc) newest
       order by seq desc
       limit ${limit}`,
  )
}

export function eventsOfLeave(sql: Sql, employer: number, knownAs: string): Promise<EventRow[]> {
  return asEmployer(
    sql,
    [employer],
    (tx) => tx<EventRow>`
      select seq, at, kind, known_as, content
        from sickleave.employer_event
       where employer = ${employer} and known_as = ${knownAs}
       order by seq
       limit ${eventsMax}`,
  )
}

export async function sharedOf(sql: Sql, employer: number, knownAs: string): Promise<Buffer | null> {
  const [row] = await asEmployer(
    sql,
    [employer],
    (tx) => tx<{ sealed: Buffer }>`select sealed from sickleave.shared where employer = ${employer} and known_as = ${knownAs}`,
  )
  return row?.sealed ?? null
}
