import { type Fragment, fragment, join, type Runner } from '../../platform/sql.ts'
import { shortBody } from '../store.ts'
import type { Slice } from './rows-at.ts'

/** One version as a history lists it. */
export type Passed = Slice & { at: Date; tx: number; deleted: boolean }
/** A place in a history, which is ordered by transaction, then by row. */
export type Passage = { tx: number; patient: number; type: number; id: string; version: number }

const columns = fragment`r.patient, r.type, r.id, r.version, r.at, r.tx, r.institution, r.deleted, r.name,
  ${shortBody}, coalesce(r.length, octet_length(r.body), 0) as bytes, r.chunk, r.start`
/** How many transactions the first look takes; each further look takes `windowGrowth` times as many. */
const windowFirst = 4096
const windowGrowth = 16

/**
 * Versions in the order in which they were written, newest first or oldest first, after a place. No index orders all versions of a country; the block
 * ranges of `tx` do nearly as well when each statement asks for one window of transactions.
 */
export async function passedRows(
  sql: Runner,
  where: readonly Fragment[],
  range: { from: Passage | null; end: number; isAscending: boolean; isSmall: boolean },
  limit: number,
): Promise<Passed[]> {
  const { from, end, isAscending, isSmall } = range
  if (isSmall) return rowsIn(sql, [...where, isAscending ? fragment`r.tx < ${end}` : fragment`r.tx <= ${end}`], from, range, limit)
  const found: Passed[] = []
  let edge = from?.tx ?? (isAscending ? 0 : end)
  let size = windowFirst
  let place = from
  for (;;) {
    const far = isAscending ? edge + size : Math.max(0, edge - size)
    const window = isAscending ? fragment`r.tx >= ${edge} and r.tx < ${far}` : fragment`r.tx <= ${edge} and r.tx > ${far}`
    found.push(...(await rowsIn(sql, [...where, window], place, range, limit - found.length)))
    place = null // Later windows begin behind the place.
    if (found.length >= limit || (isAscending ? far >= end : far <= 0)) return found
    edge = far
    size *= windowGrowth
  }
}

type Order = { isAscending: boolean; isSmall: boolean }

/** The versions of one resource are ordered by number: a writer that waited for another has the older transaction and the newer version. */
function rowsIn(sql: Runner, where: readonly Fragment[], from: Passage | null, { isAscending, isSmall }: Order, limit: number): Promise<Passed[]> {
  const conditions = [fragment`not r.voided`, ...where]
  if (from) {
    const place = isSmall ? fragment`(${from.version})` : fragment`(${from.tx}, ${from.patient}, ${from.type}, ${from.id}::uuid, ${from.version})`
    const key = isSmall ? fragment`(r.version)` : fragment`(r.tx, r.patient, r.type, r.id, r.version)`
    conditions.push(isAscending ? fragment`${key} > ${place}` : fragment`${key} < ${place}`)
  }
  const byVersion = isAscending ? fragment`order by r.version limit ${limit}` : fragment`order by r.version desc limit ${limit}`
  const byTime = isAscending
    ? fragment`order by r.tx, r.patient, r.type, r.id, r.version limit ${limit}`
    : fragment`order by r.tx desc, r.patient desc, r.type desc, r.id desc, r.version desc limit ${limit}`
  const order = isSmall ? byVersion : byTime
  const all = join(conditions, ' and ')
  return sql.run<Passed>(fragment`
    select * from (
      (select ${columns} from record.resource r where ${all} ${order})
      union all
      (select ${columns} from record.superseded r where ${all} ${order})) r
    ${order}`)
}
