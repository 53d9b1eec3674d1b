import type { Clause, Search } from '../../fhir/fhir.ts'
import { keysOfNumber } from '../../identity/identity.ts'
import type { Asking } from '../asking.ts'
import { isServerId, keyOfId, parseReference } from '../ids.ts'
import { chartsMax, peopleOf } from '../people.ts'
import { tooMany } from './run-search.ts'
import { findNames } from '../store.ts'

/**
 * The search with each patient widened to all charts of the same person; the keys it can be about; and those of them that the asker
 * named, rather than a chain that was followed; and `about` all of whom something was asked, also when another condition led to nobody.
 */
export type Named = { search: Search; keys: number[] | null; named: number[]; about: number[] }

/**
 * A person is a set of charts, one per institution: naming any of them asks about all (design decision 3). The answer's scope
 * is the keys of every patient named as the subject; two parameters that do leave those named by both.
 */
export async function nameAll(asking: Asking, search: Search): Promise<Named> {
  const all = await allNamed(asking, search.type as string, search.clauses)
  return {
    search: { ...search, clauses: all.map(({ clause }) => clause) },
    keys: bothOf(all.map(({ keys }) => keys)),
    named: bothOf(all.map(({ asked }) => asked)) ?? [],
    about: bothOf(all.map(({ keys }) => (keys?.length === 0 ? null : keys))) ?? [],
  }
}

/** `keys`: under which all is filed that satisfies the clause, `asked` those that somebody named; null where it says nothing of it. */
type NamedClause = { clause: Clause; keys: number[] | null; asked: number[] | null }

async function allNamed(asking: Asking, type: string, clauses: readonly Clause[]): Promise<NamedClause[]> {
  const all: NamedClause[] = []
  for (const clause of clauses) all.push(mayName(type, clause) ? await oneNamed(asking, type, clause) : namesNobody(clause))
  return all
}

/** Whether a clause could name somebody. Most could not, and then nothing is asked. */
const mayName = (type: string, clause: Clause): boolean => clause.test === 'reference' || 'clauses' in clause || (clause.test === 'token' && type === 'Patient')

async function oneNamed(asking: Asking, type: string, clause: Clause): Promise<NamedClause> {
  switch (clause.test) {
    case 'any': {
      if (clause.keys !== undefined) return { clause, keys: clause.keys, asked: clause.named ?? null }
      return joined(clause, await allNamed(asking, type, clause.clauses), eitherOf)
    }
    case 'all':
      return joined(clause, await allNamed(asking, type, clause.clauses), bothOf)
    case 'none':
      return joined(clause, await allNamed(asking, type, clause.clauses), () => null)
    case 'unlike': {
      const [one] = await allNamed(asking, type, clause.clauses)
      // A number that is not that of a chart says so by the chart itself, not by one of its values.
      const like = (one as NamedClause).clause
      return namesNobody(like.code === clause.code ? { ...clause, clauses: [like] } : { code: clause.code, test: 'none', clauses: [like] })
    }
    case 'token':
      return (await namedByNumber(asking, clause)) ?? namesNobody(clause)
    case 'reference':
      return namedByReference(asking, type, clause)
    default:
      return namesNobody(clause)
  }
}

const namesNobody = (clause: Clause): NamedClause => ({ clause, keys: null, asked: null })

type Keys = number[] | null

const joined = (clause: Clause & { test: 'any' | 'all' | 'none' }, each: readonly NamedClause[], of: (lists: readonly Keys[]) => Keys): NamedClause => ({
  clause: { ...clause, clauses: each.map((one) => one.clause) },
  keys: of(each.map(({ keys }) => keys)),
  asked: of(each.map(({ asked }) => asked)),
})

async function namedByNumber(asking: Asking, clause: Clause): Promise<NamedClause | null> {
  const numbers = onlyHealthNumbers(asking, clause)
  if (numbers === null) return null
  const { these, charts } = await chartsOfNumbers(asking, numbers)
  return { clause: { code: '_id', test: 'token', isNot: false, values: charts.map((value) => ({ value })) }, keys: these, asked: these }
}

async function namedByReference(asking: Asking, type: string, clause: Clause & { test: 'reference' }): Promise<NamedClause> {
  // A chain that leads to nobody leaves no row to look at.
  if (clause.isFound && clause.values.every(({ literals }) => literals.length === 0)) return { clause, keys: [], asked: null }
  const ids = onlyPatients(
    asking,
    clause.values.map(({ literals }) => literals),
  )
  if (ids === null) return namesNobody(clause)
  const { keys, literals } = await widen(asking, ids)
  const widened: Clause = { ...clause, values: [...clause.values, { literals }] }
  // Only the subject tells under which key a resource is filed: a patient may also be a member, a performer or a payer.
  if (!asking.world.fhir.namesSubject(type, clause.code)) return namesNobody(widened)
  return { clause: widened, keys, asked: clause.isFound === true ? null : keys }
}

/** The keys that are in every list; a null list does not count. */
function bothOf(lists: readonly (number[] | null)[]): number[] | null {
  return lists.reduce((some, more) => (some === null ? more : more === null ? some : both(some, more)), null)
}

/** The keys of all lists together; null when one of the lists is null. */
const eitherOf = (lists: readonly (number[] | null)[]): number[] | null => (lists.includes(null) ? null : [...new Set((lists as number[][]).flat())])

function both(one: readonly number[], other: readonly number[]): number[] {
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
