import { dateBounds } from '../search/dates.ts'
import { textOf } from './check.ts'

/** The functions that translated invariants call. A primitive with extensions only counts as an item without a value. */
const noValue = Object.freeze({ hasNoValue: true })

type Item = unknown
const property = (item: Item, name: string): unknown => (item as Record<string, unknown>)[name]
const isObject = (item: Item) => typeof item === 'object' && item !== null

function step(from: Item[], ...names: string[]): Item[] {
  const found: Item[] = []
  for (const item of from) {
    if (!isObject(item)) continue
    for (const name of names) {
      const value = property(item, name)
      if (Array.isArray(value)) {
        for (const one of value) if (one !== null) found.push(one)
      } else if (value !== undefined && value !== null) found.push(value)
      else if (property(item, `_${name}`) !== undefined) found.push(noValue)
    }
  }
  return found
}

const numberOf = (item: Item) => (typeof item === 'number' ? item : JSON.isRawJSON(item as object) ? Number(property(item, 'rawJSON')) : Number.NaN)

/** Compares numbers, quantities of one unit, dates and strings. Values that cannot be compared break no rule. */
function compare(operator: string, left: Item[], right: Item[]): boolean {
  if (left.length === 0 || right.length === 0) return false
  const [a, b] = [left[0], right[0]]
  if (a === noValue || b === noValue) return true
  if (typeof a === 'string' && typeof b === 'string') return compareText(operator, a, b)
  if (isObject(a) && isObject(b) && property(a, 'value') !== undefined) {
    const isSameUnit = property(a, 'code') === property(b, 'code') && property(a, 'unit') === property(b, 'unit')
    return !isSameUnit || compare(operator, [property(a, 'value')], [property(b, 'value')])
  }
  const [x, y] = [numberOf(a), numberOf(b)]
  if (Number.isNaN(x) || Number.isNaN(y)) return true
  return operator === '<' ? x < y : operator === '<=' ? x <= y : operator === '>' ? x > y : x >= y
}

// Dates of different precision are compared by the earliest of one and the latest of the other: 2012-05 may be before 2012-05-03.
function compareText(operator: string, left: string, right: string): boolean {
  const [a, b] = [dateBounds(left), dateBounds(right)]
  if (a === null || b === null) return true
  return operator === '<' || operator === '<=' ? a.low <= b.high : a.high >= b.low
}

const key = (item: Item) => (isObject(item) ? JSON.stringify(item) : item)

export const rule = {
  step,
  compare,
  same: (left: Item[], right: Item[]) => left.length > 0 && left.length === right.length && left.every((item, i) => key(item) === key(right[i])),
  different: (left: Item[], right: Item[]) =>
    left.length > 0 && right.length > 0 && (left.length !== right.length || left.some((item, i) => key(item) !== key(right[i]))),
  isIn: (left: Item[], right: Item[]) => left.length > 0 && right.some((item) => key(item) === key(left[0])),
  is: (from: Item[], type: string) =>
    from.length === 0 || (type === 'Boolean' || type === 'boolean' ? typeof from[0] === 'boolean' : property(from[0] ?? {}, 'resourceType') === type),
  isTrue: (from: Item[]) => from.length > 0 && from[0] !== false,
  isFalse: (from: Item[]) => from.length > 0 && from[0] === false,
  hasValue: (from: Item[]) => from.length === 1 && from[0] !== noValue,
  isDistinct: (from: Item[]) => new Set(from.map(key)).size === from.length,
  allFalse: (from: Item[]) => from.every((item) => item === false),
  matches: (item: Item, form: RegExp) => typeof item !== 'string' || form.test(item),
  startsWith: (item: Item, start: string) => typeof item === 'string' && item.startsWith(start),
  contains: (item: Item, part: string) => typeof item === 'string' && item.includes(part),
  union: (left: Item[], right: Item[]) => [...left, ...right],
  joined: (left: Item[], right: Item[]) => [textOf(left[0]) + textOf(right[0])],
  toInteger: (from: Item[]) => from.map((item) => (typeof item === 'string' ? Number(item) : numberOf(item))).filter(Number.isInteger),
}
