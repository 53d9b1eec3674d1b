import { decrypt, encrypt } from '../platform/aes-gcm.ts'
import type { World } from '../platform/world.ts'

/** The place is authenticated too: a value sealed for one person, leave or purpose does not open for another. */
export const sealWith = (key: Buffer, world: Pick<World, 'random'>, place: string, value: unknown): Buffer =>
  encrypt(world, key, Buffer.from(JSON.stringify(value)), place)

/** Throws when the bytes were not sealed with this key for this place. */
export const openWith = <T>(key: Buffer, place: string, sealed: Buffer): T => JSON.parse(decrypt(key, sealed, place).toString()) as T
