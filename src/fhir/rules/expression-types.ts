import { type ExpressionNode, expressionTree } from '../profile/fhirpath.ts'
import type { Knowledge } from '../profile/run.ts'
import { isPrimitive, isResourceType, type Property, type Shape } from '../xml/shapes.ts'
import { hasElement } from './elements-of.ts'

/** The types that an expression may come to; null where they are not followed, and then nothing is said. */
type Types = ReadonlySet<string> | null
type Reading = { known: Knowledge; start: Types }

class NoSuchName extends Error {}

const same = new Set(['where', 'first', 'last', 'tail', 'skip', 'take', 'single', 'distinct', 'exclude', 'intersect', 'trace'])
const asked = new Set(['where', 'exists', 'all', 'select', 'repeat'])
const others = `empty not exists all allTrue anyTrue allFalse anyFalse subsetOf supersetOf count isDistinct select repeat ofType union combine iif toBoolean
  convertsToBoolean toInteger convertsToInteger toDate convertsToDate toDateTime convertsToDateTime toDecimal convertsToDecimal toQuantity convertsToQuantity
  toString convertsToString toTime convertsToTime indexOf substring startsWith endsWith contains upper lower replace matches matchesFull replaceMatches length
  toChars split join trim abs ceiling exp floor ln log power round sqrt truncate children descendants now timeOfDay today is as extension hasValue getValue
  resolve elementDefinition slice checkModifiers conformsTo memberOf subsumes subsumedBy htmlChecks htmlChecks2 comparable encode decode escape unescape
  lowBoundary highBoundary precision aggregate type hasTemplateIdOf sum min max avg getReferenceKey getResourceKey isInterval`.split(/\s+/)
const functions = new Set([...same, ...others])

/**
 * FHIRPath, "strict evaluation": the first name in an expression on resources of these types that none of them has, or a function that there is not.
 * Values whose type is not certain (what a reference leads to, the parts of anything) are let be.
 */
export function nameProblem(expression: string, types: readonly string[], known: Knowledge): string | null {
  const tree = expressionTree(expression)
  const isAny = types.some((type) => type === 'Resource' || type === 'DomainResource')
  const start: Types = isAny ? null : new Set(types)
  if (tree === null) return null
  try {
    read(tree, start, { known, start })
    return null
  } catch (error) {
    if (error instanceof NoSuchName) return error.message
    throw error
  }
}

function read(node: ExpressionNode, on: Types, reading: Reading): Types {
  const { type, children = [] } = node
  const [first, second] = children
  switch (type) {
    case 'MemberInvocation':
      return member(nameOf(node), on, reading)
    case 'InvocationExpression': {
      const left = read(first as ExpressionNode, on, reading)
      return second === undefined ? left : read(second, left, reading)
    }
    case 'IndexerExpression':
      return read(first as ExpressionNode, on, reading)
    case 'FunctionInvocation':
      return call(node, on, reading)
    case 'ThisInvocation':
      return on
    case 'TypeExpression':
      read(first as ExpressionNode, on, reading)
      return node.text === 'as' ? typeNamed(second as ExpressionNode) : null
    case 'UnionExpression': {
      const [left, right] = children.map((one) => read(one, on, reading))
      return left && right ? new Set([...left, ...right]) : null
    }
    case 'ExternalConstantTerm':
    case 'LiteralTerm':
      return null
    default: {
      const found = children.map((one) => read(one, on, reading))
      return children.length === 1 ? (found[0] ?? null) : null
    }
  }
}

const nameOf = (node: ExpressionNode): string => (node.text ?? '').replaceAll('`', '')

function member(name: string, on: Types, { known, start }: Reading): Types {
  if (on === null) return null
  if (on === start && /^[A-Z]/.test(name)) {
    if (on.has(name)) return new Set([name])
    if (isResourceType(name)) throw new NoSuchName(`names ${name}, on which it is not evaluated`)
    return null
  }
  const next = new Set<string>()
  let isFollowed = true
  let isThere = false
  for (const type of on) {
    const has = isPrimitive(type) ? null : hasElement(known, type, name)
    const element = known.shapes.of(type)?.get(name)
    if (has !== false) isThere = true
    // A form of a choice (valueQuantity) is a property of JSON and no name of FHIRPath.
    if (element !== undefined && isForm(element, known.shapes.of(type) as Shape)) isThere = false
    if (has === true && element !== undefined && !element.type.includes('Resource')) next.add(element.type)
    else if (has !== false) isFollowed = false
  }
  if (!isThere) throw new NoSuchName(`has the name ${name}, which nothing has at its place`)
  return isFollowed ? next : null
}

/** Forms of one choice share their place in the sequence. */
const isForm = ({ name, rank }: Property, shape: Shape): boolean => [...shape.values()].some((other) => other.rank === rank && other.name !== name)

function call(node: ExpressionNode, on: Types, reading: Reading): Types {
  const [functn] = node.children ?? []
  const [identifier, list] = functn?.children ?? []
  const name = nameOf(identifier as ExpressionNode)
  const parameters = list?.children ?? []
  if (!functions.has(name)) throw new NoSuchName(`calls ${name}, which is no function of FHIRPath`)
  if (name === 'as' || name === 'ofType') return parameters[0] === undefined ? null : typeNamed(parameters[0])
  if (name === 'extension') return new Set(['Extension'])
  const [inner] = parameters.map((one) => (asked.has(name) ? read(one, on, reading) : null))
  if (same.has(name)) return on
  return name === 'select' ? (inner ?? null) : null
}

function typeNamed(node: ExpressionNode): Types {
  const name = (node.text ?? leaf(node)).split('.').at(-1) as string
  return /^[A-Z]/.test(name) ? new Set([name]) : null
}

const leaf = (node: ExpressionNode): string => (node.children?.[0] === undefined ? (node.text ?? '') : leaf(node.children[0]))
