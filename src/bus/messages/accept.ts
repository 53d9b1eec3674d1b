import { createHash } from 'node:crypto'
import type { Entry } from '../../audit/audit.ts'
import { byteaArray, int2Array, int4Array, int8Array, textArray, timestamptzArray, uuidArray, boolArray } from '../../platform/arrays.ts'
import { type Fragment, fragment } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import { type Kept, type Parcel, parcelMin, parcelOf, sealBody } from './body.ts'
import type { Part } from '../../platform/signed-batch.ts'
import { type LogRow, logRows, sha256 } from '../evidence/log.ts'
import { uuidV7 } from '../../platform/uuid.ts'

/** A message that may pass: what of it is kept, and for whom it waits. */
export type Message = {
  sender: { id: string; code: string }
  /** The sender's own number of it. */
  name: string
  to: { provider: string; service: string }
  lane: number
  key: string | null
  document: string | null
  subject: string | null
  patient: number | null
  contentType: string
  body: Buffer
  /** Of a call whose body is not in memory: it was stored under this id, or goes straight on. */
  large?: { id: string; pieces: number; sha256: Buffer }
  digest: string
  /** What was signed, and the signature of its sender. */
  base: string
  signature: string
  kid: string
  /** One of several under one signature: which of them it is. */
  part?: Part
  contract: { id: string; purpose: string; legalBasis: string } | null
  answers: string | null
  /** Of a call: what is asked. */
  call?: { method: string; path: string; headers: Record<string, string>; direct: boolean; numbered: boolean; once: string | null }
  /** Sent by the centre for its sender, in place of a parked one: which, and the two people who stand for it. */
  corrects?: Corrects
  /** The trace that it is part of (W3C Trace Context), for whoever gets it. */
  traceparent?: string | null
  recipients: { id: string; holdKey: boolean; number?: number }[]
}

export type Corrects = { message: string; proposedBy: string; approvedBy: string }

export type Stored = { id: string; at: Date }
/**
 * `kept` is null when the contents need not be kept: what goes straight to its provider. `carried` is false when a transport has still
 * to carry it, null when the database itself is the transport (transport/book).
 */
type Payload = { message: Message; stored: Stored; kept: Kept | null; carried: false | null }

export function storedMessage(world: World, message: Message): Payload {
  const stored = { id: message.large?.id ?? uuidV7(world), at: world.now() }
  const kept = message.call?.direct === true ? null : { sealed: sealBody(world, stored.id, stored.at, message.body) }
  return { message, stored, kept, carried: carriedAtFirst(world) }
}

/** Those that came together. They lie in one parcel when they are several. */
function storedTogether(world: World, messages: readonly Message[]): Payload[] {
  if (messages.length < parcelMin) return messages.map((one) => storedMessage(world, one))
  const at = world.now()
  const kept = parcelOf(
    world,
    at,
    messages.map(({ body }) => body),
  )
  return messages.map((message, index) => ({ message, stored: { id: uuidV7(world), at }, kept: kept[index] as Kept, carried: carriedAtFirst(world) }))
}

const carriedAtFirst = (world: World): false | null => (world.config.NATS_URL === '' ? null : false)

/**
 * Durable when it resolves: log, contents, the sender's number and the deliveries in one statement with the audit rows. Messages
 * that arrive while a commit is under way share the next one.
 */
export async function storeMessage(world: World, message: Message, entries: Entry[]): Promise<Stored> {
  const [stored] = await storeMessages(world, [message], entries)
  return stored as Stored
}

/** Several of one sender, in their order and all or none. */
export async function storeMessages(world: World, messages: readonly Message[], entries: Entry[]): Promise<Stored[]> {
  const [first] = messages
  if (!first) return []
  const payload = storedTogether(world, messages)
  await world.ledger.commit({ entries, payload, compose: composeWorks, key: `bus ${first.sender.id} ${seenName(first) ?? first.name}` })
  return payload.map(({ stored }) => stored)
}

const composeWorks = (works: readonly Payload[][]): Fragment[] => composeMessages(works.flat())

