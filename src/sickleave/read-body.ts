import { mayHoldNumber, mayTellNumber } from '../platform/personal-number.ts'
import { Refusal } from '../platform/refusal.ts'
import { isUuid } from '../platform/uuid.ts'
import { type Day, isDay } from './rules/days.ts'

// Reads bodies field by field: an unknown field is refused by its name, and no refused value is repeated.

export type Body = Record<string, unknown>

export function bodyOf(body: unknown, known: readonly string[]): Body {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new Refusal('incorrect', 'the body is a JSON object')
  for (const name of Object.keys(body)) {
    if (!known.includes(name)) throw new Refusal('incorrect', `the body has a field that is not known here; known are ${known.join(', ')}`)
  }
  return body as Body
}

export const wrong = (name: string, is: string) => new Refusal('incorrect', `${name} ${is}`, { expression: name })

export function dayOf(body: Body, name: string): Day {
  const value = body[name]
  if (!isDay(value)) throw wrong(name, 'is a day, written 2026-03-31')
  return value
}

const textMax = 1000
/** A sentence written by a person. */
export const textOf = (body: Body, name: string, max = textMax): string => textWithout(mayTellNumber, body, name, max)
/** A code, a number of a document or an address: it may have many digits in groups. */
export const wordOf = (body: Body, name: string, max: number): string => textWithout(mayHoldNumber, body, name, max)

function textWithout(numberIn: (text: string) => boolean, body: Body, name: string, max: number): string {
  const value = body[name]
  if (typeof value !== 'string' || value.trim() === '' || value.length > max) throw wrong(name, `is a text of 1 to ${max} characters`)
  if (value.includes('\0') || !value.isWellFormed()) throw wrong(name, 'holds a character that cannot be stored')
  if (numberIn(value)) throw wrong(name, 'must not hold a personal number')
  return value.trim()
}

/** The bytes of a file in a body; null when the value is no base64. */
export const base64In = (value: unknown): Buffer | null =>
  typeof value === 'string' && /^[A-Za-z0-9+/]+={0,2}$/.test(value) ? Buffer.from(value, 'base64') : null

export const optional = <T>(body: Body, name: string, read: (body: Body, name: string) => T): T | undefined =>
  body[name] === undefined || body[name] === null ? undefined : read(body, name)

export function flagOf(body: Body, name: string): boolean {
  const value = body[name] ?? false
  if (typeof value !== 'boolean') throw wrong(name, 'is true or false')
  return value
}

export function oneOf<T extends string>(body: Body, name: string, known: readonly T[]): T {
  const found = known.find((one) => one === body[name])
  if (found === undefined) throw wrong(name, `is one of ${known.join(', ')}`)
  return found
}

export function uuidOf(body: Body, name: string): string {
  const value = body[name]
  if (typeof value !== 'string' || !isUuid(value)) throw wrong(name, 'is a UUID')
  return value
}

export function countOf(body: Body, name: string): number {
  const value = body[name]
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 1_000_000) throw wrong(name, 'is a whole number')
  return value
}

/** The true time of an act without a connection: not in the future, and no older than an edge may keep it. */
export function instantOf(body: Body, name: string, now: Date): Date {
  const value = body[name]
  const at = typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:\d\d)$/.test(value) ? new Date(value) : null
  if (at === null || Number.isNaN(at.getTime())) throw wrong(name, 'is an instant, written 2026-03-31T08:15:00Z')
  const late = now.getTime() - at.getTime()
  if (late < -60_000 || late > offlineMsMax) throw wrong(name, 'is not in the future and not more than 14 days ago')
  return at
}
const offlineMsMax = 14 * 86_400_000
