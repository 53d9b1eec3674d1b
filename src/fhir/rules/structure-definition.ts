import { expressionProblem } from '../profile/fhirpath.ts'
import { isObject, type Json, list } from '../profile/items.ts'
import { nodeOfPath } from '../profile/tree.ts'
import { isFixed } from '../profile/values.ts'
import type { Knowledge } from '../profile/run.ts'
import { textOf } from '../runtime/check.ts'
import { isHolder } from '../xml/shapes.ts'
import { bindingRule, differentialRule, valueRule } from './differential.ts'
import { definitionOf, hasElement, isFormOf, typeAt } from './elements-of.ts'
import type { Place, Rule } from './strict.ts'

const core = 'http://hl7.org/fhir/StructureDefinition/'
const discriminators = new Set(['value', 'exists', 'pattern', 'type', 'profile'])

/** structuredefinition.html and profiling.html: reports a definition from which nobody could build a profile. */
export const structureRule: Rule = (structure, place) => {
  typeRule(structure, place)
  fixedRule(structure, place)
  contextRule(structure, place)
  obligationRule(structure, place)
  differentialRule(structure, place)
  for (const view of ['snapshot', 'differential']) {
    const part = structure[view]
    const elements = isObject(part) ? list(part.element) : []
    const ids = new Set<string>()
    elements.forEach((element, index) => pathRule(element, structure, `${place.check.path(place.depth)}.${view}.element[${index}]`, place))
    elements.forEach((element, index) => elementRule(element, structure, `${place.check.path(place.depth)}.${view}.element[${index}]`, ids, place))
  }
}

function typeRule(structure: Json, { check, depth }: Place): void {
  const { type, kind, derivation, baseDefinition, url } = structure
  if (typeof type !== 'string') return
  const says = (text: string, hint: string) => check.add('business-rule', check.path(depth, 'type'), text, hint)
  const isNamespaced = /^[a-z]+:/i.test(type)
  if (!isNamespaced && check.known?.structure(core + type) === undefined && kind !== 'logical' && kind !== 'resource')
    says('FHIR R4 has no type of this name', 'Correct the type, or give it a namespace.')
  if (!isNamespaced && kind === 'logical' && derivation === 'specialization' && check.known?.structure(core + type) === undefined)
    says('a type that FHIR does not define needs a namespace', 'Write the type as a URL.')
  const base = typeof baseDefinition === 'string' ? check.known?.structure(baseDefinition) : undefined
  if (baseDefinition !== undefined && derivation === undefined)
    says('a type or profile with a base says whether it specialises or constrains it', 'Add derivation.')
  if (base === undefined) return
  if (derivation === 'constraint' && base.type !== type) says(`a profile has the type of its base, ${base.type}`, 'Make them agree.')
  if (derivation === 'constraint' && base.kind !== undefined && typeof kind === 'string' && base.kind !== kind)
    check.add('business-rule', check.path(depth, 'kind'), `a profile is of the kind of its base, ${base.kind}`, 'Make them agree.')
  if (derivation === 'specialization' && base.type === type && base.url !== url)
    says('what specialises a type is a type of another name', 'Give it a type of its own.')
}

/** What an element of a primitive type has: https://hl7.org/fhir/R4/element.html */
const ofPrimitives = new Set(['id', 'extension', 'value'])

/** profiling.html: the elements that a profile constrains must exist in its type. */
function pathRule({ path }: Json, { type, derivation }: Json, here: string, { check }: Place): void {
  const { known } = check
  if (typeof path !== 'string' || typeof type !== 'string' || derivation !== 'constraint' || known === undefined) return
  const steps = path.split('.').slice(1)
  const missing = () => check.add('business-rule', `${here}.path`, `${type} has no element of this path`, 'Correct the path.')
  let at = type
  for (const written of steps) {
    const shape = known.shapes.of(at)
    const name = written.split(':')[0]?.replace('[x]', '') ?? ''
    if (at !== type && /^[a-z]\w*$/.test(at) && !ofPrimitives.has(name)) return missing()
    // A path is not followed into a resource of any type.
    if (shape === undefined || shape.size === 0) return
    const found = shape.get(name) ?? [...shape.values()].find((one) => isFormOf(known, one.name, name))
    if (found === undefined) return missing()
    if (written.endsWith('[x]') || isHolder(found.type)) return
    at = found.type
  }
}

