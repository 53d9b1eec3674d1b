import { isObject, type Json, list } from '../profile/items.ts'
import { shown } from '../runtime/check.ts'
import { numberOf } from '../search/numbers.ts'
import type { Place, Rule } from './strict.ts'

const concept = 'http://hl7.org/fhir/concept-properties#'

/** codesystem.html#defined-props: the codes and types of the properties that FHIR itself defines. */
const standard: Record<string, string | undefined> = {
  status: 'code',
  inactive: 'boolean',
  effectiveDate: 'dateTime',
  deprecationDate: 'dateTime',
  retirementDate: 'dateTime',
  notSelectable: 'boolean',
  parent: 'code',
  child: 'code',
  partOf: 'code',
  synonym: 'code',
  comment: 'string',
  itemWeight: 'decimal',
}
const typeNames: Record<string, string> = {
  valueCode: 'code',
  valueCoding: 'Coding',
  valueString: 'string',
  valueInteger: 'integer',
  valueBoolean: 'boolean',
  valueDateTime: 'dateTime',
  valueDecimal: 'decimal',
}

export const codeSystemRule: Rule = (system, place) => {
  definedProperties(system, place)
  const types = new Map(list(system.property).map(({ code, type }) => [code, type]))
  const codes = new Set<unknown>()
  let count = 0
  const collect = (concepts: Json[], depth: number) => {
    for (const one of concepts) {
      count++
      codes.add(one.code)
      if (depth < 64) collect(list(one.concept), depth + 1)
    }
  }
  collect(list(system.concept), 0)
  const { check, depth } = place
  const total = numberOf(system.count)
  if (total !== null && system.content === 'complete' && total !== count) {
    check.add('business-rule', check.path(depth, 'count'), `the code system is complete and has ${count} concepts, not ${total}`, 'Correct the count.')
  }
  // codesystem-content-mode: `not-present` means that none of the concepts are here, `fragment` that some of them are.
  if (system.content === 'not-present' && count > 0)
    check.add('business-rule', check.path(depth, 'concept'), 'the content is said not to be present, and there are concepts', 'Correct the content.')
  if (system.content === 'fragment' && total !== null && total < count)
    check.add(
      'business-rule',
      check.path(depth, 'count'),
      `a fragment has ${count} concepts, more than the ${total} of the whole`,
      'Correct the count.',
      'warning',
    )
  if (system.content === 'supplement' && system.supplements === undefined)
    check.add('business-rule', check.path(depth, 'supplements'), 'a supplement says what it supplements', 'Add supplements.')
  if (system.content !== 'supplement' && system.supplements !== undefined)
    check.add('business-rule', check.path(depth, 'content'), 'what supplements a code system has the content supplement', 'Write supplement.')
  if (system.supplements !== undefined && system.caseSensitive !== undefined)
    check.add('business-rule', check.path(depth, 'caseSensitive'), 'a supplement tells cases apart as what it supplements does', 'Leave it out.')
  if (typeof system.supplements === 'string') supplemented(system.supplements, codes, place)
  concepts(list(system.concept), check.path(depth), types, codes, place, 0)
  ownValueSet(system, place)
}

/** codesystem.html#supplements: "supplements never define new codes". */
function supplemented(canonical: string, codes: Set<unknown>, { check, depth }: Place): void {
  const [system = '', version] = canonical.split('|')
  for (const code of codes) {
    if (typeof code !== 'string' || check.known?.describe({ system, code, ...(version === undefined ? {} : { version }) }).isKnown !== false) continue
    return check.add('business-rule', check.path(depth, 'concept'), `${shown(code)} is not a code of ${system}`, 'A supplement adds to codes that are there.')
  }
}

