import { typesHidden } from '../../access/access.ts'
import { type Clause, parseSearch, type Search } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import { type Asking, entryOf, traced } from '../asking.ts'
import type { Reading } from './candidates.ts'
import { requireMember, typesOfCompartment } from './compartment.ts'
import { explained, explainName } from './explain.ts'
import { reservedKeys } from '../ids.ts'
import { includedOf } from './include.ts'
import { openLink, type PageLink, sealLink, trailMax } from './page-link.ts'
import { type Hit, tooMany } from './run-search.ts'
import { allow } from '../scope.ts'
import { searchBundle } from './search-bundle.ts'
import { countedMax, type LedBy } from './related.ts'
import { askedAbout, askedBy, countRuns, type Counted, plainPage, type Run, runsOf, sortedPage, viewOfRuns } from './search-runs.ts'
import { sortedHits } from './sorted-hits.ts'
import { basisOfRow, type View } from '../view.ts'

/** `GET /fhir/Type?…`: strict unless the client asked for leniency; the answer says what was really searched. */
export async function searchType(asking: Asking, type: string, given: [string, string][], lenient: boolean): Promise<string> {
  const pairs = given.filter(([name]) => name !== explainName)
  if (pairs.length < given.length) return explained(asking, type, () => searchType(asking, type, pairs, lenient))
  const search = parseSearch(asking.world.fhir, type, localPairs(asking, pairs), { lenient, mayLookInside: true })
  return answer(asking, { search, self: selfOf(asking, `/${type}`, search), ...firstPage })
}

/** `GET /fhir?_type=A,B&…`: several types, or all of them by what every resource has. */
export async function searchSystem(asking: Asking, pairs: [string, string][], lenient: boolean): Promise<string> {
  const { types, rest } = await typesIn(asking, localPairs(asking, pairs))
  const search = parseSearch(asking.world.fhir, types, rest, { lenient })
  if (search.clauses.length === 0 && types === null) {
    throw new Refusal('incorrect', 'a search over all types needs a condition', {
      hint: 'Name types by _type, or ask by _id, _lastUpdated, _tag and the like.',
    })
  }
  return answer(asking, { search, self: selfOf(asking, '', search, types), ...firstPage })
}

/** `GET /fhir/Patient/1/Condition?…` and `/fhir/Patient/1/*?…`: within the compartment of one resource. */
export async function searchCompartment(asking: Asking, place: Compartment, pairs: [string, string][], lenient: boolean): Promise<string> {
  const { name, id, inner } = place
  const inside: Clause = { code: '_compartment', test: 'compartment', name, id }
  const path = `/${name}/${id}/${inner}`
  if (inner !== '*') {
    requireMember(asking, name, inner)
    const search = parseSearch(asking.world.fhir, inner, localPairs(asking, pairs), { lenient })
    return answer(asking, { search: { ...search, clauses: [inside, ...search.clauses] }, self: selfOf(asking, path, search), ...firstPage })
  }
  const { types, rest } = await typesIn(asking, localPairs(asking, pairs))
  for (const type of types ?? []) requireMember(asking, name, type)
  const search = parseSearch(asking.world.fhir, types, rest, { lenient })
  const each = search.each ?? typesOfCompartment(asking, name).map((type) => ({ type, clauses: search.clauses }))
  const within = each.map(({ type, clauses }) => ({ type, clauses: [inside, ...clauses] }))
  return answer(asking, { search: { ...search, each: within }, self: selfOf(asking, path, search, types), ...firstPage })
}

/** `GET /fhir/Patient/$everything`: these types, and of them what is filed under a patient. */
export async function searchAboutPatients(asking: Asking, types: string[], pairs: [string, string][], self: string): Promise<string> {
  const search = parseSearch(asking.world.fhir, types, pairs, { lenient: false })
  return answer(asking, { search: { ...search, isAboutPatients: true }, self, ...firstPage })
}

export type Compartment = { name: string; id: string; inner: string }

const localPairs = (asking: Asking, pairs: [string, string][]) =>
  pairs.map(([name, value]): [string, string] => [name, value.replaceAll(`${asking.base}/`, '')])

async function typesIn(asking: Asking, pairs: [string, string][]): Promise<{ types: string[] | null; rest: [string, string][] }> {
  const { world } = asking
  const given = pairs.filter(([name]) => name === '_type')
  const rest = pairs.filter(([name]) => name !== '_type')
  if (given.length === 0) return { types: null, rest }
  const types = [...new Set(given.flatMap(([, value]) => value.split(',')))].sort((a, b) => world.fhir.typeCode(a) - world.fhir.typeCode(b))
  if (given.length > 1 || types.some((type) => world.fhir.typeCode(type) < 0)) {
    throw new Refusal('incorrect', '_type does not name resource types', {
      expression: 'http._type',
      hint: 'Write it once, with commas: _type=Condition,Observation.',
    })
  }
  for (const type of types) await allow(asking, type, 's') // Who names a type must hear that it is closed, not an answer without it.
  return { types, rest }
}

