import { matches, type Search } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import { type Fragment, fragment, type Runner } from '../../platform/sql.ts'
import { type Asking, traced } from '../asking.ts'
import { byKey, type Candidate, candidates, type Reading, type Order, type Position, positionOf } from './candidates.ts'
import { type AnswerRoom, ownRoom, portions } from '../answer-room.ts'
import { type Content, contentsOf, detailsIn, detailsOf } from './contents.ts'
import { planOf } from './search-plan.ts'
import type { Place, Stored } from '../store.ts'

/** A resource that satisfies the search, with what was extracted from it. */
export type Hit = Content & { row: Stored }

/** Which rows are asked at all, and as of when: named patients' keys and the rule of visibility, applied before anything is matched. */
export type Scope = { keys: readonly number[] | null; visible: Fragment; reading?: Reading }

/** Most candidates are matches: a few more than are wanted fill a page in one step, and what is not wanted is not looked at. */
const firstRows = (wanted: number) => Math.min(64, Math.ceil(wanted * 1.25) + 5)
const batchRows = 500
const scannedMax = 1_000_000
const readMsMax = 20_000

/** All conditions of a search on `r`: candidates for certain hold them. */
export function conditionsOf(asking: Asking, search: Search, scope: Scope): Fragment[] {
  const where = [...planOf(asking, search, scope.keys !== null), scope.visible]
  return scope.keys === null ? where : [...where, fragment`r.patient = any(${scope.keys}::int8[])`]
}

/** Candidates in order, batch after batch, with the last row of each as the place to go on from. */
export async function* batchesOf(
  asking: Asking,
  sql: Runner,
  where: readonly Fragment[],
  { order, after, reading, wanted }: { order: Order; after: Position | null; reading: Reading; wanted: number },
): AsyncGenerator<Candidate[]> {
  const began = performance.now()
  let place = after
  let scanned = 0
  const first = firstRows(wanted)
  let limit = first
  let endTurn: (() => void) | undefined
  try {
    for (;;) {
      const rows = await candidates(sql, { where, order, after: place, limit, reading })
      if (rows.length > 0) yield rows
      if (rows.length < limit) return
      scanned += rows.length
      if (scanned > scannedMax || performance.now() - began > readMsMax) throw tooMany('this search would read too much of the record')
      if (asking.isGone?.()) throw new Refusal('unfinished', 'nobody waits for the answer any more')
      place = positionOf(rows.at(-1) as Candidate, order)
      limit = batchRows
      // A page is found in the first two; whoever reads on takes turns.
      if (scanned > first) endTurn ??= await (asking.room ?? ownRoom).readMuch()
    }
  } finally {
    endTurn?.()
  }
}

/** Whoever is inside a transaction waits for nobody outside it: its reads are few. */
export const roomIn = (asking: Asking, sql: Runner): AnswerRoom => (sql === asking.world.sql ? (asking.room ?? ownRoom) : ownRoom)

/** The candidates that satisfy the search, some at a time: an index only narrows, the resource itself decides. */
export async function* decide(asking: Asking, sql: Runner, search: Search, rows: readonly Stored[]): AsyncGenerator<Hit[]> {
  const room = roomIn(asking, sql)
  const details = detailsIn(search)
  for (const { some, bytes } of portions(rows)) {
    await room.take(bytes)
    const contents = await traced(asking.trace, 'contents', () => contentsOf(asking, sql, some))
    const hits: Hit[] = []
    let kept = 0
    for (const [at, row] of some.entries()) {
      const content = contents[at] as Content
      const values = details.length === 0 ? content.values : [...content.values, ...detailsOf(asking, content.resource, details)]
      if (!matches(search, values, asking.world.fhir.units)) continue
      hits.push({ row, ...content })
      kept += bytesIn(row)
    }
    room.giveBack(bytes - kept)
    asking.trace?.push({ step: 'decide', rows: some.length, matches: hits.length })
    yield hits
  }
}

export const bytesIn = ({ length }: Stored): number => length ?? 0

/** Candidates from the tables, decided one by one by the resource itself, in key order; whoever keeps one says so to the room. */
export async function* hitsOf(
  asking: Asking,
  sql: Runner,
  search: Search,
  scope: Scope,
  after: Place | null,
  wanted = Number.POSITIVE_INFINITY,
): AsyncGenerator<Hit> {
  const reading = scope.reading ?? { snapshot: null }
  const from = { order: byKey, after: after === null ? null : { ...after, value: null }, reading, wanted }
  for await (const rows of batchesOf(asking, sql, conditionsOf(asking, search, scope), from)) {
    for await (const hits of decide(asking, sql, search, rows)) {
      yield* hits
      roomIn(asking, sql).giveBack(hits.reduce((sum, { row }) => sum + bytesIn(row), 0))
    }
  }
}

const hint = 'Name a patient, or narrow by an identifier, a code or a date.'
export const tooMany = (what: string) => new Refusal('incorrect', what, { hint, issues: [{ severity: 'error', code: 'too-costly', diagnostics: what, hint }] })

/** The first hits after a place, up to a number and a size; `isFull`: the size ended them, and there may be more. */
export async function pageHits(asking: Asking, sql: Runner, search: Search, scope: Scope, after: Place | null, limit: Limit): Promise<PageHits> {
  const hits: Hit[] = []
  let bytes = 0
  for await (const hit of hitsOf(asking, sql, search, scope, after, limit.hits)) {
    bytes += bytesIn(hit.row)
    if (bytes > limit.bytes && (hits.length > 0 || limit.isBegun)) return { hits, bytes, isFull: true }
    hits.push(hit)
    roomIn(asking, sql).keep(bytesIn(hit.row))
    if (hits.length >= limit.hits) break
  }
  return { hits, bytes, isFull: false }
}

/** The first hits of a search that wants few. */
export async function firstHits(asking: Asking, sql: Runner, search: Search, scope: Scope, count: number): Promise<Hit[]> {
  return (await pageHits(asking, sql, search, scope, null, { hits: count, bytes: Number.POSITIVE_INFINITY, isBegun: false })).hits
}

type Limit = { hits: number; bytes: number; isBegun: boolean }
type PageHits = { hits: Hit[]; bytes: number; isFull: boolean }

export async function countHits(asking: Asking, sql: Runner, search: Search, scope: Scope): Promise<number> {
  let count = 0
  for await (const _ of hitsOf(asking, sql, search, scope, null)) count++
  return count
}
