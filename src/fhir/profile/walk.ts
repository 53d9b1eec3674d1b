import { shown, textOf } from '../runtime/check.ts'
import { checkBinding, checkFurther } from './binding.ts'
import type { Verdict } from './fhirpath.ts'
import { insideOf, isObject, isOfType, type Item, itemsOf, type Json } from './items.ts'
import { checkNarrative } from './narrative-control.ts'
import { checkTargets } from './targets.ts'
import { isOfTypeOf, isSilent, type Run } from './run.ts'
import { checkSlices } from './slices.ts'
import type { TypeOfElement } from './structure.ts'
import { type Named, namedProfiles, type Node, type Tree } from './tree.ts'
import { compareValues, hasPattern, isFixed } from './values.ts'

const hopsMax = 6

/** Checks the object at `depth` against a profile; the check's path must already lead there. */
export function checkProfile(run: Omit<Run, 'tree'>, tree: Tree, object: Json, depth: number): void {
  const url = tree.structure.url
  const others = run.underWay.get(object)
  if (others?.has(url) === true || run.hops > hopsMax) return
  if (others === undefined) run.underWay.set(object, new Set([url]))
  else others.add(url)
  checkInside({ ...run, tree }, tree.root, { value: object, extra: undefined, property: '', index: -1, type: tree.structure.type }, depth)
  run.underWay.get(object)?.delete(url)
}

/** Checks an item by the node's own rules and by those of the elements below it; the number of items is checked elsewhere. */
function checkInside(run: Run, node: Node, item: Item, depth: number): void {
  if (node.constraints.length > 0) checkConstraints(run, node, item, depth)
  const inside = insideOf(item)
  for (const child of node.children.values()) checkElement(run, child, inside ?? {}, depth, inside !== undefined || isObject(item.value))
}

function checkElement(run: Run, node: Node, object: Json, depth: number, isThere: boolean): void {
  const items = itemsOf(object, node, run.known.choices)
  const { check } = run
  if (items.length < node.min && (isThere || node.min > 0)) tooFew(run, node, items.length, depth)
  if (items.length > node.max) {
    const hint = node.max === 0 ? 'Leave it out.' : `Keep at most ${node.max}.`
    check.add('structure', check.path(depth, node.name), `${node.name} may be there ${node.max} times at most, found ${items.length} (${profileOf(run)})`, hint)
  }
  for (const item of items) checkItem(run, node, item, depth)
  if (node.slices.size > 0) checkSlices(run, node, items, depth, (slice, item) => checkItem(run, slice, item, depth))
}

function tooFew(run: Run, node: Node, count: number, depth: number): void {
  const { check } = run
  const hint = `Add ${node.name}, as the profile demands.`
  check.add('required', check.path(depth, node.name), `${node.name} must be there ${node.min} times at least, found ${count} (${profileOf(run)})`, hint)
}

export const profileOf = (run: Run): string =>
  `profile ${run.tree.structure.url}${run.tree.structure.version === undefined ? '' : `|${run.tree.structure.version}`}`

export function checkItem(run: Run, node: Node, item: Item, depth: number): void {
  const { check } = run
  check.names[depth + 1] = node.name
  check.at[depth + 1] = item.index
  const inner = depth + 1
  if (node.types !== undefined) checkTypes(run, node, item, inner)
  compare(run, node, item, inner)
  checkLimits(run, node, item, inner)
  if (node.binding !== undefined && node.max > 0) checkBinding(run, node, item, inner)
  if (node.further.length > 0) checkFurther(run, node, item, inner)
  if (node.narrative !== undefined) checkNarrative(run, node.narrative, item, inner)
  if (node.alternatives.length > 0 && node.min > 0) checkAlternatives(run, node, item, inner)
  check.names[depth + 1] = node.name
  check.at[depth + 1] = item.index
  checkInside(run, node, item, inner)
}

/** Compares with fixed and pattern values. A primitive without a value has only extensions, so there is nothing to compare. */
function compare(run: Run, node: Node, item: Item, depth: number): void {
  if (item.value === undefined) return
  if (node.fixed !== undefined && !isFixed(item.value, node.fixed)) differs(run, item, node.fixed, 'exactly', depth)
  if (node.pattern !== undefined && !hasPattern(item.value, node.pattern)) differs(run, item, node.pattern, 'at least', depth)
}

