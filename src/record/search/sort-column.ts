import type { Search } from '../../fhir/fhir.ts'
import { type Fragment, fragment, type Runner } from '../../platform/sql.ts'
import type { Asking } from '../asking.ts'
import type { Candidate, Order } from './candidates.ts'
import { wideHash } from '../write/hashes.ts'
import { anyOfType, dateCodesOf, dayMax, dayMin, spanForm } from '../write/rows.ts'
import { amongThoseWith, hashedCondition, ofAnyDay } from './search-plan.ts'

const dayMs = 86_400_000

/**
 * A column of the row that bounds the first word of the order, so that a page is found without reading everything:
 * `at` is meta.lastUpdated, `day` the day on which the row's date begins.
 */
export type SortColumn = {
  order: Order
  /** Rows of which the column says nothing certain, as alternatives; all of them are looked at. */
  uncertain: Fragment[]
  certain: Fragment
  /** What can still follow a place in the order (undefined: everything), in pieces one after another. */
  pieces(sql: Runner, first: string | number | null | undefined): AsyncIterable<Fragment> | Iterable<Fragment>
  /** No later row has its first word before this (when descending: after this). */
  boundOf(row: Candidate): number
}

export function sortColumn(asking: Asking, search: Search, isScoped: boolean): SortColumn | null {
  const [first] = search.sort
  // The columns are of the container, the order is of what stands inside.
  if (first === undefined || search.type === null || search.inside !== undefined) return null
  if (first.code === '_lastUpdated') return byInstant(first.isDescending, isScoped)
  // Where several dates can be the row's day, it says nothing about one of them.
  const [day, ...others] = dateCodesOf(search.type)
  return first.code === day && others.length === 0 ? byDay(asking, search.type, first.isDescending, isScoped) : null
}

function byInstant(isDescending: boolean, isScoped: boolean): SortColumn {
  return {
    order: { column: 'at', isDescending },
    uncertain: [],
    certain: fragment`true`,
    pieces(sql, first) {
      if (first !== undefined && typeof first !== 'number') return [fragment`false`]
      if (!isScoped) return windows(sql, isDescending, first)
      return [first === undefined ? fragment`true` : isDescending ? upTo(first) : from(first)]
    },
    boundOf: ({ at }) => at.getTime(),
  }
}

const instant = (ms: number): Fragment => fragment`${new Date(ms).toISOString()}::timestamptz`
const upTo = (ms: number): Fragment => fragment`r.at <= ${instant(ms)}`
const from = (ms: number): Fragment => fragment`r.at >= ${instant(ms)}`

const firstWindowMs = 10 * 60_000
const windowMsMax = 20 * 365 * dayMs

/** Rows of a time stand together in the table, so a part of the time reads a part of the table (BRIN); each part is six times as long. */
async function* windows(sql: Runner, isDescending: boolean, first: number | undefined): AsyncGenerator<Fragment> {
  let edge = first ?? (await anyInstant(sql, isDescending))
  const sign = isDescending ? -1 : 1
  // Before the first edge there is nothing when a page named it; otherwise it was a guess.
  if (first === undefined) yield isDescending ? fragment`r.at > ${instant(edge)}` : fragment`r.at < ${instant(edge)}`
  for (let width = firstWindowMs; width < windowMsMax; width *= 6) {
    const next = edge + sign * width
    yield isDescending ? fragment`${upTo(edge)} and r.at > ${instant(next)}` : fragment`${from(edge)} and r.at < ${instant(next)}`
    edge = next
  }
  yield isDescending ? upTo(edge) : from(edge)
}

/** Where to begin: now, or when the row that stands first in the table was written. */
async function anyInstant(sql: Runner, isDescending: boolean): Promise<number> {
  const [row] = await sql<{ at: Date }>`select case when ${isDescending} then now() else (select at from record.resource limit 1) end as at`
  return row?.at?.getTime() ?? 0
}

/**
 * The day says where a date begins, and where it ends to within a day more; of whatever lasts longer or happens several times the row
 * carries a mark (`rows.ts`). Descending goes by the end (R4, 3.1.1.5.1: the last of several).
 */
function byDay(asking: Asking, type: string, isDescending: boolean, isScoped: boolean): SortColumn {
  const marked = hashedCondition(ofAnyDay(asking, type, true), [spanForm], [])
  const spanning = isScoped ? marked : hashedCondition(ofAnyDay(asking, type, false), [spanForm], [])
  // Whoever has something without a date has it "of any day", up to the last there is.
  const undated = isScoped ? fragment`r.day is null` : fragment`r.day is null and ${amongThoseWith(asking, type, { from: dayMax, to: dayMax })}`
  return {
    order: { column: 'day', isDescending },
    uncertain: [undated, fragment`r.day is not null and ${spanning}`],
    certain: fragment`r.day is not null and ${marked} is not true`,
    pieces(sql, first) {
      if (first !== undefined && typeof first !== 'number') return [fragment`false`]
      const day = first === undefined ? undefined : Math.floor(first / dayMs)
      if (!isScoped) return dayWindows(asking, sql, type, isDescending, day)
      if (day === undefined) return [fragment`true`]
      return [isDescending ? fragment`r.day <= ${day}` : fragment`r.day >= ${day}`]
    },
    boundOf: ({ day }) => (isDescending ? ((day as number) + 2) * dayMs - 1 : (day as number) * dayMs),
  }
}

const firstDays = 7
const widestDays = 100_000

/** Of everybody's rows those of some days: only who has anything then is looked at, and each piece is six times as long as the last. */
async function* dayWindows(asking: Asking, sql: Runner, type: string, isDescending: boolean, first: number | undefined): AsyncGenerator<Fragment> {
  const of = (from: number, to: number) => fragment`r.day >= ${from}::int4 and r.day <= ${to}::int4 and ${amongThoseWith(asking, type, { from, to })}`
  const piece = (near: number, far: number) => (isDescending ? of(far, near) : of(near, far))
  const sign = isDescending ? -1 : 1
  let edge = first
  if (edge === undefined) {
    edge = (await outermostDay(asking, sql, type, isDescending)) ?? 0
    // What is written in this moment may lie beyond.
    yield isDescending ? of(edge + 1, dayMax) : of(dayMin, edge - 1)
  }
  for (let width = firstDays; width < widestDays; width *= 6) {
    yield piece(edge, edge + sign * (width - 1))
    edge += sign * width
  }
  yield isDescending ? of(dayMin, edge) : of(edge, dayMax)
}

async function outermostDay({ world }: Asking, sql: Runner, type: string, isDescending: boolean): Promise<number | null> {
  const hash = wideHash(world.hashes.of(anyOfType), world.fhir.typeCode(type))
  const [row] = await sql<{ day: number | null }>`
    select case when ${isDescending} then max(last_day) else min(first_day) end as day
      from record.token
     where hash = ${hash} and last_day < ${dayMax} and first_day > ${dayMin}`
  return row?.day ?? null
}