/** A profile must not change a value that its base fixes. */
function fixedRule(structure: Json, { check, depth }: Place): void {
  const base = structure.derivation === 'constraint' && typeof structure.baseDefinition === 'string' ? check.known?.tree(structure.baseDefinition) : undefined
  const elements = isObject(structure.differential) ? list(structure.differential.element) : []
  if (base === undefined) return
  elements.forEach((element, index) => {
    const name = Object.keys(element).find((key) => key.startsWith('fixed'))
    if (name === undefined || typeof element.path !== 'string' || textOf(element.id).includes(':')) return
    const node = nodeOfPath(base.root, element.path)
    if (node?.fixed === undefined || isFixed(element[name], node.fixed)) return
    check.add('value', `${check.path(depth)}.differential.element[${index}].${name}`, 'the base fixes another value', 'Leave it as the base has it.')
  })
}

function contextRule(structure: Json, { check, depth }: Place): void {
  if (structure.type !== 'Extension' && structure.context !== undefined)
    check.add('business-rule', check.path(depth, 'context'), 'only an extension has a context', 'Remove it.')
  if (structure.type !== 'Extension' || structure.derivation !== 'constraint') return
  if (structure.baseDefinition === `${core}Extension` && structure.abstract === false) ownUrlRule(structure, check, check.path(depth))
  if (!Array.isArray(structure.context)) check.add('business-rule', check.path(depth, 'context'), 'an extension says where it may stand', 'Add a context.')
  for (const [index, expression] of (Array.isArray(structure.contextInvariant) ? structure.contextInvariant : []).entries()) {
    const problem = typeof expression === 'string' ? expressionProblem(expression) : null
    if (problem !== null) check.add('invariant', check.path(depth, 'contextInvariant', index), `the expression ${problem}`, 'Correct its grammar.')
  }
  list(structure.context).forEach(({ type, expression }, index) => {
    if (type === 'element' && typeof expression === 'string' && !isPlace(expression, check.known))
      check.add('invalid', check.path(depth, 'context', index), 'R4 has no element of this path', 'Write a type and, after dots, the names of elements.')
    if (type !== 'fhirpath' || typeof expression !== 'string') return
    const problem = expressionProblem(expression)
    if (problem !== null) check.add('business-rule', check.path(depth, 'context', index), `the expression ${problem}`, 'Correct its grammar.')
  })
}

const abstracts = new Set(['CanonicalResource', 'MetadataResource'])

/** defining-extensions.html#context: a type, or the path of an element from one. What comes from a package (url#path) is not followed. */
function isPlace(expression: string, known: Knowledge | undefined): boolean {
  if (known === undefined || expression.includes('#')) return true
  const [type = '', ...steps] = expression.split('.')
  if (abstracts.has(type)) return true
  if (known.structure(core + type) === undefined) return false
  let at: string | undefined = type
  for (const step of steps) {
    if (at === undefined || (at !== type && isHolder(at)) || known.shapes.of(at) === undefined) return true
    const name = step.replace('[x]', '')
    if (hasElement(known, at, name) === false) return false
    at = known.shapes.of(at)?.get(name)?.type
  }
  return true
}

/** extensibility.html: an extension is known by its URL, so its definition must fix Extension.url to its own URL. */
function ownUrlRule({ url, snapshot, differential }: Json, check: Place['check'], here: string): void {
  const urls = [snapshot, differential].flatMap((part) => (isObject(part) ? list(part.element) : [])).filter(({ path }) => path === 'Extension.url')
  const fixed = urls.map((one) => one.fixedUri).filter((one) => one !== undefined)
  const hint = 'Fix Extension.url to the URL of the definition.'
  if (fixed.length === 0) check.add('business-rule', here, 'the extension does not fix its URL', hint)
  else if (fixed.some((one) => one !== url)) check.add('business-rule', here, 'the URL that the extension fixes is not its own', hint)
}

const obligationProfile = `${core}obligation-profile`
/** `binding` is allowed for its additional bindings. Whether the rest of it only repeats the base is left to people. */
const ofObligations = new Set(['id', 'path', 'sliceName', 'extension', 'mustSupport', 'binding', 'type', 'comment', 'requirements'])

