import { matches, parseSearch, type Search } from '../../fhir/fhir.ts'
import { int8Array, uuidArray } from '../../platform/arrays.ts'
import { fragment } from '../../platform/sql.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Asking } from '../asking.ts'
import { byKey, candidates } from '../search/candidates.ts'
import { contentsOf } from '../search/contents.ts'
import { isOneOf } from '../store.ts'
import type { Passed } from './history-rows.ts'
import type { Seen } from './moments.ts'

/** "Current list references are allowed" in a history, too (R4 http, 3.1.0.12): the search for a functional list of the type of the history. */
export function currentList(asking: Asking, type: string | null, text: string): Search {
  const isMixed = text.split(',').some((one) => !one.startsWith('$'))
  if (type !== null && !isMixed) return parseSearch(asking.world.fhir, type, [['_list', text]], { lenient: false })
  throw new Refusal('incorrect', isMixed ? '_list names Lists and functional lists together' : 'a functional list is asked of the history of one type', {
    expression: 'http._list',
    hint: isMixed ? 'Ask for one kind at a time.' : 'Ask for Condition/_history?_list=$current-problems.',
  })
}

/** The versions of resources that were on the list at the moment of the history: a list names resources, and thereby all their versions. */
export async function onList(asking: Asking, list: Search, { allEnded, noneBegun, running }: Seen, rows: readonly Passed[]): Promise<ReadonlySet<string>> {
  const { sql, fhir } = asking.world
  const places = [...new Map(rows.map((row) => [row.id, row])).values()]
  if (places.length === 0) return new Set()
  const where = [
    isOneOf(fragment`
      select p.patient, ${fhir.typeCode(list.type as string)}::int2, p.id
        from unnest(${int8Array(places.map(({ patient }) => patient))}::int8[], ${uuidArray(places.map(({ id }) => id))}::uuid[]) as p (patient, id)`),
  ]
  const reading = { snapshot: `${allEnded}:${noneBegun}:${running.join(',')}` }
  const current = await candidates(sql, { where, order: byKey, after: null, limit: places.length, reading })
  const contents = await contentsOf(asking, sql, current)
  return new Set(contents.filter((one) => matches(list, one.valuesFor(list), fhir)).map(({ row }) => row.id))
}
