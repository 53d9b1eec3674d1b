import type { Clause, Extracted, Resource, Search } from '../../fhir/fhir.ts'
import { beforeMuchIsNeeded } from '../../platform/memory.ts'
import type { Runner } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import type { Asking } from '../asking.ts'
import { localReference } from '../write/rows.ts'
import { readBodies, type Stored } from '../store.ts'

/**
 * A version that a search looks at: its place and exact bytes and, on demand, the resource as plain JSON (read only) and the values that a search
 * compares. Most hits are sent as they were stored, so nothing is extracted that nobody asks for.
 */
export class Content {
  readonly row: Stored
  readonly body: string
  readonly #asking: Asking
  readonly #known: Known
  #resource: Resource | undefined
  #values: Extracted[] | undefined

  constructor(asking: Asking, row: Stored, known: Known) {
    this.row = row
    this.body = known.text
    this.#asking = asking
    this.#known = known
  }

  /** The id that the answer shows. */
  get publicId(): string {
    return this.row.name ?? this.row.id
  }

  /** The id of a contained resource that is a hit by itself. */
  get part(): string | null {
    return null
  }

  /** Whether the container was found for a resource inside it: nothing outside refers to that one. */
  get isInside(): boolean {
    return false
  }

  /** The type of the resource that was found. */
  get says(): string {
    return this.resource.resourceType
  }

