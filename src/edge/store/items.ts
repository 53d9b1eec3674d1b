import { dropMapped, type Mapped, putMapped } from './mapped.ts'
import { dropReceipts, type Receipt } from './receipts.ts'
import type { Store } from './store.ts'
import type { Vault } from './vault.ts'

/** What a local system sent, unchanged. */
export type Arrival = {
  /** The name of the adapter in the settings. */
  source: string
  protocol: string
  /** The name that people use: the number of the message or the name of the file. Never a personal number. */
  name: string
  original: Uint8Array
  /** What the mapping must know besides the bytes. */
  meta?: Record<string, unknown>
  /** What makes equal bytes two items, for example the file and line of two rows of a table. */
  once?: string
}
export type Accepted = { id: string; seq: number; isRepeated: boolean }

export type State = 'waiting' | 'ready' | 'sent' | 'acknowledged' | 'quarantined' | 'parked' | 'discarded'

/** Why an item stands aside, for a person: the fault, its place, and how to mend it. */
export type Reason = { by: 'mapping' | 'bus' | 'record' | 'edge'; sentence: string; place?: string; hint?: string; outcome?: unknown }

export type Item = {
  seq: number
  id: string
  source: string
  protocol: string
  name: string
  meta: string
  bytes: number
  receivedAt: number
  state: State
  key: string | null
  document: string | null
  mapping: string | null
  losses: string | null
  sendings: number
  attempts: number
  dueAt: number
  message: string | null
  sentAt: number | null
  endedAt: number | null
  reason: string | null
}

export const itemColumns = `seq, id, source, protocol, name, meta, bytes, received_at as receivedAt, state, key, document, mapping, losses, sendings, attempts,
  due_at as dueAt, message, sent_at as sentAt, ended_at as endedAt, reason`

export function storeItem(store: Store, vault: Vault, arrival: Arrival & { id: string; digest: Buffer; at: number }): Accepted {
  const { source, digest, at, id } = arrival
  const seen = store.one<{ seq: number; id: string }>(
    'select seen.seq, item.id from seen join item on item.seq = seen.seq where seen.source = ? and seen.digest = ?',
    source,
    digest,
  )
  if (seen) return { ...seen, isRepeated: true }
  const { seq } = store.run(
    `insert into item (id, source, protocol, name, meta, digest, bytes, received_at, state) values (?, ?, ?, ?, ?, ?, ?, ?, 'waiting')`,
    id,
    source,
    arrival.protocol,
    arrival.name,
    JSON.stringify(arrival.meta ?? {}),
    digest,
    arrival.original.length,
    at,
  )
  store.run('insert into original (seq, version, sealed) values (?, 0, ?)', seq, vault.seal(arrival.original, `original ${id} 0`))
  store.run(
    'insert into seen (source, digest, seq, at) values (?, ?, ?, ?) on conflict do update set seq = excluded.seq, at = excluded.at',
    source,
    digest,
    seq,
    at,
  )
  return { id, seq, isRepeated: false }
}

/** The last correction, or the original when there is none. */
export function originalOf(store: Store, vault: Vault, { seq, id }: Pick<Item, 'seq' | 'id'>): Buffer | null {
  const row = store.one<{ version: number; sealed: Uint8Array }>('select version, sealed from original where seq = ? order by version desc limit 1', seq)
  return row ? vault.open(row.sealed, `original ${id} ${row.version}`) : null
}

/** The number of the item on the bus. */
export const numberOf = ({ id, sendings }: Pick<Item, 'id' | 'sendings'>): string => (sendings === 0 ? id : `${id}.${sendings}`)

export type Ready = { key: string | null; document: string | null; mapping: string; losses: object[] }

/**
 * Marks an item as mapped: from now on these bytes are the message, whatever a later version of the mapping would make. The bus may already have
 * other bytes of this item, or get them late although no receipt came; under the same number it would refuse the new ones for ever, so they get a new
 * number.
 */
export function makeReady(store: Store, vault: Vault, { seq, id }: Pick<Item, 'seq' | 'id'>, mapped: Mapped, ready: Ready): void {
  const isAnother = putMapped(store, vault, { seq, id }, mapped)
  if (isAnother) store.run('update item set sendings = sendings + 1 where seq = ?', seq)
  store.run(
    `update item set state = 'ready', key = ?, document = ?, mapping = ?, losses = ?, reason = null where seq = ? and state = 'waiting'`,
    ready.key,
    ready.document,
    ready.mapping,
    JSON.stringify(ready.losses),
    seq,
  )
}