/** `GET /fhir?_page=…`: the next page of an earlier answer; under a type only of a search of that type. */
export async function searchPage(asking: Asking, token: string, type?: string): Promise<string> {
  const link = await openLink(asking, token)
  if (type !== undefined && link.search.type !== type) {
    throw new Refusal('incorrect', 'this page is not one of a search of this type', { expression: 'http._page', hint: 'Use the link as it was given.' })
  }
  if (link.search.type !== null) await allow(asking, link.search.type, 's')
  return answer(asking, link)
}

type Ask = Omit<PageLink, 'actor' | 'expires'>
type Start = Omit<Ask, 'search' | 'self'>
const firstPage: Start = { after: null, afterKey: null, snapshot: null, total: null, trail: [] }

async function answer(asking: Asking, ask: Ask): Promise<string> {
  const { trace } = asking
  const { search } = ask
  const reading: Reading = { snapshot: ask.snapshot, trace }
  const runs = await runsOf(asking, search, reading)
  const isOnlyCount = search.summary === 'count'
  const page = isOnlyCount
    ? { hits: [], first: null, previous: null, next: null, ...(await countRuns(asking, runs)) }
    : await pageOf(asking, ask, runs, reading)
  const { included, isCut } = await traced(trace, 'includes', () => includedOf(asking, search, page.hits))
  const named = [...new Set([...runs.flatMap((run) => run.named), ...(page.hits.length === 0 ? await askedAbout(asking, runs) : [])])]
  const isWithheld = asking.actor.kind === 'person' && runs.some((run) => run.named.some((key) => isWithheldFrom(run.view, key, askedBy(run).type as string)))
  await traced(trace, 'audit', () =>
    audit(asking, search, viewOfRuns(asking, runs), [...page.hits, ...included], named, { counted: page.counted, led: ledOf(runs) }),
  )
  return searchBundle(asking, { search, self: ask.self, ...page, included, isCut, isWithheld })
}

/**
 * A search of named patients whose matches are chosen from by a rule, in the order asked for: the same access, the same rows in the log for
 * what is shown, the same Bundle.
 */
export async function searchChosen(asking: Asking, search: Search, most: number, choose: Choose, self: string): Promise<string> {
  const [run] = await runsOf(asking, search, { snapshot: null })
  const keys = run?.scope.keys ?? null
  if (!run || keys === null)
    throw new Refusal('incorrect', 'this is asked of one patient', { expression: 'patient', hint: 'Add patient=… or subject=Patient/….' })
  const { sorted, isWhole } = await sortedHits(asking, asking.world.sql, run.search, run.scope, null, most)
  if (!isWhole) throw tooMany(`more than ${most} results match, or they are too large together; narrow by a code, a category or a date`)
  const hits = choose(
    sorted.map(({ hit }) => hit),
    ({ row }) => run.view.personOf(row.patient),
  )
  const { included, isCut } = await includedOf(asking, search, hits)
  await audit(asking, search, run.view, [...hits, ...included], run.named)
  const isWithheld = asking.actor.kind === 'person' && run.named.some((key) => isWithheldFrom(run.view, key, search.type as string))
  return searchBundle(asking, { search, self, hits, first: null, previous: null, next: null, total: hits.length, included, isCut, isWithheld })
}

/** Which of the matches are the answer; `personOf` says whose each is. */
type Choose = (hits: Hit[], personOf: (hit: Hit) => number) => Hit[]

/** Depends on the reader, the patient and the type only, never on what there is: an empty answer must not be read as «no allergies». */
function isWithheldFrom(view: View, key: number, type: string): boolean {
  const basis = view.basisOf(key)
  return basis === null || typesHidden(basis.view).includes(type)
}

type Page = { hits: Hit[]; first: string | null; previous: string | null; next: string | null; total: number | null; counted: Counted }

