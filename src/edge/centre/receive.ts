import { createPublicKey, type KeyObject } from 'node:crypto'
import { contentDigest, isSigned } from '../../platform/http-signature.ts'
import { isPart, type Part } from '../../platform/signed-batch.ts'
import { sourceOf } from '../draft/provenance.ts'
import type { Edge } from '../process/edge.ts'
import { type Item, type Reason, setAside } from '../store/items.ts'
import { damaged, mappedOf, orDamaged } from '../store/mapped.ts'
import { noteUndelivered } from '../store/undelivered.ts'
import { issueIn } from './centre.ts'

/** A delivery as the bus hands it out (docs/bus.md): what its sender signed, and the signature. */
export type Delivery = {
  delivery: number
  message: string
  from: string
  to: string
  messageId: string
  contentType: string
  digest: string
  body: string | null
  bodyAt?: string
  answers?: string
  subject?: string
  outOfOrder?: boolean
  number?: number
  attempt: number
  call?: { method: string; path: string; headers?: Record<string, string> }
  /** Set when operators of the centre mended a parked message: this delivery replaces it. */
  corrects?: { message: string }
  kid: string
  base: string
  signature: string
  /** Set when the message was signed together with others: its part under the root. */
  part?: Part
}

/** The outcome of a delivery: taken or not; `isFinal` when another attempt is useless. */
export type Verdict = { taken: true } | { taken: false; reason: string; isFinal: boolean }
/** Takes the deliveries of a service; without a receiver they are refused. `bytes` are complete and from the sender. */
export type Receiver = (delivery: Delivery, bytes: Buffer) => Promise<Verdict>

/** How long the line is held open while nothing waits. */
const heldSeconds = 25
const atOnce = 50
export const nobodyTakes = 'this edge takes no messages of this service'

/** Fetches what waits for this member, hands it on and reports what was taken. Returns how many came; holds the line open while there are none. */
export async function receiveSome(
  edge: Edge,
  receivers: ReadonlyMap<string, Receiver>,
  answerCall: (call: Delivery) => void,
  // After a cut the first question is answered at once. While one is held open nobody knows that the line is back, and the page said for half a
  // minute that it was cut.
  waitSeconds = edge.centre.contact.cutSince === null ? heldSeconds : 0,
): Promise<number> {
  const { centre } = edge
  const body = Buffer.from(JSON.stringify({ max: atOnce, ...(waitSeconds > 0 ? { wait: waitSeconds } : {}) }))
  const { json } = await centre.ask({ method: 'POST', path: '/bus/deliveries/lease', body, timeoutMs: (waitSeconds + 15) * 1000, isUnsigned: true })
  const deliveries = (json as { deliveries: Delivery[] }).deliveries
  // A caller waits for its answer, so calls go before messages.
  for (const call of deliveries.filter(({ call }) => call !== undefined)) {
    // A large body is fetched later by its number, and then checked by its digest.
    const isWhole = call.bodyAt !== undefined || (await isOfSender(edge, call, Buffer.from(call.body ?? '', 'base64')))
    if (isWhole) answerCall(call)
  }
  const messages = deliveries.filter(({ call }) => call === undefined)
  const acknowledge: number[] = []
  const refuse: { delivery: number; reason: string; final: boolean }[] = []
  for (const one of messages) {
    const verdict = await giveOn(edge, receivers, one)
    if (verdict.taken) acknowledge.push(one.delivery)
    else refuse.push({ delivery: one.delivery, reason: verdict.reason, final: verdict.isFinal })
  }
  if (messages.length > 0) await centre.ask({ method: 'POST', path: '/bus/deliveries/ack', body: Buffer.from(JSON.stringify({ acknowledge, refuse })) })
  return deliveries.length
}

