import type { Clause, Search } from '../../fhir/fhir.ts'
import type { Runner } from '../../platform/sql.ts'
import type { Asking } from '../asking.ts'
import type { Reading } from './candidates.ts'
import { decideChain, decideHas } from './chain.ts'
import { decideCompartment } from './compartment.ts'
import { decideHierarchy } from './hierarchy.ts'
import { requireSeen } from '../scope.ts'
import { fetchVisible } from './visible.ts'
import { parseReference, type Reference } from '../ids.ts'
import { decideCodes } from '../terminology/decide-codes.ts'

/** Who asks, over which connection, and as of which moment: a later page follows the same relations as the first. */
export type From = { asking: Asking; sql: Runner; reading: Reading; led?: Led }

/** A count over more patients than this tells nothing about any one of them. */
export const countedMax = 100

/** By person, whose data decided a `_has`: an institution or a drug that is found so says what somebody has, and no row of the answer is theirs. */
export type Led = Map<number, LedBy>
export type LedBy = { basis: string | null; count: number; isNamed: boolean }

/**
 * Replaces what other resources decide (chains, `_has`, hierarchies, value sets, Lists) by what they lead to, so that the rest of a search asks
 * one resource at a time. Every step sees what the actor may see: a hidden resource leads nowhere, as if it were not there.
 */
export async function decideRelated(from: From, search: Search): Promise<Search> {
  let decided: Search = { ...search, clauses: search.clauses.filter((clause) => !isRelated(clause)) }
  // What leads to patients comes first, in whatever order it was written: it leaves few for the others to look at.
  for (const clause of search.clauses.toSorted((a, b) => Number(leadsToPatients(b)) - Number(leadsToPatients(a)))) {
    if (isRelated(clause)) decided = { ...decided, clauses: [...decided.clauses, await decideOne(from, decided, clause)] }
  }
  return decided
}

const leadsToPatients = (clause: Clause): boolean => clause.test === 'chain' && clause.to.some(({ type }) => type === 'Patient')

/** Whether it, or a clause that it is joined of, is decided by other resources. */
export const isRelated = (clause: Clause): boolean => ('clauses' in clause ? clause.clauses.some(isRelated) : relatedTests.has(clause.test))
const relatedTests = new Set<string>(['chain', 'has', 'hierarchy', 'codes', 'list', 'compartment'])

/** `beside` is the same search with everything that is decided already: it may leave so few that one looks from them. */
async function decideOne(from: From, beside: Search, clause: Clause): Promise<Clause> {
  switch (clause.test) {
    case 'any':
    case 'all':
    case 'none': {
      const clauses: Clause[] = []
      for (const one of clause.clauses) clauses.push(await decideOne(from, beside, one))
      return { ...clause, clauses }
    }
    case 'chain':
      return decideChain(from, beside, clause)
    case 'has':
      return decideHas(from, beside, clause)
    case 'hierarchy':
      return decideHierarchy(from, clause)
    case 'codes':
      return decideCodes(from.asking, beside.type as string, clause)
    case 'compartment':
      return decideCompartment(from, beside.type as string, clause)
    case 'list':
      return decideList(from.asking, beside.type as string, clause.ids)
    default:
      return clause
  }
}

async function decideList(asking: Asking, type: string, ids: readonly string[]): Promise<Clause> {
  const named = await listedBy(asking, ids)
  return { code: '_id', test: 'ids', ids: [...new Set(named.filter((one) => one.type === type).map(({ id }) => id))] }
}

/** The entries of these Lists. A List that does not exist and one that the actor may not see both have none. */
export async function listedBy(asking: Asking, ids: readonly string[]): Promise<Reference[]> {
  await requireSeen(asking, 'List')
  const named: Reference[] = []
  const lists = ids.map((id) => `List/${id}`)
  for await (const { resource } of fetchVisible(asking, lists)) {
    for (const { item, deleted } of (resource['entry'] ?? []) as { item?: { reference?: string }; deleted?: boolean }[]) {
      const found = item?.reference === undefined || deleted === true ? null : parseReference(item.reference, asking.base)
      if (found) named.push(found)
    }
  }
  return named
}
