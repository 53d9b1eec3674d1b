import type { FastifyReply } from 'fastify'
import { uuidArray } from '../../platform/arrays.ts'
import { gather } from '../../platform/gather.ts'
import { Refusal } from '../../platform/refusal.ts'
import { type Fragment, fragment } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'

/** What waits for a member, as its senders see it. */
type Queue = { depth: number; oldestAt: Date | null; countedAt: number; tookMs: number; counting: Promise<void> | null }
type Counted = { depth: number; oldestAt: Date | null; tookMs: number }
/** `roots`: the sum of the roots of what each queue took. */
type Counter = { queues: Map<string, Queue>; roots: number; ask(recipient: string): Promise<Counted> }
const counters = new WeakMap<World, Counter>()

export type QueueSeen = { depth: number; oldestSeconds: number }

const countedAtOnce = 64
const goodForMsMin = 1000
const goodForMsMax = 30_000
/** All counts of a process together may take one part in so many of its time. */
const restTimes = 100
const retrySeconds = 30

function counterOf(world: World): Counter {
  let mine = counters.get(world)
  if (!mine) counters.set(world, (mine = { queues: new Map(), roots: 0, ask: gather((recipients) => countAll(world, recipients), countedAtOnce) }))
  return mine
}

/**
 * How long the queue of a member is and how old its oldest message. Counted once a second at most and less often when there is much to count; what
 * this process has accepted meanwhile is added. Everybody who may send to the member hears it with the receipt.
 */
async function queueOf(world: World, recipient: string): Promise<Queue> {
  const counter = counterOf(world)
  let queue = counter.queues.get(recipient)
  const isNew = queue === undefined
  if (!queue) counter.queues.set(recipient, (queue = { depth: 0, oldestAt: null, countedAt: 0, tookMs: 0, counting: null }))
  if (isNew || performance.now() - queue.countedAt > goodForMs(counter, queue)) queue.counting ??= count(counter, recipient, queue)
  // The first answer is waited for; afterwards the last one is good enough until the next is there.
  if (queue.countedAt === 0) await queue.counting
  else queue.counting?.catch(() => {}) // The next message counts again.
  return queue
}

/** When the oldest message that waits for a member came: the first of each lane, by the index of what is open. */
export const oldestOpen = (recipient: string | Fragment): Fragment => fragment`(
  select min(o.stored_at)
    from (values (0::int2), (1::int2), (2::int2)) as l (lane)
   cross join lateral (select d.stored_at from bus.delivery d
                        where d.recipient = ${recipient} and d.lane = l.lane and d.open
                        order by d.seq limit 1) o)`

async function count(counter: Counter, recipient: string, queue: Queue): Promise<void> {
  const depthThen = queue.depth
  try {
    const { depth, oldestAt, tookMs } = await counter.ask(recipient)
    counter.roots += Math.sqrt(tookMs) - Math.sqrt(queue.tookMs)
    // The count does not see what was accepted while it ran.
    Object.assign(queue, { depth: depth + queue.depth - depthThen, oldestAt, tookMs, countedAt: performance.now() })
  } finally {
    queue.counting = null
  }
}

/** A long queue is counted less often, by the root of what it takes: of all ways to spend the same time this one leaves the least unknown. */
const goodForMs = ({ roots }: Counter, { tookMs }: Queue): number => Math.min(Math.max(goodForMsMin, restTimes * Math.sqrt(tookMs) * roots), goodForMsMax)

async function countAll(world: World, recipients: readonly string[]): Promise<Counted[]> {
  const began = performance.now()
  const rows = await world.sql<Omit<Counted, 'tookMs'>>`
    select q.depth, q.oldest_at
      from unnest(${uuidArray(recipients)}::uuid[]) with ordinality as asked (recipient, place)
     cross join lateral (
           select (select count(*)::int
                     from (select 1 from bus.delivery d where d.recipient = asked.recipient and d.open limit ${world.config.BUS_QUEUE_MAX}) one) as depth,
                  ${oldestOpen(fragment`asked.recipient`)} as oldest_at) q
     order by asked.place
     limit ${recipients.length}`
  const perRow = (performance.now() - began) / rows.reduce((sum, { depth }) => sum + depth + 1, 0)
  return rows.map((row) => ({ ...row, tookMs: perRow * (row.depth + 1) }))
}

/** Nothing more is taken for a member whose queue is full: its senders hear it, and how full it is, instead of being waited out. */
export async function requireRoomFor(world: World, reply: FastifyReply | null, recipient: string): Promise<QueueSeen> {
  const queue = await queueOf(world, recipient)
  const oldestSeconds = queue.oldestAt === null ? 0 : Math.max(0, Math.round((world.now().getTime() - queue.oldestAt.getTime()) / 1000))
  reply?.headers({ 'bus-queue-depth': queue.depth, 'bus-queue-oldest-seconds': oldestSeconds })
  if (queue.depth >= world.config.BUS_QUEUE_MAX) {
    throw new Refusal('busy', 'the queue of the receiving member is full', {
      retryAfterSeconds: retrySeconds,
      hint: `${queue.depth} messages wait there, the oldest for ${oldestSeconds} seconds: send again when it has taken some.`,
      details: { rule: 'queue-full' },
    })
  }
  queue.depth++
  return { depth: queue.depth, oldestSeconds }
}
