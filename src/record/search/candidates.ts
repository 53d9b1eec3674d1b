import { type Fragment, fragment, identifier, join, type Runner } from '../../platform/sql.ts'
import { type TraceStep, traced } from '../asking.ts'
import { type Seen, seenAt, stillCurrentAt } from '../read/moments.ts'
import { inIndexOrder, inSameOrder, isBehind, type Place, pointer, rowsMax, samePlace, type Stored } from '../store.ts'

/**
 * The moment that a search answers about, as a PostgreSQL snapshot: null until its first statement has fixed it. Every later statement and page reads
 * what was current then, so nothing comes twice and nothing is missed while others write.
 */
export type Reading = { snapshot: string | null; trace?: TraceStep[] | undefined }

/** The order in which rows are read: by key, or by a column that bounds the values by which the search is sorted. */
export type Order = { column: 'day' | 'at' | null; isDescending: boolean; isById?: true }
export const byKey: Order = { column: null, isDescending: false }
/** By key, and those of one patient and type by id, as the index of texts has them. */
export const byId: Order = { ...byKey, isById: true }

/** How far a walk over the rows has come: the last row seen and, when it goes by a column, that column's value. */
export type Position = Place & { value: number | string | null }
export type Candidate = Stored & { day: number | null }

export const positionOf = (row: Candidate, { column }: Order): Position => ({
  ...{ patient: row.patient, type: row.type, id: row.id },
  value: column === 'day' ? row.day : column === 'at' ? row.at.toISOString() : null,
})

/**
 * `keys`: conditions on `t` (record.token) that choose the patients, in the order of keys. When they are given they lead: one patient after the other
 * is read until there are enough rows, however many the planner expects.
 */
type Step = { where: readonly Fragment[]; order: Order; after: Position | null; limit: number; reading: Reading; keys?: readonly Fragment[] | undefined }

/** The next rows that satisfy the conditions, as they were at the moment. */
export async function candidates(sql: Runner, step: Step): Promise<Candidate[]> {
  const limit = Math.min(step.limit, rowsMax)
  const { reading } = step
  const statement = candidateStatement(step, limit)
  const rows = await traced(
    reading.trace,
    'candidates',
    () => sql.run<Candidate & { snapshot?: string }>(statement),
    (found) => ({ rows: found.length, statement }),
  )
  const [first] = rows
  // Without a row the search does not go on, so it needs no moment.
  if (reading.snapshot === null && first) reading.snapshot = first.snapshot as string
  return rows
}

/** Fixes the moment before the first statement: one that finds nothing would not fix it, while a later one may find something. */
export async function fixReading(sql: Runner, reading: Reading): Promise<void> {
  if (reading.snapshot !== null) return
  const [now] = await sql<{ snapshot: string }>`select pg_current_snapshot()::text as snapshot`
  reading.snapshot = now?.snapshot ?? null
}

function candidateStatement({ where, order, after, reading, keys = [] }: Step, limit: number): Fragment {
  const conditions = [fragment`not r.deleted`, fragment`not r.voided`, ...where, ...(after === null ? [] : [afterCondition(order, after)])]
  const [inTable, inBoth, led] = order.isById ? [inIdOrder, inIdOrder, leaderById] : [inIndexOrder, inSameOrder, leader]
  const sorted = keys.length > 0 ? led : orderOf(order, inTable)
  const current = (seen: Fragment[]) => rowsFrom(fragment`record.resource r`, [...conditions, ...seen], keys, after)
  if (reading.snapshot === null) {
    return fragment`
    select ${pointer}, r.day, (select pg_current_snapshot()::text) as snapshot
      from ${current([])}
     order by ${sorted}
     limit ${limit}::int4`
  }
  const moment = momentOf(reading.snapshot)
  return fragment`
    select * from (
      (select ${pointer}, r.day
         from ${current([seenAt(moment)])}
        order by ${sorted}
        limit ${limit}::int4)
      union all
      (select ${pointer}, r.day
         from record.superseded r
        where r.until_tx >= ${moment.allEnded}::int8 and ${stillCurrentAt(moment)}
          and ${join([...conditions, ...keys.map((key) => amongKeys(key)), seenAt(moment)], ' and ')}
          and not exists (select 1 from record.resource v where ${samePlace(fragment`v`, fragment`r`)} and v.voided)
        order by ${orderOf(order, inTable)}
        limit ${limit}::int4)) r
     order by ${orderOf(order, inBoth)}
     limit ${limit}::int4`
}

/** Rows of patients for whom a condition on `t` (record.token) holds; `patient` names the column of another table. */
export const amongKeys = (key: Fragment, patient = fragment`r.patient`): Fragment => fragment`${patient} in (select t.patient from record.token t where ${key})`
/** The order by key when `t` leads: each patient's rows are sorted when they are read. */
const leader = fragment`t.patient, r.type, r.spot_high, r.spot`
const leaderById = fragment`t.patient, r.type, r.id`
const inIdOrder = fragment`r.patient, r.type, r.id`

/** The rows, read directly or through the leading patients; `offset 0` keeps the planner from another plan. */
function rowsFrom(table: Fragment, conditions: readonly Fragment[], [first, ...others]: readonly Fragment[], after: Position | null): Fragment {
  if (first === undefined) return fragment`${table} where ${join(conditions, ' and ')}`
  const also = others.map((key) => amongKeys(key, fragment`t.patient`))
  const from = after === null ? [] : [fragment`t.patient >= ${after.patient}::int8`]
  return fragment`(select t.patient from record.token t where ${join([first, ...also, ...from], ' and ')}) t
     cross join lateral (select r.* from ${table} where r.patient = t.patient and ${join(conditions, ' and ')} offset 0) r`
}

/** `xmin:xmax:xip,xip`, as PostgreSQL writes a snapshot and a page link keeps it. */
function momentOf(snapshot: string): Seen {
  const [allEnded, noneBegun, running = ''] = snapshot.split(':')
  return { allEnded: Number(allEnded), noneBegun: Number(noneBegun), running: running === '' ? [] : running.split(',').map(Number) }
}

function orderOf({ column, isDescending }: Order, key: Fragment): Fragment {
  if (column === null) return key
  return isDescending ? fragment`${identifier(`r.${column}`)} desc, ${key}` : fragment`${identifier(`r.${column}`)}, ${key}`
}

function afterCondition({ column, isDescending, isById }: Order, at: Position): Fragment {
  const place = isById ? fragment`(${inIdOrder}) > (${at.patient}::int8, ${at.type}::int2, ${at.id}::uuid)` : isBehind(at)
  if (column === null) return place
  const name = identifier(`r.${column}`)
  const value = column === 'day' ? fragment`${at.value}::int4` : fragment`${at.value}::timestamptz`
  // An index on the column can use the first half.
  return isDescending ? fragment`${name} <= ${value} and (${name} < ${value} or ${place})` : fragment`${name} >= ${value} and (${name} > ${value} or ${place})`
}
