import { createCipheriv, createDecipheriv } from 'node:crypto'
import { uuidArray } from '../../platform/arrays.ts'
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

/** What a row of bus.body says of contents that are in memory as a whole: of a row without pieces. */
export type BodyRow = { message: string; sealed: Buffer | null; parcel: string | null; starts: number | null; bytes: number | null; storedAt: Date }
export const bodyColumns = fragment`message, sealed, parcel, starts, bytes, stored_at`

/** Null when they are not kept any more. */
export async function contentsOf(world: World, row: BodyRow): Promise<Buffer | null> {
  const contents = (await openContents(world, [row])).get(row.message) ?? null
  if (contents === damaged) throw new Error('contents cannot be opened')
  return contents
}

/** Said of contents that are there and cannot be opened: a disk has changed them, or they were sealed by another key. */
export const damaged = Symbol('damaged')
export type Contents = ReadonlyMap<string, Buffer | typeof damaged>

/** Contents by message; what is not kept any more is missing. Each is memory of its own: a small one would hold all of its parcel. */
export async function openContents(world: World, rows: readonly BodyRow[]): Promise<Contents> {
  const { contents, moved } = await openRows(world, rows)
  if (moved.length === 0) return contents
  // The hourly round took the parcel apart or away since the rows were read, and what is still needed has a row of its own.
  const again = await world.sql<BodyRow>`select ${bodyColumns} from bus.body where message = any(${uuidArray(moved)}::uuid[]) limit ${moved.length}`
  const second = await openRows(world, again)
  for (const [message, one] of second.contents) contents.set(message, one)
  for (const message of second.moved) contents.set(message, damaged)
  return contents
}

/** `moved`: the parcel of these is not there. */
async function openRows(world: World, rows: readonly BodyRow[]): Promise<{ contents: Map<string, Buffer | typeof damaged>; moved: string[] }> {
  const contents = new Map<string, Buffer | typeof damaged>()
  for (const { message, sealed, storedAt } of rows) {
    if (sealed === null) continue
    const open = () => openBody(world, message, storedAt, sealed)
    contents.set(message, orDamaged(world, message, open))
  }
  const inParcels = Map.groupBy(
    rows.filter(({ sealed }) => sealed === null),
    ({ parcel }) => String(parcel),
  )
  for await (const [id, plain] of openParcels(world, [...inParcels.keys()])) {
    for (const { message, starts, bytes } of inParcels.get(id) ?? []) {
      const end = (starts ?? 0) + (bytes ?? 0)
      contents.set(message, plain === damaged || end > plain.length ? damaged : Buffer.from(plain.subarray(starts ?? 0, end)))
    }
    inParcels.delete(id)
  }
  return { contents, moved: [...inParcels.values()].flat().map(({ message }) => message) }
}

function orDamaged(world: World, id: string, open: () => Buffer): Buffer | typeof damaged {
  try {
    return open()
  } catch (error) {
    world.log.error({ err: error, id }, 'contents of the bus cannot be opened')
    return damaged
  }
}

/** More than the largest request holds. */
const openedBytesMax = 64 * 1_048_576
/** A queue is handed out a hundred messages at a time, so one parcel is asked for several times within a second. */
const keptOpenBytes = 16 * 1_048_576
/** A sender chooses what lies beside a small message: five hundred of them may come in as many parcels of 8 MB, of which so much is in memory at once. */
const fetched = { count: 16, bytes: 8 * 1_048_576 } as const
const openedOf = new WeakMap<World, Opened>()

/** One after the other; those that are not there are left out. */
async function* openParcels(world: World, ids: readonly string[]): AsyncGenerator<[id: string, plain: Buffer | typeof damaged]> {
  let opened = openedOf.get(world)
  if (!opened) openedOf.set(world, (opened = createOpened(keptOpenBytes)))
  const missing = new Set(ids)
  for (const id of ids) {
    const plain = opened.get(id)
    if (plain && missing.delete(id)) yield [id, plain]
  }
  while (missing.size > 0) {
    const rows = await world.sql<{ id: string; sealed: string; storedAt: Date }>`
      select id, encode(sealed, 'base64') as sealed, stored_at
        from (select id, sealed, stored_at, sum(octet_length(sealed)) over (order by id) - octet_length(sealed) as before
                from bus.parcel
               where id = any(${uuidArray([...missing])}::uuid[])) one
       where before < ${fetched.bytes}
       order by id
       limit ${fetched.count}`
    if (rows.length === 0) return
    for (const { id, sealed, storedAt } of rows) {
      missing.delete(id)
      const plain = orDamaged(world, id, () => unpacked(openBody(world, id, storedAt, Buffer.from(sealed, 'base64')), openedBytesMax))
      yield [id, plain === damaged ? plain : opened.keep(id, plain)]
    }
  }
}
