import type { AuditedTransaction } from '../../audit/audit.ts'
import { parseSearch, type Resource, type Search } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import { type Applied, applyAll, placeNew, whatever } from './apply.ts'
import { type Asking, entryOf } from '../asking.ts'
import { askConditions } from './conditions.ts'
import { auditDenial, requireInstitution } from './create.ts'
import { allow } from '../scope.ts'
import { patientOrNone } from '../ids.ts'
import type { Hit } from '../search/run-search.ts'
import { noCharts } from './subject.ts'
import { checkEndpoints } from '../subscription/subscribe.ts'

/** A condition: the query as text, or its parameters with their values. */
export type Criteria = string | [string, string][]

/** A criteria string of `If-None-Exist`, a conditional reference or a conditional address, as a search. It needs at least one clause. */
export function criteriaOf(asking: Asking, type: string, query: Criteria, expression: string): Search {
  // Accepts a bare query, `Type?query` or a whole address: only the part behind the question mark counts.
  const pairs = typeof query === 'string' ? [...new URLSearchParams(query.slice(query.indexOf('?') + 1))] : query
  let search: Search
  try {
    search = searchOf(asking.world, type, pairs)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new Refusal('incorrect', `the condition cannot be used: ${error.message}`, {
      expression,
      hint: 'Use search parameters of this type, for example identifier=system|value.',
    })
  }
  if (search.clauses.length === 0) {
    throw new Refusal('precondition', 'a condition that asks nothing would match everything', {
      expression,
      hint: 'Give at least one search parameter, for example identifier=system|value.',
    })
  }
  return search
}

type Known = { generation: number; searches: Map<string, Search> }
const known = new WeakMap<World['fhir'], Known>()
const knownMax = 1000

/**
 * The messages of a system ask for the same devices, organizations and patients by their numbers. A parsed search is never changed, so it is kept and
 * used again.
 */
function searchOf({ fhir }: World, type: string, pairs: [string, string][]): Search {
  const read = () => parseSearch(fhir, type, pairs, { lenient: false })
  const [[name, value] = ['', ''], another] = pairs
  if (another !== undefined || name !== 'identifier') return read()
  const { generation } = fhir.custom
  let kept = known.get(fhir)
  if (kept?.generation !== generation || kept.searches.size >= knownMax) known.set(fhir, (kept = { generation, searches: new Map() }))
  return kept.searches.getOrInsertComputed(`${type} ${value}`, read)
}

/** Names two of the matches: a reader far from here, for example at an edge, can look which one is wrong. */
export function severalMatch(expression: string, hits: readonly Hit[] = []): Refusal {
  const [one, another] = hits.map(({ resource, publicId }) => `${resource.resourceType}/${publicId}`)
  return new Refusal('precondition', 'the condition matches more than one resource', {
    expression,
    hint: another === undefined ? 'Make the condition more exact.' : `Make the condition more exact, or correct one of ${one} and ${another}.`,
  })
}

/** POST with If-None-Exist: answers the existing resource, or makes a new one (R4 http, section 3.1.0.8.1). */
export async function createConditionally(asking: Asking, resource: Resource, query: Criteria): Promise<Applied> {
  requireInstitution(asking)
  const type = resource.resourceType
  await allow(asking, type, 's')
  const search = criteriaOf(asking, type, query, 'http.If-None-Exist')
  await checkEndpoints(asking, [resource])
  try {
    return await asking.world.ledger.transaction((tx) => createUnlessFound(asking, tx, resource, search))
  } catch (error) {
    await auditDenial(asking, 'create', type, error)
    throw error
  }
}

async function createUnlessFound(asking: Asking, tx: AuditedTransaction, resource: Resource, search: Search): Promise<Applied> {
  const type = resource.resourceType
  const [hits = []] = await askConditions(tx, [{ asking, search, limit: 2, makes: true, expression: 'http.If-None-Exist' }])
  const [found, another] = hits
  if (another) throw severalMatch('http.If-None-Exist', hits)
  if (found) {
    tx.audit([entryOf(asking, 'read', patientOrNone(found.row.patient), `${type}/${found.publicId}`, { basis: 'own-submissions' })])
    return asFound(found)
  }
  const charts = noCharts()
  const operation = { kind: 'create' as const, type, id: null, resource, expected: whatever, path: type }
  const [applied] = await applyAll(asking, tx, [await placeNew(asking, tx, operation, charts)], charts)
  return applied as Applied
}

export function asFound({ row, body, resource }: Hit): Applied {
  return {
    type: resource.resourceType,
    id: resource.id as string,
    version: row.version,
    at: row.at,
    status: 200,
    body,
    patient: row.patient,
    warnings: [],
    temporaryNumber: null,
  }
}
