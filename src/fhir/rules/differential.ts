import { isObject, type Json, list } from '../profile/items.ts'
import type { Knowledge } from '../profile/run.ts'
import type { Element } from '../profile/structure.ts'
import { type Node, nodeOfPath } from '../profile/tree.ts'
import { textOf } from '../runtime/check.ts'
import type { Place, Rule } from './strict.ts'

const core = 'http://hl7.org/fhir/StructureDefinition/'
const parentsMax = 5

/** Types that contain no code, string or uri (eld-11, whose expression in R4 checks nothing). */
const unbindable = new Set(
  `boolean integer decimal date dateTime instant time base64Binary positiveInt unsignedInt HumanName Address Period Reference Attachment Identifier
   ContactPoint Range Ratio Annotation SampledData Timing Signature Narrative Meta`.split(/\s+/),
)

/** profiling.html: a profile only narrows its base, and lists elements in the order of the base. */
export const differentialRule: Rule = (structure, place) => {
  const { type, derivation, baseDefinition, differential } = structure
  const { known } = place.check
  if (derivation !== 'constraint' || typeof type !== 'string' || typeof baseDefinition !== 'string' || !isObject(differential)) return
  const ground = known?.structure(core + type)?.snapshot?.element ?? []
  if (known === undefined || ground.length === 0) return
  const elements = list(differential.element)
  const here = (index: number) => `${place.check.path(place.depth)}.differential.element[${index}]`
  orderRule(elements, new Map(ground.map(({ path }, at) => [path, at])), here, place)
  const base = known.tree(baseDefinition)
  const ofPath = new Map(ground.map((one) => [one.path, one]))
  elements.forEach((element, index) => {
    const path = textOf(element.path)
    const first = ofPath.get(path)
    if (first !== undefined && path !== type) typed(element, first, known, here(index), place)
    // A slice is a part of the base's element and may have smaller numbers.
    if (first === undefined || path === type || element.sliceName !== undefined || textOf(element.id).includes(':')) return
    narrows(element, first, base === undefined ? undefined : nodeOfPath(base.root, path), known, here(index), place)
  })
}

/** Checks that an element only narrows the base. `first` is the element of the type, `node` that of the profiles in between. */
function narrows(element: Json, first: Element, node: Node | undefined, known: Knowledge, here: string, { check }: Place): void {
  const says = (name: string, text: string, hint: string) => check.add('business-rule', `${here}.${name}`, text, hint)
  const min = Math.max(first.min ?? 0, node?.min ?? 0)
  const max = Math.min(numberOf(first.max), node?.max ?? Number.POSITIVE_INFINITY)
  if (typeof element.min === 'number' && element.min < min) says('min', `the base asks for ${min} at least`, 'A profile can only ask for more.')
  if (typeof element.max === 'string' && numberOf(element.max) > max) says('max', `the base has room for ${max} only`, 'A profile can only leave less room.')
  const types = (node?.types ?? first.type ?? []).map(({ code }) => code)
  for (const { code } of list(element.type)) {
    if (types.length === 0 || typeof code !== 'string' || isAmong(code, types, known)) continue
    says('type', `${code.slice(0, 60)} is not among the types of the base: ${types.slice(0, 12).join(', ')}`, 'A profile can only leave types out.')
  }
  const strength = (node?.binding ?? first.binding)?.strength
  const own = isObject(element.binding) ? element.binding.strength : undefined
  if (strength === 'required' && own !== undefined && own !== 'required') says('binding', 'the base requires its value set', 'A profile can only bind more.')
}

