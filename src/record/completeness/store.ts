import { fragment, type Runner } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import { samePlace } from '../store.ts'
import type { DayRow } from './meter.ts'
import { limitMs } from './settle.ts'

const institutionsMax = 2000
export const daysMax = 31
const weeksMax = 8
const rowsMax = institutionsMax * (daysMax + weeksMax * 7)
export const missingShown = 100
const reasonsShown = 20

type Range = { from: string; to: string }

/** The sums of each day with the number of refused documents. `institution` null means all institutions. */
export async function findDays(sql: Runner, institution: number | null, { from, to }: Range): Promise<Map<number, DayRow[]>> {
  const rows = await sql<DayRow & { institution: number }>`
    select institution, day, sum(due)::int as due, sum(reported)::int as reported, sum(reported_in_time)::int as reported_in_time, sum(reports)::int as reports,
           sum(reports_in_time)::int as reports_in_time, sum(refused)::int as refused
      from (
        select institution, day, due, reported, reported_in_time, reports, reports_in_time, 0 as refused
          from record.institution_day
         where day between ${from}::date and ${to}::date and (${institution}::int4 is null or institution = ${institution}::int4)
        union all
        select institution, day, 0, 0, 0, 0, 0, 1
          from record.refused_document
         where day between ${from}::date and ${to}::date and (${institution}::int4 is null or institution = ${institution}::int4)) as counted
     group by institution, day
     order by institution, day
     limit ${rowsMax}`
  return Map.groupBy(rows, (row) => row.institution)
}

type Refused = { code: string; expression: string | null; reason: string; count: number; last: Date; message: string }

/** Refused documents, grouped by reason and place. */
export const findRefused = (sql: Runner, institution: number, { from, to }: Range): Promise<Refused[]> => sql<Refused>`
  select code, expression, reason, count(*)::int as count, max(at) as last, (array_agg(message order by at desc))[1] as message
    from record.refused_document
   where institution = ${institution} and day between ${from}::date and ${to}::date
   group by code, expression, reason
   order by count(*) desc, max(at) desc
   limit ${reasonsShown}`

export type Late = {
  patient: number
  type: number
  id: string
  name: string | null
  institution: number
  kind: 'booking' | 'visit' | 'stay'
  endedAt: Date
  receivedAt: Date | null
}

/** The resource `r` is what `e` (record.expected) waits for a report about. */
export const ofExpected = samePlace(fragment`r`, fragment`e`)

/** Visits whose report has not come in time, oldest first. */
export const findLate = (sql: Runner, world: World, institution: number, { from, to }: Range): Promise<Late[]> => sql<Late>`
  select e.patient, e.type, e.id, r.name, e.institution, e.kind, e.ended_at, e.received_at
    from record.expected e
    join record.resource r on ${ofExpected}
   where e.institution = ${institution} and e.state = 'due' and e.received_at is null and e.ended_at < ${new Date(world.now().getTime() - limitMs)}
     and e.day between ${from}::date and ${to}::date and not r.deleted and not r.voided
   order by e.ended_at
   limit ${missingShown}`

/** The visits of a person, newest first. */
export const findVisits = (sql: Runner, keys: readonly number[], since: Date, until: Date): Promise<Late[]> => sql<Late>`
  select e.patient, e.type, e.id, r.name, e.institution, e.kind, e.ended_at, e.received_at
    from record.expected e
    join record.resource r on ${ofExpected}
   where e.patient = any(${keys}::int8[]) and e.state = 'due' and e.ended_at between ${since} and ${until} and not r.deleted and not r.voided
   order by e.ended_at desc
   limit ${missingShown}`
