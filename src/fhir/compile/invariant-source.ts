import { type Constraint, choiceProperty, isPrimitive, type Model } from './model.ts'
import { type Expression, parsePath } from './path-parser.ts'

export type InvariantCompiler = {
  /** A JavaScript condition that is true when the rule holds; null when the rule cannot be translated. */
  compile(constraint: Constraint, type: string, object: string, place: string): string | null
  notCompiled: string[]
}
/** JavaScript that gives an array, and the types its items may have. */
type Collection = { js: string; types: string[] }
type Scope = { model: Model; object: string; type: string; resource: string; level: number }

class NotTranslated extends Error {}

const literalType = 'System'
const booleanOperators: Record<string, (left: string, right: string) => string> = {
  and: (left, right) => `(${left} && ${right})`,
  or: (left, right) => `(${left} || ${right})`,
  xor: (left, right) => `(${left} !== ${right})`,
  implies: (left, right) => `(!${left} || ${right})`,
}
const comparisons = new Set(['<', '>', '<=', '>='])
const booleanCalls = new Set('exists empty not all hasValue isDistinct allFalse matches startsWith contains is htmlChecks'.split(' '))

function boolean(node: Expression, scope: Scope): string {
  if (node.kind === 'operator') {
    const combine = booleanOperators[node.operator]
    if (combine !== undefined) return combine(boolean(node.left, scope), boolean(node.right, scope))
    return comparison(node.operator, node.left, node.right, scope)
  }
  if (node.kind === 'call' && booleanCalls.has(node.name)) return predicate(node, scope)
  if (node.kind === 'call' && node.name === 'iif') {
    const [condition, yes, no] = node.parameters as [Expression, Expression, Expression?]
    return `(${boolean(condition, scope)} ? ${boolean(yes, scope)} : ${no === undefined ? 'false' : boolean(no, scope)})`
  }
  if (node.kind === 'literal' && typeof node.value === 'boolean') return String(node.value)
  return `rule.isTrue(${collection(node, scope).js})`
}

function isBoolean(node: Expression): boolean {
  if (node.kind === 'operator') return node.operator in booleanOperators || comparisons.has(node.operator) || /^(!?=|in|is)$/.test(node.operator)
  return node.kind === 'call' && booleanCalls.has(node.name)
}

function comparison(operator: string, left: Expression, right: Expression, scope: Scope): string {
  if ((operator === '=' || operator === '!=') && isBoolean(left) && isBoolean(right)) {
    return `(${boolean(left, scope)} ${operator === '=' ? '===' : '!=='} ${boolean(right, scope)})`
  }
  if (isNumeric(left) && isNumeric(right)) {
    const sign = operator === '=' ? '===' : operator === '!=' ? '!==' : operator
    return `(${number(left, scope)} ${sign} ${number(right, scope)})`
  }
  if (operator === '=' && right.kind === 'literal' && typeof right.value === 'string') {
    const read = readOf(left, scope)
    if (read !== null) return `(${read} === ${JSON.stringify(right.value)})`
  }
  if (operator === 'is' && right.kind === 'name') return `rule.is(${collection(left, scope).js}, ${JSON.stringify(right.name)})`
  const name = { '=': 'same', '!=': 'different', in: 'isIn', contains: 'holds' }[operator]
  const both = `${collection(left, scope).js}, ${collection(right, scope).js}`
  if (name !== undefined) return operator === 'contains' ? `rule.isIn(${collection(right, scope).js}, ${collection(left, scope).js})` : `rule.${name}(${both})`
  if (comparisons.has(operator)) return `rule.compare(${JSON.stringify(operator)}, ${both})`
  throw new NotTranslated(operator)
}

