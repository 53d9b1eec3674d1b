import { createCipheriv, createDecipheriv } from 'node:crypto'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
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
  const plain = Buffer.concat(bodies)
  // As a text of known length it is compressed with tables of that size.
  const packed = zstdCompressSync(plain, { pledgedSrcSize: plain.length, params: { [constants.ZSTD_c_compressionLevel]: 1 } })
  const id = uuidV7(world)
  const parcel = { id, sealed: sealBody(world, id, storedAt, packed), messages: bodies.length, storedAt }
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
export async function contentsOf(world: World, message: string, { sealed, parcel, starts, bytes, storedAt }: BodyRow): Promise<Buffer> {
  if (sealed !== null) return openBody(world, message, storedAt, sealed)
  const opened = (await openParcels(world, [String(parcel)])).get(String(parcel))
  return stretchOf(opened, { starts, bytes })
}

export function stretchOf(opened: Buffer | undefined, { starts, bytes }: Pick<BodyRow, 'starts' | 'bytes'>): Buffer {
  if (!opened || starts === null || bytes === null || starts + bytes > opened.length) throw new Error('contents are not where their row says')
  return opened.subarray(starts, starts + bytes)
}

/** More than the largest request holds. */
const openedBytesMax = 64 * 1_048_576
/** A queue is handed out a hundred messages at a time, so one parcel is asked for several times within a second. */
const keptOpenBytes = 16 * 1_048_576
const opened = new WeakMap<World, Map<string, Buffer>>()

export async function openParcels(world: World, ids: readonly string[]): Promise<Map<string, Buffer>> {
  let open = opened.get(world)
  if (!open) opened.set(world, (open = new Map()))
  const found = new Map<string, Buffer>()
  for (const id of new Set(ids)) {
    const plain = open.get(id)
    if (plain) found.set(id, plain)
  }
  const missing = [...new Set(ids)].filter((id) => !found.has(id))
  if (missing.length === 0) return found
  const rows = await world.sql<{ id: string; sealed: string; storedAt: Date }>`
    select id, encode(sealed, 'base64') as sealed, stored_at from bus.parcel where id = any(${missing}::uuid[]) limit ${missing.length}`
  for (const { id, sealed, storedAt } of rows) {
    const packed = openBody(world, id, storedAt, Buffer.from(sealed, 'base64'))
    const plain = zstdDecompressSync(packed, { maxOutputLength: openedBytesMax })
    found.set(id, plain)
    keepOpen(open, id, plain)
  }
  return found
}

function keepOpen(open: Map<string, Buffer>, id: string, plain: Buffer): void {
  open.set(id, plain)
  let bytes = 0
  for (const one of open.values()) bytes += one.length
  for (const [oldest, { length }] of open) {
    if (bytes <= keptOpenBytes) return
    open.delete(oldest)
    bytes -= length
  }
}
