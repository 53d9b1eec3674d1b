import { typesHidden } from '../access/access.ts'
import { parseSearch, type Search } from '../fhir/fhir.ts'
import { Refusal } from '../platform/refusal.ts'
import { type Asking, entryOf, traced } from './asking.ts'
import { explained, explainName } from './explain.ts'
import { reservedKeys } from './ids.ts'
import { includedOf } from './include.ts'
import type { Reading } from './candidates.ts'
import { nameAll } from './named-patients.ts'
import { openLink, type PageLink, type PageStart, sealLink } from './page-link.ts'
import { decideRelated } from './related.ts'
import { countHits, firstHits, type Hit, type Scope, tooMany } from './run-search.ts'
import { allow } from './scope.ts'
import { searchBundle } from './search-bundle.ts'
import { sortedHits } from './sorted-hits.ts'
import { basisOfRow, type View, viewOf, viewOfAll, visibleRows } from './view.ts'

/** `GET /fhir/Type?…`: strict unless the client asked for leniency; the answer says what was really searched. */
export async function searchType(asking: Asking, type: string, given: [string, string][], lenient: boolean): Promise<string> {
  const pairs = given.filter(([name]) => name !== explainName)
  if (pairs.length < given.length) return explained(asking, type, () => searchType(asking, type, pairs, lenient))
  const local = pairs.map(([name, value]): [string, string] => [name, value.replaceAll(`${asking.base}/`, '')])
  const search = parseSearch(asking.world.fhir, type, local, { lenient })
  return answer(asking, { search, self: selfOf(asking, search), ...firstPage })
}

/** `GET /fhir?_page=…`: the next page of an earlier answer. */
export async function searchPage(asking: Asking, query: Record<string, string>): Promise<string> {
  const token = query['_page']
  if (typeof token !== 'string') {
    throw new Refusal('incorrect', 'a search over all types at once is not supported', { hint: 'Search one type, for example /fhir/Observation?patient=…' })
  }
  const link = await openLink(asking, token)
  await allow(asking, link.search.type as string, 's')
  return answer(asking, link)
}

type Ask = Omit<PageLink, 'actor' | 'expires'>
const firstPage: PageStart = { after: null, afterKey: null, snapshot: null, total: null }

async function answer(asking: Asking, ask: Ask): Promise<string> {
  const { world } = asking
  const { trace } = asking
  const reading: Reading = { snapshot: ask.snapshot, trace }
  const decided = await traced(trace, 'relations', () => decideRelated({ asking, sql: world.sql, reading }, ask.search))
  const { search, keys, named } = await traced(trace, 'patients', () => nameAll(asking, decided))
  const view = await traced(trace, 'access', () => (keys === null ? viewOfAll(asking) : viewOf(asking, keys)))
  const type = world.fhir.typeCode(search.type as string)
  const scope: Scoped = { keys, visible: visibleRows(view, type, keys), reading }
  const isOnlyCount = search.summary === 'count'
  const page = isOnlyCount
    ? { hits: [], first: null, next: null, total: await countHits(asking, world.sql, search, scope) }
    : await pageOf(asking, ask, search, scope)
  const { included, isCut } = await traced(trace, 'includes', () => includedOf(asking, search, page.hits))
  const withheld = named.filter((key) => isWithheldFrom(view, key, search.type as string))
  await traced(trace, 'audit', () => audit(asking, search, view, [...page.hits, ...included], named))
  const isWithheld = withheld.length > 0 && asking.actor.kind === 'person'
  return searchBundle(asking, { search, self: ask.self, ...page, included, isCut, isWithheld })
}

/**
 * A search of named patients whose matches are chosen from by a rule, in the order asked for: the same access, the same rows in the log for
 * what is shown, the same Bundle.
 */
export async function searchChosen(asking: Asking, search: Search, most: number, choose: (hits: Hit[]) => Hit[], self: string): Promise<string> {
  const { world } = asking
  const named = await nameAll(asking, search)
  const { keys } = named
  if (keys === null) throw new Refusal('incorrect', 'this is asked of one patient', { expression: 'patient', hint: 'Add patient=… or subject=Patient/….' })
  const view = await viewOf(asking, keys)
  const scope: Scope = { keys, visible: visibleRows(view, world.fhir.typeCode(search.type as string), keys) }
  const { sorted, isWhole } = await sortedHits(asking, world.sql, named.search, scope, null, most)
  if (!isWhole) throw tooMany(`more than ${most} results match; narrow by a code, a category or a date`)
  const hits = choose(sorted.map(({ hit }) => hit))
  const { included, isCut } = await includedOf(asking, named.search, hits)
  await audit(asking, search, view, [...hits, ...included], keys)
  const isWithheld = asking.actor.kind === 'person' && keys.some((key) => isWithheldFrom(view, key, search.type as string))
  return searchBundle(asking, { search, self, hits, first: null, next: null, total: hits.length, included, isCut, isWithheld })
}

