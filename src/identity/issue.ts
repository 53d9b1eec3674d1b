import type { World } from '../platform/world.ts'
import { mod1110CheckDigit } from './check-digits.ts'
import { lzbPolicyOf } from './numbers.ts'

/** Keys below this belong to the record itself, for resources that are about nobody. */
const keysReserved = 4096
const keyBytes = 6

/** A patient key: 48 random bits, a pseudonym that carries nothing about the person. */
export function newKey(world: World): number {
  for (;;) {
    const key = world.random(keyBytes).readUIntBE(0, keyBytes)
    if (key >= keysReserved) return key
  }
}

/** Random, never derived from another number: it tells no birth date, sex or region, and cannot be computed back. */
export function newLzb(world: World): string {
  const policy = lzbPolicyOf(world.config)
  const digits = policy.check === 'none' ? policy.length : policy.length - 1
  let body = '0'
  while (body.startsWith('0')) body = randomDigits(world, digits)
  return policy.check === 'none' ? body : body + mod1110CheckDigit(body)
}

/** `P-2026-48392017-5`: random, so that nobody finds a patient by counting, with a check digit against slips. */
export function newTemporaryNumber(world: World): string {
  const year = world.now().getUTCFullYear()
  const digits = randomDigits(world, 8)
  return `P-${year}-${digits}-${mod1110CheckDigit(`${year}${digits}`)}`
}

/** The temporary number somebody typed, written as issued; null when it is none or a digit is wrong. */
export function readTemporaryNumber(text: string): string | null {
  const [, year, digits, check] = /^[PpПп]\s*-?\s*(\d{4})\s*-?\s*(\d{8})\s*-?\s*(\d)$/.exec(text.trim()) ?? []
  return check !== undefined && mod1110CheckDigit(`${year}${digits}`) === Number(check) ? `P-${year}-${digits}-${check}` : null
}

/** As people read it: groups of four. */
export const inGroups = (lzb: string): string => lzb.replace(/(.{4})(?=.)/g, '$1 ')

/** Digits drawn at once; a byte above the last full ten would favour small digits, so it is thrown away. */
function randomDigits(world: World, count: number): string {
  let digits = ''
  while (digits.length < count) {
    for (const byte of world.random(count + 4)) if (byte < 250 && digits.length < count) digits += byte % 10
  }
  return digits
}
