import type { Check } from './check.ts'
import { withKey } from './places-bundle.ts'

type Json = Record<string, unknown>
type Rule = (object: Json, check: Check, depth: number) => void

const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:/
const isAbsolute = (uri: unknown) => typeof uri !== 'string' || uri.startsWith('http://') || scheme.test(uri)

/** datatypes.html#Coding: a system that is not an absolute URI means nothing outside the institution that wrote it. */
const codingSystem: Rule = ({ system }, check, depth) => {
  if (system === undefined || isAbsolute(system)) return
  const hint = 'Write the URI of the code system, or urn:oid: and its OID.'
  check.warn(depth, 'system', -1, 'the system of a coding must be an absolute URI', hint)
}

const includeSystem: Rule = ({ system }, check, depth) => {
  if (system === undefined || (isAbsolute(system) && system !== 'urn:')) return
  check.value(depth, 'system', -1, 'the system of a value set must be an absolute URI', 'Write the URI of the code system.')
}

function hasValue(object: Json): boolean {
  for (const name in object) if (name.startsWith('value') || name.startsWith('_value')) return true
  return false
}

/** extensibility.html: the URL of an extension leads to its definition; inside another extension it may be a plain name. */
const extension: Rule = (object, check, depth) => {
  const { url } = object
  if (hasValue(object) === (object.extension !== undefined)) {
    check.invariant(depth, 'ext-1', 'an extension must have either a value or extensions, not both')
  }
  if (typeof url !== 'string') return
  if (url.includes('|')) check.value(depth, 'url', -1, 'the URL of an extension must not have a version', 'Remove the bar and what follows it.')
  const parent = check.names[depth - 1]
  const isNested = parent === 'extension' || parent === 'modifierExtension'
  if (isNested || isAbsolute(url)) return
  check.value(depth, 'url', -1, 'the URL of an extension must be absolute', 'Write the canonical URL of its StructureDefinition.')
}

/** que-12: R4 has "more than two" in the expression and "more than one" in the words; the words are right. */
const enableBehavior: Rule = ({ enableWhen, enableBehavior: behavior }, check, depth) => {
  if (Array.isArray(enableWhen) && enableWhen.length > 1 && behavior === undefined) {
    check.invariant(depth, 'que-12', 'if there are more than one enableWhen, enableBehavior must be given')
  }
}

const compositeParts: Rule = ({ type, component }, check, depth) => {
  if (type !== 'composite' || (Array.isArray(component) && component.length > 1)) return
  check.value(depth, 'component', -1, 'a composite search parameter needs two or more components', 'Add the components.')
}

/** eld-3 is a rule on a primitive, where translated invariants have no object to check. */
const maximum: Rule = ({ max }, check, depth) => {
  if (typeof max === 'string' && !/^(?:\*|\d+)$/.test(max)) check.value(depth, 'max', -1, 'max is a number or * (eld-3)', 'Write a whole number or *.')
}

/** Rules of the specification's text that are not invariants of a definition, by the structure they are checked on. */
export const placeRules: Record<string, Rule> = {
  ...withKey,
  Coding: codingSystem,
  Extension: extension,
  'ValueSet.compose.include': includeSystem,
  'Questionnaire.item': enableBehavior,
  SearchParameter: compositeParts,
  ElementDefinition: maximum,
}
