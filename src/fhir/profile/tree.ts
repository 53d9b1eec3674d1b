import { type NarrativeControl, narrativeControlOf } from './narrative-control.ts'
import {
  type ConstraintOfElement,
  type Element,
  type FurtherBinding,
  furtherBindings,
  partOf,
  type SlicingRule,
  type Structure,
  type TypeOfElement,
  valueAlternatives,
} from './structure.ts'

/**
 * A profile as a tree of its demands beyond those of the type; an element without demands has no node. Generated code checks the types of R4
 * themselves, so a tree holds the differential of the profile laid over those of its bases.
 */
export type Node = {
  /** The element's name without [x]. */
  name: string
  path: string
  isChoice: boolean
  min: number
  max: number
  types: TypeOfElement[] | undefined
  fixed: unknown
  pattern: unknown
  minValue: unknown
  maxValue: unknown
  maxLength: number
  binding: { strength: string; valueSet: string } | undefined
  further: FurtherBinding[]
  /** Extensions that may stand in the place of the value. */
  alternatives: string[]
  narrative: NarrativeControl | undefined
  constraints: ConstraintOfElement[]
  slicing: SlicingRule | undefined
  sliceName: string
  children: Map<string, Node>
  slices: Map<string, Node>
  /** Set when the element takes the content of another one (contentReference, which makes the tree a circle): the node it had before, null for none. */
  insteadOf: Node | null | undefined
}
export type Tree = { structure: Structure; root: Node }
/**
 * `forms`: valueQuantity → value, for every form of every choice. `ambiguous`: forms that other types have as plain elements
 * (Immunization.doseQuantity).
 */
export type Choices = { forms: Record<string, string | undefined>; ambiguous: Set<string> }

const emptyNode = (name: string, path: string, isChoice: boolean): Node => ({
  name,
  path,
  isChoice,
  min: 0,
  max: Number.POSITIVE_INFINITY,
  types: undefined,
  fixed: undefined,
  pattern: undefined,
  minValue: undefined,
  maxValue: undefined,
  maxLength: Number.POSITIVE_INFINITY,
  binding: undefined,
  further: [],
  alternatives: [],
  narrative: undefined,
  constraints: [],
  slicing: undefined,
  sliceName: '',
  children: new Map(),
  slices: new Map(),
  insteadOf: undefined,
})

/** A circular tree is not copied: what is reused is resolved again when the copy has changes of its own. */
function copyOf(node: Node): Node {
  const copies = (nodes: Map<string, Node>) => {
    const made = new Map<string, Node>()
    for (const [name, one] of nodes) {
      const own = one.insteadOf === undefined ? one : one.insteadOf
      if (own !== null) made.set(name, copyOf(own))
    }
    return made
  }
  return { ...node, constraints: [...node.constraints], children: copies(node.children), slices: copies(node.slices) }
}

const basesMax = 20

/** Null when a base is not known and the profile has no snapshot to stand alone, or when it names elements that its type does not have. */
export function treeOf(structure: Structure, find: (canonical: string) => Structure | undefined, choices: Choices, depth = 0): Tree | null {
  const base = structure.baseDefinition === undefined ? undefined : find(structure.baseDefinition)
  const isOnType = structure.derivation !== 'constraint'
  if (isOnType) return { structure, root: emptyNode(structure.type, structure.type, false) }
  if (depth > basesMax) return null
  const ground = base === undefined ? null : treeOf(base, find, choices, depth + 1)
  const changes = ground === null ? structure.snapshot?.element : (structure.differential?.element ?? structure.snapshot?.element)
  if (changes === undefined) return null
  const root = ground === null ? emptyNode(structure.type, structure.type, false) : copyOf(ground.root)
  const core = coreOf(base, find)
  const names: Names = { forms: choices.forms, plain: new Set(core?.snapshot?.element.map(({ path }) => path)), short: new Set() }
  for (const element of withIds(changes)) fold(root, element, names)
  close(names)
  if (core !== undefined && !namesElements(root, core)) return null
  reuseContent(root, structure.ownReferences ?? structure.snapshot?.element ?? [])
  return { structure, root }
}