/** A property of the element itself, or of its resource, that occurs at most once is read directly; only other paths need a collection. */
function readOf(node: Expression | null, scope: Scope): string | null {
  if (node?.kind !== 'name') return null
  const { on, name } = node
  const isOfResource = on?.kind === 'variable' && on.name === 'resource' && scope.resource !== ''
  if (on !== null && !isOfResource) return null
  const [property, ...others] = properties(scope.model, isOfResource ? scope.resource : scope.type, name)
  return property && others.length === 0 && !property.isMany ? `${isOfResource ? 'c.current' : scope.object}.${property.name}` : null
}

function isNumeric(node: Expression): boolean {
  if (node.kind === 'operator' && node.operator === '+') return isNumeric(node.left) && isNumeric(node.right)
  return (node.kind === 'literal' && typeof node.value === 'number') || (node.kind === 'call' && node.name === 'count')
}

function number(node: Expression, scope: Scope): string {
  if (node.kind === 'operator') return `(${number(node.left, scope)} + ${number(node.right, scope)})`
  if (node.kind === 'literal') return String(node.value)
  if (node.kind === 'call') return `${source(node.on, scope).js}.length`
  throw new NotTranslated('number')
}

function predicate(node: Expression & { kind: 'call' }, scope: Scope): string {
  const { name, on, parameters } = node
  const [first] = parameters
  if (name === 'not') return on !== null && isBoolean(on) ? `!${boolean(on, scope)}` : `rule.isFalse(${source(on, scope).js})`
  if (name === 'exists' || name === 'empty') return present(on, first, name === 'empty', scope)
  const from = source(on, scope)
  if (name === 'all' && first !== undefined) return `${from.js}.every(${arrow(first, from.types, scope, boolean)})`
  if (name === 'is' && first?.kind === 'name') return `rule.is(${from.js}, ${JSON.stringify(first.name)})`
  if (first?.kind === 'literal' && ['matches', 'startsWith', 'contains'].includes(name)) {
    const parameter = name === 'matches' ? `/${new RegExp(String(first.value)).source}/` : JSON.stringify(first.value)
    return `rule.${name}(${readOf(on, scope) ?? `${from.js}[0]`}, ${parameter})`
  }
  if (parameters.length === 0 && ['hasValue', 'isDistinct', 'allFalse'].includes(name)) return `rule.${name}(${from.js})`
  throw new NotTranslated(name)
}

/** The commonest rule of all, "a.exists()" of the element itself, becomes plain property reads. */
function present(on: Expression | null, condition: Expression | undefined, isNegated: boolean, scope: Scope): string {
  if (on?.kind === 'name' && on.on === null && condition === undefined) {
    const found = properties(scope.model, scope.type, on.name)
    const reads = found.flatMap(({ name, isPrimitive }) =>
      (isPrimitive ? [name, `_${name}`] : [name]).map((one) => `${scope.object}.${one} ${isNegated ? '===' : '!=='} undefined`),
    )
    return `(${reads.join(isNegated ? ' && ' : ' || ')})`
  }
  const from = source(on, scope)
  const js = condition === undefined ? from.js : `${from.js}.filter(${arrow(condition, from.types, scope, boolean)})`
  return `(${js}.length ${isNegated ? '===' : '>'} 0)`
}

function arrow(body: Expression, types: string[], scope: Scope, translate: (body: Expression, inner: Scope) => string): string {
  const [type] = types
  if (types.length !== 1 || type === undefined) throw new NotTranslated('items of several types')
  const object = `i${scope.level}`
  return `(${object}) => ${translate(body, { ...scope, object, type, level: scope.level + 1 })}`
}

const source = (on: Expression | null, scope: Scope): Collection => (on === null ? { js: `[${scope.object}]`, types: [scope.type] } : collection(on, scope))

