import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { World } from '../../platform/world.ts'

/** Contents at rest are sealed: by a key of the month, so that no key sees too many random nonces (NIST SP 800-38D, 8.3), and for one message. */
const keyOf = (world: World, storedAt: Date) => world.keys.derive(`bus/body/${storedAt.toISOString().slice(0, 7)}`)

export function sealBody(world: World, message: string, storedAt: Date, plain: Buffer): Buffer {
  const nonce = world.random(12)
  const cipher = createCipheriv('aes-256-gcm', keyOf(world, storedAt), nonce).setAAD(Buffer.from(message))
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

export function openBody(world: World, message: string, storedAt: Date, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', keyOf(world, storedAt), sealed.subarray(0, 12)).setAAD(Buffer.from(message))
  decipher.setAuthTag(sealed.subarray(-16))
  const plain = decipher.update(sealed.subarray(12, -16))
  decipher.final() // Gives no bytes in this mode, and throws when a bit is another.
  return plain
}
