import type { Resource } from '../types.ts'
import { isHolder, isPrimitive, type Property, type Shapes } from '../xml/shapes.ts'
import { structuredCloneExact } from './json-patch.ts'
import { cannot, elementAt, type Element, findPlaces, type Json, malformed, pathsMs, type Place, propertyIn, tooLong } from './places.ts'

const operationsMax = 1000
/** A value; `beside` is what `_name` holds for a primitive, and `type` the type in the property's name: `Boolean` of valueBoolean. */
type Value = { type: string; value: unknown; beside: unknown }
type Operation = { type: string; path: string; parts: Map<string, Json>; at: string }

/** FHIRPath Patch (https://hl7.org/fhir/R4/fhirpatch.html): add, insert, delete, replace and move, each on the elements that its path finds. */
export async function applyFhirPathPatch(shapes: Shapes, before: Resource, parameters: Resource): Promise<Resource> {
  const resource = structuredCloneExact(before)
  let leftMs = pathsMs
  for (const operation of operationsOf(parameters)) {
    const began = performance.now()
    await acts[operation.type]?.(shapes, resource, operation)
    leftMs -= performance.now() - began
    if (leftMs < 0) throw tooLong(operation.at)
  }
  return resource
}

function operationsOf(parameters: Resource): Operation[] {
  const list = Array.isArray(parameters['parameter']) ? (parameters['parameter'] as Json[]) : []
  if (parameters.resourceType !== 'Parameters' || list.length === 0) {
    throw malformed('Parameters', 'a FHIRPath Patch is Parameters with at least one operation', 'Add a parameter named operation with its parts.')
  }
  if (list.length > operationsMax) throw malformed('Parameters.parameter', `a patch has at most ${operationsMax} operations`, 'Send fewer.')
  return list.map((one, index) => {
    const at = `Parameters.parameter[${index}]`
    if (one['name'] !== 'operation') throw malformed(`${at}.name`, 'every parameter of a patch is named operation', 'Write operation.')
    const parts = new Map((Array.isArray(one['part']) ? (one['part'] as Json[]) : []).map((part) => [String(part['name']), part]))
    const type = String(parts.get('type')?.['valueCode'] ?? parts.get('type')?.['valueString'] ?? '')
    if (!Object.hasOwn(acts, type)) throw malformed(at, 'the part type is missing or not known', `Use one of: ${Object.keys(acts).join(', ')}.`)
    const path = parts.get('path')?.['valueString']
    if (typeof path !== 'string' || path.trim() === '') throw malformed(at, 'the part path is missing', 'Say by FHIRPath which element is meant.')
    return { type, path, parts, at }
  })
}

type Act = (shapes: Shapes, resource: Json, operation: Operation) => Promise<void>

const acts: Record<string, Act> = {
  async add(shapes, resource, operation) {
    const { at } = operation
    const name = stringOf(operation, 'name')
    const element = await oneElement(shapes, resource, operation)
    const value = valueOf(shapes, operation, (type) => targetOf(shapes, element, name, type))
    const property = targetOf(shapes, element, name, value.type)
    if (!property) throw cannot(at, `${element.structure} has no such element of this type`, 'Check name and value against R4.')
    const there = propertyIn(shapes, element, name)
    const isThere = there && (element.object[there.name] !== undefined || element.object[`_${there.name}`] !== undefined)
    if (isThere && !property.isMany) throw cannot(at, 'the element is there already and does not repeat', 'Use replace.')
    const list = element.object[property.name] ?? element.object[`_${property.name}`]
    put(element.object, property, value, property.isMany ? (Array.isArray(list) ? list.length : 0) : null, true)
  },

  async insert(shapes, resource, operation) {
    const { holder, property, length } = await oneList(shapes, resource, operation)
    const index = indexOf(operation, 'index', length)
    put(
      holder,
      property,
      valueOf(shapes, operation, () => property),
      index,
      true,
    )
  },

  /** When the path finds nothing, the element counts as deleted already. */
  async delete(shapes, resource, operation) {
    const { places, isRoot } = await findPlaces(shapes, resource, operation.path, operation.at)
    if (isRoot) throw cannot(operation.at, 'a patch does not delete the resource', 'Use DELETE.')
    if (places.length > 1) throw cannot(operation.at, 'the path finds more than one element', 'Delete them one by one.')
    const [place] = places
    if (place) remove(place)
  },

  async replace(shapes, resource, operation) {
    const place = await onePlace(shapes, resource, operation)
    const { holder, structure, property, index } = place
    const forms = [...(shapes.of(structure)?.values() ?? [])].filter((one) => one.rank === property.rank)
    const target = (type: string) => (forms.length === 1 ? property : forms.find((one) => one.name.endsWith(type) && capital(one.type) === type))
    const value = valueOf(shapes, operation, target)
    const next = target(value.type)
    if (!next) throw cannot(operation.at, 'the element cannot have this type', 'Check the value against R4.')
    if (index === null) {
      delete holder[property.name]
      delete holder[`_${property.name}`]
    }
    put(holder, next, value, index, false)
  },

  async move(shapes, resource, operation) {
    const { holder, property, length } = await oneList(shapes, resource, operation)
    const source = indexOf(operation, 'source', length - 1)
    const destination = indexOf(operation, 'destination', length - 1)
    for (const name of [property.name, `_${property.name}`]) {
      const list = holder[name]
      if (Array.isArray(list)) list.splice(destination, 0, ...list.splice(source, 1))
    }
  },
}

const capital = (word: string) => (word[0] as string).toUpperCase() + word.slice(1)

