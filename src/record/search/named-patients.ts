import type { Clause, Search } from '../../fhir/fhir.ts'
import { keysOfNumber } from '../../identity/identity.ts'
import type { Asking } from '../asking.ts'
import { isServerId, keyOfId, parseReference } from '../ids.ts'
import { chartsMax, peopleOf } from '../people.ts'
import { tooMany } from './run-search.ts'
import { findNames } from '../store.ts'

/**
 * The search with each patient widened to all charts of the same person; the keys it can be about; and those of them that the asker
 * named, rather than a chain that was followed.
 */
export type Named = { search: Search; keys: number[] | null; named: number[] }

/**
 * A person is a set of charts, one per institution: naming any of them asks about all (design decision 3). The answer's scope
 * is the keys of every patient named as the subject; two parameters that do leave those named by both.
 */
export async function nameAll(asking: Asking, search: Search): Promise<Named> {
  const clauses: Clause[] = []
  let keys: number[] | null = null
  let asked: number[] | null = null
  for (const clause of search.clauses) {
    if (clause.test === 'any' && clause.keys !== undefined) {
      clauses.push(clause)
      keys = both(keys, clause.keys)
      if (clause.named !== undefined) asked = both(asked, clause.named)
      continue
    }
    const numbers = search.type === 'Patient' ? onlyHealthNumbers(asking, clause) : null
    if (numbers !== null) {
      const { these, charts } = await chartsOfNumbers(asking, numbers)
      clauses.push({ code: '_id', test: 'token', isNot: false, values: charts.map((value) => ({ value })) })
      keys = both(keys, these)
      asked = both(asked, these)
      continue
    }
    const ids =
      clause.test === 'reference'
        ? onlyPatients(
            asking,
            clause.values.map((value) => value.literals),
          )
        : null
    if (clause.test !== 'reference' || ids === null) {
      clauses.push(clause)
      continue
    }
    const { keys: these, literals } = await widen(asking, ids)
    clauses.push({ ...clause, values: [...clause.values, { literals }] })
    // Only the subject tells under which key a resource is filed: a patient may also be a member, a performer or a payer.
    if (!asking.world.fhir.namesSubject(search.type as string, clause.code)) continue
    keys = both(keys, these)
    if (clause.isFound !== true) asked = both(asked, these)
  }
  return { search: { ...search, clauses }, keys, named: asked ?? [] }
}

function both(one: number[] | null, other: number[]): number[] {
  if (one === null) return other
  const wanted = new Set(other)
  return one.filter((key) => wanted.has(key))
}

const numbersMax = 50

/** The personal health number stands in no chart: the centre gave it, so the centre knows whose it is. */
function onlyHealthNumbers(asking: Asking, clause: Clause): string[] | null {
  if (clause.test !== 'token' || clause.code !== 'identifier' || clause.isNot) return null
  const system = `${asking.world.config.SYSTEM_URN}:lzb`
  const values = clause.values.map((value) => (value.system === system ? value.value : undefined))
  return values.length > 0 && values.length <= numbersMax && values.every((value) => value !== undefined) ? (values as string[]) : null
}

async function chartsOfNumbers(asking: Asking, numbers: readonly string[]): Promise<{ these: number[]; charts: string[] }> {
  const { world } = asking
  const found = await Promise.all(numbers.map((value) => keysOfNumber(world.sql, world, `${world.config.SYSTEM_URN}:lzb`, value)))
  const these = [...new Set(found.flat())]
  return { these, charts: await chartsOf(asking, these) }
}

/** Public ids of the Patient resources filed under these keys. */
async function chartsOf({ world }: Asking, keys: readonly number[]): Promise<string[]> {
  if (keys.length === 0) return []
  const charts = await world.sql<{ id: string; name: string | null }>`
    select id, name from record.resource
     where patient = any(${keys}::int8[]) and type = ${world.fhir.typeCode('Patient')}::int2
     limit ${chartsMax + 1}`
  if (charts.length > chartsMax) throw tooMany(`the patients of this question have more than ${chartsMax} charts together`)
  return charts.map(({ id, name }) => name ?? id)
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

export async function widen(asking: Asking, ids: readonly string[]): Promise<{ keys: number[]; literals: string[] }> {
  const { world } = asking
  const type = world.fhir.typeCode('Patient')
  const named = await findNames(
    world.sql,
    ids.filter((id) => !isServerId(id)).map((name) => ({ type, name })),
  )
  const direct = [...new Set([...ids.filter(isServerId).map(keyOfId), ...named.map(({ patient }) => patient)])]
  const people = await peopleOf(asking, direct)
  const charts = new Set(people.flatMap((person) => person.charts))
  if (charts.size > chartsMax) throw tooMany(`the patients of this question have more than ${chartsMax} charts together`)
  return { keys: [...new Set(people.flatMap((person) => person.keys))], literals: [...charts].map((id) => `Patient/${id}`) }
}