  /** The body was accepted once, so it is well formed. Only printing needs the digits of its numbers, and the printed text is the body. */
  get resource(): Resource {
    return (this.#resource ??= JSON.parse(this.body) as Resource)
  }

  get values(): Extracted[] {
    return (this.#values ??= valuesOf(this.#asking, this.resource))
  }

  /** The values by which this search is decided and sorted. Composites, positions and words are extracted for each search. */
  valuesFor(search: Search): Extracted[] {
    const codes = codesOf(search)
    let { said } = this.#known
    if (said?.names !== codes.names) {
      said = { names: codes.names, values: valuesOf(this.#asking, this.resource, codes.plain) }
      keepSaid(keptFor(this.#asking.world), this.#known, said)
    }
    return codes.details.length === 0 ? said.values : withDetails(this.#asking, this.resource, said.values, codes.details)
  }
}

/** The size of one age, in bytes of memory. */
const keptMax = 32_000_000
/** A larger version is read again each time: kept, it would push out a hundred others. */
const keptEachMax = 60_000
/** The memory that a row and each extracted value take beside their text. */
const [rowBytes, valueBytes] = [500, 150]

/** A version with its text, and the values that the last search extracted. */
type Known = Stored & { text: string; said?: Said }
type Said = { names: string; values: Extracted[] }

/**
 * A cache in two ages. A version that is used moves to the young; when the young are as many as allowed, the old are dropped and the young become the
 * old. A search that reads the same versions again and again finds them there, as long as they fit into one age. `generation`: that of the parameters
 * by which the values were extracted.
 */
type Kept = { young: Map<string, Known>; old: Map<string, Known>; bytes: number; generation: number }
let keptOf = new WeakMap<World['sql'], Kept>()
beforeMuchIsNeeded(() => {
  keptOf = new WeakMap()
})

/** A version never changes, so its kept contents stay right. */
export async function contentsOf(asking: Asking, sql: Runner, rows: readonly (Stored & { text?: string })[]): Promise<Content[]> {
  const kept = keptFor(asking.world)
  const found = rows.map((row) => (isKnown(row) ? row : recall(kept, nameOf(row))))
  const missing = rows.filter((_, at) => found[at] === undefined)
  const bodies = missing.length === 0 ? [] : await readBodies(sql, missing)
  let next = 0
  return rows.map((row, at) => new Content(asking, row, found[at] ?? keep(kept, row, bodies[next++] as string)))
}

const isKnown = (row: Stored & { text?: string }): row is Known => row.text !== undefined
const nameOf = ({ id, version }: Stored): string => `${id}${version}`
/** A version's name is its id, which has this length, and its number. */
export const nameLength = 36

/** The rows of the versions with these names that were read before. Whether they still count is up to the tables. */
export function rowsKnown(world: World, names: readonly string[]): (Stored | undefined)[] {
  const kept = keptFor(world)
  return names.map((name) => recall(kept, name))
}

/** Values as a search compares them: our own base in front of a reference is left out. */
export const valuesOf = (asking: Asking, resource: Resource, only?: ReadonlySet<string>): Extracted[] =>
  asking.world.fhir.extract(resource, only).map((value) => localValue(asking, value))

function localValue(asking: Asking, value: Extracted): Extracted {
  if (value.kind === 'composite') return { ...value, parts: value.parts.map((part) => localValue(asking, part)) }
  return value.kind === 'reference' && value.reference?.startsWith(asking.base) ? { ...value, reference: localReference(value.reference, asking.base) } : value
}

/** The simple clauses within a clause, at any depth. */
const singleClauses = (clause: Clause): Clause[] => ('clauses' in clause ? clause.clauses.flatMap(singleClauses) : [clause])

/** Composites, positions and words are extracted only for a search that asks for them, and not kept. */
export const detailsIn = ({ clauses }: Search): string[] =>
  clauses
    .flatMap(singleClauses)
    .filter(({ test }) => test === 'composite' || test === 'near' || test === 'words')
    .map(({ code }) => code)
export const withDetails = (asking: Asking, resource: Resource, values: Extracted[], codes: readonly string[]): Extracted[] =>
  codes.length === 0 ? values : [...values, ...asking.world.fhir.details(resource, codes).map((value) => localValue(asking, value))]

/** The parameters of a search and its order; `names` joins those of `plain` for comparison. */
type Codes = { plain: ReadonlySet<string>; names: string; details: string[] }
const codesBy = new WeakMap<Search, Codes>()

function codesOf(search: Search): Codes {
  let codes = codesBy.get(search)
  if (codes === undefined) {
    const plain = new Set([...search.clauses.flatMap(singleClauses).map(({ code }) => code), ...search.sort.map(({ code }) => code)])
    codesBy.set(search, (codes = { plain, names: [...plain].toSorted().join(), details: detailsIn(search) }))
  }
  return codes
}

function keptFor(world: World): Kept {
  let kept = keptOf.get(world.sql)
  const { generation } = world.fhir.custom
  if (!kept || kept.generation !== generation) keptOf.set(world.sql, (kept = { young: new Map(), old: new Map(), bytes: 0, generation }))
  return kept
}

function recall(kept: Kept, name: string): Known | undefined {
  const young = kept.young.get(name)
  if (young !== undefined) return young
  const old = kept.old.get(name)
  if (old !== undefined) putAmongYoung(kept, name, old)
  return old
}

function keep(kept: Kept, row: Stored, text: string): Known {
  const name = nameOf(row)
  // The text is stored only once.
  const known: Known = { ...row, body: null, text }
  if (text.length <= keptEachMax && !kept.young.has(name)) putAmongYoung(kept, name, known)
  return known
}

function putAmongYoung(kept: Kept, name: string, known: Known): void {
  kept.young.set(name, known)
  addBytes(kept, bytesOf(known))
}

function keepSaid(kept: Kept, known: Known, said: Said): void {
  known.said = said
  if (kept.young.get(nameOf(known)) === known) addBytes(kept, valueBytes * said.values.length)
}

/** A text with a letter outside Latin-1 takes two bytes for each letter. */
const bytesOf = ({ text, length, said }: Known): number => text.length * (length === text.length ? 1 : 2) + rowBytes + valueBytes * (said?.values.length ?? 0)

function addBytes(kept: Kept, bytes: number): void {
  kept.bytes += bytes
  if (kept.bytes <= keptMax) return
  kept.old = kept.young
  kept.young = new Map()
  kept.bytes = 0
}
