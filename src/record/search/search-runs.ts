import type { Clause, Search } from '../../fhir/fhir.ts'
import { type Asking, traced } from '../asking.ts'
import { fixReading, type Reading } from './candidates.ts'
import { keySets, keysOfNumber } from '../../identity/identity.ts'
import { fragment } from '../../platform/sql.ts'
import { isServerId, keyOfId, reservedKeys } from '../ids.ts'
import { containerSearches, namedInside } from './inside.ts'
import { nameAll, widen } from './named-patients.ts'
import { countedMax, decideRelated, type Led } from './related.ts'
import { pageBytes } from '../answer-room.ts'
import { countHits, pageHits, type Hit, type Scope } from './run-search.ts'
import { allow, maySeeType } from '../scope.ts'
import { compareKeys, type SortKey, sortedHits, withinBytes } from './sorted-hits.ts'
import type { Place, Stored } from '../store.ts'
import { presentTypes } from './search-plan.ts'
import { type View, viewOf, viewOfAll, visibleRows } from '../view.ts'

/** A search of one type, ready to be run: relations decided, patients widened, and the actor's view of them. */
export type Run = { search: Search; view: View; scope: Scope & { reading: Reading }; named: readonly number[]; about: readonly number[]; led: Led }

/** One run for each type that is asked; of several types those that the token does not cover are passed over, unless none is left. */
export async function runsOf(asking: Asking, search: Search, reading: Reading): Promise<Run[]> {
  let all: Promise<View> | undefined
  const viewOfEverybody = () => (all ??= viewOfAll(asking))
  const runs: Run[] = []
  // The first of several types may have nothing that would fix the moment for the others.
  if (search.type === null) await fixReading(asking.world.sql, reading)
  for (const { type, clauses } of await asked(asking, search)) {
    const one = { ...search, type, clauses }
    const how = search.contained?.how ?? 'false'
    const own = how === 'true' ? null : await runOf(asking, one, reading, viewOfEverybody)
    if (own !== null) runs.push(own)
    if (how !== 'false') runs.push(...(await runsInside(asking, one, reading, viewOfEverybody, own)))
  }
  return runs
}

async function asked(asking: Asking, { type, each, clauses }: Search): Promise<{ type: string; clauses: Clause[] }[]> {
  if (type !== null) return [{ type, clauses }]
  const wanted = await wantedOf(asking, each, clauses)
  const seen = wanted.filter((one) => maySeeType(asking.actor, one.type))
  const [first] = wanted
  if (seen.length === 0 && first) await allow(asking, first.type, 's')
  return seen
}

const fewTypes = 5

/** Of many types only those are worth a question that anything was ever filed of. */
async function wantedOf(asking: Asking, each: Search['each'], clauses: Clause[]): Promise<{ type: string; clauses: Clause[] }[]> {
  if (each !== undefined && each.length <= fewTypes) return each
  const present = await presentTypes(asking)
  return each === undefined ? present.map((type) => ({ type, clauses })) : each.filter(({ type }) => present.includes(type))
}

async function runOf(asking: Asking, search: Search, reading: Reading, everybody: () => Promise<View>): Promise<Run> {
  const { world, trace } = asking
  const led: Led = new Map()
  const decided = await traced(trace, 'relations', () => decideRelated({ asking, sql: world.sql, reading, led }, search))
  const { search: whole, keys, named, about } = await traced(trace, 'patients', () => nameAll(asking, decided))
  const view = await traced(trace, 'access', () => (keys === null ? everybody() : viewOf(asking, about)))
  const seen = visibleRows(view, world.fhir.typeCode(search.type as string), keys)
  const visible = search.isAboutPatients ? fragment`(${seen} and r.patient >= ${reservedKeys})` : seen
  return { search: whole, view, scope: { keys, visible, reading }, named, about, led }
}

