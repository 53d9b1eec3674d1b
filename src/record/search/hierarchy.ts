import type { Clause, Search } from '../../fhir/fhir.ts'
import type { Asking } from '../asking.ts'
import { parseReference } from '../ids.ts'
import { emptySearch, fetchVisible } from './visible.ts'
import type { From } from './related.ts'
import { requireSeen } from '../scope.ts'
import { type Hit, hitsOf, tooMany } from './run-search.ts'
import { viewOfAll, visibleRows } from '../view.ts'

/** The parameter by which a resource of the type says what it is part of. */
const partOf: Record<string, string | undefined> = { Location: 'partof', Organization: 'partof', Encounter: 'part-of', Procedure: 'part-of' }
const levelsMax = 20
const membersMax = 2000

/** `location:below=…`: the place itself, and what lies under it (or over it) level after level (https://hl7.org/fhir/R4/search.html#recursive). */
export async function decideHierarchy(from: From, clause: Extract<Clause, { test: 'hierarchy' }>): Promise<Clause> {
  const types = clause.values.flatMap(({ literals }) => literals.map((literal) => parseReference(literal, from.asking.base)?.type ?? ''))
  for (const type of new Set(types.filter((one) => partOf[one] !== undefined))) await requireSeen(from.asking, type)
  const known = new Set(clause.values.flatMap(({ literals }) => literals))
  let edge = [...known]
  for (let level = 0; edge.length > 0; level++) {
    if (level >= levelsMax) throw tooMany(`the hierarchy has more than ${levelsMax} levels`)
    const further = clause.how === 'below' ? await childrenOf(from, edge) : await parentsOf(from.asking, edge)
    edge = further.filter((literal) => !known.has(literal)) // What was seen is not followed again, so a circular hierarchy ends.
    for (const literal of edge) known.add(literal)
    if (known.size > membersMax) throw tooMany(`the hierarchy has more than ${membersMax} members`)
  }
  return { code: clause.code, test: 'reference', values: [{ literals: [...known] }], isFound: true }
}

async function parentsOf(asking: Asking, edge: readonly string[]): Promise<string[]> {
  const parents: string[] = []
  const members = edge.filter((literal) => partOf[parseReference(literal, asking.base)?.type ?? ''] !== undefined)
  for await (const hit of fetchVisible(asking, members)) parents.push(...parentOf(hit))
  return parents
}

function parentOf({ resource, values }: Hit): string[] {
  const code = partOf[resource.resourceType]
  return values.flatMap((value) => (value.kind === 'reference' && value.code === code && value.reference !== null ? [value.reference] : []))
}

async function childrenOf(from: From, edge: readonly string[]): Promise<string[]> {
  const { asking, sql, reading } = from
  const found: string[] = []
  for (const [type, literals] of Map.groupBy(edge, (literal) => parseReference(literal, asking.base)?.type ?? '')) {
    const code = partOf[type]
    if (code === undefined) continue
    const search: Search = { ...emptySearch, type, clauses: [{ code, test: 'reference', values: [{ literals }] }] }
    const view = await viewOfAll(asking)
    const visible = visibleRows(view, asking.world.fhir.typeCode(type), null)
    for await (const { resource } of hitsOf(asking, sql, search, { keys: null, visible, reading }, null)) {
      found.push(`${type}/${resource.id}`)
      if (found.length > membersMax) break
    }
  }
  return found
}
