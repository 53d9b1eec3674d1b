import { type Clause, matches, type Resource, type Search } from '../../fhir/fhir.ts'
import { insideForm, isIdentifierCode } from '../write/rows.ts'
import { detailsIn, valuesOf, withDetails } from './contents.ts'
import { nameAll } from './named-patients.ts'
import { decideRelated, type From, isRelated } from './related.ts'
import { type Hit, tooMany } from './run-search.ts'
import { emptySearch } from './visible.ts'

type To = readonly { type: string; clause: Clause }[]

const idsMax = 5000

/** A clause that finds every resource that may contain a match; null when no index can answer. */
export function perhapsInside({ clause }: To[number]): Clause | null {
  if (clause.test !== 'token' || clause.isNot || clause.code === '_id' || isIdentifierCode(clause.code)) return null
  const values = clause.values.flatMap(({ value }) => (value === undefined ? [] : [insideForm(value)]))
  return values.length === clause.values.length ? { code: '_contained', test: 'inside', values } : null
}

/**
 * "A chained condition will be evaluated inside contained resources" (R4 search, 3.1.1.5.6): the ids of those hits whose parameter refers to a
 * contained resource that meets the condition.
 */
export async function satisfiedInside(from: From, code: string, to: To, hits: AsyncIterable<Hit> | readonly Hit[]): Promise<string[]> {
  const searches = new Map<string, Promise<Search>>()
  const ids: string[] = []
  for await (const hit of hits) {
    for (const resource of referredInside(hit, code)) {
      const inner = to.find(({ type }) => type === resource.resourceType)
      if (inner === undefined) continue
      const search = await searches.getOrInsertComputed(inner.type, () => decidedOf(from, inner))
      if (!satisfies(from, search, resource)) continue
      ids.push(hit.publicId)
      if (ids.length > idsMax) throw tooMany(`a condition leads to what is inside of more than ${idsMax} resources`)
      break
    }
  }
  return ids
}

function referredInside({ body, values, resource }: Pick<Hit, 'body' | 'values' | 'resource'>, code: string): Resource[] {
  if (!body.includes('"contained"')) return []
  const contained = (resource['contained'] ?? []) as Resource[]
  const names = new Set(
    values.flatMap((one) => (one.kind === 'reference' && one.code === code && one.reference?.startsWith('#') ? [one.reference.slice(1)] : [])),
  )
  return contained.filter(({ id }) => id !== undefined && names.has(id))
}

async function decidedOf(from: From, { type, clause }: To[number]): Promise<Search> {
  const search: Search = { ...emptySearch, type, clauses: [clause] }
  return (await nameAll(from.asking, isRelated(clause) ? await decideRelated(from, search) : search)).search
}

const satisfies = ({ asking }: From, search: Search, resource: Resource): boolean =>
  matches(search, withDetails(asking, resource, valuesOf(asking, resource), detailsIn(search)), asking.world.fhir)