/** What stands inside others is seen as its container is: with the scope for its type, in the records that are open. */
async function runsInside(asking: Asking, search: Search, reading: Reading, everybody: () => Promise<View>, own: Run | null): Promise<Run[]> {
  const { world, trace } = asking
  const led: Led = own?.led ?? new Map()
  const from = { asking, sql: world.sql, reading, led }
  const { search: inner, keys, named, about } = await traced(trace, 'relations', () => namedInside(from, search))
  const view = keys === null ? await everybody() : await viewOf(asking, about)
  const searches = await containerSearches(asking, search, inner, own?.search ?? null)
  const seen = searches.filter(({ type }) => maySeeType(asking.actor, type as string))
  if (own === null && seen.length === 0) await allow(asking, searches[0]?.type as string, 's')
  return seen.map((one) => {
    const scope = { keys, visible: visibleRows(view, world.fhir.typeCode(one.type as string), keys), reading }
    return { search: one, view, scope, named, about, led }
  })
}

/** What a run asks, of whatever type: of a container only that it has something inside. */
export const askedBy = ({ search }: Run): Pick<Search, 'type' | 'clauses'> => search.inside ?? search

/** Whose matches were counted, each with one of them, when they are few: such a number is a look at every one. */
export type Counted = { row: Pick<Stored, 'patient' | 'type' | 'id' | 'institution'>; count: number }[]

export async function countRuns(asking: Asking, runs: readonly Run[]): Promise<{ total: number; counted: Counted }> {
  let total = 0
  const of = new Map<number, Counted[number]>()
  const note = ({ patient, type, id, institution }: Stored) => {
    const known = of.get(patient)
    if (known) known.count++
    else if (patient >= reservedKeys && of.size <= countedMax) of.set(patient, { row: { patient, type, id, institution }, count: 1 })
  }
  for (const { search, scope } of runs) total += await countHits(asking, asking.world.sql, search, scope, note)
  return { total, counted: of.size > countedMax ? [] : [...of.values()] }
}

const numbersMax = 200

/**
 * Whom a search that shows nothing was about without naming them as `patient` does: those whose chart, entry or personal number was asked for,
 * and the few that a chain led to. That there is nothing of them is an answer, too.
 */
export async function askedAbout(asking: Asking, runs: readonly Run[]): Promise<number[]> {
  const found = new Set(runs.flatMap(({ about }) => about))
  const asked = runs.map(askedBy)
  const ids = asked.flatMap(({ clauses }) => clauses.flatMap((clause) => valuesOf(clause, '_id'))).map(({ value }) => value)
  const ofCharts = asked.flatMap(({ type, clauses }) => (type === 'Patient' ? clauses : []))
  const numbers = ofCharts.flatMap((clause) => valuesOf(clause, 'identifier'))
  const names = ofCharts.length > 0 ? ids.filter((id) => !isServerId(id)) : []
  const keys = ids.filter(isServerId).map(keyOfId)
  if (names.length > 0) keys.push(...(await widen(asking, names)).keys)
  for (const { system, value } of numbers.slice(0, numbersMax)) if (system) keys.push(...(await keysOfNumber(asking.world.sql, asking.world, system, value)))
  // One of each person: the view of everybody knows those who are open, and of the others not which keys are one's.
  const sets = keys.length > 0 ? await keySets(asking.world.sql, keys) : new Map<number, number[]>()
  return [...(found.size <= countedMax ? found : []), ...new Set(keys.flatMap((key) => sets.get(key)?.[0] ?? []))]
}

function valuesOf(clause: Clause, code: string): { system?: string | null | undefined; value: string }[] {
  if (clause.test === 'any' || clause.test === 'all') return clause.clauses.flatMap((one) => valuesOf(one, code))
  if (clause.code !== code || clause.test !== 'token' || clause.isNot) return []
  return clause.values.flatMap(({ system, value }) => (value === undefined ? [] : [{ system, value }]))
}

export type PageHits = { hits: Hit[]; rest: { after: Place | null; afterKey: SortKey | null } | null; isWhole: boolean }

