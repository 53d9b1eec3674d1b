import { isObject, type Json, list } from '../profile/items.ts'
import { hasForm } from './datatypes.ts'
import { isExpressionConstraint } from './ecl.ts'
import { isSystem } from './elements-of.ts'
import type { Place, Rule } from './strict.ts'

const snomed = 'http://snomed.info/sct'

export const valueSetRule: Rule = (valueSet, place) => {
  const { compose } = valueSet
  if (!isObject(compose)) return
  for (const name of ['include', 'exclude'])
    list(compose[name]).forEach((one, index) => part(one, `${place.check.path(place.depth)}.compose.${name}[${index}]`, place))
}

/** valueset.html: the codes of an include must exist in its system, and the system must understand its filters. */
function part(include: Json, path: string, place: Place): void {
  const { system, version } = include
  const { check } = place
  for (const canonical of Array.isArray(include.valueSet) ? include.valueSet : []) {
    if (typeof canonical !== 'string' || check.known === undefined) continue
    const found = check.known.find(canonical)?.resourceType
    if (found === undefined ? isSystem(check.known, canonical) : found !== 'ValueSet')
      check.add('invalid', `${path}.valueSet`, 'what is named here is no value set', 'Name a value set, or put the code system into system.')
  }
  if (typeof system !== 'string') return
  const known = check.known?.find(typeof version === 'string' ? `${system}|${version}` : system)
  if (known?.resourceType === 'CodeSystem' && known.content === 'supplement') {
    check.add('invalid', `${path}.system`, 'a supplement has no codes of its own to include', 'Name the code system that it supplements.')
  }
  if (/\/ValueSet\//.test(system))
    check.add('invalid', `${path}.system`, 'the system is the URL of a value set', 'Put it into valueSet, or name the code system.')
  list(include.concept).forEach(({ code, display }, index) => {
    if (typeof code !== 'string') return
    const at = `${path}.concept[${index}]`
    const found = hasForm(system, code)
      ? check.known?.describe({ system, code, ...(typeof version === 'string' ? { version } : {}) })
      : { isKnown: false as const, designations: [] }
    if (found?.isKnown === false) return check.add('business-rule', at, `the code is not in ${system}`, 'Correct the code or its system.')
    if (typeof display === 'string' && found?.display !== undefined && found.display.toLowerCase() !== display.toLowerCase()) {
      check.add(
        'business-rule',
        `${at}.display`,
        'the display is not that of the code system',
        'Write it as a designation if it is meant to differ.',
        'warning',
      )
    }
  })
  list(include.filter).forEach((filter, index) => filterRule(filter, system, known, `${path}.filter[${index}]`, place))
}

const conceptOps = new Set(['is-a', 'descendent-of', 'is-not-a', 'generalizes', 'child-of', 'descendent-leaf'])

function filterRule({ property, op, value }: Json, system: string, known: Json | undefined, path: string, { check }: Place): void {
  const says = (text: string, hint: string) => check.add('invalid', path, text, hint)
  if (typeof property !== 'string' || typeof op !== 'string' || typeof value !== 'string') return
  if (system === snomed) return snomedFilter(property, op, value, says)
  const type = typeOf(property, known)
  const isCode = (text: string) => check.known?.describe({ system, code: text }).isKnown !== false
  if (type === 'boolean' && op === '=' && value !== 'true' && value !== 'false')
    return says(`the property ${property} is true or false`, 'Write true or false.')
  if (type === 'code' && (op === '=' || conceptOps.has(op)) && !isCode(value)) return says(`the value is not a code of ${system}`, 'Correct the code.')
  if (type === 'Coding') codingFilter(value, says, check)
  if (type === 'integer' && op === '=' && !/^-?\d+$/.test(value)) return says('the property is a whole number', 'Write a whole number.')
  if (type === 'dateTime' && op === '=' && !/^\d{4}(-\d\d(-\d\d(T.*)?)?)?$/.test(value)) return says('the property is a dateTime', 'Write a dateTime.')
  if (op === 'exists' && value !== 'true' && value !== 'false') return says('exists is asked with true or false', 'Write true or false.')
  if (op === 'regex' && !isRegularExpression(value)) says('the value is not a regular expression', 'Correct the expression.')
}

function codingFilter(value: string, says: (text: string, hint: string) => void, check: Place['check']): void {
  const [system = '', code = ''] = value.split(value.includes('#') ? '#' : '|')
  if (check.known?.describe({ system, code }).isKnown === false)
    says('the value is not a code of the system that it names', 'Write system#code of a code that exists.')
}

function isRegularExpression(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp
  } catch {
    return false
  }
}

function typeOf(property: string, known: Json | undefined): string | undefined {
  const own = known === undefined ? undefined : list(known.property).find(({ code }) => code === property)?.type
  if (typeof own === 'string') return own
  if (property === 'concept' || property === 'code' || property === 'parent' || property === 'child')
    return property === 'parent' || property === 'child' ? undefined : 'code'
  return property === 'notSelectable' || property === 'inactive' ? 'boolean' : undefined
}

const isId = (text: string) => hasForm(snomed, text)

/** snomedct.html: SNOMED CT has filters by concept, by attribute and by expression constraint. */
function snomedFilter(property: string, op: string, value: string, says: (text: string, hint: string) => void): void {
  if (property === 'constraint' || property === 'expression' || property === 'expressions') {
    if (property === 'constraint' && !isExpressionConstraint(value)) says('the value is not an expression constraint (ECL)', 'Correct its grammar.')
    if (property === 'expressions' && value !== 'true' && value !== 'false') says('expressions are in or not', 'Write true or false.')
    return
  }
  if (property === 'concept' && op === '=')
    return says('a concept is asked for by is-a, descendent-of, is-not-a or in', 'List the code as a concept, or use is-a.')
  if (property === 'concept' && conceptOps.has(op)) {
    if (!isId(value)) says(`the value is not a code of ${snomed}`, 'Correct the code.')
    return
  }
  if (property === 'concept' && (op === 'in' || op === 'not-in')) return
  if (!/^\d+$/.test(property) || !isId(property)) return
  if (op !== '=' && op !== 'in') says(`the operation ${op} is not defined for an attribute of ${snomed}`, 'Use = or in.')
}
