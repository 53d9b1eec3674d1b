import { typesHidden } from '../access/access.ts'
import { parseSearch, type Search } from '../fhir/fhir.ts'
import { Refusal } from '../platform/refusal.ts'
import { type Asking, entryOf } from './asking.ts'
import { reservedKeys } from './ids.ts'
import { includedOf } from './include.ts'
import { nameAll } from './named-patients.ts'
import { openLink, type PageLink, sealLink } from './page-link.ts'
import { compareKeys, countHits, firstHits, type Hit, type Scope, sortedHits } from './run-search.ts'
import { allow } from './scope.ts'
import { searchBundle } from './search-bundle.ts'
import { basisOfRow, type View, viewOf, viewOfAll, visibleRows } from './view.ts'

/** `GET /fhir/Type?…`: strict unless the client asked for leniency; the answer says what was really searched. */
export async function searchType(asking: Asking, type: string, pairs: [string, string][], lenient: boolean): Promise<string> {
  const local = pairs.map(([name, value]): [string, string] => [name, value.replaceAll(`${asking.base}/`, '')])
  const search = parseSearch(asking.world.fhir, type, local, { lenient })
  return answer(asking, { search, self: selfOf(asking, search), after: null, afterKey: null })
}

/** `GET /fhir?_page=…`: the next page of an earlier answer. */
export async function searchPage(asking: Asking, query: Record<string, string>): Promise<string> {
  const token = query['_page']
  if (typeof token !== 'string') {
    throw new Refusal('incorrect', 'a search over all types at once is not supported', { hint: 'Search one type, for example /fhir/Observation?patient=…' })
  }
  const link = openLink(asking, token)
  await allow(asking, link.search.type as string, 's')
  return answer(asking, link)
}

type Ask = Omit<PageLink, 'actor' | 'expires'>

async function answer(asking: Asking, ask: Ask): Promise<string> {
  const { world } = asking
  const { search, keys } = await nameAll(asking, ask.search)
  const view = keys === null ? await viewOfAll(asking) : await viewOf(asking, keys)
  const type = world.fhir.typeCode(search.type as string)
  const scope: Scope = { keys, visible: visibleRows(view, type, keys) }
  const isOnlyCount = search.summary === 'count'
  const page = isOnlyCount ? { hits: [], next: null, total: await countHits(asking, world.sql, search, scope) } : await pageOf(asking, ask, search, scope)
  const { included, isCut } = await includedOf(asking, search, page.hits)
  const withheld = (keys ?? []).filter((key) => isWithheldFrom(view, key, search.type as string))
  await audit(asking, search, view, [...page.hits, ...included], keys)
  const isWithheld = withheld.length > 0 && asking.actor.kind === 'person'
  return searchBundle(asking, { search, self: ask.self, ...page, included, isCut, isWithheld })
}

/** Depends on the reader, the patient and the type only, never on what there is: an empty answer must not be read as «no allergies». */
function isWithheldFrom(view: View, key: number, type: string): boolean {
  const basis = view.basisOf(key)
  return basis === null || typesHidden(basis.view).includes(type)
}

type Page = { hits: Hit[]; next: string | null; total: number | null }

async function pageOf(asking: Asking, ask: Ask, search: Search, scope: Scope): Promise<Page> {
  const { sql } = asking.world
  const link = (after: PageLink['after'], afterKey: PageLink['afterKey']) =>
    `${asking.base}?_page=${sealLink(asking, { search: ask.search, self: ask.self, after, afterKey })}`
  if (search.sort.length > 0) {
    const all = await sortedHits(asking, sql, search, scope)
    const rest = ask.afterKey === null ? all : all.filter(({ key }) => compareKeys(search, key, ask.afterKey as never) > 0)
    const page = rest.slice(0, search.count)
    const last = page.at(-1)
    return { hits: page.map(({ hit }) => hit), next: rest.length > page.length && last ? link(null, last.key) : null, total: all.length }
  }
  const found = await firstHits(asking, sql, search, scope, ask.after, search.count + 1)
  const hits = found.slice(0, search.count)
  const last = hits.at(-1)
  const next = found.length > hits.length && last ? link({ patient: last.row.patient, type: last.row.type, id: last.row.id }, null) : null
  const isWhole = ask.after === null && next === null
  const wantsTotal = search.total === 'accurate' || search.total === 'estimate'
  return { hits, next, total: isWhole ? hits.length : wantsTotal ? await countHits(asking, sql, search, scope) : null }
}

/** One row for the question and one for every patient whose data the answer shows; values never stand in the log. */
async function audit(asking: Asking, search: Search, view: View, shown: readonly Hit[], named: readonly number[] | null): Promise<void> {
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
  const unseen = new Map((named ?? []).filter((key) => !seen.has(view.personOf(key))).map((key) => [view.personOf(key), key]))
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
