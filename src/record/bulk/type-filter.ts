import { matches, parseSearch, type Resource, type Search } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import type { Asking } from '../asking.ts'
import { mayAskByNumber } from '../ids.ts'
import { detailsIn, withDetails, valuesOf } from '../search/contents.ts'
import { isRelated } from '../search/related.ts'
import { nameAll } from '../search/named-patients.ts'

/** A filter takes each resource out of its text; more of them would only be asked one after the other. */
const filtersMax = 20

/**
 * `_typeFilter` (Bulk Data Access 2.0): searches by commas or repeated, each of one type; of several of a type one is enough. A comma also
 * stands between values, so only one before `Type?` begins a filter.
 */
export function readTypeFilters(world: World, text: string): string[] {
  const filters = text.split(/,(?=[A-Z][A-Za-z]+\?)/)
  if (filters.length > filtersMax) throw wrong(`there are more than ${filtersMax} filters`, 'Ask for less, or in several exports.')
  for (const filter of filters) searchOf(world, filter)
  return filters
}

export const typeOfFilter = (filter: string): string => filter.slice(0, filter.indexOf('?'))

function searchOf(world: World, filter: string): Search {
  const type = typeOfFilter(filter)
  if (world.fhir.typeCode(type) < 0) throw wrong('a filter is a search of one type', 'Write it like Observation?status=final.')
  // What a job was asked for stands in a table.
  if (mayAskByNumber(world, type, filter.slice(type.length + 1)))
    throw wrong('the filter may hold a personal number', 'Name the patient by patient=Patient/ID.')
  const search = parsed(world, type, filter.slice(type.length + 1))
  if (search.clauses.length === 0 || search.clauses.length < search.used.length)
    throw wrong('a filter says what to find, not how to answer', 'Leave out _sort, _include and the like.')
  if (search.clauses.some(isRelated)) throw wrong('a filter is decided by the resource alone', 'Leave out chains, _has, _list and what needs a value set.')
  return search
}

function parsed(world: World, type: string, query: string): Search {
  try {
    return parseSearch(world.fhir, type, [...new URLSearchParams(query)], { lenient: false })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw wrong(`the filter cannot be used: ${error.message}`, error.issues?.[0]?.hint ?? 'See the search parameters of the type.')
  }
}

const wrong = (sentence: string, hint: string) => new Refusal('incorrect', sentence, { expression: '_typeFilter', hint })

/** Is a resource wanted? Types without a filter are wanted whole. A patient who is named means all charts of that person. */
export async function chooser(asking: Asking, filters: readonly string[]): Promise<((type: string, body: Buffer) => boolean) | null> {
  if (filters.length === 0) return null
  const searches = new Map<string, Search[]>()
  for (const filter of filters) {
    const { search } = await nameAll(asking, searchOf(asking.world, filter))
    searches.set(typeOfFilter(filter), [...(searches.get(typeOfFilter(filter)) ?? []), search])
  }
  return (type, body) => {
    const any = searches.get(type)
    if (any === undefined) return true
    const resource = JSON.parse(body.toString('utf8')) as Resource
    const values = valuesOf(asking, resource)
    return any.some((search) => matches(search, withDetails(asking, resource, values, detailsIn(search)), asking.world.fhir))
  }
}
