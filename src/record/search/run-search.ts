import { matches, type Search } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import { togetherOn } from '../../platform/ask-together.ts'
import { type Fragment, fragment, type Runner } from '../../platform/sql.ts'
import { type Asking, traced } from '../asking.ts'
import { byId, byKey, type Candidate, candidates, type Reading, type Order, type Position, positionOf } from './candidates.ts'
import { type AnswerRoom, ownRoom, portions } from '../answer-room.ts'
import { type Content, contentsOf } from './contents.ts'
import { firstNamed } from './first-named.ts'
import { foundInside } from './inside.ts'
import { isByText, leadFrom, leadOf, type Lead, type LeadPlace, leftBehind, namedCondition, namesIn, nextNamed, type Some } from './names.ts'
import { planOf } from './search-plan.ts'
import type { Place, Stored } from '../store.ts'

/** A resource that satisfies the search. */
export type Hit = Content

/** The rows that are read at all, and as of when: the keys of named patients and the rule of visibility, applied before anything is matched. */
export type Scope = { keys: readonly number[] | null; visible: Fragment; reading?: Reading }

/** Most candidates are matches: a few more than are wanted fill a page in one step, and few rows are read in vain. */
const firstRows = (wanted: number) => Math.min(64, Math.ceil(wanted * 1.25) + 5)
const batchRows = 500
const scannedMax = 1_000_000
const readMsMax = 20_000

/**
 * All conditions of a search on `r` that every candidate meets. With `isLed`, `lead` is the name, or `keys` are the values, whose index rows are
 * followed in key order; conditions that these already ensure are left out.
 */
export async function conditionsOf(asking: Asking, sql: Runner, search: Search, scope: Scope & { reading: Reading }, isLed: boolean): Promise<Conditions> {
  if (scope.keys !== null)
    return { where: [...planOf(asking, search, true), scope.visible, fragment`r.patient = any(${scope.keys}::int8[])`], lead: null, keys: [] }
  // A transaction must see its own writes, which the moment at which names are read does not include.
  const found = sql === asking.world.sql ? await namesIn(asking, sql, search, scope.reading) : { names: [], left: [] }
  const type = asking.world.fhir.typeCode(search.type as string)
  const lead = isLed ? leadOf(type, found.names) : null
  const asked = (lead === null ? found.names : leftBehind(lead)).map((name) => namedCondition(type, name))
  // A person's own patients are fewer than the patients with a value.
  const mayLead = isLed && found.names.length === 0 && asking.actor.kind === 'system'
  const keys: Fragment[] = []
  return { where: [...planOf(asking, search, false, found, mayLead ? keys : undefined), ...asked, scope.visible], lead, keys }
}

export type Conditions = { where: Fragment[]; lead: Lead | null; keys: readonly Fragment[] }

/** `first`: how many rows are read at first, when that is better known than from the number wanted. */
type Walk = { order: Order; after: Position | null; reading: Reading; wanted: number; first?: number; keys?: readonly Fragment[] }

/** Candidates in the order of keys: of everybody, or of those with the leading name. */
export const keyedBatches = (asking: Asking, sql: Runner, { where, lead, keys }: Conditions, walk: Walk): AsyncGenerator<Candidate[]> =>
  lead === null ? batchesOf(asking, sql, where, { ...walk, keys }) : ledBatches(asking, sql, where, lead, walk)

/** Almost all rows with a name match: one more than a page is read, more when few match, and large steps when everything is read. */
const namedRows = 5000
const mostAtFirst = 64
const patientsAtFirst = (wanted: number) => Math.min(mostAtFirst, wanted + 1)
const moreRows = 2

async function* ledBatches(asking: Asking, sql: Runner, where: readonly Fragment[], lead: Lead, walk: Walk): AsyncGenerator<Candidate[]> {
  const noteRead = readingLimit(asking)
  let from: LeadPlace | null = leadFrom(lead.name, walk.after)
  const isAll = !Number.isFinite(walk.wanted)
  for (let limit = isAll ? namedRows : patientsAtFirst(walk.wanted); from !== null; limit = isAll ? namedRows : Math.min(limit * moreRows, batchRows)) {
    const place: LeadPlace = from
    const some: Some = await traced(
      asking.trace,
      'named',
      () => nextNamed(sql, lead, place, limit),
      ({ count }) => ({ rows: count }),
    )
    if (some.count > 0) yield* batchesOf(asking, togetherOn(sql), [...where, some.among], { ...walk, first: Math.min(some.count + 1, batchRows) })
    noteRead(some.count)
    from = some.last
  }
}