/** Depends on the reader, the patient and the type only, never on what there is: an empty answer must not be read as «no allergies». */
function isWithheldFrom(view: View, key: number, type: string): boolean {
  const basis = view.basisOf(key)
  return basis === null || typesHidden(basis.view).includes(type)
}

type Page = { hits: Hit[]; first: string | null; next: string | null; total: number | null }
type Scoped = Scope & { reading: Reading }

async function pageOf(asking: Asking, ask: Ask, search: Search, scope: Scoped): Promise<Page> {
  const isFirst = ask.after === null && ask.afterKey === null
  const { hits, rest, isWhole } = await (search.sort.length > 0 ? sortedPage : keyedPage)(asking, ask, search, scope)
  const wantsTotal = search.total === 'accurate' || search.total === 'estimate'
  // What the first page counted stays true: later pages are of the same moment.
  const total = isWhole ? hits.length : isFirst && wantsTotal ? await countHits(asking, asking.world.sql, search, scope) : ask.total
  const link = async (start: PageStart) => `${asking.base}?_page=${await sealLink(asking, { ...start, search: ask.search, self: ask.self })}`
  const { snapshot } = scope.reading
  return {
    hits,
    first: isFirst ? null : await link({ ...firstPage, snapshot, total }),
    next: rest === null ? null : await link({ ...rest, snapshot, total }),
    total,
  }
}

type PageHits = { hits: Hit[]; rest: Pick<PageStart, 'after' | 'afterKey'> | null; isWhole: boolean }

async function sortedPage(asking: Asking, { afterKey }: Ask, search: Search, scope: Scoped): Promise<PageHits> {
  const { sorted, isWhole } = await sortedHits(asking, asking.world.sql, search, scope, afterKey, search.count + 1)
  const page = sorted.slice(0, search.count)
  const last = page.at(-1)
  return {
    hits: page.map(({ hit }) => hit),
    rest: sorted.length > page.length && last ? { after: null, afterKey: last.key } : null,
    isWhole: isWhole && sorted.length === page.length,
  }
}

async function keyedPage(asking: Asking, { after }: Ask, search: Search, scope: Scoped): Promise<PageHits> {
  const found = await firstHits(asking, asking.world.sql, search, scope, after, search.count + 1)
  const hits = found.slice(0, search.count)
  const last = hits.at(-1)?.row
  const rest = found.length > hits.length && last ? { after: { patient: last.patient, type: last.type, id: last.id }, afterKey: null } : null
  return { hits, rest, isWhole: after === null && rest === null }
}

/** One row for the question and one for every patient whose data the answer shows; values never stand in the log. */
async function audit(asking: Asking, search: Search, view: View, shown: readonly Hit[], named: readonly number[]): Promise<void> {
  const names = [...new Set(search.used.map(([name]) => name))].join(',')
  const what = `${search.type}${names === '' ? '' : `?${names}`}`
  const groups = Map.groupBy(
    shown.filter(({ row }) => row.patient >= reservedKeys),
    ({ row }) => row.patient,
  )
  const entries = [...groups].map(([patient, hits]) =>
    entryOf(asking, 'search', patient, what, { basis: basisOfRow(view, (hits[0] as Hit).row), count: hits.length }),
  )
  const seen = new Set([...groups.keys()].map(view.personOf))
  const unseen = new Map(named.filter((key) => !seen.has(view.personOf(key))).map((key) => [view.personOf(key), key]))
  // Whoever was named and is not in the answer was looked for: one row each, a denial when nothing opens the record to a person.
  for (const key of unseen.values()) {
    const basis = view.basisOf(key)?.kind ?? null
    const decision = basis === null && asking.actor.kind === 'person' ? 'deny' : 'permit'
    entries.push(entryOf(asking, 'search', key, what, { basis, decision, count: 0 }))
  }
  const question = groups.size === 0 && unseen.size > 0 ? [] : [entryOf(asking, 'search', null, what, { count: shown.length })]
  await asking.world.ledger.record([...question, ...entries])
}

/** What was searched, as a link; a personal number is masked, because links end up in logs and histories. */
function selfOf(asking: Asking, search: Search): string {
  const urn = asking.world.config.SYSTEM_URN
  const query = search.used.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(maskNumbers(value, urn))}`)
  return `${asking.base}/${search.type}${query.length > 0 ? `?${query.join('&')}` : ''}`
}

export function maskNumbers(value: string, urn: string): string {
  const system = urn.replace(/[^A-Za-z0-9:]/g, '')
  return value.replace(new RegExp(`(${system}:(?:jmbg|ebs|lbo|lzb)\\|)[^,]*`, 'g'), '$1***').replace(/(?<![0-9A-Za-z-])(\d{11}|\d{13})(?![0-9A-Za-z-])/g, '***')
}