function differs(run: Run, item: Item, wanted: unknown, how: string, depth: number): void {
  const { check } = run
  const text = isObject(wanted) || Array.isArray(wanted) ? JSON.stringify(wanted).slice(0, 200) : String(wanted)
  check.add('value', check.path(depth), `${shown(item.value)} must be ${how} ${text} (${profileOf(run)})`, `Write ${how} ${text}.`)
}

function checkLimits(run: Run, node: Node, item: Item, depth: number): void {
  const { check } = run
  if (typeof item.value === 'string' && item.value.length > node.maxLength) {
    check.add('value', check.path(depth), `is longer than ${node.maxLength} characters (${profileOf(run)})`, 'Shorten it.')
  }
  const below = node.minValue === undefined ? null : compareValues(item.value, node.minValue, run.known.unit)
  const above = node.maxValue === undefined ? null : compareValues(item.value, node.maxValue, run.known.unit)
  if (below !== null && below < 0) check.add('value', check.path(depth), `is below what the profile allows (${profileOf(run)})`, 'Correct the value.')
  if (above !== null && above > 0) check.add('value', check.path(depth), `is above what the profile allows (${profileOf(run)})`, 'Correct the value.')
}

function checkConstraints(run: Run, node: Node, item: Item, depth: number): void {
  const { check } = run
  for (const { key, human, expression, severity } of node.constraints) {
    if (expression === undefined || item.value === undefined) continue
    const holds = holdsHere(run, expression, item, node.path, depth)
    if (holds === true) continue
    if (holds === 'too-costly') {
      const hint = 'Send less at a time, or ask the publisher of the profile for a simpler rule.'
      check.add('too-costly', check.path(depth), `the rule ${key} takes longer than a rule may (${profileOf(run)})`, hint)
      continue
    }
    const isMild = holds === null ? !check.isStrict : severity === 'warning'
    const says = holds === null ? `the rule ${key} could not be evaluated (${profileOf(run)})` : `${human ?? key} (${key}, ${profileOf(run)})`
    check.add('invariant', check.path(depth), says, `Correct the element so that the rule ${key} holds.`, isMild ? 'warning' : 'error')
  }
}

/** Evaluates a rule and then restores the check: functions of the rule walk over other resources, and the time limit may stop them in the middle. */
function holdsHere(run: Run, expression: string, item: Item, path: string, depth: number): Verdict {
  const { check, known } = run
  const { issues, count, current, root } = check
  const [name, index] = [check.names[depth] as string, check.at[depth] as number]
  const around = { resolve: run.resolve, conforms: (object: Json, profile: string) => conformsTo(run, object, profile, depth) }
  const holds = known.holds(expression, item.value, path, current, root, around)
  check.issues = issues
  check.count = count
  check.current = current
  check.root = root
  check.names[depth] = name
  check.at[depth] = index
  return holds
}

// A rule may ask for the same object more than once. When packages change, the trees are new ones and their results with them.
const asked = new WeakMap<object, Map<Tree, boolean>>()

/** `conformsTo()` (R4 fhirpath.html#functions). The rules of a type itself are checked where the object stands, so for a type only the type is compared. */
function conformsTo(run: Run, object: Json, profile: string, depth: number): boolean {
  const tree = run.known.tree(profile)
  if (!isOfTypeOf(run.known, object, profile)) return false
  if (tree?.structure.derivation !== 'constraint') return true
  const known = asked.getOrInsertComputed(object, () => new Map<Tree, boolean>())
  const judge = () => isSilent(run.check, () => inResource(run, object, depth, () => checkProfile({ ...run, hops: run.hops + 1 }, tree, object, depth)))
  return known.getOrInsertComputed(tree, judge)
}

