import { fold, spellings } from '../../platform/text.ts'
import { resourceTypes } from '../resource-types.ts'
import { shown } from '../runtime/check.ts'
import type { SearchParameter } from '../types.ts'
import { nearValue } from './near.ts'
import { isProblem, Problem } from './problem.ts'
import type { Clause } from './search.ts'
import {
  alternatives,
  ancestorsValue,
  barParts,
  dateValue,
  dollarParts,
  familyValue,
  numberValue,
  ofTypeValue,
  plain,
  quantityValue,
  referenceValue,
  targetsOf,
  tokenValue,
} from './values.ts'
import { soundsOf } from './sounds.ts'
import { wordQuery } from './words.ts'

/** The modifiers of each type (https://hl7.org/fhir/R4/search.html#modifiers). References also take `:Type`. */
const modifiers: Record<string, string[]> = {
  token: ['missing', 'not', 'text', 'of-type', 'in', 'not-in', 'above', 'below'],
  string: ['missing', 'exact', 'contains'],
  date: ['missing'],
  reference: ['missing', 'identifier', 'text', 'above', 'below', '[type]'],
  uri: ['missing', 'below', 'above'],
  number: ['missing'],
  quantity: ['missing'],
  composite: [],
  special: [],
}

/** The modifiers that this parameter takes: `of-type` needs identifiers, `above` and `below` need codes, versions or a type that refers to itself. */
function modifiersOf(parameter: SearchParameter): string[] {
  if (isWords(parameter)) return []
  if (parameter.code === 'phonetic') return ['missing']
  return (modifiers[parameter.type] ?? []).filter((one) => {
    if (one === 'of-type') return isIdentifier(parameter)
    if (parameter.type === 'token' && !['missing', 'not', 'text'].includes(one)) return isCoded(parameter)
    if ((one === 'below' || one === 'above') && isCanonical(parameter)) return true
    return one === 'above' || one === 'below' ? parameter.type !== 'reference' || hierarchyTargets(parameter).length > 0 : true
  })
}

const isIdentifier = ({ holds }: SearchParameter) => holds?.includes('Identifier') === true
/** Value sets contain codes only, so a parameter on identifiers, telephone numbers or booleans cannot ask for them. */
const isCoded = ({ holds }: SearchParameter) => holds === undefined || holds.some((one) => one === 'code' || one === 'Coding' || one === 'CodeableConcept')
const isWords = ({ code }: SearchParameter) => code === '_text' || code === '_content'

/** Types that form a hierarchy: each may be part of another resource of the same type. */
const hierarchies = new Set(['Location', 'Organization', 'Encounter', 'Procedure'])
const isCanonical = ({ type, holds }: SearchParameter) => type === 'reference' && holds?.includes('canonical') === true
const hierarchyTargets = (parameter: SearchParameter) => (isCanonical(parameter) ? [] : targetsOf(parameter).filter((one) => hierarchies.has(one)))

const valuesMax = 500

/** Reads one parameter with its modifier and value into a clause for `matches`; a Problem when something is wrong with it. */
export function clauseOf(parameter: SearchParameter, modifier: string | null, text: string): Clause | Problem {
  const { code } = parameter
  if (text === '') return new Problem('value', 'has no value', 'Give a value, or leave the parameter out.')
  const ofType = modifier !== null && resourceTypes.includes(modifier) ? modifier : null
  const problem = modifier === null ? null : modifierProblem(parameter, modifier, ofType)
  if (problem !== null) return problem
  if (modifier === 'missing') {
    if (text === 'true' || text === 'false') return { code, test: 'missing', isMissing: text === 'true' }
    return new Problem('value', `${shown(text)} is neither true nor false`, 'Write :missing=true or :missing=false.')
  }
  const given = alternatives(text)
  if (given.length > valuesMax) return new Problem('value', `has ${given.length} values`, `Give at most ${valuesMax} at a time.`)
  if (given.includes('')) return new Problem('value', 'has an empty value between commas', 'Remove the extra comma, or escape it as \\,.')
  return testOf(parameter, modifier, ofType, given)
}

function modifierProblem(parameter: SearchParameter, modifier: string, ofType: string | null): Problem | null {
  const { type } = parameter
  const known = modifiersOf(parameter)
  if (ofType !== null && type === 'reference') {
    const allowed = targetsOf(parameter)
    return allowed.includes(ofType) ? null : new Problem('value', `never refers to ${ofType}`, `It refers to: ${allowed.join(', ')}.`, true)
  }
  if (known.includes(modifier) && modifier !== '[type]') return null
  return new Problem(
    'not-supported',
    `the modifier :${harmless(modifier)} is not supported for ${type} parameters`,
    known.length === 0 ? 'This parameter takes no modifier.' : `Supported: ${known.map((one) => `:${one}`).join(', ')}.`,
    true,
  )
}

