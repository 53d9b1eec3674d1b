import type { FastifyReply } from 'fastify'
import { Refusal } from '../../platform/refusal.ts'
import { type Fragment, fragment } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'

/** What waits for a member, as its senders see it. */
type Queue = { depth: number; oldestAt: Date | null; countedAt: number; goodForMs: number; counting: Promise<void> | null }
const queues = new WeakMap<World, Map<string, Queue>>()

export type QueueSeen = { depth: number; oldestSeconds: number }

const goodForMsMin = 1000
/** A long queue takes long to count: the next count comes after so many times as long. */
const restTimes = 50
const retrySeconds = 30

/**
 * How long the queue of a member is and how old its oldest message. Counted once a second at most and less often when it is long; what
 * this process has accepted meanwhile is added. Everybody who may send to the member hears it with the receipt.
 */
async function queueOf(world: World, recipient: string): Promise<Queue> {
  let mine = queues.get(world)
  if (!mine) queues.set(world, (mine = new Map()))
  let queue = mine.get(recipient)
  const isNew = queue === undefined
  if (!queue) mine.set(recipient, (queue = { depth: 0, oldestAt: null, countedAt: 0, goodForMs: 0, counting: null }))
  if (isNew || performance.now() - queue.countedAt > queue.goodForMs) queue.counting ??= count(world, recipient, queue)
  // The first answer is waited for; afterwards the last one is good enough until the next is there.
  if (queue.countedAt === 0) await queue.counting
  else queue.counting?.catch(() => {}) // The next message counts again.
  return queue
}

/** When the oldest message that waits for a member came: the first of each lane, by the index of what is open. */
export const oldestOpen = (recipient: string): Fragment => fragment`(
  select min(o.stored_at)
    from (values (0::int2), (1::int2), (2::int2)) as l (lane)
   cross join lateral (select d.stored_at from bus.delivery d
                        where d.recipient = ${recipient} and d.lane = l.lane and d.open
                        order by d.seq limit 1) o)`

async function count(world: World, recipient: string, queue: Queue): Promise<void> {
  const began = performance.now()
  const depthThen = queue.depth
  try {
    const [row] = await world.sql<{ depth: number; oldestAt: Date | null }>`
      select (select count(*)::int
                from (select 1 from bus.delivery d where d.recipient = ${recipient} and d.open limit ${world.config.BUS_QUEUE_MAX}) one) as depth,
             ${oldestOpen(recipient)} as oldest_at`
    // The count does not see what was accepted while it ran.
    const acceptedSince = queue.depth - depthThen
    Object.assign(queue, { depth: (row?.depth ?? 0) + acceptedSince, oldestAt: row?.oldestAt ?? null, countedAt: performance.now() })
    queue.goodForMs = Math.max(goodForMsMin, restTimes * (queue.countedAt - began))
  } finally {
    queue.counting = null
  }
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