/**
 * Maps an item again from its original when the mapped bytes cannot be read. Its number stays: the bus may have the message, and the mapping makes
 * the same bytes again.
 */
export function mapAgain(store: Store, seq: number, at: number): void {
  const { changes } = store.run(`update item set state = 'waiting' where seq = ? and state = 'ready'`, seq)
  if (changes === 0) return
  dropMapped(store, seq)
  noteStep(store, seq, at, 'mapped again: the disk has damaged what was mapped', 'edge')
}

export function markSent(store: Store, seq: number, sent: { message: string; receipt: Receipt; at: number; askAt: number }): void {
  const { text = null, batch = null, at = null } = sent.receipt as { text?: string; batch?: number; at?: number }
  store.run(
    `update item set state = 'sent', message = ?, receipt = ?, receipt_batch = ?, receipt_at = ?, sent_at = ?, due_at = ?, attempts = 0, reason = null
      where seq = ? and state = 'ready'`,
    sent.message,
    text,
    batch,
    at,
    sent.at,
    sent.askAt,
    seq,
  )
}

export type Step = { at: string; what: string; who: string }
/** The steps of an item, with their actors, the oldest first. */
export const stepsOf = (store: Store, seq: number, most: number): Step[] =>
  store
    .all<{ at: number; what: string; who: string }>('select at, what, who from step where seq = ? order by at limit ?', seq, most)
    .map((step) => ({ ...step, at: new Date(step.at).toISOString() }))

/** The record has the item. Its mapped contents are removed here, as the record has them; the original is kept for a while. */
export function acknowledge(store: Store, seq: number, at: number): void {
  const { changes } = store.run(`update item set state = 'acknowledged', ended_at = ?, reason = null where seq = ? and state in ('sent', 'parked')`, at, seq)
  if (changes > 0) dropMapped(store, seq)
}

/** Sets an item aside until a person acts. */
export function setAside(store: Store, seq: number, state: 'quarantined' | 'parked', reason: Reason, at: number): void {
  const { changes } = store.run(
    `update item set state = ?, reason = ?, due_at = ? where seq = ? and state not in ('acknowledged', 'discarded', ?)`,
    state,
    JSON.stringify(reason),
    at,
    seq,
    state,
  )
  if (changes > 0) noteStep(store, seq, at, `${state}: ${reason.sentence}`, 'edge')
}

export function noteStep(store: Store, seq: number, at: number, what: string, who: string): void {
  store.run('insert into step (seq, at, what, who) values (?, ?, ?, ?)', seq, at, what.slice(0, 500), who)
}

/** Delays an item until it is tried again by itself, because the fault may be the edge's own. */
export function putOff(store: Store, seq: number, dueAt: number, reason: Reason): void {
  store.run('update item set attempts = attempts + 1, due_at = ?, reason = ? where seq = ?', dueAt, JSON.stringify(reason), seq)
}

export type Again = { item: Item; corrected: Uint8Array | null; who: string; at: number }

/**
 * Sends an item again, corrected by a person or unchanged. It gets a new number when the bus has had the old one, or when it becomes another message
 * (`makeReady`).
 */
export function sendAgain(store: Store, vault: Vault, { item, corrected, who, at }: Again): boolean {
  const { seq, id } = item
  const batch = store.one<{ batch: number | null }>('select receipt_batch as batch from item where seq = ?', seq)?.batch ?? null
  const { changes } = store.run(
    `update item set state = 'waiting', reason = null, attempts = 0, due_at = 0, message = null, receipt = null, receipt_batch = null, receipt_at = null,
            sent_at = null, sendings = sendings + (message is not null)
      where seq = ? and state in ('quarantined', 'parked')`,
    seq,
  )
  if (changes === 0) return false
  if (batch !== null) dropReceipts(store, batch)
  if (item.message !== null) dropMapped(store, seq)
  if (corrected) {
    const version = (store.one<{ version: number }>('select max(version) as version from original where seq = ?', seq)?.version ?? 0) + 1
    store.run('insert into original (seq, version, sealed) values (?, ?, ?)', seq, version, vault.seal(corrected, `original ${id} ${version}`))
  }
  noteStep(store, seq, at, corrected ? 'corrected and sent again' : 'sent again', who)
  return true
}

/** A person decides that an item is never sent; its original is kept as long as any other. */
export function discard(store: Store, seq: number, at: number, who: string, why: string): boolean {
  const { changes } = store.run(`update item set state = 'discarded', ended_at = ? where seq = ? and state in ('quarantined', 'parked')`, at, seq)
  if (changes === 0) return false
  dropMapped(store, seq)
  noteStep(store, seq, at, `discarded: ${why}`, who)
  return true
}
