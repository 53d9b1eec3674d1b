import { uuidArray } from '../../platform/arrays.ts'
import type { Entry } from '../../audit/audit.ts'
import { fragment, type Runner } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import type { Member } from '../members/directory.ts'
import { type LogRow, logRows } from '../evidence/log.ts'
import { whoOf } from '../members/member.ts'

export const deliveryLimits = { batch: 500, bytes: 16 * 1_048_576, leaseSeconds: 60, backoffSecondsMax: 3600, days: 3, attemptsMin: 10 } as const
/** A provider that fetches its calls has so long, and two seconds more for each megabyte that may pass; then its caller waits no more. */
export const callWaitMs = (bytesMax: number): number => 25_000 + bytesMax / 524

export type Delivery = {
  seq: number
  message: string
  service: string
  number: number | null
  patient: number | null
  /** Equal for what must stay in order. */
  key: string | null
  outOfOrder: boolean
  attempts: number
  storedAt: Date
  entry: string
  /** What the entry says, once somebody inside has asked. */
  said?: Record<string, unknown>
  body: Buffer | null
  /** The contents are fetched by themselves: they are too large to be put into the delivery. */
  isLarge: boolean
}

/** What is handed to somebody about a patient is a look, on record before it leaves. */
export function looksOf(member: Member, deliveries: readonly Pick<Delivery, 'message' | 'patient'>[], correlation: string): Entry[] {
  const groups = Map.groupBy(
    deliveries.filter(({ patient }) => patient !== null),
    ({ patient }) => patient as number,
  )
  return [...groups].map(([patient, of]) => ({
    action: 'read',
    who: whoOf(member),
    patient,
    what: of
      .map(({ message }) => `bus-message/${message}`)
      .join(' ')
      .slice(0, 500),
    purpose: 'exchange',
    basis: 'contract',
    decision: 'permit',
    correlation,
    count: of.length,
  }))
}

export type Ended = { seq: number; message: string }

/** The member has them: they wait no more. Answers those that were still open. */
export function acknowledge(tx: Runner, recipient: string, seqs: readonly number[], now: Date, proof: string): Promise<Ended[]> {
  return tx<Ended>`
    update bus.delivery set state = 'acknowledged', ended_at = ${now}, ended_by = ${proof}, reason = null
     where recipient = ${recipient} and seq = any(${seqs}::int8[]) and state in ('waiting', 'leased', 'parked')
    returning seq, message`
}

/**
 * Tried again later, each time after a longer pause; parked after days, and at once when the member says that it never will. With
 * `attempts` only the lease that it was handed out by counts: what was handed out anew meanwhile is somebody else's.
 */
export async function putBack(
  tx: Runner,
  recipient: string,
  one: { seq: number; reason: string; isFinal: boolean; proof?: string; attempts?: number },
  now: Date,
): Promise<(Ended & { state: string })[]> {
  const tooOld = new Date(now.getTime() - deliveryLimits.days * 86_400_000)
  // Days that it waited for a member who was away are no attempts.
  const isOver = fragment`(${one.isFinal}::bool or (stored_at < ${tooOld} and attempts >= ${deliveryLimits.attemptsMin}))`
  return tx<Ended & { state: string }>`
    update bus.delivery
       set state = case when ${isOver} then 'parked' else 'waiting' end,
           ended_at = case when ${isOver} then ${now}::timestamptz end,
           ended_by = case when ${isOver} then ${one.proof ?? null}::uuid end,
           due_at = ${now}::timestamptz + make_interval(secs => least(${deliveryLimits.backoffSecondsMax}::int4, power(2, least(attempts, 12)))),
           reason = ${one.reason.slice(0, 500)}
     where recipient = ${recipient} and seq = ${one.seq} and state in ('waiting', 'leased') and attempts = coalesce(${one.attempts ?? null}::int4, attempts)
    returning seq, message, state`
}

const callerLeft = 'its caller waits no more'

/** Calls whose callers have left are over. Nobody can do anything about them, so they are not parked: they would stay for ever, and with them an alert. */
export async function endUnanswered(tx: Runner, calls: readonly string[], now: Date): Promise<void> {
  await tx`
    update bus.delivery set state = 'acknowledged', ended_at = ${now}, reason = ${callerLeft}
     where message = any(${uuidArray(calls)}::uuid[]) and state <> 'acknowledged'`
}

/** Handed out but not begun: they come again as soon as what stands before them lets them. Only the lease that they were handed out by ends. */
export async function release(tx: Runner, recipient: string, deliveries: readonly Pick<Delivery, 'seq' | 'attempts'>[], now: Date): Promise<void> {
  const seqs = deliveries.map(({ seq }) => seq)
  await tx`
    update bus.delivery d set state = 'waiting', due_at = ${now}, attempts = d.attempts - 1
      from unnest(${seqs}::int8[], ${deliveries.map(({ attempts }) => attempts)}::int4[]) as given (seq, attempts)
     where d.recipient = ${recipient} and d.seq = any(${seqs}::int8[]) and d.seq = given.seq and d.attempts = given.attempts and d.state = 'leased'`
}

/** The row of the log that says who took what, with the signature over it. */
export const endEntry = (id: string, at: Date, kind: 'acknowledged' | 'parked', by: string, ended: readonly Ended[], proof: object): LogRow => ({
  id,
  at,
  kind,
  entry: JSON.stringify({ id, kind, at: at.toISOString(), by, deliveries: ended, ...proof }),
})

/** The same as a statement of its own, in the transaction of what ended. */
export const endRow = (world: World, id: string, kind: 'acknowledged' | 'parked', by: string, ended: readonly Ended[], proof: object) =>
  fragment`with ${logRows('bus_log', [endEntry(id, world.now(), kind, by, ended, proof)])} select 1 as done`
