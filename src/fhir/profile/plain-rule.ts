import { type Expression, parsePath } from '../compile/path-parser.ts'
import { isObject, itemsOf, insideOf, type Item, type Json } from './items.ts'
import type { Choices } from './tree.ts'

/** Whether a rule holds for an element. */
type Test = (element: unknown, choices: Choices) => boolean

const rulesMax = 2000
const made = new Map<string, Test | null>()

/**
 * Most rules of profiles only ask which elements exist: `value.exists() or dataAbsentReason.exists()`. Such a rule is evaluated directly,
 * forty times as fast as by the engine of FHIRPath. Only rules with yes or no for every element are taken: the engine evaluates those where
 * FHIRPath may answer "empty". Null: not such a rule.
 */
export function plainRule(expression: string): Test | null {
  const there = made.get(expression)
  if (there !== undefined) return there
  if (made.size >= rulesMax) made.clear()
  let test: Test | null = null
  try {
    test = ofDay(expression) ?? testOf(parsePath(expression))
  } catch {
    // The engine will report what is wrong with the expression.
  }
  made.set(expression, test)
  return test
}

/**
 * vs-1 and ips-1, which every vital sign must fulfil: a dateTime is at least a whole day. Of the other types of effective[x], an instant is
 * always longer, and Period and Timing are objects, to which the rule does not apply.
 */
const day = /^(?:\$this\.ofType\(dateTime\)\.empty\(\) or )?\(\$this as dateTime\)\.toString\(\)\.length\(\) >= ([89]|1\d)$/
function ofDay(expression: string): Test | null {
  const least = day.exec(expression)?.[1]
  return least === undefined ? null : (element) => typeof element !== 'string' || element.length >= Number(least)
}

function testOf(node: Expression): Test | null {
  if (node.kind === 'operator') return combined(node.operator, testOf(node.left), testOf(node.right))
  if (node.kind !== 'call' || node.parameters.length > 0 || node.on === null) return null
  if (node.name === 'not') {
    const inner = testOf(node.on)
    return inner === null ? null : (element, choices) => !inner(element, choices)
  }
  if (node.name !== 'exists' && node.name !== 'empty') return null
  const path = namesOf(node.on)
  if (path === null) return null
  const wanted = node.name === 'exists'
  return (element, choices) => (isObject(element) && isThere(element, path, 0, choices)) === wanted
}

function combined(operator: string, left: Test | null, right: Test | null): Test | null {
  if (left === null || right === null) return null
  if (operator === 'and') return (element, choices) => left(element, choices) && right(element, choices)
  if (operator === 'or') return (element, choices) => left(element, choices) || right(element, choices)
  if (operator === 'xor') return (element, choices) => left(element, choices) !== right(element, choices)
  return operator === 'implies' ? (element, choices) => !left(element, choices) || right(element, choices) : null
}

/** The names of a path such as `component.value`. Null when a step is no element's name, for example the type of a resource at the beginning. */
function namesOf(node: Expression): string[] | null {
  if (node.kind !== 'name' || !/^[a-z]/.test(node.name)) return null
  if (node.on === null) return [node.name]
  const before = namesOf(node.on)
  return before === null ? null : [...before, node.name]
}

function isThere(object: Json, path: string[], at: number, choices: Choices): boolean {
  const name = path[at] as string
  const isLast = at === path.length - 1
  const value = object[name]
  if (isLast && value !== undefined && value !== null && !Array.isArray(value)) return true
  const found = formsOf(object, name, choices)
  if (isLast) return found.some((one) => isSaid(one.value) || isSaid(one.extra))
  return found.some((item) => {
    const inside = insideOf(item)
    return inside !== undefined && isThere(inside, path, at + 1, choices)
  })
}

function formsOf(object: Json, name: string, choices: Choices): Item[] {
  const plain = itemsOf(object, { name, isChoice: false }, choices)
  return plain.length > 0 ? plain : itemsOf(object, { name, isChoice: true }, choices)
}

const isSaid = (value: unknown): boolean => value !== undefined && value !== null && (!isObject(value) || Object.keys(value).length > 0)
