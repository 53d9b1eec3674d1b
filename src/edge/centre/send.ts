import type { Edge } from '../process/edge.ts'
import { damaged, mappedOf, orDamaged } from '../store/mapped.ts'
import { type Item, itemColumns, mapAgain, markSent, numberOf, putOff, type Reason, setAside } from '../store/items.ts'
import { type BatchReceipts, dropReceipts, putReceipts, type Receipt } from '../store/receipts.ts'
import { Refusal } from '../../platform/refusal.ts'
import { batchOf, headersOf, type Outgoing, readVerdicts, type Receipts, type Verdict } from './batch.ts'
import { type Answer, CentreSaysNo, issueIn } from './centre.ts'
import { firstQuestionMs } from './confirm.ts'
import { LineCut } from './line.ts'

export const sendLimits = { atOnce: 400, bytes: 5 * 1_048_576, backoffSecondsMax: 60, itemSecondsMax: 3600 } as const

/** How many were sent. When the centre cannot take more, `stop` has the pause that it asks for; null when it gives none. */
export type Sent = { count: number; stop: { waitSeconds: number | null } | null }

type Way = { item: Item; message: Outgoing }
/** Statuses about the centre or this member, not about a message. */
const ofTheCentre = new Set([401, 403, 408, 429, 502, 503, 504, 507])
const ofThisMember = new Set([400, 401, 403])

/**
 * Sends ready items, oldest first, as many under one signature as fit. While a patient's message waits for another attempt, the patient's later ones
 * wait behind it. When the line is cut, or the centre cannot take more, sending stops and no message is blamed.
 */
export async function sendSome(edge: Edge): Promise<Sent> {
  const sent: Sent = { count: 0, stop: null }
  const { ways, unreadable } = chosen(edge)
  if (unreadable.length > 0) await edge.store.write(() => unreadable.forEach(({ seq }) => mapAgain(edge.store, seq, edge.now().getTime())))
  await sendAll(edge, ways, new Set(), sent)
  return sent
}

/** The destinations by protocol: everything clinical goes to the record. */
const record = { to: 'record/documents', contentType: 'application/fhir+json' }
const destinations: Record<string, typeof record> = { certificate: { to: 'sickleave/certificates', contentType: 'application/json' } }

/**
 * An earlier item that is not mapped yet may be of the same patient, so nothing overtakes it. While the line is cut only one message is tried, to see
 * whether it is back.
 */
function chosen({ store, vault, now, centre, log }: Edge): { ways: Way[]; unreadable: Item[] } {
  const items = store.all<Item>(
    `select ${itemColumns} from item where state = 'ready' and due_at <= ?1
        and seq < coalesce((select min(seq) from item where state = 'waiting'), 9e18)
        and not exists (select 1 from item before where before.key = item.key and before.seq < item.seq and before.state = 'ready' and before.due_at > ?1)
      order by seq limit ?2`,
    now().getTime(),
    centre.contact.cutSince === null ? sendLimits.atOnce : 1,
  )
  const ways: Way[] = []
  const unreadable: Item[] = []
  let bytes = 0
  for (const item of items) {
    const body = orDamaged(() => mappedOf(store, vault, item))
    if (body === damaged) {
      log.error({ item: item.id }, 'what was mapped cannot be read: the disk of the edge has damaged it; it is mapped again')
      unreadable.push(item)
    }
    // Later items may be of the same patient, so none is sent in this round.
    if (body === damaged || unreadable.length > 0) continue
    if (body === null) throw new Error('an item is ready and has no contents')
    bytes += body.length
    if (ways.length > 0 && bytes > sendLimits.bytes) break
    const { key, document } = item
    ways.push({ item, message: { id: numberOf(item), key, document, ...(destinations[item.protocol] ?? record), body } })
  }
  return { ways, unreadable }
}

/** `held`: patients with a message that must be sent again, so that their later ones wait behind it. */
async function sendAll(edge: Edge, ways: readonly Way[], held: Set<string>, sent: Sent): Promise<void> {
  const going = ways.filter(({ item }) => item.key === null || !held.has(item.key))
  if (going.length === 0 || sent.stop) return
  const answer = await asked(edge, going)
  if (answer === null) {
    sent.stop = { waitSeconds: null }
  } else if (answer.verdicts) {
    await settle(edge, going, answer, held, sent)
  } else if (ofTheCentre.has(answer.status)) {
    noteRefusal(edge, answer.status, answer.json)
    sent.stop = { waitSeconds: Number(answer.headers['retry-after']) || null }
  } else if (going.length > 1) {
    // One of the messages makes all fail: halving finds it, and the others are sent.
    const half = Math.ceil(going.length / 2)
    await sendAll(edge, going.slice(0, half), held, sent)
    await sendAll(edge, going.slice(half), held, sent)
  } else await settle(edge, going, { ...answer, verdicts: [{ status: answer.status, messageId: '', outcome: answer.json }], signed: null }, held, sent)
}

/** `signed`: what the centre signed for all messages, or for the only one. */
type Judged = Answer & { verdicts: Verdict[] | null; signed: BatchReceipts | string | null }

