import { type Search, sortKey } from '../../fhir/fhir.ts'
import type { Fragment, Runner } from '../../platform/sql.ts'
import { type AnswerRoom, pageBytes, portions } from '../answer-room.ts'
import type { Asking } from '../asking.ts'
import { byKey, type Candidate, fixReading, type Reading } from './candidates.ts'
import { fewRows } from './few-rows.ts'
import { type SortColumn, sortColumn } from './sort-column.ts'
import { batchesOf, type Conditions, conditionsOf, bytesIn, decide, type Hit, keyedBatches, roomIn, type Scope } from './run-search.ts'

/** The values by which a hit is sorted, one for each sort parameter. A page link keeps them as its place in the order. */
export type SortKey = (string | number | null)[]
type Sorted = { hit: Hit; key: SortKey }
/** `isWhole`: the search has no other matches than these, before or after. */
/** `isFull`: their size ended them: the last one is more than an answer holds. */
export type SortedHits = { sorted: Sorted[]; isWhole: boolean; isFull: boolean }

/** One patient has fewer than this of most types: then all are read at once and sorted here. */
const fewMax = 128

/** The first matches in the order asked for, after a place in it. What cannot be among them is forgotten on the way. */
export async function sortedHits(asking: Asking, sql: Runner, search: Search, scope: Scope, after: SortKey | null, limit: number): Promise<SortedHits> {
  const best = bestOf(search, after, limit, roomIn(asking, sql))
  const reading = scope.reading ?? { snapshot: null }
  const column = sortColumn(asking, search, scope.keys !== null)
  const read = { asking, sql, search, best, reading, wanted: limit }
  const conditions = await conditionsOf(asking, sql, search, { ...scope, reading }, column === null)
  const { where } = conditions
  if (column === null) {
    await readAll(read, conditions)
    return best.result(true)
  }
  if (scope.keys === null) await fixReading(sql, reading)
  else {
    const type = asking.world.fhir.typeCode(search.type as string)
    const rows = await fewRows(asking, sql, { where, keys: scope.keys, type, reading, most: fewMax })
    if (rows !== null) {
      for await (const hits of decide(asking, sql, search, rows)) best.offer(hits)
      return best.result(true)
    }
  }
  for (const uncertain of column.uncertain) await readAll(read, { where: [...where, uncertain], lead: null, keys: [] })
  const isAll = await readInOrder(read, [...where, column.certain], column, after)
  return best.result(isAll)
}

/** `wanted`: how many places the order is asked for. */
type Read = { asking: Asking; sql: Runner; search: Search; best: Best; reading: Reading; wanted: number }

async function readAll({ asking, sql, search, best, reading }: Read, conditions: Conditions): Promise<void> {
  for await (const rows of keyedBatches(asking, sql, conditions, { order: byKey, after: null, reading, wanted: Number.POSITIVE_INFINITY })) {
    for await (const hits of decide(asking, sql, search, rows)) best.offer(hits)
  }
}

/** By the column that the order follows, until nothing that is still to come can be among the first. */
async function readInOrder(read: Read, where: readonly Fragment[], column: SortColumn, after: SortKey | null): Promise<boolean> {
  const { asking, sql, search, best, reading, wanted } = read
  for await (const piece of column.pieces(sql, after === null ? undefined : (after[0] ?? null))) {
    for await (const rows of batchesOf(asking, sql, [...where, piece], { order: column.order, after: null, reading, wanted })) {
      for (const { some } of portions(rows)) {
        for await (const hits of decide(asking, sql, search, some)) best.offer(hits)
        if (best.isSettled(column.boundOf(some.at(-1) as Candidate))) return false
      }
    }
  }
  return true
}

type Best = {
  offer(hits: readonly Hit[]): void
  /** Whether there are enough hits that sort before everything from the bound on. */
  isSettled(bound: string | number): boolean
  result(isWhole: boolean): SortedHits
}

function bestOf(search: Search, after: SortKey | null, limit: number, room: AnswerRoom): Best {
  let kept: Sorted[] = []
  let bytes = 0
  let isCut = false
  let isFull = false
  const forget = (hits: readonly Hit[]) => {
    for (const { row } of hits) room.giveBack(bytesIn(row))
  }
  const cut = () => {
    kept.sort((a, b) => compareKeys(search, a.key, b.key))
    const some = withinBytes(kept.slice(0, limit), pageBytes)
    // One more than fits: whoever joins several of these sees by it where the page ends.
    isFull = some.length < Math.min(limit, kept.length)
    if (isFull) some.push(kept[some.length] as Sorted)
    if (some.length < kept.length) {
      forget(kept.slice(some.length).map(({ hit }) => hit))
      isCut = true
    }
    kept = some
    bytes = kept.reduce((sum, { hit }) => sum + bytesIn(hit.row), 0)
  }
  return {
    offer(hits) {
      for (const hit of hits) {
        const key = placeOf(search, hit)
        if (after !== null && compareKeys(search, key, after) <= 0) {
          forget([hit])
          continue
        }
        kept.push({ hit, key })
        bytes += bytesIn(hit.row)
      }
      if (kept.length >= 2 * limit + 100 || bytes > 2 * pageBytes) cut()
    },
    isSettled(bound) {
      cut()
      const last = kept.length < limit && !isFull ? undefined : (kept.at(-1)?.key[0] ?? null)
      if (last === undefined || last === null) return false
      return search.sort[0]?.isDescending ? last > bound : last < bound
    },
    result(isWhole) {
      cut()
      return { sorted: kept, isWhole: isWhole && !isCut && !isFull && after === null, isFull }
    },
  }
}

/** As many of the first hits as fit into one answer, and at least one. */
export function withinBytes(sorted: readonly Sorted[], bytesMax: number): Sorted[] {
  let bytes = 0
  const end = sorted.findIndex(({ hit }, at) => (bytes += bytesIn(hit.row)) > bytesMax && at > 0)
  return end < 0 ? [...sorted] : sorted.slice(0, end)
}

/** The row's id decides the last word, with the id of what stands inside, so that no two places are equal; it begins with the key of the patient (`ids.ts`). */
function placeOf(search: Search, hit: Hit): SortKey {
  const key: SortKey = sortKey(search, hit.valuesFor(search))
  key.push(hit.part === null ? hit.row.id : `${hit.row.id}#${hit.part}`)
  return key
}

/** What has no value comes last, whichever way the order goes. */
export function compareKeys(search: Search, a: SortKey, b: SortKey): number {
  for (let at = 0; at < a.length; at++) {
    const [x, y] = [a[at] ?? null, b[at] ?? null]
    if (x === y) continue
    if (x === null) return 1
    if (y === null) return -1
    const order = x < y ? -1 : 1
    return search.sort[at]?.isDescending ? -order : order
  }
  return 0
}
