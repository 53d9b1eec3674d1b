import { boolArray, int8Array, textArray } from '../../platform/arrays.ts'
import { gather } from '../../platform/gather.ts'
import { fragment } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import { type BodyRow, type Contents, damaged, openContents } from './body.ts'
import { createTurns, type Turns } from '../../platform/turns.ts'
import { type Delivery, deliveryLimits, putBack, release } from './deliver.ts'
import { measure } from '../centre/measure.ts'
import { heldBack } from './order.ts'
import { giveBack } from '../transport/book.ts'
import { type Offer, transportOf } from '../transport/transport.ts'

/** Class of the advisory locks under which the deliveries of one member are chosen: two requests of it never get the same key at once. */
const choosing = 730_416
/** Members whose questions share one statement. */
const membersAtOnce = 16

/** Of a member that answers calls with one program and takes messages with another: those of these services, or of all others. */
export type Only = { services: readonly string[]; areThese: boolean }
type Wish = { recipient: string; count: number; only: Only | null }
type Chosen = Omit<Delivery, 'entry' | 'body' | 'isLarge'> & { recipient: string; lane: number; bytes: number | null }
type Desk = { ask: (wish: Wish) => Promise<Delivery[]>; turns: Map<string, Turns> }
const desks = new WeakMap<World, Desk>()

/**
 * The next messages for a member, leased for a minute: clinical lanes first, and of one key only in order. Members who ask at the same
 * moment share a statement; of one member one question is under way, and the others stand in its own line and in nobody else's.
 */
export async function lease(world: World, recipient: string, count: number, only: Only | null = null): Promise<Delivery[]> {
  let desk = desks.get(world)
  if (!desk) desks.set(world, (desk = { ask: gather((wishes) => leaseAll(world, wishes, null), membersAtOnce), turns: new Map() }))
  let turns = desk.turns.get(recipient)
  if (!turns) {
    const what = 'too many questions of this member for its messages are under way'
    desk.turns.set(
      recipient,
      (turns = createTurns({ atOnce: 1, waitingMax: 32, waitMs: 20_000, what, hint: 'Ask with a few connections, and for more at a time.' })),
    )
  }
  const leave = await turns.enter()
  try {
    // A transport tells lanes and no services apart.
    const offer = only === null ? await transportOf(world).next(recipient, count) : null
    return offer ? await leaseOffered(world, { recipient, count, only }, offer) : await desk.ask({ recipient, count, only })
  } finally {
    leave()
  }
}

/** Of what the transport offers that which may be handed out now; the rest goes back into the book (transport/book). */
async function leaseOffered(world: World, wish: Wish, { seqs, settle, release: offerAgain }: Offer): Promise<Delivery[]> {
  try {
    const [leased = []] = seqs.length === 0 ? [] : await leaseAll(world, [wish], seqs)
    const taken = new Set(leased.map(({ seq }) => seq))
    const rest = seqs.filter((seq) => !taken.has(seq))
    if (rest.length > 0) await giveBack(world, wish.recipient, rest)
    settle()
    return leased
  } catch (error) {
    offerAgain()
    throw error
  }
}

async function leaseAll(world: World, wishes: readonly Wish[], among: readonly number[] | null): Promise<Delivery[][]> {
  const now = world.now()
  const chosen = await choose(world, wishes, now, among)
  for (const { service, storedAt, attempts } of chosen) if (attempts === 1) measure(world, 'delivery', service, 'good', now.getTime() - storedAt.getTime())
  const taken: Chosen[][] = []
  for (const { recipient } of wishes) {
    const ordered = chosen.filter((one) => one.recipient === recipient).toSorted((a, b) => a.lane - b.lane || a.seq - b.seq)
    const count = countWithin(ordered, deliveryLimits.bytes / wishes.length)
    if (count < ordered.length) await release(world.sql, recipient, ordered.slice(count), now)
    taken.push(ordered.slice(0, count))
  }
  return withBodies(world, taken)
}

/** How many of the first go into one answer; one always, however large. */
function countWithin(ordered: readonly Chosen[], bytesMax: number): number {
  let bytes = 0
  const tooMuch = ordered.findIndex((one) => (bytes += one.bytes ?? 0) > bytesMax)
  return tooMuch < 0 ? ordered.length : Math.max(1, tooMuch)
}

/**
 * Planning the choice took four times as long as making it. Planned once it must be right for a queue of any length, whatever the table looked
 * like at that moment: each row by its key, nothing read as a whole.
 */
const oncePlanned = fragment`(
             select set_config('plan_cache_mode', 'force_generic_plan', true) || set_config('enable_hashjoin', 'off', true)
                 || set_config('enable_mergejoin', 'off', true) || set_config('enable_seqscan', 'off', true)) as planned`

