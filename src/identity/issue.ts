import type { World } from '../platform/world.ts'
import { mod1110CheckDigit } from './check-digits.ts'
import { lzbPolicyOf } from './numbers.ts'

/** Keys below this belong to the record itself, for resources that concern no patient. */
const keysReserved = 4096
const keyBytes = 6

/** A new patient key: 48 random bits, a pseudonym that tells nothing about the person. */
export function newKey(world: World): number {
  for (;;) {
    const key = world.random(keyBytes).readUIntBE(0, keyBytes)
    if (key >= keysReserved) return key
  }
}

/** A new LZB. It is random and never derived from another number: it tells no birth date, sex or region, and cannot be computed back. */
export function newLzb(world: World): string {
  const policy = lzbPolicyOf(world.config)
  const digits = policy.check === 'none' ? policy.length : policy.length - 1
  let body = '0'
  while (body.startsWith('0')) body = randomDigits(world, digits)
  return policy.check === 'none' ? body : body + mod1110CheckDigit(body)
}

/** `P-2026-48392017-5`: random, so that nobody finds a patient by counting, and with a check digit against slips. */
export function newTemporaryNumber(world: World): string {
  const year = world.now().getUTCFullYear()
  const digits = randomDigits(world, 8)
  return `P-${year}-${digits}-${mod1110CheckDigit(`${year}${digits}`)}`
}

/** Reads a temporary number that somebody typed, and answers it as issued; null when it has another form or a digit is wrong. */
export function readTemporaryNumber(text: string): string | null {
  const [, year, digits, check] = /^[PpПп]\s*-?\s*(\d{4})\s*-?\s*(\d{8})\s*-?\s*(\d)$/.exec(text.trim()) ?? []
  return check !== undefined && mod1110CheckDigit(`${year}${digits}`) === Number(check) ? `P-${year}-${digits}-${check}` : null
}

/** The LZB as people read it, in groups of four. */
export const inGroups = (lzb: string): string => lzb.replace(/(.{4})(?=.)/g, '$1 ')

/** Draws random digits. It throws away bytes from 250 up, which would make the digits 0 to 5 more frequent. */
function randomDigits(world: World, count: number): string {
  let digits = ''
  while (digits.length < count) {
    for (const byte of world.random(count + 4)) if (byte < 250 && digits.length < count) digits += byte % 10
  }
  return digits
}
