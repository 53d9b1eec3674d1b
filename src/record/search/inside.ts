import { matches, parseJson, printJson, type Resource, type Search } from '../../fhir/fhir.ts'
import type { Asking } from '../asking.ts'
import { holdsForm, tokenForm } from '../write/rows.ts'
import { perhapsInside } from './contained.ts'
import { Content, detailsIn, valuesOf, withDetails } from './contents.ts'
import { type Named, nameAll } from './named-patients.ts'
import { decideRelated, type From, isRelated } from './related.ts'
import { typesWith } from './search-plan.ts'

// `_contained=true` and `both`: https://hl7.org/fhir/R4/search.html#contained.

type Asked = NonNullable<Search['inside']>

/**
 * What was found inside a resource. The row is that of the container, and so are access, the log and the place; what it says, for an order and for what is
 * included, is what the resource inside says, or all of them when the container itself is the answer.
 */
export class Inside extends Content {
  readonly #asking: Asking
  readonly #resource: Resource
  readonly #found: readonly Resource[]
  readonly #part: string | null

  constructor(asking: Asking, container: Content, found: readonly Resource[], alone: { id: string; text: string } | null) {
    // What is given out alone takes as much room as it is long, and keeps nothing of the rest.
    const row = alone === null ? container.row : { ...container.row, length: Buffer.byteLength(alone.text) }
    super(asking, row, { ...row, text: alone?.text ?? container.body })
    this.#asking = asking
    this.#resource = alone === null ? container.resource : (found[0] as Resource)
    this.#found = found
    this.#part = alone?.id ?? null
  }

  override get part(): string | null {
    return this.#part
  }

  override get isInside(): boolean {
    return true
  }

  override get says(): string {
    return (this.#found[0] as Resource).resourceType
  }

  override get resource(): Resource {
    return this.#resource
  }

  override get values() {
    return this.#found.flatMap((one) => valuesOf(this.#asking, one))
  }

  override valuesFor(search: Search) {
    return this.#found.flatMap((one) => withDetails(this.#asking, one, valuesOf(this.#asking, one), detailsIn(search)))
  }
}

/** What a container that an index offers has inside itself of what is asked for. */
export function foundInside(asking: Asking, search: Search, inside: Asked, container: Content): Inside[] {
  if (!container.body.includes('"contained"')) return []
  const { unless } = inside
  if (unless !== undefined && matches(unless, container.valuesFor(unless), asking.world.fhir)) return []
  const asked: Search = { ...search, type: inside.type, clauses: inside.clauses }
  const details = detailsIn(asked)
  const isFound = (one: Resource) =>
    one.resourceType === inside.type && matches(asked, withDetails(asking, one, valuesOf(asking, one), details), asking.world.fhir)
  const contained = (container.resource['contained'] ?? []) as Resource[]
  const places = contained.flatMap((one, place) => (isFound(one) ? [place] : []))
  if (places.length === 0) return []
  const found = places.map((place) => contained[place] as Resource)
  if (inside.as === 'container') return [new Inside(asking, container, found, null)]
  // The digits of numbers stand in the text alone.
  const exact = (parseJson(container.body) as { contained: Resource[] }).contained
  return found.map((one, at) => new Inside(asking, container, [one], { id: String(one.id), text: printJson(exact[places[at] as number] as Resource) }))
}

/**
 * The conditions as they are asked of what stands inside. Nothing refers to it from outside and no List names it, so what was found to be led to by its id is
 * something else of the same id; each relation is followed from its own side, because there is nothing beside it to look from.
 */
export async function namedInside(from: From, search: Search): Promise<Named> {
  const clauses: Search['clauses'] = []
  for (const clause of search.clauses) {
    const decided = isRelated(clause) ? (await decideRelated(from, { ...search, clauses: [clause] })).clauses : [clause]
    clauses.push(...decided.map(withoutIds))
  }
  return nameAll(from.asking, { ...search, clauses })
}

function withoutIds(clause: Search['clauses'][number]): Search['clauses'][number] {
  if (clause.test === 'ids') return { ...clause, ids: [] }
  return 'clauses' in clause ? ({ ...clause, clauses: clause.clauses.map(withoutIds) } as typeof clause) : clause
}

/** One search of each type that holds anything of the type inside; one that finds nothing when none does, so that it is asked and noted like every search. */
export async function containerSearches(asking: Asking, search: Search, named: Search, unless: Search | null): Promise<Search[]> {
  const type = search.type as string
  const holders = await typesWith(asking, tokenForm('_contained', holdsForm(type)))
  const as = search.contained?.as ?? 'container'
  const clauses = named.clauses.flatMap((clause) => perhapsInside({ type, clause }) ?? [])
  const holding: Search['clauses'][number] = { code: '_contained', test: 'inside', values: holders.length === 0 ? [] : [holdsForm(type)] }
  return (holders.length === 0 ? [type] : holders).map((holder) => ({
    ...{ ...search, type: holder, clauses: [holding, ...clauses] },
    // A resource that is a match itself would stand twice in one answer.
    inside: { type, clauses: named.clauses, as, ...(unless !== null && holder === type && as === 'container' ? { unless } : {}) },
  }))
}
