import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
import type { World } from '../platform/world.ts'

export type NumberKind = 'jmbg' | 'ebs' | 'lbo' | 'lzb'

/** Besides numbers, mail addresses are sealed, which people leave in order to be told. */
type Sealed = NumberKind | 'mail'

const ivBytes = 12
const tagBytes = 16

/** The hash by which a number is found again. It is keyed, and the key is outside the database: otherwise somebody could try all thirteen digits. */
export function hashOf(world: World, kind: NumberKind | 'local', value: string): Buffer {
  return createHmac('sha256', world.keys.derive('identity-number-hashes', 32)).update(`${kind}:${value}`).digest()
}

/** AES-256-GCM. The kind is authenticated with it, so a cipher that was moved to a row of another kind does not open. */
export function seal(world: World, kind: Sealed, value: string): Buffer {
  const iv = world.random(ivBytes)
  const cipher = createCipheriv('aes-256-gcm', world.keys.derive('identity-numbers', 32), iv).setAAD(Buffer.from(kind))
  const text = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), text])
}

export function unseal(world: World, kind: Sealed, sealed: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', world.keys.derive('identity-numbers', 32), sealed.subarray(0, ivBytes), { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(kind)).setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes))
  return decipher.update(sealed.subarray(ivBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8')
}
