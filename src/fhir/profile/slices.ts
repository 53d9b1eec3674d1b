import { textOf } from '../runtime/check.ts'
import { membershipOf } from './binding.ts'
import { insideOf, isObject, isOfType, type Item, itemsOf, nodesUnder, stepsOf } from './items.ts'
import { isSilent, type Run } from './run.ts'
import type { Discriminator } from './structure.ts'
import { type Named, namedProfiles, type Node, type Tree } from './tree.ts'
import { checkNamed, inResource, profileOf } from './walk.ts'
import { hasPattern, isFixed } from './values.ts'

/**
 * Slicing (R4 profiling.html#slicing): each item belongs to the first slice whose discriminators it fulfils and is checked by the rules of
 * that slice. Then the number of items in each slice, their order and the items outside all slices are checked.
 */
export function checkSlices(run: Run, node: Node, items: Item[], depth: number, checkInSlice: (slice: Node, item: Item) => void): void {
  const slices = [...node.slices.values()]
  const places = items.map((item) => slices.findIndex((slice) => belongs(run, node, slice, item, depth)))
  const { check } = run
  items.forEach((item, at) => {
    const slice = slices[places[at] as number]
    if (slice === undefined) return
    if (check.isStrict) checkAlone(run, node, item, slices.slice(places[at] as number), depth)
    checkInSlice(slice, item)
  })
  slices.forEach((slice, at) => {
    let count = 0
    for (const place of places) if (place === at) count++
    // The items of a slice may be sliced again. The inner slices are checked even when the outer one has no items: some of them may be mandatory.
    if (slice.slices.size > 0) checkSlices(run, slice, itemsAt(items, places, at), depth, checkInSlice)
    const name = `${node.name}:${slice.sliceName}`
    if (count < slice.min) {
      check.add(
        'required',
        check.path(depth, node.name),
        `the slice ${name} must be there ${slice.min} times at least, found ${count} (${profileOf(run)})`,
        `Add what the slice ${slice.sliceName} describes.`,
      )
    } else if (count > slice.max) {
      check.add(
        'structure',
        check.path(depth, node.name),
        `the slice ${name} may be there ${slice.max} times at most, found ${count} (${profileOf(run)})`,
        'Leave the others out.',
      )
    }
  })
  checkRest(run, node, items, places, depth)
}

/** profiling.html#discriminator: the discriminators tell slices apart, so no item fits two. `slices` begins with the one it belongs to. */
function checkAlone(run: Run, node: Node, item: Item, slices: Node[], depth: number): void {
  const [first, ...others] = slices.filter((slice) => isTold(planOf(run, node, slice)))
  if (first !== slices[0]) return
  const second = others.find((slice) => belongs(run, node, slice, item, depth))
  if (second === undefined) return
  const says = `fits the slices ${first?.sliceName} and ${second.sliceName} (${profileOf(run)})`
  run.check.add('structure', run.check.path(depth, node.name, item.index), says, 'Make it fit one of them.')
}

/** Whether the profile says at every discriminator what the slice must be; where it says nothing, any item would fit. */
const isTold = ({ looks, profiles }: Plan): boolean =>
  profiles === null && looks.length > 0 && looks.every(({ type, telling, nodes }) => (type === 'profile' ? nodes.length > 0 : telling.length > 0))

const itemsAt = (items: Item[], places: number[], at: number): Item[] => items.filter((_, position) => places[position] === at)

function checkRest(run: Run, node: Node, items: Item[], places: number[], depth: number): void {
  const { check } = run
  const rules = node.slicing?.rules
  const at = (place: number) => check.path(depth, node.name, (items[place] as Item).index)
  const lastSliced = places.findLastIndex((place) => place >= 0)
  places.forEach((place, position) => {
    if (place >= 0) return
    if (rules === 'closed')
      check.add('structure', at(position), `belongs to no slice, and others are not allowed (${profileOf(run)})`, 'Make it fit one of the slices or remove it.')
    else if (rules === 'openAtEnd' && position < lastSliced)
      check.add('structure', at(position), `belongs to no slice and must come after those that do (${profileOf(run)})`, 'Move it to the end.')
  })
  if (node.slicing?.ordered !== true) return
  const sliced = places.filter((place) => place >= 0)
  if (sliced.some((place, position) => position > 0 && place < (sliced[position - 1] as number))) {
    check.add('structure', check.path(depth, node.name), `the slices must stand in the order of the profile (${profileOf(run)})`, 'Reorder the items.')
  }
}

