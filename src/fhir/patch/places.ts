import type fhirpath from 'fhirpath'
import { bounded, TookTooLong } from '../../platform/bounded.ts'
import { Refusal } from '../../platform/refusal.ts'
import { isHolder, isPrimitive, type Property, type Shapes } from '../xml/shapes.ts'

export type Json = Record<string, unknown>
/** An element in its parent object: `property` at `index` of a list; a null `index` when it does not repeat. */
export type Place = { holder: Json; structure: string; property: Property; index: number | null }
/** Anything that may have children: a resource, an element, or the object with the id and extensions of a primitive value. */
export type Element = { object: Json; structure: string }

type Engine = { evaluate: typeof fhirpath.evaluate; model: Parameters<typeof fhirpath.evaluate>[3] }
type Node = { propName: string | null; index: number | null; parentResNode: Node | null; path: string | null }

let engine: Promise<Engine> | undefined
/** FHIRPath and its model take a third of a second to load, so the first patch that needs them loads them. */
const open = (): Promise<Engine> =>
  (engine ??= Promise.all([import('fhirpath'), import('fhirpath/fhir-context/r4')]).then(([{ default: path }, { default: model }]) => ({
    evaluate: path.evaluate,
    model,
  })))

const pathMax = 1000
/** The time for all paths of one patch: each reads the whole resource, and the process answers nobody meanwhile. */
export const pathsMs = 2000
export const tooLong = (at: string) => cannot(at, 'the paths of this patch take too long in a resource of this size', 'Send fewer operations, or a JSON Patch.')
/** Functions that find elements of this resource only, and whose time is bounded (R4 fhirpatch). */
const functions = new Set(
  `where first last tail skip take single ofType as is extension exists not empty count all hasValue startsWith endsWith contains lower upper
   substring length toString toInteger toDecimal iif select`.split(/\s+/),
)

/** The elements that a FHIRPath finds in the resource, as places that a patch can change. */
export async function findPlaces(shapes: Shapes, resource: Json, path: string, at: string): Promise<{ places: Place[]; isRoot: boolean }> {
  if (path.length > pathMax) throw malformed(at, `a path has at most ${pathMax} characters`, 'Write a simpler path.')
  const code = path.replace(/'(?:[^'\\]|\\.)*'/g, "''")
  // Names in backticks and comments could hide a function. Joining a text to itself doubles it, and %resource starts at the root again in every step.
  if (/[`"%&+]|\/[/*]/.test(code))
    throw malformed(at, 'the path uses what a patch may not use: quoted names, comments, variables or joined text', 'Write it like Patient.name[0].family.')
  for (const [, name = ''] of code.matchAll(/([A-Za-z_]\w*)\s*\(/g)) {
    if (!functions.has(name)) throw malformed(at, 'the path uses a function that a patch may not use', `Usable: ${[...functions].join(', ')}.`)
  }
  const { evaluate, model } = await open()
  let nodes: Node[]
  try {
    // Exact numbers are our own objects; the engine compares plain numbers.
    const plain = JSON.parse(JSON.stringify(resource)) as Json
    nodes = bounded(pathsMs, () => evaluate(plain, path, {}, model, { resolveInternalTypes: false })) as unknown as Node[]
  } catch (error) {
    if (error instanceof TookTooLong) throw tooLong(at)
    throw malformed(at, 'the path is not FHIRPath that can be evaluated here', 'Write it like Patient.name[0].family.')
  }
  const [first] = nodes
  if (nodes.length === 1 && first?.parentResNode === null && first.path === resource['resourceType']) return { places: [], isRoot: true }
  return { places: nodes.map((node) => placeOf(shapes, resource, node, at)), isRoot: false }
}

function placeOf(shapes: Shapes, resource: Json, node: Node, at: string): Place {
  const steps: Node[] = []
  for (let one: Node | null = node; one?.parentResNode; one = one.parentResNode) steps.unshift(one)
  if (steps.length === 0) throw malformed(at, 'the path gives a value, not an element of the resource', 'Write the path of the element.')
  let element: Element = { object: resource, structure: String(resource['resourceType']) }
  let place: Place | undefined
  for (const { propName, index } of steps) {
    if (place) element = elementAt(place)
    const property = propertyIn(shapes, element, propName as string)
    if (!property) throw malformed(at, 'the path leads through what is not part of the resource', 'Write the path of the element.')
    place = { holder: element.object, structure: element.structure, property, index: property.isMany ? (index ?? 0) : null }
  }
  return place as Place
}

/** The property of this name. A path names a choice without its type: `deceased` is deceasedBoolean or deceasedDateTime, whichever is there. */
export function propertyIn(shapes: Shapes, { object, structure }: Element, name: string): Property | undefined {
  const shape = shapes.of(structure)
  const own = shape?.get(name)
  if (own) return own
  for (const key of Object.keys(object)) {
    const property = shape?.get(key.replace(/^_/, ''))
    if (property?.name.startsWith(name) && /^[A-Z]/.test(property.name.slice(name.length)) && isForm(shapes, structure, name, property)) return property
  }
  return undefined
}

/** Whether the property is a form of the choice, and not another property whose name begins alike. */
const isForm = (shapes: Shapes, structure: string, name: string, property: Property): boolean =>
  [...(shapes.of(structure)?.values() ?? [])].filter((one) => one.rank === property.rank).every((one) => one.name.startsWith(name) && one.name !== name)

/** The element at a place, as an object that may have children. For a primitive value that is the object with its id and extensions. */
export function elementAt({ holder, property, index }: Place): Element {
  const name = isPrimitive(property.type) ? `_${property.name}` : property.name
  const inner = index === null ? holder[name] : ((holder[name] as unknown[] | undefined) ?? [])[index]
  const object = (inner ?? {}) as Json
  if (isPrimitive(property.type) && inner === undefined) putBeside({ holder, property, index }, object)
  return { object, structure: isHolder(property.type) ? String(object['resourceType']) : isPrimitive(property.type) ? 'Element' : property.type }
}

function putBeside({ holder, property, index }: Omit<Place, 'structure'>, object: Json): void {
  const name = `_${property.name}`
  if (index === null) holder[name] = object
  else {
    const values = holder[property.name] as unknown[]
    const list = (holder[name] ??= values.map(() => null)) as unknown[]
    list[index] = object
  }
}

export const malformed = (expression: string, says: string, hint: string) => new Refusal('incorrect', says, { expression, hint })
export const cannot = (expression: string, says: string, hint: string) => new Refusal('unprocessable', says, { expression, hint })