/** What is due, of each member as much as it asks for, in the order of `order.ts`; with `among` of these only. */
function choose(world: World, wishes: readonly Wish[], now: Date, among: readonly number[] | null): Promise<Chosen[]> {
  const until = new Date(now.getTime() + deliveryLimits.leaseSeconds * 1000)
  const recipients = wishes.map(({ recipient }) => recipient)
  const some = wishes.flatMap(({ only }) => only?.services ?? [])
  const onlySome = wishes.some(({ only }) => only !== null)
    ? fragment`and coalesce((${boolArray(wishes.map(({ only }) => only?.areThese ?? null))}::bool[])[wish.place] = (c.service = any(${textArray(some)}::text[])), true)`
    : fragment``
  return world.sql.begin(async (tx) => {
    // In one order everywhere, so that two of them never wait for each other. A statement of its own: the next one must see what was chosen before.
    await tx`
      select ${oncePlanned}, pg_advisory_xact_lock(${choosing}::int4, one.lock)
        from (select distinct hashtext(recipient) as lock from unnest(${recipients}::text[]) as recipient order by 1) one
       limit ${wishes.length}`
    return tx<Chosen>`
      update bus.delivery d
         set state = 'leased', due_at = ${until}, leased_at = ${now}, attempts = attempts + 1,
             carried = case when d.carried is not null then false end, carries = d.carries + (d.carried is not null)::int4, out_of_order = d.out_of_order or exists (
               select 1 from bus.delivery p where p.recipient = d.recipient and p.key = d.key and p.seq < d.seq and p.parked)
        from unnest(${recipients}::uuid[], ${wishes.map(({ count }) => count)}::int4[]) with ordinality as wish (recipient, most, place)
       cross join lateral (
              select c.recipient, c.seq
                from bus.delivery c
               where c.recipient = wish.recipient and c.open and c.due_at <= ${now}
                 and not ${heldBack(now, among)}
                     ${among === null ? fragment`` : fragment`and c.seq = any(${int8Array(among)}::int8[])`}
                     ${onlySome}
               order by c.lane, c.seq
               limit wish.most) chosen
       where d.recipient = chosen.recipient and d.seq = chosen.seq
      returning d.recipient, d.seq, d.message, d.service, d.number, d.patient, encode(d.key, 'hex') as key, d.out_of_order, d.attempts, d.stored_at, d.lane,
                (select coalesce(b.bytes, octet_length(b.sealed)) from bus.body b where b.message = d.message) as bytes`
  })
}

async function withBodies(world: World, taken: readonly Chosen[][]): Promise<Delivery[][]> {
  const ids = taken.flat().map(({ message }) => message)
  if (ids.length === 0) return taken.map(() => [])
  // As base64, contents travel a third shorter than as PostgreSQL writes bytes, and are read four times as fast.
  const rows = await world.sql<Row>`
    select l.id as message, l.entry, encode(b.sealed, 'base64') as sealed, b.stored_at, b.pieces, b.parcel, b.starts, b.bytes
      from bus.log l left join bus.body b on b.message = l.id
     where l.id = any(${ids}::uuid[])
     limit ${ids.length}`
  const byId = new Map(rows.map((row) => [row.message, row]))
  const contents = await openContents(
    world,
    rows.flatMap(({ sealed, storedAt, pieces, ...row }) =>
      storedAt === null || pieces ? [] : [{ ...row, storedAt, sealed: sealed === null ? null : Buffer.from(sealed, 'base64') }],
    ),
  )
  const whole = (one: Chosen): Delivery => {
    const row = byId.get(one.message)
    if (!row) throw new Error('a delivery has no row in the log')
    const body = contents.get(one.message) ?? null
    return { ...one, entry: row.entry, isLarge: (row.pieces ?? 0) > 0, body: body === damaged ? null : body }
  }
  const whatOpens = await Promise.all(taken.map((ones) => putBackDamaged(world, ones, contents)))
  return whatOpens.map((ones) => ones.map(whole))
}

/** Contents that cannot be opened wait for somebody to mend the disk or the keys, and at last stand aside; they stop nothing but what comes behind them in their key. */
async function putBackDamaged(world: World, ones: readonly Chosen[], contents: Contents): Promise<readonly Chosen[]> {
  if (!ones.some(({ message }) => contents.get(message) === damaged)) return ones
  const now = world.now()
  const keys = new Set<string>()
  const whole: Chosen[] = []
  const behind: Chosen[] = []
  for (const one of ones) {
    if (one.key !== null && keys.has(one.key)) behind.push(one)
    else if (contents.get(one.message) === damaged) {
      if (one.key !== null) keys.add(one.key)
      const { recipient, seq, attempts } = one
      await putBack(world.sql, recipient, { seq, attempts, reason: 'its contents cannot be opened', isFinal: false }, now)
    } else whole.push(one)
  }
  const [held] = behind
  if (held) await release(world.sql, held.recipient, behind, now)
  return whole
}

type Row = Omit<BodyRow, 'sealed' | 'storedAt'> & { entry: string; sealed: string | null; storedAt: Date | null; pieces: number | null }
