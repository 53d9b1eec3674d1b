import { spellings } from '../../platform/text.ts'
import { shown } from '../runtime/check.ts'
import type { Fhir, SearchParameter } from '../types.ts'
import { clauseOf } from './clause.ts'
import { type Comparison, type Expression, type Operator, readExpression, type Step } from './filter-expression.ts'
import { Problem, safeName } from './problem.ts'
import { conditionOf, followed } from './relation.ts'
import type { Clause } from './search.ts'
import { dateValue } from './values.ts'

/** The comparisons that each type allows (https://hl7.org/fhir/R4/search_filter.html#ops). The specification does not say what others would mean. */
const ordered = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'] as const
const comparisons: Record<SearchParameter['type'], readonly Operator[]> = {
  string: ['eq', 'ne', 'co', 'sw', 'ew', 'pr'],
  token: ['eq', 'ne', 'in', 'ni', 'ss', 'sb', 'pr'],
  uri: ['eq', 'ne', 'sw', 'pr'],
  reference: ['eq', 'ne', 're', 'pr'],
  date: [...ordered, 'po', 'pr'],
  number: [...ordered, 'pr'],
  quantity: [...ordered, 'pr'],
  composite: [],
  special: [],
}

/** Reads a `_filter` into clauses that must all hold. */
export function filterOf(fhir: Fhir, type: string | null, text: string): Clause[] | Problem {
  const expression = readExpression(text)
  if (expression instanceof Problem) return expression
  const clause = clauseOfExpression(fhir, type, expression)
  if (clause instanceof Problem) return clause
  return clause.test === 'all' ? clause.clauses : [clause]
}

/** `steps`: how many references lead to this type; their number is limited. */
function clauseOfExpression(fhir: Fhir, type: string | null, expression: Expression, steps = 0): Clause | Problem {
  if (expression.is === 'comparison') {
    const clause = comparisonOf(fhir, type, expression.path, expression, steps)
    // The problem names the condition that is wrong, because a filter may have many.
    return clause instanceof Problem ? new Problem(clause.code, `${safeName(nameOf(expression.path))}: ${clause.says}`, clause.hint) : clause
  }
  if (expression.is === 'not') {
    const clause = clauseOfExpression(fhir, type, expression.of, steps)
    return clause instanceof Problem ? clause : { code, test: 'none', clauses: [clause] }
  }
  const clauses: Clause[] = []
  for (const one of expression.of) {
    const clause = clauseOfExpression(fhir, type, one, steps)
    if (clause instanceof Problem) return clause
    // Conditions in brackets that are joined by `and` inside and outside become one list.
    if (clause.test === 'all' && expression.is === 'and') clauses.push(...clause.clauses)
    else clauses.push(clause)
  }
  return { code, test: expression.is === 'and' ? 'all' : 'any', clauses }
}
const code = '_filter'

/** `path`: the rest of the comparison's path, beginning at `type`. */
function comparisonOf(fhir: Fhir, type: string | null, path: readonly Step[], comparison: Comparison, steps: number): Clause | Problem {
  const at = path.findIndex(({ filter }) => filter !== undefined)
  if (at < 0) return conditionOf(fhir, type, nameOf(path), { of: (parameter, modifier) => comparedTo(parameter, modifier, comparison) }, steps)
  // Up to the brackets the path is an ordinary chain. The filter in the brackets and the rest of the path must hold for the same resource.
  const { filter } = path[at] as Step & { filter: Expression }
  const inside = (target: string): Clause | Problem => {
    const behind = steps + at + 1
    const [filtered, rest] = [clauseOfExpression(fhir, target, filter, behind), comparisonOf(fhir, target, path.slice(at + 1), comparison, behind)]
    if (filtered instanceof Problem) return filtered
    return rest instanceof Problem ? rest : { code, test: 'all', clauses: [filtered, rest] }
  }
  return conditionOf(fhir, type, nameOf(path.slice(0, at + 1)), { of: (parameter, ofType) => followed(parameter, ofType, parameter.code, inside) }, steps)
}