const byUrl: Discriminator[] = [{ type: 'value', path: 'url' }]
const byType: Discriminator[] = [{ type: 'type', path: '$this' }]

/** One discriminator for one slice: where to look in an item (`steps`), and the nodes of the profile that it must fit there. */
type Look = { type: string; steps: string[]; nodes: Node[]; telling: Node[]; max: number; isAsked: boolean }
/** `profiles`: the definitions that tell an extension by its URL, when the slice itself fixes no URL. */
type Plan = { looks: Look[]; profiles: Set<string> | null }

// A plan does not depend on the item; trees are made anew when packages change, and their plans with them.
const plans = new WeakMap<Node, Plan>()

function planOf(run: Run, node: Node, slice: Node): Plan {
  const there = plans.get(slice)
  if (there !== undefined) return there
  const written = node.slicing?.discriminator
  const isExtension = node.name === 'extension' || node.name === 'modifierExtension'
  const discriminators = written !== undefined && written.length > 0 ? written : isExtension ? byUrl : node.isChoice ? byType : []
  const isByProfile = discriminators.some(({ path }) => path === 'url') && !slice.children.has('url')
  const profiles = isByProfile ? new Set((slice.types ?? []).flatMap(({ profile }) => profile ?? []).map((profile) => profile.split('|')[0] as string)) : null
  const plan = { looks: discriminators.map((one) => lookOf(run, one, slice)), profiles }
  plans.set(slice, plan)
  return plan
}

function lookOf(run: Run, { type, path }: Discriminator, slice: Node): Look {
  const steps = stepsOf(path)
  const nodes = steps.reduce<Node[]>((all, step) => all.flatMap((one) => stepNode(run, one, step, type === 'type')), [slice])
  return {
    ...{ type, steps, nodes, telling: nodesUnder(nodes).filter((one) => tells(one)) },
    max: nodes.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...nodes.map((one) => one.max)),
    isAsked: nodes.some((one) => one.min > 0),
  }
}

function belongs(run: Run, node: Node, slice: Node, item: Item, depth: number): boolean {
  const { looks, profiles } = planOf(run, node, slice)
  if (looks.length === 0) return fits(run, slice, item)
  return looks.every((look) => discriminates(run, look, profiles, item, depth))
}

function discriminates(run: Run, look: Look, profiles: Set<string> | null, item: Item, depth: number): boolean {
  const { type, steps, nodes, telling } = look
  if (profiles !== null && steps[0] === 'url' && steps.length === 1 && isObject(item.value)) return profiles.has(textOf(item.value.url))
  const found = steps.reduce<Item[]>((items, step, at) => items.flatMap((one) => stepItem(run, one, step, type === 'type' && at === steps.length - 1)), [item])
  switch (type) {
    case 'exists':
      return look.max === 0 ? found.length === 0 : look.isAsked ? found.length > 0 : true
    case 'type':
      return found.some((one) => isOfOneType(run, one, nodes))
    case 'profile':
      return conformsToOne(run, found, nodes, depth)
    default:
      return telling.length === 0
        ? nodes.every((one) => one.min === 0 || found.length > 0)
        : telling.every((one) => found.some((value) => fits(run, one, value)))
  }
}

/** `isTypeEnough`: the caller only needs the type of what is found. */
function stepItem(run: Run, item: Item, step: string, isTypeEnough: boolean): Item[] {
  if (step === '$this') return [item]
  if (step === 'resolve()') {
    const reference = isObject(item.value) ? textOf(item.value.reference) : textOf(item.value)
    const target = run.resolve(reference) ?? (isTypeEnough ? typeSaid(item.value, reference) : undefined)
    return target === undefined ? [] : [{ value: target, extra: undefined, property: '', index: -1, type: textOf(target.resourceType) }]
  }
  const of = /^ofType\(([A-Za-z]+)\)$/.exec(step)
  if (of !== null) return isOfType(item, of[1] as string) || (isObject(item.value) && item.value.resourceType === of[1]) ? [item] : []
  const inside = insideOf(item)
  if (inside === undefined) return []
  const extension = /^extension\('([^']*)'\)$/.exec(step)
  if (extension !== null)
    return itemsOf(inside, { name: 'extension', isChoice: false }, run.known.choices).filter((one) => isObject(one.value) && one.value.url === extension[1])
  const name = step.replace('[x]', '')
  const plain = itemsOf(inside, { name, isChoice: false }, run.known.choices)
  return plain.length > 0 ? plain : itemsOf(inside, { name, isChoice: true }, run.known.choices)
}

const literal = /(?:^|\/)([A-Z][A-Za-z]{1,63})\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/