/** obligation-profile: such a profile lists duties of systems and must not constrain the data. */
function obligationRule({ extension, differential }: Json, { check, depth }: Place): void {
  if (!list(extension).some(({ url, valueBoolean }) => url === obligationProfile && valueBoolean === true)) return
  list(isObject(differential) ? differential.element : []).forEach((element, index) => {
    const name = Object.keys(element).find((one) => !one.startsWith('_') && !ofObligations.has(one))
    if (name === undefined) return
    const here = `${check.path(depth)}.differential.element[${index}].${name}`
    check.add('business-rule', here, 'a profile of obligations constrains nothing', 'Leave it out, or put it into a profile of its own.')
  })
}

/**
 * The element name that an expression begins with, if it is no function and no keyword. R4's own definitions are not checked: some begin with a name
 * that does not exist (cid-0), and nobody could correct them.
 */
const firstName = /^\(?(?!(?:true|false|and|or|not|is|as|in|contains|div|mod|xor|implies|iif)\b)([a-z]\w*)\b(?!\s*\()/

function elementRule(element: Json, structure: Json, here: string, ids: Set<string>, { check }: Place): void {
  const { path, id, max, min } = element
  const says = (code: string, at: string, text: string, hint: string) => check.add(code, at, text, hint)
  if (typeof path !== 'string') return
  const lacks = (place: string, name: string | undefined): boolean => {
    const type =
      name === undefined || check.known === undefined || structure.kind === 'logical' ? undefined : typeAt(check.known, textOf(structure.type), place)
    return type !== undefined && hasElement(check.known as Knowledge, type, name as string) === false
  }
  const root = textOf(structure.type).slice(textOf(structure.type).lastIndexOf('/') + 1)
  if (root !== '' && path !== root && !path.startsWith(`${root}.`))
    says('business-rule', `${here}.path`, `the path must begin with the type ${root}`, 'Correct the path.')
  if (/\.\.|\.$|^\./.test(path)) says('business-rule', `${here}.path`, 'a part of the path is missing', 'Correct the path.')
  if (typeof id === 'string') {
    if (ids.has(id)) says('business-rule', `${here}.id`, 'another element has this id', 'Give each element an id of its own.')
    ids.add(id)
  }
  if (typeof min === 'number' && typeof max === 'string' && max !== '*' && min > Number(max))
    says('business-rule', here, 'min is above max', 'Correct one of them.')
  list(isObject(element.slicing) ? element.slicing.discriminator : []).forEach(({ type, path: at }, index) => {
    const place = `${here}.slicing.discriminator[${index}]`
    if (typeof type === 'string' && !discriminators.has(type))
      says('business-rule', place, 'R4 has no discriminator of this type', 'Use value, exists, pattern, type or profile.')
    if (typeof at !== 'string') return
    if (expressionProblem(at) !== null) says('business-rule', place, 'the path of the discriminator is no expression', 'Correct its grammar.')
    else if (lacks(path, /^[a-z]\w*(?=$|\.)/.exec(at)?.[0]))
      says('business-rule', place, 'the path of the discriminator leads to no element', 'Correct the path.')
  })
  list(element.constraint).forEach(({ expression }, index) => {
    const problem = typeof expression === 'string' ? expressionProblem(expression) : null
    const at = `${here}.constraint[${index}].expression`
    if (problem !== null) says('invariant', at, `the expression ${problem}`, 'Correct its grammar.')
    else if (typeof expression === 'string' && !textOf(structure.url).startsWith(core) && lacks(path, firstName.exec(expression)?.[1]))
      says('invariant', at, 'the expression begins with a name that no element has here', 'Correct the name.')
  })
  const codes = list(element.type).map(({ code }) => textOf(code))
  valueRule(element, codes, here, check)
  if (element.binding !== undefined) bindingRule(codes, here, check)
  if (isObject(element.binding) && typeof element.binding.valueSet === 'string') {
    const kind = definitionOf(element.binding.valueSet, check.known)
    if (kind !== undefined && kind !== 'ValueSet') says('business-rule', `${here}.binding`, `the binding is to a ${kind}`, 'Name a value set.')
  }
  if (element.meaningWhenMissing !== undefined && structure.derivation === 'constraint' && here.includes('.differential.'))
    says('business-rule', here, 'a profile cannot say what a missing element means', 'Leave meaningWhenMissing out.')
}
