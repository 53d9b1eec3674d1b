import type { Choices, Node } from './tree.ts'

export type Json = Record<string, unknown>
export const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value)

/** The objects of an array; none when the value is no array. */
export const list = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : [])

/** One value of an element: `extra` is what `_name` holds beside a primitive, `type` the type of the form of a choice. */
export type Item = { value: unknown; extra: unknown; property: string; index: number; type: string }

/** All values of an element in an object; those of a choice in any of its forms. */
export function itemsOf(object: Json, node: { name: string; isChoice: boolean }, choices: Choices): Item[] {
  return node.isChoice ? choiceItems(object, node.name, choices) : namedItems(object, node.name, '')
}

function namedItems(object: Json, name: string, type: string): Item[] {
  const value = object[name]
  const extra = object[`_${name}`]
  if (value === undefined && extra === undefined) return []
  if (!Array.isArray(value) && !Array.isArray(extra)) return [{ value, extra, property: name, index: -1, type }]
  const values = Array.isArray(value) ? value : []
  const extras = Array.isArray(extra) ? extra : []
  const length = Math.max(values.length, extras.length)
  return Array.from({ length }, (_, index) => ({ value: values[index] ?? undefined, extra: extras[index] ?? undefined, property: name, index, type }))
}

function choiceItems(object: Json, name: string, choices: Choices): Item[] {
  for (const key in object) {
    const property = key.charCodeAt(0) === 95 ? key.slice(1) : key
    if (choices.forms[property] === name) return namedItems(object, property, property.slice(name.length))
  }
  return []
}

/** The object that holds the children of an item: the value itself, or what `_name` holds beside a primitive. */
export const insideOf = (item: Item): Json | undefined => (isObject(item.value) ? item.value : isObject(item.extra) ? item.extra : undefined)

/** Whether a form of a choice has this type, as a StructureDefinition writes it: Code → code, Quantity → Quantity. */
export const isOfType = (item: Item, code: string): boolean => item.type.toLowerCase() === code.toLowerCase()

/** Every step of a path of a StructureDefinition: `code.coding`, `resolve().code`, `extension('url').value`. */
export function stepsOf(path: string): string[] {
  return path === '$this' || path === ''
    ? []
    : (path.replace(/^\$this\./, '').match(/[A-Za-z]+\('[^']*'\)|[A-Za-z]+\([A-Za-z.]*\)|[A-Za-z_][A-Za-z0-9_]*(?:\[x\])?|\$this/g) ?? [])
}

export const nodesUnder = (nodes: Node[]): Node[] => nodes.flatMap((node) => [node, ...nodesUnder([...node.slices.values()])])