async function onePlace(shapes: Shapes, resource: Json, { path, at }: Operation): Promise<Place> {
  const { places, isRoot } = await findPlaces(shapes, resource, path, at)
  const [place, another] = places
  if (isRoot) throw cannot(at, 'the path means the whole resource', 'Use PUT to replace it.')
  if (!place) throw cannot(at, 'the path finds nothing in this resource', 'Read the resource and write a path that is there.')
  if (another) throw cannot(at, 'the path finds more than one element', 'Make it exact, for example by [0] or where(…).')
  return place
}

async function oneElement(shapes: Shapes, resource: Json, operation: Operation): Promise<Element> {
  const { isRoot } = await findPlaces(shapes, resource, operation.path, operation.at)
  return isRoot ? { object: resource, structure: String(resource['resourceType']) } : elementAt(await onePlace(shapes, resource, operation))
}

type List = { holder: Json; property: Property; length: number }

/** The whole list that a path selects. The path of an empty list finds nothing, so the list is found through its parent. */
async function oneList(shapes: Shapes, resource: Json, operation: Operation): Promise<List> {
  const { path, at } = operation
  const { places } = await findPlaces(shapes, resource, path, at)
  const [first] = places
  if (!first) {
    const [, holder = '', name = ''] = /^(.*)\.(\w+)$/s.exec(path.trim()) ?? []
    const element = holder === '' ? undefined : await oneElement(shapes, resource, { ...operation, path: holder })
    const property = element && shapes.of(element.structure)?.get(name)
    if (!element || !property?.isMany) throw cannot(at, 'the path finds no list in this resource', 'Write the path of an element that repeats.')
    return { holder: element.object, property, length: 0 }
  }
  const { holder, property } = first
  const list = holder[property.name] ?? holder[`_${property.name}`]
  const isWhole = places.every((one) => one.holder === holder && one.property === property)
  if (!property.isMany || !Array.isArray(list) || !isWhole || places.length !== list.length) {
    throw cannot(at, 'the path does not mean one whole list', 'Write the path of the element that repeats, without a filter.')
  }
  return { holder, property, length: list.length }
}

function indexOf({ parts, at }: Operation, name: string, max: number): number {
  const index = parts.get(name)?.['valueInteger']
  if (typeof index !== 'number' || !Number.isInteger(index)) throw malformed(at, `the part ${name} is missing`, 'Give it as valueInteger, from 0.')
  if (index < 0 || index > max) throw cannot(at, `${name} is outside the list`, 'Count from 0.')
  return index
}

function stringOf({ parts, at }: Operation, name: string): string {
  const text = parts.get(name)?.['valueString']
  if (typeof text !== 'string' || !/^[A-Za-z]\w{0,63}$/.test(text)) throw malformed(at, `the part ${name} is missing`, 'Give it as valueString.')
  return text
}

/** A property by its name, or by its name and the type of its choice. */
function targetOf(shapes: Shapes, { structure }: Element, name: string, type: string): Property | undefined {
  const shape = shapes.of(structure)
  return shape?.get(name) ?? shape?.get(`${name}${type}`)
}

type Target = (type: string) => Property | undefined

function valueOf(shapes: Shapes, { parts, at }: Operation, target: Target): Value {
  const part = parts.get('value')
  if (!part) throw malformed(at, 'the part value is missing', 'Give value[x], or parts for a structure that Parameters cannot hold.')
  return valueOfPart(shapes, part, target, at)
}

function valueOfPart(shapes: Shapes, part: Json, target: Target, at: string): Value {
  const key = Object.keys(part)
    .find((name) => /^_?value[A-Z]/.test(name))
    ?.replace(/^_/, '')
  if (key !== undefined) {
    return { type: key.slice('value'.length), value: structuredCloneExact(part[key]), beside: structuredCloneExact(part[`_${key}`]) }
  }
  const property = target('')
  if (part['resource'] !== undefined) {
    if (!property || !isHolder(property.type)) throw cannot(at, 'a resource does not fit here', 'Check the value against R4.')
    return { type: '', value: structuredCloneExact(part['resource']), beside: undefined }
  }
  if (!Array.isArray(part['part']) || !property) throw malformed(at, 'the part value holds nothing', 'Give value[x] or parts.')
  const element: Element = { object: {}, structure: property.type }
  for (const inner of part['part'] as Json[]) {
    const find = (type: string) => targetOf(shapes, element, String(inner['name']), type)
    const value = valueOfPart(shapes, inner, find, at)
    const own = find(value.type)
    if (!own) throw cannot(at, 'a part of the value is no element of this structure', 'Check the names of the parts against R4.')
    const list = element.object[own.name]
    put(element.object, own, value, own.isMany ? (Array.isArray(list) ? list.length : 0) : null, true)
  }
  return { type: '', value: element.object, beside: undefined }
}

/** Sets a value, or puts it into a list. The list of extensions (`_name`) is kept aligned with the list of primitive values. */
function put(holder: Json, property: Property, { value, beside }: Value, index: number | null, isNew: boolean): void {
  const { name, type } = property
  const hasBeside = beside !== undefined && isPrimitive(type)
  if (index === null) {
    if (value !== undefined) holder[name] = value
    if (hasBeside) holder[`_${name}`] = beside
    return
  }
  const values = (holder[name] ??= []) as unknown[]
  values.splice(index, isNew ? 0 : 1, value ?? null)
  const besides = holder[`_${name}`] as unknown[] | undefined
  if (!besides && !hasBeside) return
  const list = besides ?? new Array<unknown>(values.length - (isNew ? 1 : 0)).fill(null)
  list.splice(index, isNew ? 0 : 1, beside ?? null)
  holder[`_${name}`] = list
}

function remove({ holder, property, index }: Place): void {
  for (const name of [property.name, `_${property.name}`]) {
    const list = holder[name]
    if (index === null) delete holder[name]
    else if (Array.isArray(list)) list.splice(index, 1)
  }
}
