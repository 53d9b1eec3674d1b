import { matches, type Search } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import { type Fragment, fragment, type Runner } from '../../platform/sql.ts'
import { type Asking, traced } from '../asking.ts'
import { byKey, type Candidate, candidates, type Reading, type Order, type Position, positionOf } from './candidates.ts'
import { type Content, contentsOf, detailsIn, detailsOf } from './contents.ts'
import { heavyTurn } from './heavy-turn.ts'
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
      if (scanned > first) endTurn ??= await heavyTurn()
    }
  } finally {
    endTurn?.()
  }
}

/** The candidates that satisfy the search: an index only narrows, the resource itself decides. */
export async function decide(asking: Asking, sql: Runner, search: Search, rows: readonly Candidate[]): Promise<Hit[]> {
  const contents = await traced(asking.trace, 'contents', () => contentsOf(asking, sql, rows))
  const details = detailsIn(search)
  const hits: Hit[] = []
  for (const [at, row] of rows.entries()) {
    const content = contents[at] as Content
    const values = details.length === 0 ? content.values : [...content.values, ...detailsOf(asking, content.resource, details)]
    if (matches(search, values, asking.world.fhir.units)) hits.push({ row, ...content })
  }
  asking.trace?.push({ step: 'decide', rows: rows.length, matches: hits.length })
  return hits
}

/** Candidates from the tables, decided one by one by the resource itself, in key order. */
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
  for await (const rows of batchesOf(asking, sql, conditionsOf(asking, search, scope), from)) yield* await decide(asking, sql, search, rows)
}

const hint = 'Name a patient, or narrow by an identifier, a code or a date.'
export const tooMany = (what: string) => new Refusal('incorrect', what, { hint, issues: [{ severity: 'error', code: 'too-costly', diagnostics: what, hint }] })

export async function firstHits(asking: Asking, sql: Runner, search: Search, scope: Scope, after: Place | null, limit: number): Promise<Hit[]> {
  const found: Hit[] = []
  const held = holder()
  for await (const hit of hitsOf(asking, sql, search, scope, after, limit)) {
    held.add(hit)
    found.push(hit)
    if (found.length >= limit) break
  }
  return found
}

export async function countHits(asking: Asking, sql: Runner, search: Search, scope: Scope): Promise<number> {
  let count = 0
  for await (const _ of hitsOf(asking, sql, search, scope, null)) count++
  return count
}

/** Bodies that one search holds in memory at once; parsed they take several times as much. */
const heldMax = 32 * 1_048_576

/** Counts what a search holds, so that its memory has an end. */
export function holder(): { add(hit: Hit): void; drop(hits: readonly Hit[]): void } {
  let held = 0
  return {
    add({ body }) {
      held += body.length
      if (held > heldMax) throw tooMany(`the results are larger together than ${heldMax / 1_048_576} MB; ask for fewer with _count`)
    },
    drop(hits) {
      for (const { body } of hits) held -= body.length
    },
  }
}