/** All messages of a batch, in the order they came: the numbers of their deliveries follow it. */
export function composeMessages(payloads: readonly Payload[]): Fragment[] {
  const deliveries = payloads.flatMap(({ message, stored }) => message.recipients.map((recipient) => ({ recipient, message, stored })))
  const bodies = payloads.flatMap(({ message, stored, kept }) => (kept === null ? [] : [{ message, stored, kept }]))
  const numbered = payloads.filter(({ message }) => seenName(message) !== null)
  const rows = [logRows('bus_log', payloads.map(logRowOf))]
  if (numbered.length > 0) {
    rows.push(fragment`bus_seen as (
    insert into bus.seen (sender, name, message, digest, at)
    select * from unnest(${uuidArray(numbered.map(({ message }) => message.sender.id))}::uuid[], ${textArray(numbered.map(({ message }) => seenName(message)))}::text[],
                         ${uuidArray(numbered.map(({ stored }) => stored.id))}::uuid[], ${byteaArray(numbered.map(({ message }) => sameness(message)))}::bytea[],
                         ${timestamptzArray(numbered.map(({ stored }) => stored.at))}::timestamptz[]))`)
  }
  if (bodies.length > 0) rows.push(...bodyRows(bodies))
  if (deliveries.length > 0) {
    rows.push(fragment`bus_order as materialized (${inOrder(deliveries.map((d) => orderOf(d.message.sender.id, d.message.key)))})`)
    rows.push(fragment`bus_delivery as (
    insert into bus.delivery (recipient, message, sender, service, lane, key, document, number, patient, due_at, stored_at, hold_key, carried)
    select recipient, message, sender, service, lane, key, document, number, patient, at, at, hold_key, ${payloads[0]?.carried ?? null}::bool
      from unnest(${uuidArray(deliveries.map((d) => d.recipient.id))}::uuid[], ${uuidArray(deliveries.map((d) => d.stored.id))}::uuid[],
                  ${uuidArray(deliveries.map((d) => d.message.sender.id))}::uuid[], ${textArray(deliveries.map((d) => `${d.message.to.provider}/${d.message.to.service}`))}::text[],
                  ${int2Array(deliveries.map((d) => d.message.lane))}::int2[], ${byteaArray(deliveries.map((d) => orderOf(d.message.sender.id, d.message.key)))}::bytea[],
                  ${byteaArray(deliveries.map((d) => orderOf(d.message.sender.id, d.message.document)))}::bytea[], ${int8Array(deliveries.map((d) => d.recipient.number ?? null))}::int8[],
                  ${int8Array(deliveries.map((d) => d.message.patient))}::int8[], ${timestamptzArray(deliveries.map((d) => d.stored.at))}::timestamptz[],
                  ${boolArray(deliveries.map((d) => d.recipient.holdKey))}::bool[])
           with ordinality as g (recipient, message, sender, service, lane, key, document, number, patient, at, hold_key, place)
     where (select count(*) from bus_order) >= 0
     order by place)`)
  }
  return rows
}

function bodyRows(bodies: readonly { message: Message; stored: Stored; kept: Kept }[]): Fragment[] {
  const parcels = new Map<string, Parcel>()
  for (const { kept } of bodies) if ('parcel' in kept) parcels.set(kept.parcel.id, kept.parcel)
  const within = bodies.map(({ kept }) => ('parcel' in kept ? kept : null))
  const rows = [
    fragment`bus_body as (
    insert into bus.body (message, sealed, stored_at, pieces, parcel, starts, bytes)
    select * from unnest(${uuidArray(bodies.map(({ stored }) => stored.id))}::uuid[], ${byteaArray(bodies.map(({ kept }) => ('sealed' in kept ? kept.sealed : null)))}::bytea[],
                         ${timestamptzArray(bodies.map(({ stored }) => stored.at))}::timestamptz[], ${int4Array(bodies.map(({ message }) => message.large?.pieces ?? 0))}::int4[],
                         ${uuidArray(within.map((one) => one?.parcel.id ?? null))}::uuid[], ${int4Array(within.map((one) => one?.starts ?? null))}::int4[],
                         ${int4Array(within.map((one) => one?.bytes ?? null))}::int4[]))`,
  ]
  if (parcels.size > 0) {
    const all = [...parcels.values()]
    rows.push(fragment`bus_parcel as (
    insert into bus.parcel (id, sealed, messages, stored_at)
    select * from unnest(${uuidArray(all.map(({ id }) => id))}::uuid[], ${byteaArray(all.map(({ sealed }) => sealed))}::bytea[],
                         ${int4Array(all.map(({ messages }) => messages))}::int4[], ${timestamptzArray(all.map(({ storedAt }) => storedAt))}::timestamptz[]))`)
  }
  return rows
}

