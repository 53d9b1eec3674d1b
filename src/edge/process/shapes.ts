import { isAbsolute, resolve } from 'node:path'
import { type Charset, charsetNamed } from '../hl7v2/charset.ts'

/**
 * Small readers that are combined into the shape of a settings file. A reader that finds something else reports it at its place and goes on, so that
 * everything wrong with a file is reported at once.
 */
export type Place = {
  path: readonly (string | number)[]
  /** Relative paths start from the folder of the settings. */
  folder: string
  wrong(path: readonly (string | number)[], sentence: string): void
}
export type Shape<T> = (value: unknown, at: Place) => T
type Of<S> = S extends Shape<infer T> ? T : never

const listMax = 200

/** The value is never used: nothing uses the settings once one thing is wrong. */
function refuse(at: Place, sentence: string): never {
  at.wrong(at.path, sentence)
  return undefined as never
}

const isMissing = (value: unknown) => value === undefined || value === null

export const text =
  (form?: RegExp, about = 'must be text', longest = 500): Shape<string> =>
  (value, at) => {
    if (isMissing(value)) return refuse(at, 'is missing')
    const given = typeof value === 'number' ? String(value) : value
    return typeof given === 'string' && given.length <= longest && given.trim() !== '' && (form === undefined || form.test(given)) ? given : refuse(at, about)
  }

export const whole =
  (low: number, high: number): Shape<number> =>
  (value, at) => {
    if (isMissing(value)) return refuse(at, 'is missing')
    return Number.isSafeInteger(value) && (value as number) >= low && (value as number) <= high
      ? (value as number)
      : refuse(at, `must be a whole number from ${low} to ${high}`)
  }

export const oneOf =
  <const T extends string>(...allowed: T[]): Shape<T> =>
  (value, at) =>
    allowed.includes(value as T) ? (value as T) : refuse(at, isMissing(value) ? 'is missing' : `must be one of ${allowed.join(', ')}`)

export const path: Shape<string> = (value, at) => {
  if (isMissing(value)) return refuse(at, 'is missing')
  if (typeof value !== 'string' || value === '') return refuse(at, 'must be the path of a file or folder')
  return isAbsolute(value) ? value : resolve(at.folder, value)
}

export const url =
  (...schemes: string[]): Shape<string> =>
  (value, at) => {
    const parsed = typeof value === 'string' ? URL.parse(value) : null
    const isRight = parsed !== null && schemes.includes(parsed.protocol.replace(':', '')) && parsed.username === ''
    return isRight ? (value as string).replace(/\/+$/, '') : refuse(at, `must be an address that begins with ${schemes.map((one) => `${one}://`).join(' or ')}`)
  }

export function optional<T>(shape: Shape<T>): Shape<T | undefined>
export function optional<T>(shape: Shape<T>, fallback: T): Shape<T>
export function optional<T>(shape: Shape<T>, fallback?: T): Shape<T | undefined> {
  return (value, at) => (isMissing(value) ? fallback : shape(value, at))
}

export const listOf =
  <T>(shape: Shape<T>): Shape<T[]> =>
  (value, at) => {
    if (!Array.isArray(value) || value.length > listMax) return refuse(at, `must be a list of at most ${listMax}`)
    return value.map((one, index) => shape(one, { ...at, path: [...at.path, index] }))
  }

export const section =
  <F extends Record<string, Shape<unknown>>>(fields: F): Shape<{ [K in keyof F]: Of<F[K]> }> =>
  (value, at) => {
    const given = isMissing(value) ? {} : value
    if (typeof given !== 'object' || Array.isArray(given)) return refuse(at, `must have ${Object.keys(fields).join(', ')} below it`)
    for (const name of Object.keys(given as object))
      if (!(name in fields)) at.wrong([...at.path, name], `is not known here; known are ${Object.keys(fields).join(', ')}`)
    const read = Object.entries(fields).map(([name, shape]) => [name, shape((given as Record<string, unknown>)[name], { ...at, path: [...at.path, name] })])
    return Object.fromEntries(read) as { [K in keyof F]: Of<F[K]> }
  }

/** A character set of HL7 v2 by any of its names: CP1250 is windows-1250. */
export function charset(): Shape<Charset> {
  const known: readonly string[] = ['utf-8', 'windows-1250', 'windows-1251', 'windows-1252', 'iso-8859-1', 'iso-8859-2', 'iso-8859-5', 'cp852', 'ibm866']
  return (value, at) => {
    const named = typeof value === 'string' || typeof value === 'number' ? charsetNamed(String(value)) : null
    if (named !== null && known.includes(named)) return named
    at.wrong(at.path, `must be one of ${known.join(', ')}`)
    return undefined as never
  }
}
