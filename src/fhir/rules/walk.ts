import type { Check } from '../runtime/check.ts'
import { isObject, type Json } from '../profile/items.ts'
import type { Knowledge } from '../profile/run.ts'
import { isHolder, isPrimitive, isResourceType, type Property, type Shape } from '../xml/shapes.ts'
import { extensionRule } from './extension.ts'
import { attachment, coding, identifier, quantity } from './datatypes.ts'
import { checkExtensible, extensibleSet } from './extensible.ts'
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
type PrimitiveRule = (text: string, check: Check, path: () => string) => void
const primitiveRules: Record<string, PrimitiveRule | undefined> = {
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
  walk(check, resource, type, stepsOf(check.known, type), depth, new Set<string>())
  resourceRules[type]?.(resource, { check, depth, owner: '', property: '' })
  addressRule(resource, { check, depth, owner: '', property: '' })
  if (check.root === resource) containedAreUsed(resource, { check, depth, owner: '', property: '' })
  check.current = current
  check.root = root
  check.bundle = bundle
}

/** What there is to do at a property; most hold a code, a date or a flag, of which no rule speaks. */
type Step = {
  type: string
  /** The name that a path shows: a form of a choice is called by the choice. */
  shown: string
  property: string
  primitive: PrimitiveRule | undefined
  rule: Rule | undefined
  isHolder: boolean
  /** Of a code that is bound extensibly. */
  valueSet: string | undefined
  /** What there is to do inside; found when something is there first. */
  inside: Steps | null | undefined
}
type Steps = ReadonlyMap<string, Step>
const made = new WeakMap<Knowledge, Map<string, Steps | null>>()

function stepsOf(known: Knowledge, type: string): Steps | null {
  let types = made.get(known)
  if (types === undefined) made.set(known, (types = new Map()))
  const there = types.get(type)
  if (there !== undefined) return there
  const shape = known.shapes.of(type)
  const steps = shape === undefined ? null : new Map([...shape].flatMap(([name, property]) => stepsTo(known, type, shape, name, property)))
  types.set(type, steps)
  return steps
}

function stepsTo(known: Knowledge, owner: string, shape: Shape, name: string, property: Property): [string, Step][] {
  const { choices } = known
  const isPlain = choices.ambiguous.has(name) && !isForm(shape, property)
  const shown = isPlain ? name : (choices.forms[name] ?? name)
  const step = (type: string): Step => ({
    ...{ type, shown, property: name, rule: typeRules[type], primitive: primitiveRules[type] },
    isHolder: isHolder(type) || isResourceType(type),
    inside: undefined,
    valueSet: type === 'CodeableConcept' || type === 'Coding' ? extensibleSet(known, owner, shown) : undefined,
  })
  const isSilent = isPrimitive(property.type) && primitiveRules[property.type] === undefined
  // Beside a value stands what is said about it, an element with an id and extensions.
  return [
    ...(isSilent ? [] : [[name, step(property.type)] as [string, Step]]),
    ...(isPrimitive(property.type) ? [[`_${name}`, step('Element')] as [string, Step]] : []),
  ]
}

function walk(check: Check, object: Json, type: string, steps: Steps | null, depth: number, ids: Set<string>): void {
  if (steps === null || depth > depthMax) return
  if (object.id !== undefined) elementId(check, object, type, depth, ids)
  for (const name in object) {
    const step = steps.get(name)
    if (step === undefined) continue
    const value = object[name]
    if (!Array.isArray(value)) enter(check, value, step, depth, -1, type, ids)
    else for (let index = 0; index < value.length; index++) enter(check, value[index], step, depth, index, type, ids)
  }
}

// The forms of a choice share one place in the schema.
function isForm(shape: Shape, { name, rank }: Property): boolean {
  for (const other of shape.values()) if (other.rank === rank && other.name !== name) return true
  return false
}

function enter(check: Check, value: unknown, step: Step, depth: number, index: number, owner: string, ids: Set<string>): void {
  const { type, shown, rule } = step
  if (typeof value === 'string') {
    step.primitive?.(value, check, () => check.path(depth, shown, index))
    return
  }
  if (!isObject(value)) return
  check.names[depth + 1] = shown
  check.at[depth + 1] = index
  if (step.isHolder) {
    const { root } = check
    if (step.property !== 'contained') check.root = value
    checkRules(check, value, depth + 1)
    check.root = root
    return
  }
  if (step.inside === undefined) step.inside = stepsOf(check.known as Knowledge, type)
  walk(check, value, type, step.inside, depth + 1, ids)
  if (rule === undefined && step.valueSet === undefined) return
  check.names[depth + 1] = shown
  check.at[depth + 1] = index
  if (step.valueSet !== undefined) checkExtensible(value, step.valueSet, check, depth + 1)
  rule?.(value, { check, depth: depth + 1, owner, property: step.property })
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
