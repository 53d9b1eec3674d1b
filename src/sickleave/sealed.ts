import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { World } from '../platform/world.ts'

const [ivBytes, tagBytes] = [12, 16]

/** AES-256-GCM. The place is bound in, so what was sealed for one person, leave or purpose does not open for another. */
export function sealWith(key: Buffer, { random }: Pick<World, 'random'>, place: string, value: unknown): Buffer {
  const iv = random(ivBytes)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(place))
  const text = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), text])
}

/** Throws when the bytes were not sealed with this key for this place. */
export function openWith<T>(key: Buffer, place: string, sealed: Buffer): T {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, ivBytes), { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(place)).setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes))
  return JSON.parse(decipher.update(sealed.subarray(ivBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8')) as T
}
