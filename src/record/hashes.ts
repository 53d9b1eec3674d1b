import { hash } from 'node:crypto'
import type { Keys } from '../platform/keys.ts'

/**
 * Keyed hashes of searchable values: nobody with the tables alone can find out whose number a row belongs to.
 * 64 bits find rows, 32 bits narrow within one patient; both only narrow, the resource itself decides.
 */
export type Hashes = {
  /** For record.token and record.identifier. */
  wide(value: string): bigint
  /** For record.resource.tokens. */
  narrow(value: string): number
}

const rememberedMax = 50_000

export function hashesFrom(keys: Keys): Hashes {
  const key = keys.derive('record-values', 32).toString('base64')
  const remembered = new Map<string, { wide: bigint; narrow: number }>()
  const of = (value: string) => {
    let known = remembered.get(value)
    if (!known) {
      // One block of SHA-256 over key and value; the result is cut, so it cannot be extended.
      const digest = hash('sha256', `${key}${value}`, 'buffer')
      known = { wide: digest.readBigInt64BE(0), narrow: digest.readUInt32BE(8) }
      if (remembered.size >= rememberedMax) remembered.clear()
      remembered.set(value, known)
    }
    return known
  }
  return { wide: (value) => of(value).wide, narrow: (value) => of(value).narrow }
}

export const tokenForms = (type: string, code: string, system: string | null, value: string | null): string[] => {
  const forms: string[] = []
  if (value !== null) forms.push(`t ${type} ${code} |${value}`)
  if (system !== null && value !== null) forms.push(`t ${type} ${code} ${system}|${value}`)
  return forms
}
export const referenceForm = (type: string, code: string, reference: string): string => `r ${type} ${code} ${reference}`

/** Packs 4-byte hashes, sorted and without doubles. */
export function packTokens(hashes: Iterable<number>): Buffer | null {
  const sorted = [...new Set(hashes)].sort((a, b) => a - b)
  if (sorted.length === 0) return null
  const packed = Buffer.alloc(sorted.length * 4)
  sorted.forEach((value, at) => packed.writeUInt32BE(value, at * 4))
  return packed
}

export function tokenBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