/** Checks the types that a profile allows, and their profiles: an item must conform to one of the profiles of its own type. */
function checkTypes(run: Run, node: Node, item: Item, depth: number): void {
  const types = node.types as NonNullable<Node['types']>
  const { check } = run
  const isResource = isObject(item.value) && typeof item.value.resourceType === 'string'
  const own = isResource ? textOf((item.value as Json).resourceType) : item.type
  const fitting = own === '' ? types : types.filter(({ code }) => (isResource ? run.known.isKindOf(own, code) : isOfType(item, code)))
  if (fitting.length === 0 && types.length > 0) {
    const allowed = types.map(({ code }) => code).join(', ')
    check.add('structure', check.path(depth), `the type ${own} is not allowed here (${profileOf(run)})`, `Use one of: ${allowed}.`)
    return
  }
  const references = fitting.filter(({ code }) => code === 'Reference' || code === 'canonical')
  if (references.length > 0) checkTargets(run, references, item, depth)
  if (fitting.length > 0 && fitting.every(({ profile }) => profile !== undefined && profile.length > 0)) checkProfiles(run, fitting, item, depth)
}

/** A mandatory primitive may lack its value only when it has one of these extensions. */
function checkAlternatives(run: Run, node: Node, item: Item, depth: number): void {
  if (item.value !== undefined) return
  const extensions = isObject(item.extra) && Array.isArray(item.extra.extension) ? item.extra.extension.filter(isObject) : []
  if (extensions.some(({ url }) => node.alternatives.includes(textOf(url)))) return
  const { check } = run
  const allowed = node.alternatives.join(', ')
  check.add('required', check.path(depth), `there is neither a value nor one of ${allowed} (${profileOf(run)})`, 'Add the value or such an extension.')
}

function checkProfiles(run: Run, types: TypeOfElement[], item: Item, depth: number): void {
  const { check } = run
  const object = insideOf(item)
  if (object === undefined && item.value === undefined) return
  const named = namedProfiles(types, run.known.tree)
  // When one of the profiles is not known, the item may conform to it.
  const known = named.flatMap((one) => one.known ?? [])
  if (known.length < named.length) return unknownProfiles(run, named, depth)
  const own = typeof object?.resourceType === 'string' ? object.resourceType : undefined
  const possible = known.filter(({ tree }) => own === undefined || run.known.isKindOf(own, tree.structure.type))
  const enter = (one: Known) => () =>
    object === undefined
      ? checkPrimitive({ ...run, tree: one.tree }, one.root, item, depth)
      : inResource(run, object, depth, () => checkNamed(run, one, item, object, depth))
  if (named.length === 1 && possible[0] !== undefined) return enter(possible[0])()
  if (possible.some((one) => isSilent(check, enter(one)))) return
  check.add(
    'structure',
    check.path(depth),
    `conforms to none of the profiles allowed here: ${named.map(({ name }) => name).join(', ')} (${profileOf(run)})`,
    'Make it conform to one of them.',
  )
}

type Known = NonNullable<Named['known']>

/** Checks a primitive without extensions by the rules of a profile about its value. */
function checkPrimitive(run: Run, root: Node, item: Item, depth: number): void {
  compare(run, root, item, depth)
  if (root.constraints.length > 0) checkConstraints(run, root, item, depth)
}

/** Checks an item against a profile named by its type, or against one element of the profile. */
export function checkNamed(run: Omit<Run, 'tree'>, { tree, root }: Known, item: Item, object: Json, depth: number): void {
  if (root.fixed !== undefined || root.pattern !== undefined) compare({ ...run, tree }, root, item, depth)
  if (root === tree.root) checkProfile(run, tree, object, depth)
  else checkInside({ ...run, tree }, root, item, depth)
}

function unknownProfiles(run: Run, named: readonly Named[], depth: number): void {
  const missing = named.flatMap(({ name, known }) => (known === undefined ? name : [])).join(', ')
  run.check.add(
    'not-found',
    run.check.path(depth),
    `the profile ${missing} is not known and was not checked`,
    'Load the package that defines it.',
    'information',
  )
}

/** During the check %resource is this resource; `#id` and %rootResource mean the entry of a Bundle, or the resource that contains this one. */
export function inResource(run: Omit<Run, 'tree'>, object: Json, depth: number, judge: () => void): void {
  const { check } = run
  const outer = check.current
  const outerRoot = check.root
  const name = check.names[depth] as string
  const index = check.at[depth] as number
  if (typeof object.resourceType === 'string') {
    check.current = object
    if (!(Array.isArray(outerRoot.contained) && outerRoot.contained.includes(object))) check.root = object
  }
  judge()
  check.current = outer
  check.root = outerRoot
  check.names[depth] = name
  check.at[depth] = index
}