/** Fills in missing ids: an element belongs to the slice that was opened last on its path. */
function withIds(elements: Element[]): Element[] {
  const open = new Map<string, string>()
  return elements.map((element) => {
    if (element.id?.includes('.') || !element.path.includes('.')) return element
    if (element.sliceName === undefined) open.delete(element.path)
    else open.set(element.path, element.sliceName)
    for (const path of open.keys()) if (path.startsWith(`${element.path}.`)) open.delete(path)
    const steps = element.path.split('.')
    const id = steps.map((step, at) => {
      const slice = open.get(steps.slice(0, at + 1).join('.'))
      return slice === undefined ? step : `${step}:${slice}`
    })
    return { ...element, id: id.join('.') }
  })
}

/** `short`: choices that the differential names by one of their forms. */
type Names = { forms: Choices['forms']; plain: Set<string>; short: Set<Node> }

/**
 * A profile that writes valueQuantity for value[x], or names a slice so without any slicing, allows no other form (profiling.html, slicing by
 * type): snapshots close the slices and name the types.
 */
function close({ short, forms }: Names): void {
  for (const node of short) {
    if (node.slicing !== undefined) continue
    const codes = [...node.slices.keys()].filter((name) => forms[name] === node.name).map((form) => form.slice(node.name.length))
    const isNamed = ({ code }: TypeOfElement) => codes.some((one) => one.toLowerCase() === code.toLowerCase())
    node.types = node.types?.filter(isNamed) ?? codes.map((code) => ({ code }))
  }
}

function fold(root: Node, element: Element, names: Names): void {
  const isRoot = !element.path.includes('.')
  const node = isRoot ? root : nodeAt(root, element, names)
  node.path = element.path
  if (element.min !== undefined && !isRoot) node.min = element.min
  if (element.max !== undefined && !isRoot) node.max = element.max === '*' ? Number.POSITIVE_INFINITY : Number(element.max)
  if (element.type !== undefined && !isRoot) node.types = element.type
  if (element.slicing !== undefined) node.slicing = element.slicing
  if (element.sliceName !== undefined) node.sliceName = element.sliceName
  if (element.maxLength !== undefined) node.maxLength = element.maxLength
  if (element.binding?.valueSet !== undefined) node.binding = { strength: element.binding.strength, valueSet: element.binding.valueSet }
  if (element.binding !== undefined) node.further = furtherBindings(element.binding)
  if (element.extension !== undefined) {
    node.alternatives = valueAlternatives(element)
    node.narrative = narrativeControlOf(element) ?? node.narrative
  }
  for (const constraint of element.constraint ?? []) {
    if (!isOfCore(constraint) && !node.constraints.some(({ key }) => key === constraint.key)) node.constraints.push(constraint)
  }
  for (const name in element) {
    if (name.startsWith('fixed')) node.fixed = element[name]
    else if (name.startsWith('pattern')) node.pattern = element[name]
    else if (name.startsWith('minValue')) node.minValue = element[name]
    else if (name.startsWith('maxValue')) node.maxValue = element[name]
  }
}

// The rules of R4's own types, which a snapshot repeats. They are checked with the types and left out here.
const ofCore = /^http:\/\/hl7\.org\/fhir\/StructureDefinition\/[A-Za-z]+$/
const general = new Set(['ele-1', 'ext-1', 'dom-1', 'dom-2', 'dom-3', 'dom-4', 'dom-5', 'dom-6'])
const isOfCore = ({ key, source }: ConstraintOfElement) => general.has(key) || (source !== undefined && ofCore.test(source) && /^[a-z]{3}-\d+[a-z]?$/.test(key))

/** The node of an element: `Observation.component:Systolic.value[x]` leads through the element, its slice and the element below it. */
function nodeAt(root: Node, element: Element, names: Names): Node {
  const steps = (element.id?.includes('.') && element.id.split('.').length === element.path.split('.').length ? element.id : element.path).split('.')
  let node = root
  for (let at = 1; at < steps.length; at++) {
    const isLast = at === steps.length - 1
    const [written = '', sliceOfId] = (steps[at] as string).split(':')
    const slice = sliceOfId ?? (isLast ? element.sliceName : undefined)
    node = childFor(
      node,
      written,
      slice,
      names,
      element.path
        .split('.')
        .slice(0, at + 1)
        .join('.'),
    )
  }
  return node
}

