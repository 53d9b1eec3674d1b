import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { World } from './world.ts'

// AES-256-GCM (NIST SP 800-38D). A sealed value is nonce, tag and ciphertext. `place` is authenticated and not stored: a value that was sealed
// for one place opens at no other.

const [nonceBytes, tagBytes] = [12, 16]

export function encrypt({ random }: Pick<World, 'random'>, key: Buffer, plain: Buffer, place = ''): Buffer {
  const nonce = random(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(place))
  const text = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), text])
}

/** Throws when the bytes were not sealed with this key for this place. */
export function decrypt(key: Buffer, sealed: Buffer, place = ''): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(place)).setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes))
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()])
}