/** Every type in the order asked for, and of them all the first. */
export async function sortedPage(asking: Asking, runs: readonly Run[], afterKey: SortKey | null, count: number): Promise<PageHits> {
  const found = []
  for (const { search, scope } of runs) found.push(await sortedHits(asking, asking.world.sql, search, scope, afterKey, count + 1))
  const all = found.flatMap(({ sorted }) => sorted)
  const [first] = runs
  if (first && runs.length > 1) all.sort((a, b) => compareKeys(first.search, a.key, b.key))
  // A run that its size ended has given one more than a page holds, so no page goes on behind what it has left out.
  const page = withinBytes(all.slice(0, count), pageBytes)
  const last = page.at(-1)
  return {
    hits: page.map(({ hit }) => hit),
    rest: (all.length > page.length || found.some(({ isFull }) => isFull)) && last ? { after: null, afterKey: last.key } : null,
    isWhole: found.every(({ isWhole }) => isWhole) && all.length === page.length,
  }
}

/** One type after the other, each by its key. */
async function keyedPage(asking: Asking, runs: readonly Run[], after: Place | null, count: number): Promise<PageHits> {
  const found: Hit[] = []
  let bytes = 0
  let isFull = false
  const { fhir } = asking.world
  for (const { search, scope } of runs) {
    const type = fhir.typeCode(search.type as string)
    if (after !== null && type < after.type) continue
    const from = after?.type === type ? after : null
    const limit = { hits: count + 1 - found.length, bytes: pageBytes - bytes, isBegun: found.length > 0 }
    const more = await pageHits(asking, asking.world.sql, search, scope, from, limit)
    found.push(...more.hits)
    bytes += more.bytes
    isFull = more.isFull
    if (found.length > count || isFull) break
  }
  const hits = found.slice(0, count)
  const last = hits.at(-1)?.row
  const rest = (found.length > hits.length || isFull) && last ? { after: { patient: last.patient, type: last.type, id: last.id }, afterKey: null } : null
  return { hits, rest, isWhole: after === null && rest === null }
}

/**
 * Whatever is no order asked for: what matches itself by its key, and behind it what stands inside others, of which a container may have several, so
 * that a key alone is no place among them.
 */
export async function plainPage(
  asking: Asking,
  runs: readonly Run[],
  from: { after: Place | null; afterKey: SortKey | null },
  count: number,
): Promise<PageHits> {
  const own = runs.filter(({ search }) => search.inside === undefined)
  const inside = runs.filter(({ search }) => search.inside !== undefined)
  if (inside.length === 0) return keyedPage(asking, own, from.after, count)
  const nothing: PageHits = { hits: [], rest: null, isWhole: true }
  const first = own.length > 0 && from.afterKey === null ? await keyedPage(asking, own, from.after, count) : nothing
  if (first.rest !== null) return first
  const room = count - first.hits.length
  const second = await sortedPage(asking, inside, from.afterKey, Math.max(1, room))
  if (room > 0) return { hits: [...first.hits, ...second.hits], rest: second.rest, isWhole: first.isWhole && second.isWhole && from.after === null }
  const { row } = first.hits.at(-1) as Hit
  const rest = second.hits.length === 0 ? null : { after: { patient: row.patient, type: row.type, id: row.id }, afterKey: null }
  return { hits: first.hits, rest, isWhole: first.isWhole && rest === null }
}

/** What several runs see together. */
export function viewOfRuns(asking: Asking, runs: readonly Run[]): View {
  const views = [...new Set(runs.map(({ view }) => view))]
  if (views.length === 1) return views[0] as View
  return {
    asking,
    basisOf: (key) => views.map((view) => view.basisOf(key)).find((basis) => basis !== null) ?? null,
    personOf: (key) => Math.min(key, ...views.map((view) => view.personOf(key))),
    openKeys: null,
  }
}