/** Null when no credible answer came: nobody knows what became of the messages, and they are sent again under the same numbers. */
async function asked(edge: Edge, ways: readonly Way[]): Promise<Judged | null> {
  const messages = ways.map(({ message }) => message)
  const [only] = messages
  const isOne = messages.length === 1 && only !== undefined
  try {
    const answer = isOne ? await post(edge, { body: only.body, headers: headersOf(only) }) : await postSome(edge, messages)
    if (isOne) return ofOne(answer, only)
    if (answer.status !== 200) return { ...answer, verdicts: null, signed: null }
    const receipts = answer.json as Receipts
    const read = readVerdicts(receipts, messages)
    if (read === null) throw new LineCut('the receipts are not those of the messages')
    const { kid, base, signature } = receipts
    return { ...answer, verdicts: read.verdicts, signed: { texts: read.texts, kid, base, signature } }
  } catch (error) {
    if (error instanceof LineCut) return null
    // There was no token: the key has ended, or the member is not active.
    if (!(error instanceof CentreSaysNo || error instanceof Refusal)) throw error
    const isOurs = error instanceof Refusal || ofThisMember.has(error.status)
    edge.centre.contact.refuses = { sentence: error.message, isOurs }
    return null
  }
}

const post = ({ centre }: Edge, request: { body: Buffer; headers: Record<string, string> }): Promise<Answer> =>
  centre.askAny({ method: 'POST', path: '/bus/messages', ...request })

const plainMs = 3_600_000

/** A centre that went back to an earlier version refuses packed batches. Halving would end with each message alone, so lines of text are tried. */
async function postSome(edge: Edge, messages: readonly Outgoing[]): Promise<Answer> {
  const { contact } = edge.centre
  const now = edge.now().getTime()
  const isPacked = now >= (contact.plainUntil ?? 0)
  const answer = await post(edge, batchOf(messages, isPacked))
  if (!isPacked || answer.status !== 400) return answer
  const plain = await post(edge, batchOf(messages, false))
  if (plain.status === 200) contact.plainUntil = now + plainMs
  return plain
}

function ofOne(answer: Answer, { id }: Outgoing): Judged {
  if (answer.status !== 202) return { ...answer, verdicts: null, signed: null }
  const verdict = { ...(answer.json as Omit<Verdict, 'status'>), status: 202 }
  if (verdict.messageId !== id) throw new LineCut('the receipt is not that of the message')
  // Kept as it was signed: it proves to anybody that the centre had the message.
  return { ...answer, verdicts: [verdict], signed: JSON.stringify({ body: answer.body.toString('utf8'), ...answer.proof }) }
}

async function settle(edge: Edge, ways: readonly Way[], { verdicts, signed }: Judged, held: Set<string>, sent: Sent): Promise<void> {
  const { store } = edge
  const now = edge.now().getTime()
  const askAt = now + firstQuestionMs(edge)
  await store.write(() => {
    const seqs = ways.map(({ item }) => item.seq)
    const batch = signed === null || typeof signed === 'string' ? null : putReceipts(store, signed, seqs)
    const receiptAt = (at: number): Receipt => (batch === null ? { text: String(signed) } : { batch, at })
    for (const [at, { item }] of ways.entries()) {
      const verdict = verdicts?.[at]
      if (!verdict) continue
      if (verdict.status === 202 && verdict.message !== undefined)
        markSent(store, item.seq, { message: verdict.message, receipt: receiptAt(at), at: now, askAt })
      else if (!ofTheCentre.has(verdict.status)) refuse(edge, item, verdict, now)
    }
    // None of the messages was taken.
    if (batch !== null) dropReceipts(store, batch)
  })
  for (const [at, { item }] of ways.entries()) {
    const verdict = verdicts?.[at]
    if (verdict?.status === 202) edge.centre.contact.refuses = null
    if (verdict === undefined || verdict.status === 202) sent.count++
    else if (item.key !== null && (verdict.status >= 500 || ofTheCentre.has(verdict.status))) held.add(item.key)
    if (verdict !== undefined && ofTheCentre.has(verdict.status)) {
      noteRefusal(edge, verdict.status, verdict.outcome)
      sent.stop = { waitSeconds: verdict.retryAfterSeconds ?? null }
    }
  }
}

function noteRefusal({ centre }: Edge, status: number, outcome: unknown): void {
  centre.contact.refuses = { sentence: issueIn(outcome)?.sentence ?? `the centre answered ${status}`, isOurs: ofThisMember.has(status) }
}

/** A fault of the centre may pass, so the message is sent again; an error of the message itself waits for a person. */
function refuse({ store }: Edge, item: Item, { status, outcome }: Verdict, now: number): void {
  const reason: Reason = { by: 'bus', ...(issueIn(outcome) ?? { sentence: `the centre answered ${status}` }) }
  if (status < 500) setAside(store, item.seq, 'quarantined', { ...reason, outcome }, now)
  else putOff(store, item.seq, now + Math.min(sendLimits.itemSecondsMax, 2 ** Math.min(item.attempts + 1, 12)) * 1000, reason)
}