/** Checks the values, profiles and targets of an element, also in slices, against the types that it has, or else those of the base. */
function typed(element: Json, first: Element, known: Knowledge, here: string, { check }: Place): void {
  const says = (name: string, text: string, hint: string) => check.add('business-rule', `${here}.${name}`, text, hint)
  const types = (first.type ?? []).map(({ code }) => code)
  if (element.type === undefined && types.length > 0) {
    valueRule(element, types, here, check)
    if (isObject(element.binding)) bindingRule(types, here, check)
  }
  for (const one of list(element.type)) {
    const code = textOf(one.code)
    for (const profile of Array.isArray(one.profile) && !partial.has(code) ? one.profile : []) {
      const of = typeof profile === 'string' ? known.structure(profile)?.type : undefined
      if (of !== undefined && !isAmong(of, [code], known)) says('type', `the profile is for ${of}, and the type is ${code}`, 'Make them agree.')
    }
    const targets = (first.type ?? []).flatMap((base) => (base.code === code ? (base.targetProfile ?? []) : []))
    for (const target of Array.isArray(one.targetProfile) ? one.targetProfile : []) {
      const of = typeof target === 'string' ? known.structure(target)?.type : undefined
      if (of === undefined || targets.length === 0 || targets.some((base) => isAmong(of, [base.slice(core.length)], known))) continue
      says('type', `a reference to ${of} is none that the base allows`, 'A profile can only leave targets out.')
    }
  }
}

/** For these types a profile names a part of itself (elementdefinition-profile-element), so its own type does not matter. */
const partial = new Set(['BackboneElement', 'Element'])

const numberOf = (max: string | undefined): number => (max === undefined || max === '*' ? Number.POSITIVE_INFINITY : Number(max))

/**
 * Whether the type, or one it is a kind of, is among `types`: an Age is a Quantity, a Patient a Resource. A primitive may also be a more
 * general one: R4's own definitions have string for markdown.
 */
function isAmong(code: string, types: readonly string[], known: Knowledge): boolean {
  const isPrimitive = /^[a-z]/.test(code)
  return kindsOf(code, known).some((one) => types.includes(one)) || (isPrimitive && types.some((one) => kindsOf(one, known).includes(code)))
}

function kindsOf(code: string, known: Knowledge): string[] {
  const kinds: string[] = []
  let one: string | undefined = code
  for (let steps = 0; one !== undefined && steps < parentsMax; steps++) {
    kinds.push(one)
    const parent: string | undefined = known.structure(core + one)?.baseDefinition
    one = parent?.startsWith(core) === true ? parent.slice(core.length) : undefined
  }
  return kinds
}

function orderRule(elements: readonly Json[], order: ReadonlyMap<string, number>, here: (index: number) => string, { check }: Place): void {
  /** By the name of a parent: the place of its last child so far. */
  const last = new Map<string, number>()
  elements.forEach((element, index) => {
    const path = textOf(element.path)
    const id = textOf(element.id)
    const name = id.split('.').length === path.split('.').length ? id : path
    // An element that is listed again, for another slice, begins a new order of its children.
    for (const open of last.keys()) if (open === name || open.startsWith(`${name}.`)) last.delete(open)
    const at = order.get(path)
    if (at === undefined) return
    const parent = name.slice(0, name.lastIndexOf('.'))
    if (at < (last.get(parent) ?? 0)) {
      check.add('business-rule', `${here(index)}.path`, 'the base has this element before the one that stands before it here', 'Keep the order of the base.')
    } else last.set(parent, at)
  })
}

/** eld-11: an element bound to a value set must have a type that contains a code. */
export function bindingRule(types: readonly string[], here: string, check: Place['check']): void {
  if (types.length === 0 || !types.every((code) => unbindable.has(code))) return
  check.add('business-rule', `${here}.binding`, `a binding needs a code, and the type is ${types.join(', ')} (eld-11)`, 'Leave the binding out.')
}

/** elementdefinition.html: a fixed value or pattern has a type of its element. */
export function valueRule(element: Json, types: readonly string[], here: string, check: Place['check']): void {
  for (const name in element) {
    const of = /^(?:fixed|pattern)([A-Z]\w*)$/.exec(name)?.[1]
    if (of === undefined || types.length === 0) continue
    if (element.path === 'Extension.url' || types.some((type) => type.startsWith('http://hl7.org/fhirpath'))) continue
    if (types.some((type) => type.toLowerCase() === of.toLowerCase())) continue
    check.add('business-rule', `${here}.${name}`, `the element is of the type ${types.join(', ')}, and the value is a ${of}`, 'Make them agree.')
  }
}