function definedProperties(system: Json, { check, depth }: Place): void {
  const codes = new Set<unknown>()
  const uris = new Set<unknown>()
  list(system.property).forEach(({ code, uri, type }, index) => {
    const says = (text: string, hint: string) => check.add('business-rule', check.path(depth, 'property', index), text, hint)
    if (codes.has(code)) says('a property of this code is defined already', 'Give each property a code of its own.')
    if (uri !== undefined && uris.has(uri)) says('a property of this URI is defined already', 'Give each property a URI of its own.')
    if (typeof uri === 'string' && !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(uri)) says('the URI of a property is absolute', 'Write the whole URI.')
    codes.add(code)
    uris.add(uri)
    const known = typeof uri === 'string' && uri.startsWith(concept) ? uri.slice(concept.length) : undefined
    if (known === undefined) return
    const right = standard[known]
    if (right === undefined) return says('FHIR defines no property of this URI', 'Correct the URI, or use one of your own.')
    if (type !== right) says(`the property ${known} is of the type ${right}`, 'Correct the type.')
    if (code !== known && typeof code === 'string' && standard[code] !== undefined)
      says(`the code is that of another property than ${known}`, `Use the code ${known}.`)
  })
}

function concepts(all: Json[], path: string, types: Map<unknown, unknown>, codes: Set<unknown>, place: Place, depth: number): void {
  if (depth > 60) return
  all.forEach((one, at) => {
    const here = `${path}.concept[${at}]`
    list(one.property).forEach((property, index) => conceptProperty(property, `${here}.property[${index}]`, types, codes, place))
    concepts(list(one.concept), here, types, codes, place, depth + 1)
  })
}

function conceptProperty(property: Json, path: string, types: Map<unknown, unknown>, codes: Set<unknown>, { check }: Place): void {
  const { code } = property
  const name = Object.keys(property).find((key) => typeNames[key] !== undefined)
  const type = types.get(code) ?? (typeof code === 'string' ? standard[code] : undefined)
  const given = name === undefined ? undefined : typeNames[name]
  if (type === undefined) {
    check.add('business-rule', path, 'the code system does not define this property', 'Define it in CodeSystem.property.', 'warning')
  } else if (given !== undefined && given !== type) {
    check.add('business-rule', path, `the value is a ${given}, and the property is defined as ${String(type)}`, `Write the value as ${String(type)}.`)
  }
  if (types.has(code) && given === 'code' && (code === 'parent' || code === 'child') && !codes.has(property.valueCode)) {
    check.add('business-rule', path, 'the code system has no concept of this code', 'Correct the code.')
  }
  const coding = property.valueCoding
  if (!isObject(coding) || typeof coding.system !== 'string' || typeof coding.code !== 'string') return
  if (check.known?.describe({ system: coding.system, code: coding.code }).isKnown === false) {
    check.add('code-invalid', `${path}.value`, `the code is not in ${coding.system}`, 'Correct the code or its system.')
  }
}

/** CodeSystem.valueSet: the value set of the entire code system, and nothing else. */
function ownValueSet(system: Json, { check, depth }: Place): void {
  const { valueSet, url } = system
  const found = typeof valueSet === 'string' ? check.known?.find(valueSet) : undefined
  const [first] = list(system.concept)
  const isOther =
    typeof valueSet === 'string' &&
    typeof url === 'string' &&
    typeof first?.code === 'string' &&
    found === undefined &&
    check.known?.member(valueSet, { system: url, code: first.code }) === 'out'
  if (isOther)
    return check.add('business-rule', check.path(depth, 'valueSet'), 'the value set is not of this code system', 'Correct the value set or leave it out.')
  if (found?.resourceType !== 'ValueSet') return
  const compose = isObject(found.compose) ? found.compose : {}
  const includes = list(compose.include)
  const isWhole = includes.length === 1 && includes[0]?.system === url && includes[0]?.concept === undefined && includes[0]?.filter === undefined
  if (isWhole) return
  check.add(
    'business-rule',
    check.path(depth, 'valueSet'),
    'the value set is not all of this code system and nothing else',
    'Correct the value set or leave it out.',
  )
}
