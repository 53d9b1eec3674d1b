import type { Extracted, Resource, Search } from '../../fhir/fhir.ts'
import type { Runner } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import type { Asking } from '../asking.ts'
import { localReference } from '../write/rows.ts'
import { readBodies, type Stored } from '../store.ts'

/** What a version says: its exact bytes, the resource as plain JSON (read only), and what a search compares. */
export type Content = { body: string; resource: Resource; values: Extracted[] }

/** Bodies kept in one age, counted in bytes; parsed and extracted they take about eight times as much memory. */
const keptMax = 6_000_000
/** A larger one is read again rather than push out a hundred others. */
const keptEachMax = 60_000

/**
 * In two ages: what is asked for is among the young; when these are as many as may be kept, the old ones go and they grow old. A search that
 * looks at all of them again and again finds them so, as long as they fit into one age.
 * `generation`: of the parameters by which the values were taken out.
 */
type Kept = { young: Map<string, Known>; old: Map<string, Known>; bytes: number; generation: number }
type Known = Stored & { content?: Content }
const keptOf = new WeakMap<World['sql'], Kept>()

/** A version never changes, so what was read of it once is right until it is forgotten. */
export async function contentsOf(asking: Asking, sql: Runner, rows: readonly Stored[]): Promise<Content[]> {
  const kept = keptFor(asking.world)
  const found = rows.map((row: Known) => row.content ?? recall(kept, nameOf(row))?.content)
  const missing = rows.filter((_, at) => found[at] === undefined)
  if (missing.length === 0) return found as Content[]
  const bodies = await readBodies(sql, missing)
  let next = 0
  return found.map((content, at) => {
    if (content !== undefined) return content
    const body = bodies[next++] as string
    const made = contentOf(asking, body)
    keep(kept, rows[at] as Stored, made)
    return made
  })
}

const nameOf = ({ id, version }: Stored): string => `${id}${version}`
/** A version is named by its id, which has so many bytes, and its number. */
export const nameLength = 36

/** Where the versions of these names stand, of those that were looked at before. Whether they count now the tables say. */
export function rowsKnown(world: World, names: readonly string[]): (Stored | undefined)[] {
  const kept = keptFor(world)
  return names.map((name) => recall(kept, name))
}

function contentOf(asking: Asking, body: string): Content {
  // Accepted once, so it is well formed; the digits of its numbers matter to whoever prints it, and the body is printed.
  const resource = JSON.parse(body) as Resource
  return { body, resource, values: valuesOf(asking, resource) }
}

/** Values as a search compares them: our own base in front of a reference says nothing. */
export const valuesOf = (asking: Asking, resource: Resource): Extracted[] => asking.world.fhir.extract(resource).map((value) => localValue(asking, value))

function localValue(asking: Asking, value: Extracted): Extracted {
  if (value.kind === 'composite') return { ...value, parts: value.parts.map((part) => localValue(asking, part)) }
  return value.kind === 'reference' && value.reference?.startsWith(asking.base) ? { ...value, reference: localReference(value.reference, asking.base) } : value
}

/** Composites, positions and words are taken out only for the search that asks for them, and not kept. */
export const detailsIn = ({ clauses }: Search): string[] =>
  clauses.filter(({ test }) => test === 'composite' || test === 'near' || test === 'words').map(({ code }) => code)
export const detailsOf = (asking: Asking, resource: Resource, codes: readonly string[]): Extracted[] =>
  asking.world.fhir.details(resource, codes).map((value) => localValue(asking, value))

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

function keep(kept: Kept, row: Stored, content: Content): void {
  const name = nameOf(row)
  if (content.body.length > keptEachMax || kept.young.has(name)) return
  // The text is in the content.
  putAmongYoung(kept, name, { ...row, body: null, content })
}

function putAmongYoung(kept: Kept, name: string, known: Known): void {
  kept.young.set(name, known)
  kept.bytes += known.length ?? 0
  if (kept.bytes <= keptMax) return
  kept.old = kept.young
  kept.young = new Map()
  kept.bytes = 0
}