function collection(node: Expression, scope: Scope): Collection {
  switch (node.kind) {
    case 'empty':
      return { js: '[]', types: [literalType] }
    case 'literal':
      return { js: `[${JSON.stringify(node.value)}]`, types: [literalType] }
    case 'variable':
      if (node.name === 'this') return { js: `[${scope.object}]`, types: [scope.type] }
      if (node.name === 'ucum') return { js: `['http://unitsofmeasure.org']`, types: [literalType] }
      if (node.name === 'resource' && scope.resource !== '') return { js: '[c.current]', types: [scope.resource] }
      throw new NotTranslated(`%${node.name}`)
    case 'name':
      if (node.on === null && node.name === scope.resource && scope.type === scope.resource) return source(null, scope)
      return step(source(node.on, scope), node.name, scope.model)
    case 'index':
      return { ...collection(node.on, scope), js: `${collection(node.on, scope).js}.slice(${node.at}, ${node.at + 1})` }
    case 'operator':
      if (isBoolean(node)) return { js: `[${boolean(node, scope)}]`, types: [literalType] }
      return combined(node, scope)
    default:
      return called(node, scope)
  }
}

function combined(node: Expression & { kind: 'operator' }, scope: Scope): Collection {
  const left = collection(node.left, scope)
  const right = collection(node.right, scope)
  if (node.operator === '|') return { js: `rule.union(${left.js}, ${right.js})`, types: [...new Set([...left.types, ...right.types])] }
  if (node.operator === '&') return { js: `rule.joined(${left.js}, ${right.js})`, types: [literalType] }
  throw new NotTranslated(node.operator)
}

function called(node: Expression & { kind: 'call' }, scope: Scope): Collection {
  if (isBoolean(node)) return { js: `[${boolean(node, scope)}]`, types: [literalType] }
  if (node.name === 'count') return { js: `[${number(node, scope)}]`, types: [literalType] }
  const from = source(node.on, scope)
  const [first] = node.parameters
  if (node.name === 'where' && first) return { ...from, js: `${from.js}.filter(${arrow(first, from.types, scope, boolean)})` }
  if (node.name === 'select' && first) {
    let types = [literalType]
    const select = arrow(first, from.types, scope, (body, inner) => {
      const selected = collection(body, inner)
      types = selected.types
      return selected.js
    })
    return { js: `${from.js}.flatMap(${select})`, types }
  }
  if (node.name === 'first') return { ...from, js: `${from.js}.slice(0, 1)` }
  if (node.name === 'tail') return { ...from, js: `${from.js}.slice(1)` }
  if (node.name === 'trace') return from
  if (node.name === 'toInteger') return { js: `rule.toInteger(${from.js})`, types: [literalType] }
  throw new NotTranslated(node.name)
}

function step(from: Collection, name: string, model: Model): Collection {
  const found = from.types.flatMap((type) => properties(model, type, name))
  const names = [...new Set(found.map((one) => one.name))]
  const types = [...new Set(found.map((one) => one.type))]
  return { js: `rule.step(${from.js}, ${names.map((one) => JSON.stringify(one)).join(', ')})`, types }
}

function properties(model: Model, type: string, name: string): { name: string; type: string; isMany: boolean; isPrimitive: boolean }[] {
  const field = model.get(type)?.fields.get(name)
  if (field === undefined) throw new NotTranslated(`${type}.${name}`)
  return field.types.map((one) => ({
    name: field.isChoice ? choiceProperty(field, one) : name,
    type: one.code,
    isMany: field.isMany,
    isPrimitive: isPrimitive(one.code),
  }))
}

/**
 * Translates the rules of the definitions from FHIRPath to JavaScript conditions. Logic is two-valued: where FHIRPath answers "empty", the
 * condition is false, because a rule without an answer counts as not fulfilled.
 */
export function invariantCompiler(model: Model): InvariantCompiler {
  const notCompiled: string[] = []
  function compile(constraint: Constraint, type: string, object: string, place: string): string | null {
    const root = place.split('.')[0] as string
    const resource = model.get(root)?.kind === 'resource' ? root : ''
    try {
      return boolean(parsePath(constraint.expression), { model, object, type, resource, level: 0 })
    } catch (error) {
      if (!(error instanceof NotTranslated)) throw error
      notCompiled.push(`${constraint.key} (${place}): ${error.message}`)
      return null
    }
  }
  return { compile, notCompiled }
}