/** Candidates in order, batch after batch; the last row of each batch is the place to continue. */
export async function* batchesOf(
  asking: Asking,
  sql: Runner,
  where: readonly Fragment[],
  { order, after, reading, wanted, first = firstRows(wanted), keys }: Walk,
): AsyncGenerator<Candidate[]> {
  const noteRead = readingLimit(asking)
  let place = after
  let scanned = 0
  let limit = first
  let endTurn: (() => void) | undefined
  try {
    for (;;) {
      const rows = await candidates(sql, { where, order, after: place, limit, reading, keys })
      if (rows.length > 0) yield rows
      if (rows.length < limit) return
      scanned += rows.length
      noteRead(rows.length)
      place = positionOf(rows.at(-1) as Candidate, order)
      limit = batchRows
      // A page is found in the first two batches; a search that reads on must take turns.
      if (scanned > first) endTurn ??= await (asking.room ?? ownRoom).readMuch()
    }
  } finally {
    endTurn?.()
  }
}

/** Counts the rows read, and ends a search that reads too much or whose client has gone. */
function readingLimit(asking: Asking): (rows: number) => void {
  const began = performance.now()
  let scanned = 0
  return (rows) => {
    scanned += rows
    if (scanned > scannedMax || performance.now() - began > readMsMax) throw tooMany('this search would read too much of the record')
    if (asking.isGone?.()) throw new Refusal('unfinished', 'nobody waits for the answer any more')
  }
}

/** The room for bodies. Inside a transaction there is no waiting for requests outside it: its reads are few. */
export const roomIn = (asking: Asking, sql: Runner): AnswerRoom => (sql === asking.world.sql ? (asking.room ?? ownRoom) : ownRoom)

/** The candidates that satisfy the search, some at a time: an index only narrows, the resource itself decides. */
export async function* decide(asking: Asking, sql: Runner, search: Search, rows: readonly Stored[]): AsyncGenerator<Hit[]> {
  const room = roomIn(asking, sql)
  for (const { some, bytes } of portions(rows)) {
    await room.take(bytes)
    const contents = await traced(asking.trace, 'contents', () => contentsOf(asking, sql, some))
    const hits: Hit[] = []
    for (const content of contents) {
      if (search.inside !== undefined) hits.push(...foundInside(asking, search, search.inside, content))
      else if (matches(search, content.valuesFor(search), asking.world.fhir)) hits.push(content)
    }
    room.giveBack(bytes - hits.reduce((sum, { row }) => sum + bytesIn(row), 0))
    asking.trace?.push({ step: 'decide', rows: some.length, matches: hits.length })
    yield hits
  }
}

export const bytesIn = ({ length }: Stored): number => length ?? 0

/** Matches in key order: candidates from the tables, each decided by the resource itself. A caller that keeps one must tell the room. */
export async function* hitsOf(
  asking: Asking,
  sql: Runner,
  search: Search,
  scope: Scope,
  after: Place | null,
  wanted = Number.POSITIVE_INFINITY,
): AsyncGenerator<Hit> {
  const reading = scope.reading ?? { snapshot: null }
  const from = { order: isByText(search) ? byId : byKey, after: after === null ? null : { ...after, value: null }, reading, wanted }
  if (after === null && scope.keys === null && Number.isFinite(wanted)) {
    // Nearly all have the word where it is asked for. One more than a page would be fetched each time: what nobody reads is not remembered.
    const first = await firstNamed(asking, sql, search, { visible: scope.visible, reading }, Math.min(mostAtFirst, wanted))
    if (first !== null) {
      yield* decided(first.rows)
      if (first.last === null) return
      from.after = { patient: first.last, type: lastType, id: lastId, value: null }
    }
  }
  const conditions = await conditionsOf(asking, sql, search, { ...scope, reading }, true)
  for await (const rows of keyedBatches(asking, sql, conditions, from)) yield* decided(rows)

  async function* decided(rows: readonly Stored[]): AsyncGenerator<Hit> {
    for await (const hits of decide(asking, sql, search, rows)) {
      yield* hits
      roomIn(asking, sql).giveBack(hits.reduce((sum, { row }) => sum + bytesIn(row), 0))
    }
  }
}

/** A place behind all rows of a patient. */
const [lastType, lastId] = [2 ** 15 - 1, 'ffffffff-ffff-ffff-ffff-ffffffffffff']

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

/** The first hits of a search that asks for few. */
export async function firstHits(asking: Asking, sql: Runner, search: Search, scope: Scope, count: number): Promise<Hit[]> {
  return (await pageHits(asking, sql, search, scope, null, { hits: count, bytes: Number.POSITIVE_INFINITY, isBegun: false })).hits
}

type Limit = { hits: number; bytes: number; isBegun: boolean }
type PageHits = { hits: Hit[]; bytes: number; isFull: boolean }

export async function countHits(asking: Asking, sql: Runner, search: Search, scope: Scope, note: (row: Stored) => void): Promise<number> {
  let count = 0
  for await (const { row } of hitsOf(asking, sql, search, scope, null)) {
    count++
    note(row)
  }
  return count
}