function soundsValue(text: string): string[] | Problem {
  const words = soundsOf(plain(text))
  return words.length > 0 ? words : new Problem('value', 'has no letter to compare by sound', 'Give a name or a part of one.')
}

const harmless = (modifier: string) => (/^[A-Za-z-]{1,30}$/.test(modifier) ? modifier : 'given')

function testOf(parameter: SearchParameter, modifier: string | null, ofType: string | null, given: string[]): Clause | Problem {
  const { code, type } = parameter
  if (isWords(parameter))
    return all(
      given.map((one) => wordQuery(plain(one))),
      (any) => ({ code, test: 'words', any: any.flat() }),
    )
  switch (type) {
    case 'token':
      if (modifier === 'text') return { code, test: 'text', values: given.map((one) => fold(plain(one))) }
      if (modifier === 'in' || modifier === 'not-in' || modifier === 'above' || modifier === 'below') {
        return { code, test: 'codes', how: modifier, values: given.map(plain) }
      }
      if (modifier === 'of-type') return all(given.map(ofTypeValue), (values) => ({ code, test: 'of-type', values }))
      return all(
        given.map((one) => tokenValue(one, parameter)),
        (values) => ({ code, test: 'token', isNot: modifier === 'not', values }),
      )
    case 'string': {
      if (code === 'phonetic') return all(given.map(soundsValue), (values) => ({ code, test: 'sounds', values }))
      const texts = given.map(plain)
      if (modifier === 'exact') return { code, test: 'string', how: 'exact', values: texts }
      return { code, test: 'string', how: modifier === 'contains' ? 'contains' : 'starts', values: texts.flatMap(spellings) }
    }
    case 'date':
      return all(given.map(dateValue), (values) => ({ code, test: 'date', values }))
    case 'reference':
      return referenceClause(parameter, modifier, ofType, given)
    case 'uri':
      return { code, test: 'uri', how: modifier === 'below' || modifier === 'above' ? modifier : 'is', values: given.map(plain) }
    case 'number':
      return all(given.map(numberValue), (values) => ({ code, test: 'number', values }))
    case 'quantity':
      return all(given.map(quantityValue), (values) => ({ code, test: 'number', values }))
    case 'composite':
      return all(
        given.map((one) => compositeValue(parameter, one)),
        (values) => ({ code, test: 'composite', components: (parameter.components ?? []).map((one) => one.code), values }),
      )
    case 'special':
      return all(
        given.map((one) => nearValue(barParts(one))),
        (values) => ({ code, test: 'near', values }),
      )
  }
}

function referenceClause(parameter: SearchParameter, modifier: string | null, ofType: string | null, given: string[]): Clause | Problem {
  const { code } = parameter
  if (modifier === 'text') return { code, test: 'text', values: given.map((one) => fold(plain(one))) }
  if (modifier === 'identifier') {
    return all(
      given.map((one) => tokenValue(one)),
      (values) => ({ code, test: 'identifier', values }),
    )
  }
  if ((modifier === 'below' || modifier === 'above') && isCanonical(parameter)) {
    return all(
      given.map((one) => (modifier === 'below' ? familyValue : ancestorsValue)(one, parameter)),
      (values) => ({ code, test: 'reference', values }),
    )
  }
  return all(
    given.map((one) => referenceValue(one, parameter, ofType)),
    (values) => (modifier === 'above' || modifier === 'below' ? { code, test: 'hierarchy', how: modifier, values } : { code, test: 'reference', values }),
  )
}

/** Reads `code$value`: each part is a value of the type of its component. */
function compositeValue(parameter: SearchParameter, text: string): Clause[] | Problem {
  const components = parameter.components ?? []
  const parts = dollarParts(text)
  if (parts.length !== components.length || parts.includes('')) {
    const form = components.map((one) => one.code).join('$')
    return new Problem('value', `is not made of ${components.length} parts`, `Write ${form}; a dollar inside a part as \\$.`)
  }
  const clauses: Clause[] = []
  for (const [at, component] of components.entries()) {
    const clause = testOf({ ...component, code: String(at), expression: '', url: '' }, null, null, [parts[at] as string])
    if (clause instanceof Problem) return new Problem(clause.code, `${component.code}: ${clause.says}`, clause.hint)
    clauses.push(clause)
  }
  return clauses
}

function all<T>(values: (T | Problem)[], made: (values: T[]) => Clause): Clause | Problem {
  const problem = values.find(isProblem)
  return problem ?? made(values as T[])
}
