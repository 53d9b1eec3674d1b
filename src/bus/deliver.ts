import type { Entry } from '../audit/audit.ts'
import { fragment, type Runner } from '../platform/sql.ts'
import type { World } from '../platform/world.ts'
import { openBody } from './body.ts'
import type { Member } from './directory.ts'
import { logRows } from './log.ts'
import { measure } from './measure.ts'
import { whoOf } from './member.ts'

export const deliveryLimits = { batch: 500, bytes: 16 * 1_048_576, leaseSeconds: 60, backoffSecondsMax: 3600, days: 3 } as const
/** A provider that fetches its calls has so long, and two seconds more for each megabyte that may pass; then its caller waits no more. */
export const callWaitMs = (bytesMax: number): number => 25_000 + bytesMax / 524
/** Class of the advisory locks under which the deliveries of one member are chosen: two requests of it never get the same key at once. */
const choosing = 730_416

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
  body: Buffer | null
  /** The contents are fetched by themselves: they are too large to be put into the delivery. */
  isLarge: boolean
}

/**
 * The next messages for a member, leased for a minute: clinical lanes first, and of one key only in order. What an earlier
 * message of the key holds up: it is leased, or waits for its next attempt, or waits in another lane (of three in the lanes 2, 1, 2 the
 * third would pass the second if only slower lanes held back). A parked one holds back the later versions of its own document; the rest
 * of its key passes, marked as out of order, and what is held back holds back nothing else.
 */
export async function lease(world: World, recipient: string, count: number): Promise<Delivery[]> {
  const now = world.now()
  const until = new Date(now.getTime() + deliveryLimits.leaseSeconds * 1000)
  const leased = await world.sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${choosing}::int4, hashtext(${recipient}))`
    return tx<Omit<Delivery, 'entry' | 'body' | 'isLarge'>>`
      update bus.delivery d
         set state = 'leased', due_at = ${until}, leased_at = ${now}, attempts = attempts + 1, out_of_order = d.out_of_order or exists (
               select 1 from bus.delivery p where p.recipient = d.recipient and p.key = d.key and p.seq < d.seq and p.state = 'parked')
        from (select c.recipient, c.seq
                from bus.delivery c
               where c.recipient = ${recipient} and c.state in ('waiting', 'leased') and c.due_at <= ${now}
                 and not exists (
                   select 1 from bus.delivery e
                    where e.recipient = c.recipient and e.key = c.key and e.seq < c.seq
                      and ((e.state in ('waiting', 'leased') and (e.due_at > ${now} or (e.lane <> c.lane and not exists (
                              select 1 from bus.delivery p
                               where p.recipient = e.recipient and p.key = e.key and p.seq < e.seq and p.state = 'parked'
                                 and (e.hold_key or p.document = e.document)))))
                        or (e.state = 'parked' and (c.hold_key or e.document = c.document))))
               order by c.lane, c.seq
               limit ${count}) chosen
       where d.recipient = chosen.recipient and d.seq = chosen.seq
      returning d.seq, d.message, d.service, d.number, d.patient, encode(d.key, 'hex') as key, d.out_of_order, d.attempts, d.stored_at, d.lane`
  })
  for (const { service, storedAt, attempts } of leased) if (attempts === 1) measure(world, 'delivery', service, 'good', now.getTime() - storedAt.getTime())
  return leased.length === 0 ? [] : withBodies(world, leased as (Delivery & { lane: number })[])
}

async function withBodies(world: World, leased: (Delivery & { lane: number })[]): Promise<Delivery[]> {
  const ids = leased.map(({ message }) => message)
  const rows = await world.sql<{ id: string; entry: string; sealed: Buffer | null; storedAt: Date | null; pieces: number | null }>`
    select l.id, l.entry, b.sealed, b.stored_at, b.pieces
      from bus.log l left join bus.body b on b.message = l.id
     where l.id = any(${ids}::uuid[])
     limit ${ids.length}`
  const byId = new Map(rows.map((row) => [row.id, row]))
  const ordered = leased.toSorted((a, b) => a.lane - b.lane || a.seq - b.seq)
  return ordered.map((one) => {
    const row = byId.get(one.message)
    if (!row) throw new Error('a delivery has no row in the log')
    const isLarge = (row.pieces ?? 0) > 0
    return { ...one, entry: row.entry, isLarge, body: row.sealed && row.storedAt && !isLarge ? openBody(world, one.message, row.storedAt, row.sealed) : null }
  })
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
  return tx<Ended & { state: string }>`
    update bus.delivery
       set state = case when ${one.isFinal} or stored_at < ${tooOld} then 'parked' else 'waiting' end,
           ended_at = case when ${one.isFinal} or stored_at < ${tooOld} then ${now}::timestamptz end,
           ended_by = case when ${one.isFinal} or stored_at < ${tooOld} then ${one.proof ?? null}::uuid end,
           due_at = ${now}::timestamptz + make_interval(secs => least(${deliveryLimits.backoffSecondsMax}::int4, power(2, least(attempts, 12)))),
           reason = ${one.reason.slice(0, 500)}
     where recipient = ${recipient} and seq = ${one.seq} and state in ('waiting', 'leased') and attempts = coalesce(${one.attempts ?? null}::int4, attempts)
    returning seq, message, state`
}

/** Handed out but not begun: they come again as soon as what stands before them lets them. Only the lease that they were handed out by ends. */
export async function release(tx: Runner, recipient: string, deliveries: readonly Pick<Delivery, 'seq' | 'attempts'>[], now: Date): Promise<void> {
  await tx`
    update bus.delivery d set state = 'waiting', due_at = ${now}, attempts = d.attempts - 1
      from unnest(${deliveries.map(({ seq }) => seq)}::int8[], ${deliveries.map(({ attempts }) => attempts)}::int4[]) as given (seq, attempts)
     where d.recipient = ${recipient} and d.seq = given.seq and d.attempts = given.attempts and d.state = 'leased'`
}

/** The row of the log that says who took what, with the signature over it. */
export function endRow(world: World, id: string, kind: 'acknowledged' | 'parked', by: string, ended: readonly Ended[], proof: object) {
  const at = world.now()
  return fragment`with ${logRows('bus_log', [{ id, at, kind, entry: JSON.stringify({ id, kind, at: at.toISOString(), by, deliveries: ended, ...proof }) }])} select 1 as done`
}