async function giveOn(edge: Edge, receivers: ReadonlyMap<string, Receiver>, one: Delivery): Promise<Verdict> {
  // The edge notes a delivery that no receiver gets: otherwise only the centre would know.
  const refuse = async (reason: string): Promise<Verdict> => {
    const { store } = edge
    await store.write(() => noteUndelivered(store, { message: one.message, service: one.to, target: '', at: edge.now().getTime(), reason, isFinal: true }))
    return { taken: false, reason, isFinal: true }
  }
  if (one.body === null) return refuse('the contents are not kept any more')
  const bytes = Buffer.from(one.body, 'base64')
  if (!(await isOfSender(edge, one, bytes))) return refuse('the message is not what its sender signed')
  const receiver = receivers.get(one.to) ?? receivers.get(one.to.split('/')[0] ?? '')
  if (!receiver) return refuse(nobodyTakes)
  try {
    return await receiver(one, bytes)
  } catch (error) {
    edge.log.error({ err: error, message: one.message }, 'a message could not be given on')
    return { taken: false, reason: 'the edge could not give it on', isFinal: false }
  }
}

/** The centre only carries messages: the signature is checked with the sender’s own key. */
async function isOfSender(edge: Edge, one: Delivery, bytes: Buffer): Promise<boolean> {
  const batch = /^"bus-batch": (.*)$/m.exec(one.base)?.[1]
  if (one.part !== undefined && !isPart(one.part, batch)) return false
  const said = one.part?.text ?? one.base
  if (contentDigest(bytes) !== one.digest || !said.includes(`"content-digest": ${one.digest}`) || (!one.call && !said.includes(`"bus-to": ${one.to}`)))
    return false
  const key = await keyOf(edge, one.corrects === undefined ? one : signedForSender(one))
  return key !== null && isSigned(one.base, Buffer.from(one.signature, 'base64'), key)
}

/**
 * Which key to check: a message that operators mended is signed by the centre on behalf of its sender, and the signature covers both facts; any other
 * is signed with one of the sender's own keys.
 */
function signedForSender(one: Delivery): Delivery {
  const lines = one.base.split('\n')
  const isSaid = lines.includes(`"bus-on-behalf-of": ${one.from}`) && lines.includes(`"bus-corrects": ${one.corrects?.message}`)
  return isSaid ? { ...one, from: 'centre' } : one
}

const keys = new WeakMap<Edge, Map<string, KeyObject>>()
const keysMax = 1000

async function keyOf(edge: Edge, { from, kid }: Delivery): Promise<KeyObject | null> {
  let known = keys.get(edge)
  if (!known) keys.set(edge, (known = new Map()))
  const found = known.get(`${from} ${kid}`)
  if (found) return found
  const isCentre = ['record', 'centre', 'sickleave'].includes(from)
  const path = isCentre ? '/bus/keys' : `/bus/members/${from}/keys`
  const { json } = await edge.centre.ask({ method: 'GET', path, isUnsigned: isCentre })
  if (known.size > keysMax) known.clear()
  for (const jwk of (json as { keys: { kid: string }[] }).keys) known.set(`${from} ${jwk.kid}`, createPublicKey({ key: jwk as never, format: 'jwk' }))
  return known.get(`${from} ${kid}`) ?? null
}

/** Takes refusals by the record: they come back with the reasons, and the item waits for a person. */
export function takeOutcomes(edge: Edge): Receiver {
  return async ({ answers }, bytes) => {
    const { store } = edge
    const item = answers === undefined ? undefined : store.one<{ seq: number; id: string }>('select seq, id from item where message = ?', answers)
    if (item) {
      const outcome = JSON.parse(bytes.toString('utf8')) as unknown
      const said = issueIn(outcome) ?? { sentence: 'the record refused it' }
      const reason: Reason = { by: 'record', ...said, ...placeOf(edge, item, said.place), outcome }
      await store.write(() => setAside(store, item.seq, 'quarantined', reason, edge.now().getTime()))
      return { taken: true }
    }
    // The answer can be quicker than the receipt, which the edge may only get when it sends the same message again.
    if (store.one(`select 1 from item where state = 'ready' limit 1`))
      return { taken: false, reason: 'the edge has no receipt yet of what this answers', isFinal: false }
    return { taken: true }
  }
}

/** The record names a place in the mapped bundle; the person who mends the item sees the place in the original before it. */
function placeOf({ store, vault }: Edge, item: Pick<Item, 'seq' | 'id'>, place: string | undefined): { place?: string } {
  const mapped = place === undefined ? null : orDamaged(() => mappedOf(store, vault, item))
  if (place === undefined || mapped === null || mapped === damaged) return {}
  const source = sourceOf(JSON.parse(mapped.toString('utf8')) as object, place)
  return source === null ? {} : { place: `${source} (${place})` }
}
