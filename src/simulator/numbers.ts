// Numbers that look and check like the real ones. Legal entities start with digits that are not issued in reality (MB from 9, PIB from 98), so that
// nobody's real number can come out. The check digits are computed here again on purpose, and not by the code of identity: the tests compare the two.

import { isoDay } from './calendar.ts'
import type { Random } from './random.ts'

/** The control value of a JMBG, 1 to 11: weights 7 to 2 twice, modulo 11. */
export function jmbgControl(digits: string): number {
  let sum = 0
  for (let index = 0; index < 12; index += 1) sum += (7 - (index % 6)) * (digits.charCodeAt(index) - 48)
  return 11 - (sum % 11)
}

export type NumberIssuer = {
  jmbg(random: Random, birth: number, sex: 'male' | 'female', region: number): string
}

const rangesOfSerials = 10
const serialsInRange = 500 / rangesOfSerials
export const workersRange = 9

/** The range of serials of a seed. People of nine neighbouring seeds never share a number, so countries of several seeds can live in one database. */
export const rangeOfSeed = (seed: number): number => Math.abs(seed) % workersRange

/**
 * Issues every personal number only once. It draws a serial and goes on to the next free one, as a register would. It skips numbers whose control
 * would be 10, because by the strict reading they were never issued.
 */
export function createIssuer(range: number): NumberIssuer {
  const issued = new Set<number>()
  return {
    jmbg(random, birth, sex, region) {
      const date = isoDay(birth)
      const head = `${date.slice(8, 10)}${date.slice(5, 7)}${date.slice(1, 4)}${String(region).padStart(2, '0')}`
      const base = (sex === 'male' ? 0 : 500) + range * serialsInRange
      const start = random.integer(0, serialsInRange - 1)
      for (let step = 0; step < serialsInRange; step += 1) {
        const twelve = head + String(base + ((start + step) % serialsInRange)).padStart(3, '0')
        const control = jmbgControl(twelve)
        const whole = twelve + (control === 11 ? 0 : control)
        if (control !== 10 && !issued.has(Number(whole))) {
          issued.add(Number(whole))
          return whole
        }
      }
      throw new RangeError(`no serial is free for ${date} in region ${region}`)
    },
  }
}

/** Insured person's number: 11 digits, the seed in the first three, the rest a permutation of the person's index. */
export function lboOf(seed: number, index: number): string {
  const prefix = 100 + (Math.abs(seed) % 800)
  // 61,803,399 is odd and not a multiple of 5, so the product modulo 10^8 is different for every index.
  const rest = Number((BigInt(index + 1) * 61_803_399n) % 100_000_000n)
  return `${prefix}${String(rest).padStart(8, '0')}`
}

/** Registration number of a legal entity: 7 digits and a control by weights 2 7 6 5 4 3 2. */
export function mbOf(index: number): string {
  const seven = `9${String(index).padStart(6, '0')}`
  const weights = [2, 7, 6, 5, 4, 3, 2]
  const sum = weights.reduce((total, weight, place) => total + weight * Number(seven[place]), 0)
  const control = 11 - (sum % 11)
  return `${seven}${control > 9 ? 0 : control}`
}

/** Tax number: 8 digits and a control by ISO 7064 MOD 11,10. */
export function pibOf(index: number): string {
  const eight = `98${String(index).padStart(6, '0')}`
  let carry = 10
  for (const digit of eight) {
    carry = (carry + Number(digit)) % 10 || 10
    carry = (carry * 2) % 11
  }
  return `${eight}${(11 - carry) % 10}`
}

/** Account: bank, 13 digits, control by ISO 7064 MOD 97-10. 199 belongs to no bank. */
export function accountOf(index: number): string {
  const sixteen = `199${String(index).padStart(13, '0')}`
  const control = 98n - ((BigInt(sixteen) * 100n) % 97n)
  return `199-${sixteen.slice(3)}-${String(control).padStart(2, '0')}`
}
