import type { Sql, Transaction } from '../../platform/sql.ts'
import type { EmployerView } from './view.ts'

// Everything that the employer's routes read is read as the role spona_employer, and for the named employers only.

export type EventRow = { seq: number; at: Date; kind: string; knownAs: string; content: EmployerView }

export const eventsMax = 500
/** How many events one notification holds. */
export const eventsOfPush = 50

/** Within the transaction the connection gives up all other rights; it has them again at the end. */
export function asEmployer<T>(sql: Sql, employers: readonly number[], act: (tx: Transaction) => Promise<T>, member = ''): Promise<T> {
  return sql.begin(async (tx) => {
    await tx`
      select set_config('role', 'spona_employer', true), set_config('spona.employers', ${`{${employers.join(',')}}`}, true),
             set_config('spona.member', ${member}, true)`
    return act(tx)
  })
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

/** The newest event of each leave, latest first. */
export function latestEvents(sql: Sql, employer: number, limit: number): Promise<EventRow[]> {
  return asEmployer(
    sql,
    [employer],
    (tx) => tx<EventRow>`
      select event.seq, event.at, event.kind, event.known_as, event.content
        from sickleave.employer_case known
        join sickleave.employer_event event on event.employer = known.employer and event.seq = known.seq
       where known.employer = ${employer}
       order by event.seq desc
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