function childFor(parent: Node, written: string, slice: string | undefined, names: Names, corePath: string): Node {
  const bare = written.endsWith('[x]') ? written.slice(0, -3) : undefined
  const choice = bare ?? (names.plain.has(corePath) ? undefined : names.forms[written])
  const name = choice ?? written
  const path = `${parent.path}.${bare ?? written}`
  let child = parent.children.get(name)
  if (child === undefined) parent.children.set(name, (child = emptyNode(name, path, choice !== undefined)))
  // valueQuantity is short for the slice of value[x] whose type is Quantity.
  const isShort = choice !== undefined && bare === undefined
  const wanted = slice ?? (isShort ? written : undefined)
  if (isShort || (choice !== undefined && wanted !== undefined && names.forms[wanted] === choice)) names.short.add(child)
  if (wanted === undefined) return child
  let node = child
  for (const part of wanted.split('/')) {
    let next = node.slices.get(part)
    if (next === undefined) {
      node.slices.set(part, (next = emptyNode(name, path, node.isChoice)))
      next.sliceName = part
      if (node.isChoice && names.forms[part] === name) next.types = [{ code: part.slice(name.length) }]
    }
    node = next
  }
  return node
}

/**
 * An element with a contentReference takes the rules of the element it refers to: those of the profile when the snapshot refers to its own element
 * (`#Questionnaire.item`), those of the type alone when it refers to the type, as snapshots do since 2021, or when there is no snapshot.
 */
function reuseContent(root: Node, elements: readonly Pick<Element, 'path' | 'contentReference'>[]): void {
  for (const { path, contentReference } of elements) {
    if (contentReference?.startsWith('#') !== true) continue
    const target = nodeOfPath(root, contentReference.slice(1))
    const holder = nodeOfPath(root, path.slice(0, path.lastIndexOf('.')))
    const name = path.slice(path.lastIndexOf('.') + 1)
    const own = holder?.children.get(name)
    if (target === undefined || holder === undefined || (own !== undefined && own.children.size > 0)) continue
    const { min, max } = own ?? { min: 0, max: Number.POSITIVE_INFINITY }
    holder.children.set(name, { ...target, min, max, slicing: undefined, slices: new Map(), insteadOf: own ?? null })
  }
}

function namesElements(root: Node, core: Structure): boolean {
  const paths = new Set(core.snapshot?.element.map(({ path }) => path.replace('[x]', '')))
  return paths.size === 0 || [...root.children.keys()].every((name) => paths.has(`${core.type}.${name}`))
}

function coreOf(base: Structure | undefined, find: (canonical: string) => Structure | undefined): Structure | undefined {
  let one = base
  for (let depth = 0; one !== undefined && one.derivation === 'constraint' && depth < basesMax; depth++) {
    one = one.baseDefinition === undefined ? undefined : find(one.baseDefinition)
  }
  return one
}

/** The profiles that the types of an element name: a whole profile or one element of it. `known` is missing when the profile or element is. */
export type Named = { name: string; known: { tree: Tree; root: Node } | undefined }

export function namedProfiles(types: readonly TypeOfElement[], find: (canonical: string) => Tree | undefined): Named[] {
  return types.flatMap((type) =>
    (type.profile ?? []).map((profile, at) => {
      const part = partOf(type, at)
      const tree = find(profile)
      const root = tree === undefined || part === undefined ? tree?.root : nodeOf(tree, part)
      return { name: part === undefined ? profile : `${profile}#${part}`, known: tree === undefined || root === undefined ? undefined : { tree, root } }
    }),
  )
}

/** Finds a node by the id of its element: `Observation.component:Systolic.value[x]`. */
function nodeOf({ root }: Tree, id: string): Node | undefined {
  let node: Node | undefined = root
  for (const step of id.split('.').slice(1)) {
    const [written = '', slice] = step.split(':')
    node = node?.children.get(written.replace('[x]', ''))
    if (slice !== undefined) node = node?.slices.get(slice)
  }
  return node
}

/** Finds a node by the path of its element, which names no slice: `Observation.value[x]`. */
export function nodeOfPath(root: Node, path: string): Node | undefined {
  let node: Node | undefined = root
  for (const name of path.split('.').slice(1)) node = node?.children.get(name.replace('[x]', ''))
  return node
}
