import { hash } from 'node:crypto'
import type { Keys } from '../../platform/keys.ts'

/**
 * Keyed hashes of searchable values: nobody with the tables alone can find out whose number a row belongs to. A hash only narrows the search; the
 * resource itself decides.
 */
export type Hashes = {
  /** The hash of a code, reference or uri: 52 bits, a safe integer. Its last 24 bits stand in record.resource.tokens. */
  of(value: string): number
  /** The hash of an identifier, which may be a person's number: cut from SHA-256. */
  identifier(type: number, system: string | null, value: string): IdentifierHash
}

/** `row` finds an identifier of any system: 40 bits are of the value, the last 24 of value and system. */
export type IdentifierHash = { narrow: number; row: bigint }

/** How many rows one value can have, beginning at the row whose system part is zero. */
export const systemsOfValue = 2n ** 24n

export function hashesFrom(keys: Keys): Hashes {
  const key = keys.derive('record-values', 32).toString('base64')
  const cheap = keyedHash(keys.derive('record-codes', 16))
  // One block of SHA-256 over key and value; the result is cut, so it cannot be extended.
  const digest = (text: string) => hash('sha256', `${key}${text}`, 'buffer')
  return {
    of: cheap,
    identifier(type, system, value) {
      const byValue = digest(`${type} ${value}`)
      const bySystem = system === null || system === '' ? 0 : digest(`${type} ${system}|${value}`).readUIntBE(0, 3)
      return { narrow: byValue.readUIntBE(5, 3), row: (BigInt(byValue.readIntBE(0, 5)) << 24n) | BigInt(bySystem) }
    },
  }
}

const typeShift = 2 ** 44
const wideMax = 2 ** 52

/** The hash as record.token has it: the type is folded into the bits that the narrow part does not use. */
export function wideHash(ofValue: number, type: number): number {
  const sum = ofValue + type * typeShift
  return sum < wideMax ? sum : sum - wideMax // Both parts are below the limit, so one subtraction is enough; a remainder of doubles is slow.
}
export const narrowHash = (ofValue: number): number => ofValue & 0xffffff

/**
 * HalfSipHash-2-4 (Aumasson and Bernstein) over UTF-16 units: a keyed hash made for short texts, here ten times as fast as a call to SHA-256. Codes
 * and references are no secrets; the key prevents looking their rows up in a list made beforehand.
 */
function keyedHash(key: Buffer): (text: string) => number {
  const [k0, k1, k2, k3] = [0, 4, 8, 12].map((at) => key.readInt32LE(at)) as [number, number, number, number]
  return (text) => {
    let v0 = k0
    let v1 = k1 ^ 0xee
    let v2 = 0x6c796765 ^ k2
    let v3 = 0x74656462 ^ k3
    const { length } = text
    const words = length >> 1
    let first = 0
    // The words of the text, then the word with its length, then the two halves of the result: two rounds for a word, four for a half.
    for (let at = 0; at <= words + 2; at++) {
      let word = 0
      if (at < words) word = text.charCodeAt(at * 2) | (text.charCodeAt(at * 2 + 1) << 16)
      else if (at === words) word = (length << 16) | ((length & 1) === 1 ? text.charCodeAt(length - 1) : 0)
      else if (at === words + 1) v2 ^= 0xee
      else {
        first = v1 ^ v3
        v1 ^= 0xdd
      }
      v3 ^= word
      for (let round = at <= words ? 2 : 4; round > 0; round--) {
        v0 = (v0 + v1) | 0
        v1 = (v1 << 5) | (v1 >>> 27)
        v1 ^= v0
        v0 = (v0 << 16) | (v0 >>> 16)
        v2 = (v2 + v3) | 0
        v3 = (v3 << 8) | (v3 >>> 24)
        v3 ^= v2
        v0 = (v0 + v3) | 0
        v3 = (v3 << 7) | (v3 >>> 25)
        v3 ^= v0
        v2 = (v2 + v1) | 0
        v1 = (v1 << 13) | (v1 >>> 19)
        v1 ^= v2
        v2 = (v2 << 16) | (v2 >>> 16)
      }
      v0 ^= word
    }
    return (first >>> 12) * 2 ** 32 + ((v1 ^ v3) >>> 0)
  }
}

/** Packs 3-byte hashes, sorted and without duplicates. */
export function packTokens(hashes: readonly number[]): Buffer | null {
  if (hashes.length === 0) return null
  const sorted = new Int32Array(hashes.length)
  for (let at = 0; at < sorted.length; at++) sorted[at] = hashes[at] as number
  sorted.sort()
  const packed = Buffer.allocUnsafe(sorted.length * 3)
  let bytes = 0
  let before = -1
  for (const hash of sorted) {
    if (hash === before) continue
    before = hash
    packed[bytes++] = hash >>> 16
    packed[bytes++] = hash >>> 8
    packed[bytes++] = hash
  }
  return packed.subarray(0, bytes)
}

export function tokenBytes(narrow: number): Buffer {
  const bytes = Buffer.allocUnsafe(3)
  bytes.writeUIntBE(narrow, 0, 3)
  return bytes
}
