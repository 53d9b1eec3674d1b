import { createOpened, type Opened } from '../../platform/packed.ts'
import { uuidV7 } from '../../platform/uuid.ts'
import type { World } from '../../platform/world.ts'
import type { Store } from './store.ts'
import type { Vault } from './vault.ts'

/** With fewer bodies compressing costs more than it saves; a large body has little in common with others. */
const packMin = 4
const bodyBytesMax = 65_536
/**
 * The limit of a pack. Reading one body opens the whole pack, unless the pack is kept open, and a pack larger than `keptOpenBytes` never is:
 * documents of 60 KB once formed packs of more than 8 MB, opened whole for every document that was sent.
 */
const packBytesMax = 2 * 1_048_576
/** Contents that are sent soon after mapping are kept open until then, in memory only. */
const keptOpenBytes = 8 * 1_048_576

/** Contents of several items, compressed and sealed together: documents of one system resemble each other. */
type Pack = { id: string; sealed: Buffer }
/** Mapped contents and their place: sealed in their own row, or as a stretch of a pack. */
export type Mapped = { body: Buffer; sealed: Buffer } | { body: Buffer; pack: Pack; starts: number }
type Named = { seq: number; id: string }

/** Seals contents that were mapped together. It runs before the transaction, because it takes longer than all the rest. */
export function sealMapped(store: Store, vault: Vault, outside: Pick<World, 'now' | 'random'>, items: readonly { id: string; body: Buffer }[]): Mapped[] {
  const stretches = new Map<Buffer, { pack: Pack; starts: number }>()
  for (const bodies of together(items.map(({ body }) => body))) {
    const plain = Buffer.concat(bodies)
    const id = uuidV7(outside)
    const pack = { id, sealed: vault.seal(plain, `pack ${id}`) }
    openedOf(store).keep(id, plain)
    let starts = 0
    for (const body of bodies) {
      stretches.set(body, { pack, starts })
      starts += body.length
    }
  }
  return items.map(({ id, body }) => ({ body, ...(stretches.get(body) ?? { sealed: vault.sealForNow(body, aboutOf(id)) }) }))
}

/** The bodies of each pack, in their order. */
function together(bodies: readonly Buffer[]): Buffer[][] {
  const packs: Buffer[][] = []
  let bytes = packBytesMax
  for (const body of bodies) {
    if (body.length > bodyBytesMax) continue
    bytes += body.length
    if (bytes > packBytesMax) {
      packs.push([])
      bytes = body.length
    }
    packs.at(-1)?.push(body)
  }
  return packs.filter(({ length }) => length >= packMin)
}

const aboutOf = (id: string) => `mapped ${id}`

/** Stores mapped contents. Answers whether they replaced other contents of this item, or unreadable ones. Equal contents stay as they are. */
export function putMapped(store: Store, vault: Vault, item: Named, mapped: Mapped): boolean {
  const before = orDamaged(() => mappedOf(store, vault, item))
  if (before !== damaged && before?.equals(mapped.body)) return false
  if (before !== null) dropMapped(store, item.seq)
  if ('sealed' in mapped) store.run('insert into mapped (seq, sealed) values (?, ?)', item.seq, mapped.sealed)
  else {
    const { pack, starts, body } = mapped
    if (!store.one('select 1 from pack where id = ?', pack.id)) store.run('insert into pack (id, sealed) values (?, ?)', pack.id, pack.sealed)
    store.run('insert into packed (seq, pack, starts, bytes) values (?, ?, ?, ?)', item.seq, pack.id, starts, body.length)
  }
  return before !== null
}

/** Stands for contents that a disk has changed: they are not read, and delay nothing. */
export const damaged = Symbol('damaged')
export function orDamaged(read: () => Buffer | null): Buffer | null | typeof damaged {
  try {
    return read()
  } catch {
    return damaged
  }
}

export function mappedOf(store: Store, vault: Vault, { seq, id }: Named): Buffer | null {
  const stretch = store.one<{ pack: string; starts: number; bytes: number }>('select pack, starts, bytes from packed where seq = ?', seq)
  if (stretch) return openPack(store, vault, stretch.pack).subarray(stretch.starts, stretch.starts + stretch.bytes)
  const row = store.one<{ sealed: Uint8Array }>('select sealed from mapped where seq = ?', seq)
  return row ? vault.open(row.sealed, aboutOf(id)) : null
}

/** Removes mapped contents. A pack is removed with its last item (see the schema). */
export function dropMapped(store: Store, seq: number): void {
  if (store.run('delete from packed where seq = ?', seq).changes === 0) store.run('delete from mapped where seq = ?', seq)
}

const oldPacksAtOnce = 10

/**
 * Removes old packs after giving the contents still needed their own rows: contents of ended items are not kept because another item of the same time
 * stands aside. Only inside `write`; answers whether there may be more.
 */
export function unpackOld(store: Store, vault: Vault, before: number): boolean {
  const packs = store.all<{ id: string }>('select id from pack where id < ? order by id limit ?', firstIdOf(before), oldPacksAtOnce)
  let gone = 0
  for (const { id: pack } of packs) {
    const items = store.all<Named>('select packed.seq, item.id from packed join item on item.seq = packed.seq where pack = ?', pack)
    const bodies = items.map((item) => orDamaged(() => mappedOf(store, vault, item)))
    // The damage is reported and mended when the item is to be sent.
    if (bodies.includes(damaged)) continue
    for (const [at, { seq, id }] of items.entries()) {
      store.run('insert into mapped (seq, sealed) values (?, ?)', seq, vault.seal(bodies[at] as Buffer, aboutOf(id)))
      dropMapped(store, seq)
    }
    store.run('delete from pack where id = ?', pack)
    gone++
  }
  return gone === oldPacksAtOnce
}

/** The id of a pack begins with the moment at which it was made (uuidV7). */
function firstIdOf(at: number): string {
  const hex = Math.max(0, at).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}`
}

const opened = new WeakMap<Store, Opened>()
function openedOf(store: Store): Opened {
  let mine = opened.get(store)
  if (!mine) opened.set(store, (mine = createOpened(keptOpenBytes)))
  return mine
}

/** A pack never changes, so an opened copy stays right. */
function openPack(store: Store, vault: Vault, id: string): Buffer {
  const kept = openedOf(store)
  const open = kept.get(id)
  if (open) return open
  const row = store.one<{ sealed: Uint8Array }>('select sealed from pack where id = ?', id)
  if (!row) throw new Error('mapped contents are not where their row says')
  return kept.keep(id, vault.open(row.sealed, `pack ${id}`))
}
