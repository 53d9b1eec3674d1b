import type { Transaction, World } from '../../platform/world.ts'
import { type Given, problem, type Problem } from './list.ts'

// Finds the rows to which the numbers of a list refer, for a part of the list at once.

/** People live on a higher floor, so src/commands.ts, which puts the commands together, hands these functions in. */
export const people = {
  /**
   * The root key of the person with each number, in the order asked; null for a number that nobody has. A number that cannot be right gives the
   * sentence that says why.
   */
  find: null as ((world: World, tx: Transaction, asked: readonly PersonNumber[]) => Promise<(number | null | string)[]>) | null,
  /** What the pages of a representative show about people, by root key. */
  shown: null as ((world: World, tx: Transaction, roots: readonly number[]) => Promise<Map<number, Shown>>) | null,
}
export type Shown = { person: string; name: string; born: string | null }
export type PersonNumber = { kind: 'jmbg' | 'lbo'; value: string }

type Found = Map<string, number>

export const institutionsByMb = (tx: Transaction, numbers: readonly string[]): Promise<Found> =>
  found(tx<Row>`select mb as number, id from registry.institution where mb = any(${distinct(numbers)}::text[]) limit ${most}`)

export const employersByPib = (tx: Transaction, numbers: readonly string[]): Promise<Found> =>
  found(tx<Row>`select pib as number, id from registry.employer where pib = any(${distinct(numbers)}::text[]) limit ${most}`)

export const workersByLicence = (tx: Transaction, numbers: readonly string[]): Promise<Found> =>
  found(tx<Row>`select licence_number as number, id from registry.worker where licence_number = any(${distinct(numbers)}::text[]) limit ${most}`)

/** Ids of units by `institution id/unit code`. */
const unitsByCode = (tx: Transaction, institutions: readonly number[]): Promise<Found> =>
  found(tx<Row>`
    select institution || '/' || code as number, id from registry.unit where institution = any(${[...new Set(institutions)]}::int4[]) limit ${most}`)

/** The place where a record says that somebody works: the institution by its number, the unit by its code. */
export async function placesOf(tx: Transaction, given: readonly Given[]): Promise<(row: Given['row']) => { institution: number; unit: number }> {
  const byMb = await institutionsByMb(
    tx,
    given.flatMap(({ row }) => row['institution'] ?? []),
  )
  const byCode = await unitsByCode(tx, [...byMb.values()])
  return (row) => {
    const institution = known(byMb, row['institution'] as string, 'institution', 'institutions')
    return { institution, unit: known(byCode, `${institution}/${row['unit']}`, 'unit', 'units') }
  }
}

type Row = { number: string; id: number }
const most = 200_000
const distinct = (values: readonly string[]) => [...new Set(values)]
const found = async (rows: Promise<Row[]>): Promise<Found> => new Map((await rows).map(({ number, id }) => [number, id]))

/** Goes over the records. A record for which `act` throws a problem is left out. */
export function eachOf<T>(given: readonly Given[], act: (one: Given) => T): { taken: T[]; problems: Problem[] } {
  const [taken, problems]: [T[], Problem[]] = [[], []]
  for (const one of given) {
    try {
      taken.push(act(one))
    } catch (error) {
      if (!(error instanceof Unknown)) throw error
      problems.push(problem(one.line, error.column, error.message))
    }
  }
  return { taken, problems }
}

export class Unknown extends Error {
  readonly column: string
  constructor(column: string, sentence: string) {
    super(sentence)
    this.column = column
  }
}

/** The last day of the record's period, which begins with `from`; null for a period without an end. */
export function endOf({ from, until }: Given['row']): string | null {
  if (until !== undefined && until < (from as string)) throw new Unknown('until', 'is before from')
  return until ?? null
}

/** `among` names the register that must know the number, so the operator sees which list to load first. */
export function known(map: Found, key: string, column: string, among: string): number {
  const id = map.get(key)
  if (id === undefined) throw new Unknown(column, `is not among the ${among}; load those first`)
  return id
}

/** The person of each record, by JMBG or LBO. A number that nobody here has and a wrong number give different problems. */
export async function peopleOf(tx: Transaction, world: World, given: readonly Given[]): Promise<Map<Given, number | Unknown>> {
  if (!people.find) throw new Error('registry cannot look for people')
  const asked = given.map(
    ({ row }): PersonNumber => (row['jmbg'] === undefined ? { kind: 'lbo', value: row['lbo'] ?? '' } : { kind: 'jmbg', value: row['jmbg'] }),
  )
  const holders = await people.find(world, tx, asked)
  return new Map(
    given.map((one, at): [Given, number | Unknown] => {
      const { kind } = asked[at] as PersonNumber
      const holder = holders[at] as number | null | string
      if (typeof holder === 'number') return [one, holder]
      return [
        one,
        new Unknown(kind, holder ?? 'belongs to nobody here yet: a person is known from the first document of an institution on; send the list again'),
      ]
    }),
  )
}

export function personIn(of: ReadonlyMap<Given, number | Unknown>, one: Given): number {
  const person = of.get(one) as number | Unknown
  if (person instanceof Unknown) throw person
  return person
}