const nameOf = (steps: readonly Step[]): string => steps.map(({ name }) => name).join('.')

function comparedTo(parameter: SearchParameter, modifier: string | null, { operator, value }: Comparison): Clause | Problem {
  if (modifier !== null) return new Problem('not-supported', 'a path in a filter takes no modifier', 'Write an operator instead: co, ss, in, pr and the like.')
  if (parameter.code === '_text' || parameter.code === '_content') return wordsOf(parameter, operator, value)
  const allowed = parameter.code === 'phonetic' ? (['eq', 'pr'] as const) : comparisons[parameter.type]
  if (!allowed.includes(operator)) {
    const hint = allowed.length === 0 ? 'Ask for it by a parameter of its own beside the filter.' : `Use one of: ${allowed.join(', ')}.`
    return new Problem('not-supported', `${operator} does not compare what is of type ${parameter.type}`, hint)
  }
  if (operator !== 'pr') return compared(parameter, operator, value)
  if (value === 'true' || value === 'false') return { code: parameter.code, test: 'missing', isMissing: value === 'false' }
  return new Problem('value', `${shown(value)} is neither true nor false`, `Write ${parameter.code} pr true or pr false.`)
}

function wordsOf(parameter: SearchParameter, operator: Operator, value: string): Clause | Problem {
  if (operator === 'co') return clauseOf(parameter, null, escaped(value, true))
  return new Problem('not-supported', `${operator} does not compare words`, 'Use co.')
}

function compared(parameter: SearchParameter, operator: Exclude<Operator, 'pr'>, value: string): Clause | Problem {
  const text = escaped(value, parameter.type === 'string')
  switch (operator) {
    case 'eq':
    case 'ne': {
      if (parameter.type === 'date' || parameter.type === 'number' || parameter.type === 'quantity') return clauseOf(parameter, null, operator + text)
      const clause = parameter.type === 'string' && parameter.code !== 'phonetic' ? ofWhole(parameter, 'is', value) : clauseOf(parameter, null, text)
      if (clause instanceof Problem || operator === 'eq') return clause
      return { code: parameter.code, test: 'unlike', clauses: [clause] }
    }
    case 'co':
      return clauseOf(parameter, 'contains', text)
    case 'sw':
      return clauseOf(parameter, parameter.type === 'uri' ? 'below' : null, text)
    case 'ew':
      return ofWhole(parameter, 'ends', value)
    case 'in':
      return clauseOf(parameter, 'in', text)
    case 'ni':
      return clauseOf(parameter, 'not-in', text)
    // "True if the value subsumes a concept in the set": the codes that are found lie below the value.
    case 'ss':
      return clauseOf(parameter, 'below', text)
    case 'sb':
      return clauseOf(parameter, 'above', text)
    case 're':
      return clauseOf(parameter, null, text)
    case 'po': {
      const period = dateValue(text)
      // Two intervals that share an instant: the test of `ap`, here without its widening.
      return period instanceof Problem ? period : { code: parameter.code, test: 'date', values: [{ ...period, prefix: 'ap' }] }
    }
    default:
      return clauseOf(parameter, null, operator + text)
  }
}

/**
 * Escapes a value for the parser of plain parameters. In a filter a comma is only a comma, because `or` joins alternatives. A backslash in a text is
 * only a backslash; elsewhere it may escape the bar of a code.
 */
const escaped = (value: string, isText = false) =>
  isText ? value.replace(/[\\,$]/g, '\\$&') : value.replace(/\\[\\,$|]|[,$]/g, (found) => (found.length > 1 ? found : `\\${found}`))

function ofWhole({ code }: SearchParameter, how: 'is' | 'ends', value: string): Clause | Problem {
  return value === '' ? new Problem('value', 'has no value', 'Give a text, or ask by pr.') : { code, test: 'string', how, values: spellings(value) }
}
