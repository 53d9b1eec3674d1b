import type { Clause, Search } from '../fhir/fhir.ts'
import { keySets } from '../identity/identity.ts'
import type { Asking } from './asking.ts'
import { isServerId, keyOfId, parseReference } from './ids.ts'
import { findNames } from './store.ts'

/** The patients a search names, and the search with each of them widened to all charts of the same person. */
export type Named = { search: Search; keys: number[] | null }

/**
 * A person is a set of charts, one per institution: naming any of them asks about all (design decision 3). The answer's scope
 * is the keys of every patient named as the subject; two parameters that do leave those named by both.
 */
export async function nameAll(asking: Asking, search: Search): Promise<Named> {
  const clauses: Clause[] = []
  let keys: number[] | null = null
  for (const clause of search.clauses) {
    const ids = clause.test === 'reference' ? onlyPatients(asking, clause.values.map((value) => value.literals)) : null
    if (clause.test !== 'reference' || ids === null) {
      clauses.push(clause)
      continue
    }
    const { keys: these, literals } = await widen(asking, ids)
    clauses.push({ ...clause, values: [...clause.values, { literals }] })
    // Only the subject tells under which key a resource is filed: a patient may also be a member, a performer or a payer.
    if (asking.world.fhir.namesSubject(search.type as string, clause.code)) keys = keys === null ? these : keys.filter((key) => these.includes(key))
  }
  return { search: { ...search, clauses }, keys }
}

/** Ids when every value of the parameter can only mean a Patient; a bare id that might be a Group or a Device is not one. */
function onlyPatients(asking: Asking, values: readonly (readonly string[])[]): string[] | null {
  const ids: string[] = []
  for (const literals of values) {
    const patients = literals.map((literal) => parseReference(literal, asking.base))
    if (patients.length === 0 || patients.some((found) => found?.type !== 'Patient')) return null
    ids.push(...patients.map((found) => (found as { id: string }).id))
  }
  return ids
}

async function widen(asking: Asking, ids: readonly string[]): Promise<{ keys: number[]; literals: string[] }> {
  const { world } = asking
  const type = world.fhir.typeCode('Patient')
  const named = await findNames(world.sql, ids.filter((id) => !isServerId(id)).map((name) => ({ type, name })))
  const direct = [...ids.filter(isServerId).map(keyOfId), ...named.map(({ patient }) => patient)]
  const sets = await keySets(world.sql, direct)
  const keys = [...new Set(direct.flatMap((key) => sets.get(key) ?? [key]))]
  const charts = keys.length === 0 ? [] : await world.sql<{ id: string; name: string | null }>`
    select id, name from record.resource where patient = any(${keys}::int8[]) and type = ${type}::int2 limit 1000`
  return { keys, literals: charts.map(({ id, name }) => `Patient/${name ?? id}`) }
}
