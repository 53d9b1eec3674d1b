import { fold } from '../../platform/text.ts'
import { resourceTypes } from '../resource-types.ts'
import { shown } from '../runtime/check.ts'
import type { SearchParameter } from '../types.ts'
import { isProblem, Problem } from './problem.ts'
import type { Clause } from './search.ts'
import { alternatives, dateValue, numberValue, plain, quantityValue, referenceValue, targetsOf, tokenValue } from './values.ts'

/** The modifiers of each type whose meaning is implemented; `:Type` of references is one more. */
const modifiers: Record<string, string[]> = {
  token: ['missing', 'not', 'text'],
  string: ['missing', 'exact', 'contains'],
  date: ['missing'],
  reference: ['missing', 'identifier', 'text', '[type]'],
  uri: ['missing', 'below', 'above'],
  number: ['missing'],
  quantity: ['missing'],
}

const valuesMax = 500

/** One parameter with its modifier and value, as a clause that `matches` understands, or what is wrong with it. */
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
  const known = modifiers[type] ?? []
  if (ofType !== null && type === 'reference') {
    const allowed = targetsOf(parameter)
    return allowed.includes(ofType) ? null : new Problem('value', `never refers to ${ofType}`, `It refers to: ${allowed.join(', ')}.`)
  }
  if (known.includes(modifier) && modifier !== '[type]') return null
  return new Problem(
    'not-supported',
    `the modifier :${harmless(modifier)} is not supported for ${type} parameters`,
    `Supported: ${known.map((one) => `:${one}`).join(', ')}.`,
  )
}

const harmless = (modifier: string) => (/^[A-Za-z-]{1,30}$/.test(modifier) ? modifier : 'given')

function testOf(parameter: SearchParameter, modifier: string | null, ofType: string | null, given: string[]): Clause | Problem {
  const { code, type } = parameter
  switch (type) {
    case 'token':
      if (modifier === 'text') return { code, test: 'text', values: given.map((one) => fold(plain(one))) }
      return all(given.map(tokenValue), (values) => ({ code, test: 'token', isNot: modifier === 'not', values }))
    case 'string': {
      const texts = given.map(plain)
      if (modifier === 'exact') return { code, test: 'string', how: 'exact', values: texts }
      return { code, test: 'string', how: modifier === 'contains' ? 'contains' : 'starts', values: texts.map(fold) }
    }
    case 'date':
      return all(given.map(dateValue), (values) => ({ code, test: 'date', values }))
    case 'reference':
      if (modifier === 'text') return { code, test: 'text', values: given.map((one) => fold(plain(one))) }
      if (modifier === 'identifier') return all(given.map(tokenValue), (values) => ({ code, test: 'identifier', values }))
      return all(
        given.map((one) => referenceValue(one, parameter, ofType)),
        (values) => ({ code, test: 'reference', values }),
      )
    case 'uri':
      return { code, test: 'uri', how: modifier === 'below' || modifier === 'above' ? modifier : 'is', values: given.map(plain) }
    case 'number':
      return all(given.map(numberValue), (values) => ({ code, test: 'number', values }))
    case 'quantity':
      return all(given.map(quantityValue), (values) => ({ code, test: 'number', values }))
    default:
      return new Problem('not-supported', `is of type ${type}, which is not supported`, 'Search by the parts of it.')
  }
}

function all<T>(values: (T | Problem)[], made: (values: T[]) => Clause): Clause | Problem {
  const problem = values.find(isProblem)
  return problem ?? made(values as T[])
}