async function pageOf(asking: Asking, ask: Ask, runs: readonly Run[], reading: Reading): Promise<Page> {
  const { search } = ask
  const isFirst = ask.after === null && ask.afterKey === null
  const { hits, rest, isWhole } =
    search.sort.length > 0 ? await sortedPage(asking, runs, ask.afterKey, search.count) : await plainPage(asking, runs, ask, search.count)
  const wantsTotal = search.total === 'accurate' || search.total === 'estimate'
  // What the first page counted stays true: later pages are of the same moment.
  const isCounted = !isWhole && isFirst && wantsTotal
  const { total, counted } = isCounted ? await countRuns(asking, runs) : { total: isWhole ? hits.length : ask.total, counted: [] }
  const link = async (start: Start) => `${asking.base}?_page=${await sealLink(asking, { ...start, search, self: ask.self })}`
  const { snapshot } = reading
  const { after, afterKey, trail } = ask
  const before = trail.at(-1)
  return {
    hits,
    first: isFirst ? null : await link({ ...firstPage, snapshot, total }),
    previous: before === undefined ? null : await link({ ...before, snapshot, total, trail: trail.slice(0, -1) }),
    next: rest === null ? null : await link({ ...rest, snapshot, total, trail: [...trail, { after, afterKey }].slice(-trailMax) }),
    total,
    counted,
  }
}

/** Through whom it was found: those that were named, and the others when they are few. */
function ledOf(runs: readonly Run[]): [number, LedBy][] {
  const all = runs.flatMap(({ led }) => [...led])
  return all.length > countedMax ? all.filter(([, { isNamed }]) => isNamed) : all
}

/** Whom the answer tells of beside those whose data it shows. */
type Told = { counted: Counted; led: [number, LedBy][] }

/** One row for the question and one for every patient whose data the answer shows, or counts when they are few; values never stand in the log. */
async function audit(
  asking: Asking,
  search: Search,
  view: View,
  shown: readonly Hit[],
  named: readonly number[],
  { counted, led }: Told = { counted: [], led: [] },
): Promise<void> {
  const names = [...new Set(search.used.map(([name]) => name))].join(',')
  const types = search.type ?? search.each?.map(({ type }) => type).join(',') ?? '*'
  const what = `${types}${names === '' ? '' : `?${names}`}`
  const groups = Map.groupBy(
    shown.filter(({ row }) => row.patient >= reservedKeys),
    ({ row }) => row.patient,
  )
  const entries = [...groups].map(([patient, hits]) =>
    entryOf(asking, 'search', patient, what, { basis: basisOfRow(view, (hits[0] as Hit).row), count: hits.length }),
  )
  const onlyCounted = counted.filter(({ row }) => !groups.has(row.patient))
  entries.push(...onlyCounted.map(({ row, count }) => entryOf(asking, 'search', row.patient, what, { basis: basisOfRow(view, row), count })))
  const seen = new Set([...groups.keys(), ...onlyCounted.map(({ row }) => row.patient)].map(view.personOf))
  const unseen = new Map(named.filter((key) => !seen.has(view.personOf(key))).map((key) => [view.personOf(key), key]))
  // Whoever was named and is not in the answer was looked for: one row each, a denial when nothing opens the record to a person.
  for (const key of unseen.values()) {
    const basis = view.basisOf(key)?.kind ?? null
    const decision = basis === null && asking.actor.kind === 'person' ? 'deny' : 'permit'
    entries.push(entryOf(asking, 'search', key, what, { basis, decision, count: 0 }))
  }
  const known = new Set([...seen, ...unseen.keys()])
  for (const [person, { basis, count }] of led.filter(([person]) => !known.has(view.personOf(person)))) {
    const decision = basis === null && asking.actor.kind === 'person' ? 'deny' : 'permit'
    entries.push(entryOf(asking, 'search', person, what, { basis, decision, count }))
  }
  const question = groups.size === 0 && unseen.size > 0 ? [] : [entryOf(asking, 'search', null, what, { count: shown.length })]
  await asking.world.ledger.record([...question, ...entries])
}

/** What was searched, as a link; a personal number is masked, because links end up in logs and histories. */
function selfOf(asking: Asking, path: string, search: Search, types: readonly string[] | null = null): string {
  const urn = asking.world.config.SYSTEM_URN
  const used: [string, string][] = types === null ? search.used : [['_type', types.join(',')], ...search.used]
  const query = used.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(maskNumbers(value, urn))}`)
  return `${asking.base}${maskNumbers(path, urn)}${query.length > 0 ? `?${query.join('&')}` : ''}`
}

const numbersOf = new Map<string, RegExp>()

export function maskNumbers(value: string, urn: string): string {
  let numbers = numbersOf.get(urn)
  if (!numbers) numbersOf.set(urn, (numbers = new RegExp(`(${urn.replace(/[^A-Za-z0-9:]/g, '')}:(?:jmbg|ebs|lbo|lzb)\\|)[^,]*`, 'g')))
  return value.replace(numbers, '$1***').replace(/(?<![0-9A-Za-z-])(\d{11}|\d{13})(?![0-9A-Za-z-])/g, '***')
}
