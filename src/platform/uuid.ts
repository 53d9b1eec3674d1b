import type { World } from './world.ts'

/** UUID version 4. It is random and tells nothing; the randomness is the world's, so a seeded run makes the same ones. */
export const uuidV4 = (world: Pick<World, 'random'>): string => written(world.random(16), 4)

/** UUID version 7 (RFC 9562): begins with the time, so rows that come together lie together in every index. */
export function uuidV7(world: Pick<World, 'now' | 'random'>): string {
  const bytes = world.random(16)
  bytes.writeUIntBE(world.now().getTime(), 0, 6)
  return written(bytes, 7)
}

/** A text without its UUIDs, whose digits are nobody's number: one UUID in two hundred has eleven digits in a row. */
export const withoutUuids = (text: string): string => text.replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, 'uuid')

export const isUuid = (text: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)

function written(bytes: Buffer, version: number): string {
  bytes[6] = ((bytes[6] as number) & 0x0f) | (version << 4)
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
