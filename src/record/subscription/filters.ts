import { matches, parseSearch, type Search } from '../../fhir/fhir.ts'
import { Refusal, type RefusalKind } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import type { Asking } from '../asking.ts'
import { mayAskByNumber } from '../ids.ts'
import type { Content } from '../search/contents.ts'
import { nameAll } from '../search/named-patients.ts'
import { filtersOf, type Topic, typeNamed, typesOf } from './topics.ts'

/** What a Subscription asks of one type; of several filters all must hold (R5 Subscription.filterBy). */
type Asked = { type: string; search: Search }

const decided = new Set(['missing', 'token', 'text', 'sounds', 'of-type', 'string', 'date', 'reference', 'identifier', 'uri', 'number', 'composite', 'any'])

/** Reads `Type?parameter=value`, or refuses it with its place. */
export function readFilter(world: World, topic: Topic, text: string, expression: string): Asked {
  const at = text.indexOf('?')
  const type = at < 0 ? text : text.slice(0, at)
  const types = typesOf(world.fhir, topic)
  if (!types.includes(type)) {
    const isKnown = world.fhir.typeCode(type) >= 0
    throw wrong(expression, isKnown ? `the topic has no events of ${type}` : 'a filter begins with a resource type', 'Write it like Observation?code=718-7.')
  }
  // A filter stands in tables and answers.
  if (mayAskByNumber(world, type, text.slice(type.length + 1)))
    throw wrong(expression, 'the filter may hold a personal number', 'Name the patient by patient=Patient/ID.')
  const pairs = at < 0 ? [] : [...new URLSearchParams(text.slice(at + 1))]
  const known = filtersOf(world.fhir, type)
  for (const [name] of pairs) {
    if (known.includes(name.split(':')[0] as string)) continue
    const shown = /^[\w.:-]{1,60}$/.test(name) ? name : 'this'
    throw wrong(expression, `${shown} is no filter of ${type}`, 'GET /fhir/SubscriptionTopic lists what each topic can filter by.')
  }
  const search = parsed(world, type, pairs, expression)
  if (search.clauses.every((clause) => decided.has(clause.test))) return { type, search }
  throw wrong(expression, 'a filter is decided by the resource alone', 'Leave out modifiers that need other resources: :above, :below, :in, :not-in.')
}

function parsed(world: World, type: string, pairs: [string, string][], expression: string): Search {
  try {
    return parseSearch(world.fhir, type, pairs, { lenient: false })
  } catch (error) {
    if (error instanceof Refusal)
      throw wrong(expression, `the filter cannot be used: ${error.message}`, error.issues?.[0]?.hint ?? 'See the search parameters of the type.')
    throw error
  }
}

const wrong = (expression: string, sentence: string, hint: string) => new Refusal('unprocessable', sentence, { expression, hint })

/** Types that the filters name; null when there is none, and the topic's types are meant. */
export const typesNamed = (filters: readonly string[]): Set<string> | null => (filters.length === 0 ? null : new Set(filters.map(typeNamed)))

/** The filters of one type, ready to be asked. A patient who is named means all charts of that person, as in a search. */
export async function searchesOf(asking: Asking, topic: Topic, filters: readonly string[], type: string): Promise<Search[]> {
  const searches: Search[] = []
  for (const text of filters) {
    if (typeNamed(text) !== type) continue
    searches.push((await nameAll(asking, readFilter(asking.world, topic, text, 'Subscription.criteria').search)).search)
  }
  return searches
}

const lasting = new Set<RefusalKind>(['incorrect', 'unprocessable', 'forbidden', 'not-found'])

/** A refusal that comes again whenever the question is asked. Anything else is thrown, because it may pass: a busy server, a full disk. */
export function onlyRefused(error: unknown): Refusal {
  if (error instanceof Refusal && lasting.has(error.kind)) return error
  throw error
}

export const neverAgain = ({ topic }: { topic: string | null }, { message }: Refusal): string =>
  `its ${topic === null ? 'criteria' : 'filters'} cannot be asked any more: ${message}`

/** Whether the resource satisfies the condition of a topic. */
export const satisfies = (asking: Asking, type: string, query: string, content: Content): boolean =>
  holds(asking, parseSearch(asking.world.fhir, type, [...new URLSearchParams(query)], { lenient: false }), content)

export const holds = (asking: Asking, search: Search, content: Content): boolean => matches(search, content.valuesFor(search), asking.world.fhir)
