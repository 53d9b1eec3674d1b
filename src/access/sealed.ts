import { createCipheriv, createDecipheriv, createHmac, hash } from 'node:crypto'
import type { World } from '../platform/world.ts'

/** Seals bytes by a key that lives outside the database; the label names the purpose, so one seal cannot pass for another. */
export function seal(world: World, label: string, plain: Buffer): Buffer {
  const nonce = world.random(12)
  const cipher = createCipheriv('aes-256-gcm', world.keys.derive(`access/${label}`), nonce)
  const body = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), body])
}

/** Null when the bytes were not sealed here for this purpose. */
export function unseal(world: World, label: string, sealed: Buffer): Buffer | null {
  if (sealed.length < 28) return null
  const decipher = createDecipheriv('aes-256-gcm', world.keys.derive(`access/${label}`), sealed.subarray(0, 12))
  decipher.setAuthTag(sealed.subarray(12, 28))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()])
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