/** Classes of the advisory locks under which the deliveries of a key get their numbers: each key by itself, or all of them. */
const numbering = { key: 730_418, all: 730_419 } as const
/** PostgreSQL has room for some thousands of locks altogether. */
const keysLockedMax = 512

/**
 * Numbers are given when a row is made, and seen when it is committed: of two statements with one key the later number could be there first
 * and be handed out first. So who numbers a key keeps the others from it until its commit. A statement with very many keys has them all.
 */
function inOrder(keys: readonly (Buffer | null)[]): Fragment {
  const locks = [...new Set(keys.filter((key) => key !== null).map((key) => key.readInt32BE(0)))].toSorted((a, b) => a - b)
  if (locks.length > keysLockedMax) return fragment`select pg_advisory_xact_lock(${numbering.all}::int4, 0)`
  return fragment`
    select case when lock is null then pg_advisory_xact_lock_shared(${numbering.all}::int4, 0) else pg_advisory_xact_lock(${numbering.key}::int4, lock) end
      from unnest(${int4Array(locks.length > 0 ? [null, ...locks] : [])}::int4[]) as l (lock)`
}

/** By what it is known when it comes again: its sender's number; a call without one by its signature, a question not at all. */
export const seenName = ({ name, call }: Message): string | null => (call?.numbered === false ? call.once : name)

/** What must be equal for two with one number to be the same: where it goes, what is asked, and every byte. */
export const sameness = ({ to, call, body, large }: Pick<Message, 'to' | 'call' | 'body' | 'large'>): Buffer =>
  createHash('sha256')
    .update(`${to.provider}/${to.service}\n${call ? `${call.method} ${call.path}` : ''}\n`)
    .update(large ? large.sha256 : body)
    .digest()

/**
 * Keys only have to be equal or not; what they say is nobody's business in an index. They are their sender's own words: a message of
 * somebody else under the same word neither waits for them nor holds them up.
 */
const orderOf = (sender: string, key: string | null): Buffer | null => (key === null ? null : sha256(`${sender} ${key}`).subarray(0, 16))

function logRowOf({ message, stored }: Payload): LogRow {
  const { sender, to, contract } = message
  const entry = JSON.stringify({
    id: stored.id,
    kind: message.call ? 'call' : 'message',
    at: stored.at.toISOString(),
    from: sender.code,
    to: `${to.provider}/${to.service}`,
    messageId: message.name,
    contentType: message.contentType,
    digest: message.digest,
    contract: contract?.id ?? null,
    purpose: contract?.purpose ?? null,
    legalBasis: contract?.legalBasis ?? null,
    subject: message.subject,
    answers: message.answers,
    ...(message.call ? { method: message.call.method, path: message.call.path } : {}),
    ...(message.call && Object.keys(message.call.headers).length > 0 ? { headers: message.call.headers } : {}),
    ...(message.corrects ? { corrects: message.corrects } : {}),
    ...(message.traceparent ? { traceparent: message.traceparent } : {}),
    ...(message.part ? { part: message.part } : {}),
    kid: message.kid,
    base: message.base,
    signature: message.signature,
  })
  const about = message.corrects ? { about: message.corrects.message } : {}
  return { id: stored.id, at: stored.at, kind: message.call ? 'call' : 'message', entry, ...about }
}
