import { createHmac, hash } from 'node:crypto'
import { decrypt, encrypt } from '../platform/aes-gcm.ts'
import type { World } from '../platform/world.ts'

const keyOf = ({ keys }: World, label: string) => keys.derive(`access/${label}`)

/** Seals bytes by a key that lives outside the database; the label names the purpose, so one seal cannot pass for another. */
export const seal = (world: World, label: string, plain: Buffer): Buffer => encrypt(world, keyOf(world, label), plain)

/** Null when the bytes were not sealed here for this purpose. */
export function unseal(world: World, label: string, sealed: Buffer): Buffer | null {
  try {
    return decrypt(keyOf(world, label), sealed)
  } catch {
    return null
  }
}

/** A keyed hash, for things that must be found again but never read. */
export const keyedHash = (world: World, label: string, text: string) =>
  createHmac('sha256', world.keys.derive(`access/${label}`))
    .update(text)
    .digest()

export const sha256 = (text: string) => hash('sha256', text, 'buffer')