/** The type that a reference names for a resource that is not here (references.html#Reference). */
function typeSaid(value: unknown, reference: string): { resourceType: string } | undefined {
  const declared = isObject(value) ? textOf(value.type) : ''
  const type = literal.exec(reference)?.[1] ?? declared
  return type === '' ? undefined : { resourceType: type }
}

/** With a discriminator by type, a slice that names a form of a choice tells the type even when the form is optional. */
function stepNode(run: Run, node: Node, step: string, isByType: boolean): Node[] {
  if (step === '$this') return [node]
  if (step === 'resolve()') return treesOf(run, node.types?.flatMap(({ targetProfile }) => targetProfile ?? []) ?? []).map(rootOf)
  if (step.startsWith('ofType(')) return [node]
  const extension = /^extension\('([^']*)'\)$/.exec(step)
  const name = extension === null ? step.replace('[x]', '') : 'extension'
  const profiled = knownIn(run, [node]).map(({ root }) => root)
  const children = [node, ...profiled].flatMap((one) => one.children.get(name) ?? [])
  if (extension === null) return children.flatMap((one) => [one, ...[...one.slices.values()].filter(({ min }) => isByType || min > 0)])
  return children.flatMap((one) => [...one.slices.values()].filter((slice) => urlOf(slice) === extension[1]))
}

const urlOf = (slice: Node): unknown => slice.children.get('url')?.fixed ?? slice.types?.[0]?.profile?.[0]
const rootOf = ({ root, structure }: Tree): Node => ({ ...root, types: root.types ?? [{ code: structure.type, profile: [structure.url] }] })
const treesOf = (run: Run, profiles: string[]): Tree[] => profiles.flatMap((profile) => run.known.tree(profile) ?? [])

/** Whether the node determines the value: by a fixed value, a pattern, a required binding, or by such a rule on an element below it. */
function tells(node: Node): boolean {
  if (node.fixed !== undefined || node.pattern !== undefined || node.binding?.strength === 'required') return true
  return [...node.children.values()].some(
    (child) => (child.insteadOf === undefined && tells(child)) || [...child.slices.values()].some((slice) => slice.min > 0 && tells(slice)),
  )
}

function fits(run: Run, node: Node, item: Item): boolean {
  if (node.fixed !== undefined) return isFixed(item.value, node.fixed)
  if (node.pattern !== undefined) return hasPattern(item.value, node.pattern)
  if (node.binding?.strength === 'required' && membershipOf(run, node.binding.valueSet, item.value) === 'out') return false
  const inside = insideOf(item)
  return [...node.children.values()].every((child) => {
    const found = inside === undefined ? [] : itemsOf(inside, child, run.known.choices)
    if (tells(child) && !(child.min === 0 && found.length === 0) && !found.some((one) => fits(run, child, one))) return false
    return [...child.slices.values()].every((slice) => slice.min === 0 || !tells(slice) || found.some((one) => fits(run, slice, one)))
  })
}

function isOfOneType(run: Run, item: Item, nodes: Node[]): boolean {
  const codes = nodes.flatMap(({ types }) => types?.map(({ code }) => code) ?? [])
  const { value } = item
  if (isObject(value) && typeof value.resourceType === 'string') return codes.some((code) => run.known.isKindOf(value.resourceType as string, code))
  return codes.some((code) => isOfType(item, code))
}

const namedIn = (run: Run, nodes: Node[]) => nodes.flatMap(({ types = [] }) => namedProfiles(types, run.known.tree))
const knownIn = (run: Run, nodes: Node[]) => namedIn(run, nodes).flatMap(({ known }) => known ?? [])

/** A slice without a profile at this place says nothing about it. */
function conformsToOne(run: Run, found: Item[], nodes: Node[], depth: number): boolean {
  if (namedIn(run, nodes).length === 0) return nodes.every((one) => one.min === 0 || found.length > 0)
  if (found.length === 0) return nodes.every((one) => one.min === 0)
  const known = knownIn(run, nodes)
  return found.some((one) => conforms(run, one, known, depth))
}

function conforms(run: Run, item: Item, known: NonNullable<Named['known']>[], depth: number): boolean {
  const { value } = item
  if (!isObject(value)) return known.some(({ root }) => fits(run, root, item))
  const next = { ...run, hops: run.hops + 1 }
  return known.some(
    (one) =>
      (typeof value.resourceType !== 'string' || run.known.isKindOf(value.resourceType, one.tree.structure.type)) &&
      isSilent(run.check, () => inResource(run, value, depth, () => checkNamed(next, one, item, value, depth))),
  )
}
