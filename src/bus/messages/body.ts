import { createCipheriv, createDecipheriv } from 'node:crypto'
import { createOpened, type Opened, packed, unpacked } from '../../platform/packed.ts'
import { fragment } from '../../platform/sql.ts'
import { uuidV7 } from '../../platform/uuid.ts'
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

/** Contents of several messages, compressed and sealed as one. */
export type Parcel = { id: string; sealed: Buffer; messages: number; storedAt: Date }
/** Where the contents of a message are kept: sealed in its own row, or a stretch of a parcel. */
export type Kept = { sealed: Buffer } | { parcel: Parcel; starts: number; bytes: number }

/** Fewer are not worth what compressing takes to begin. */
export const parcelMin = 4

/** Of contents that were stored at one moment, which is the parcel's. */
export function parcelOf(world: World, storedAt: Date, bodies: readonly Buffer[]): Kept[] {
  const id = uuidV7(world)
  const parcel = { id, sealed: sealBody(world, id, storedAt, packed(Buffer.concat(bodies))), messages: bodies.length, storedAt }
  let starts = 0
  return bodies.map(({ length }) => {
    const kept = { parcel, starts, bytes: length }
    starts += length
    return kept
  })
}

/** What a row of bus.body says, for `contentsOf`. */
export type BodyRow = { sealed: Buffer | null; parcel: string | null; starts: number | null; bytes: number | null; storedAt: Date }
export const bodyColumns = fragment`sealed, parcel, starts, bytes, stored_at`

/** Contents that are in memory as a whole: of a row without pieces. */
export async function contentsOf(world: World, message: string, row: BodyRow): Promise<Buffer> {
  return contentsIn(world, message, row, await openParcels(world, row.parcel === null ? [] : [row.parcel]))
}

export function contentsIn(world: World, message: string, { sealed, parcel, starts, bytes, storedAt }: BodyRow, parcels: ReadonlyMap<string, Buffer>): Buffer {
  if (sealed !== null) return openBody(world, message, storedAt, sealed)
  const opened = parcels.get(String(parcel))
  if (!opened || starts === null || bytes === null || starts + bytes > opened.length) throw new Error('contents are not where their row says')
  return opened.subarray(starts, starts + bytes)
}

/** More than the largest request holds. */
const openedBytesMax = 64 * 1_048_576
/** A queue is handed out a hundred messages at a time, so one parcel is asked for several times within a second. */
const keptOpenBytes = 16 * 1_048_576
const openedOf = new WeakMap<World, Opened>()

export async function openParcels(world: World, ids: readonly string[]): Promise<Map<string, Buffer>> {
  let opened = openedOf.get(world)
  if (!opened) openedOf.set(world, (opened = createOpened(keptOpenBytes)))
  const found = new Map<string, Buffer>()
  const missing: string[] = []
  for (const id of new Set(ids)) {
    const plain = opened.get(id)
    if (plain) found.set(id, plain)
    else missing.push(id)
  }
  if (missing.length === 0) return found
  const rows = await world.sql<{ id: string; sealed: string; storedAt: Date }>`
    select id, encode(sealed, 'base64') as sealed, stored_at from bus.parcel where id = any(${missing}::uuid[]) limit ${missing.length}`
  for (const { id, sealed, storedAt } of rows) {
    const frame = openBody(world, id, storedAt, Buffer.from(sealed, 'base64'))
    found.set(id, opened.keep(id, unpacked(frame, openedBytesMax)))
  }
  return found
}
