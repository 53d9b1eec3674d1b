import type { Check } from '../runtime/check.ts'
import { isObject, type Json } from '../profile/items.ts'
import { isHolder, isPrimitive, isResourceType, type Property, type Shape } from '../xml/shapes.ts'
import { extensionRule } from './extension.ts'
import { attachment, coding, identifier, quantity } from './datatypes.ts'
import { checkExtensible } from './extensible.ts'
import { addressRule } from './conformance.ts'
import { narrativeRule } from './narrative-links.ts'
import { canonicalRule, uriRule } from './primitive-rules.ts'
import { referenceRule } from './reference.ts'
import { containedAreUsed, resourceRules } from './resource-rules.ts'

/** What a rule is told: the check with the place (`depth`) where its object stands, and the structure it is an element of. */
export type Place = { check: Check; depth: number; owner: string; property: string }
export type Rule = (object: Json, place: Place) => void

const depthMax = 64
const typeRules: Record<string, Rule | undefined> = {
  Extension: extensionRule,
  Coding: coding,
  Identifier: identifier,
  Attachment: attachment,
  Quantity: quantity,
  Age: quantity,
  Count: quantity,
  Distance: quantity,
  Duration: quantity,
  Reference: referenceRule,
  Narrative: narrativeRule,
}
const primitiveRules: Record<string, ((text: string, check: Check, path: () => string) => void) | undefined> = {
  canonical: canonicalRule,
  uri: uriRule,
  url: uriRule,
}

/**
 * The rules of the specification's text and of the reference validator that are not in the generated functions: they are asked for by
 * `$validate`, not by a write, so they walk the resource once more by the shapes of its types.
 */
export function checkRules(check: Check, resource: Json, depth: number): void {
  const type = resource.resourceType
  if (typeof type !== 'string' || check.known === undefined || depth > depthMax) return
  const { current, root, bundle } = check
  check.current = resource
  if (type === 'Bundle') check.bundle = resource
  const ids = new Set<string>()
  walk(check, resource, type, depth, ids)
  resourceRules[type]?.(resource, { check, depth, owner: '', property: '' })
  addressRule(resource, { check, depth, owner: '', property: '' })
  if (check.root === resource) containedAreUsed(resource, { check, depth, owner: '', property: '' })
  Object.assign(check, { current, root, bundle })
}

function walk(check: Check, object: Json, type: string, depth: number, ids: Set<string>): void {
  const shape = check.known?.shapes.of(type)
  if (shape === undefined || depth > depthMax) return
  elementId(check, object, type, depth, ids)
  for (const name in object) {
    const isExtra = name.charCodeAt(0) === 95
    const property = shape.get(isExtra ? name.slice(1) : name)
    if (property === undefined) continue
    const inner = isExtra ? 'Element' : property.type
    const { forms, ambiguous } = (check.known as NonNullable<Check['known']>).choices
    const isPlain = ambiguous.has(property.name) && !isForm(shape, property)
    const shown = isPlain ? property.name : (forms[property.name] ?? property.name)
    const value = object[name]
    if (!Array.isArray(value)) enter(check, value, inner, depth, shown, -1, type, property.name, ids)
    else value.forEach((one, index) => enter(check, one, inner, depth, shown, index, type, property.name, ids))
  }
}

// The forms of a choice share one place in the schema.
function isForm(shape: Shape, { name, rank }: Property): boolean {
  for (const other of shape.values()) if (other.rank === rank && other.name !== name) return true
  return false
}

function enter(
  check: Check,
  value: unknown,
  type: string,
  depth: number,
  name: string,
  index: number,
  owner: string,
  property: string,
  ids: Set<string>,
): void {
  if (typeof value === 'string' && isPrimitive(type)) {
    primitiveRules[type]?.(value, check, () => check.path(depth, name, index))
    return
  }
  if (!isObject(value)) return
  check.names[depth + 1] = name
  check.at[depth + 1] = index
  if (isHolder(type) || isResourceType(type)) {
    const { root } = check
    if (name !== 'contained') check.root = value
    checkRules(check, value, depth + 1)
    check.root = root
    return
  }
  walk(check, value, type, depth + 1, ids)
  check.names[depth + 1] = name
  check.at[depth + 1] = index
  checkExtensible(value, type, { check, depth: depth + 1, owner, property })
  typeRules[type]?.(value, { check, depth: depth + 1, owner, property })
}

/** element.html: the id of an element is unique within its resource. */
function elementId(check: Check, object: Json, type: string, depth: number, ids: Set<string>): void {
  const { id } = object
  // Snapshot and differential of a definition name the same elements.
  if (typeof id !== 'string' || isResourceType(type) || type === 'ElementDefinition') return
  if (ids.has(id))
    check.add('business-rule', check.path(depth, 'id'), 'the id is that of another element of this resource', 'Give each element an id of its own.')
  ids.add(id)
}
