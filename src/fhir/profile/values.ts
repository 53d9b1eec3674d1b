import { numberOf } from '../search/numbers.ts'
import { dateBounds } from '../search/dates.ts'

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

// The digits as they were sent, such as 1.50; a definition may hold the same number as a plain one.
const digits = (value: unknown): string | undefined =>
  typeof value === 'number' ? String(value) : isObject(value) && JSON.isRawJSON(value) ? String(value.rawJSON) : undefined

/** fixed[x]: exactly this value (R4 ElementDefinition.fixed[x]). */
export function isFixed(value: unknown, wanted: unknown): boolean {
  const number = digits(wanted)
  if (number !== undefined) return digits(value) === number
  if (Array.isArray(wanted)) return Array.isArray(value) && value.length === wanted.length && wanted.every((one, at) => isFixed(value[at], one))
  if (!isObject(wanted)) return value === wanted
  if (!isObject(value)) return false
  const names = Object.keys(wanted)
  return (
    Object.keys(value).filter((name) => name !== 'id').length === names.filter((name) => name !== 'id').length &&
    names.every((name) => name === 'id' || isFixed(value[name], wanted[name]))
  )
}

/**
 * pattern[x]: the value has at least these parts; each item of an array in the pattern must be among those of the value (R4
 * ElementDefinition.pattern[x]).
 */
export function hasPattern(value: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) return Array.isArray(value) && wanted.every((one) => value.some((other) => hasPattern(other, one)))
  if (!isObject(wanted) || digits(wanted) !== undefined) return isFixed(value, wanted)
  return isObject(value) && Object.keys(wanted).every((name) => hasPattern(value[name], wanted[name]))
}

/** A UCUM unit in base units; null when there is no unit of this code. */
export type UnitOf = (code: string) => { unit: string; factor: number; offset: number } | null

/** Compares by UCUM units: 2 kg are more than 500 g. */
export function compareQuantities(value: Json, limit: Json, unitOf: UnitOf | undefined): number | null {
  const [a, b] = [numberOf(value.value), numberOf(limit.value)]
  if (a === null || b === null || typeof value.code !== 'string' || typeof limit.code !== 'string' || value.system !== limit.system) return null
  if (value.code === limit.code) return a - b
  const [left, right] = [unitOf?.(value.code), unitOf?.(limit.code)]
  if (!left || !right || left.unit !== right.unit) return null
  return a * left.factor + left.offset - (b * right.factor + right.offset)
}

/** Less than zero, zero or more than zero; null when the two cannot be compared. */
export function compareValues(value: unknown, limit: unknown, unitOf?: UnitOf): number | null {
  const [a, b] = [numberOf(value), numberOf(limit)]
  if (a !== null && b !== null) return a - b
  if (typeof value === 'string' && typeof limit === 'string') {
    if (/^\d\d:/.test(value)) return value < limit ? -1 : value > limit ? 1 : 0
    const [left, right] = [dateBounds(value), dateBounds(limit)]
    if (left === null || right === null) return null
    return left.high < right.low ? -1 : left.low > right.high ? 1 : 0
  }
  if (!isObject(value) || !isObject(limit)) return null
  if ((value.code ?? value.unit) === (limit.code ?? limit.unit)) return compareValues(value.value, limit.value)
  return compareQuantities(value, limit, unitOf)
}
