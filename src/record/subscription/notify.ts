import { fragment } from '../../platform/sql.ts'
import { Refusal } from '../../platform/refusal.ts'
import { workSteadily } from '../../platform/steady-work.ts'
import type { World } from '../../platform/world.ts'
import { afterFailure, nextTurn } from './endurance.ts'
import { handOut } from './hand-out.ts'
import { neverAgain, onlyRefused } from './filters.ts'
import { type Notification, notificationText } from './notification.ts'
import { nextByCriteria } from './notify-by-criteria.ts'
import { post, type Turn } from './post.ts'
import { endLease, settleFailure, settleSuccess, turnOff } from './settle.ts'
import { eventsFrom, type Running, runningColumns } from './store.ts'
import { type Subscriber, subscriberOf } from './subscriber.ts'

/** Every subscriber gets one notification at a time, in order, independently of the others: a slow one holds up nobody else. */
const atOnce = 64
const turnsMax = 50
const idleMs = 100
const troubledMs = 1000
/** Longer than any notification may take. */
const leaseMs = 60_000

export function startNotifying(world: World, wait: (mostMs: number) => Promise<void>): () => Promise<void> {
  const busy = new Set<Promise<void>>()
  const step = async () => {
    if (busy.size < atOnce) {
      for (const one of await takeDue(world, atOnce - busy.size)) {
        const work: Promise<void> = notify(world, one)
          .catch((error: unknown) => world.log.warn({ err: error }, 'a subscriber could not be notified; tried again'))
          .finally(() => busy.delete(work))
        busy.add(work)
      }
    }
    await wait(idleMs)
    return 0
  }
  const stop = workSteadily(world, { step, troubledMs, trouble: 'Subscriptions could not be read; tried again in a moment' })
  return async () => {
    await stop()
    await Promise.race([Promise.all(busy), new Promise((resolve) => setTimeout(resolve, 2000).unref())])
  }
}

/** Everything that is due, until nothing is. Answers how many notifications were tried. */
export async function notifyDue(world: World): Promise<number> {
  let tried = 0
  for (;;) {
    const due = await takeDue(world, atOnce)
    if (due.length === 0) return tried
    tried += due.length
    await Promise.all(due.map((one) => notify(world, one)))
  }
}

async function takeDue(world: World, limit: number): Promise<Running[]> {
  const now = world.now()
  return world.sql.run<Running>(fragment`
    update record.subscription s
       set leased_until = ${new Date(now.getTime() + leaseMs)}
      from (select patient, id
              from record.subscription
             where state <> 'off' and due_at <= ${now} and (leased_until is null or leased_until <= ${now})
             order by due_at
             limit ${limit}
               for update skip locked) due
     where s.patient = due.patient and s.id = due.id
    returning ${runningColumns(fragment`s.`)}`)
}

/** As long as there is more to tell, and others have their turn too. */
async function notify(world: World, taken: Running): Promise<void> {
  let running: Running | null = taken
  for (let turn = 1; running !== null; turn++) {
    if (turn > turnsMax) return endLease(world, running)
    running = await notifyOnce(world, running)
  }
}

async function notifyOnce(world: World, running: Running): Promise<Running | null> {
  const now = world.now()
  const subscriber = await subscriberOf(world, running)
  const isOver = running.endsAt !== null && running.endsAt <= now
  if (subscriber === null || isOver) {
    await turnOff(world, running, isOver ? 'the Subscription has come to its end' : 'the system that made the Subscription is known no more')
    return null
  }
  const next = await (running.topic === null ? nextByCriteria : nextOnTopic)(world, running, subscriber).catch(onlyRefused)
  if (next instanceof Refusal) {
    await turnOff(world, running, neverAgain(running, next))
    return null
  }
  const { tell, sent } = next
  const wrong = tell === null ? null : await tell()
  if (wrong === null) return settleSuccess(world, running, { sent, next: nextTurn(running, now) }, leaseMs)
  await settleFailure(world, running, afterFailure(running, wrong, world.now()))
  return null
}

async function nextOnTopic(world: World, running: Running, subscriber: Subscriber): Promise<Turn> {
  const { notification, sent } = await nextNotification(world, running, subscriber)
  if (notification === null) return { tell: null, sent }
  const told = { ...running, state: notification.kind === 'handshake' ? running.state : ('active' as const) }
  const text = notificationText(world, subscriber.asking.base, told, notification)
  return { tell: () => post(world, running, { method: 'POST', address: running.endpoint, text }), sent }
}

/** First the handshake, then events; without events a heartbeat, if the Subscription asks for one or the last attempt failed. */
async function nextNotification(world: World, running: Running, subscriber: Subscriber): Promise<{ notification: Notification | null; sent: number }> {
  const { sent, content } = running
  if (running.state === 'requested' || running.sinceTx === null) return { notification: { kind: 'handshake', content: 'empty', shown: [] }, sent }
  const events = await eventsFrom(world.sql, running.id, sent + 1, null, running.batch)
  if (events.length === 0 && running.heartbeat === null && running.state === 'active') return { notification: null, sent }
  if (events.length === 0) return { notification: { kind: 'heartbeat', content: 'empty', shown: [] }, sent }
  const shown = await handOut(world, subscriber, content, events)
  return { notification: { kind: 'event-notification', content, shown }, sent: shown.at(-1)?.event.number ?? sent }
}
