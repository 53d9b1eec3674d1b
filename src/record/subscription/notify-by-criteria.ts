import { takesConnections } from '../../platform/outside.ts'
import type { World } from '../../platform/world.ts'
import { meeting } from './criteria.ts'
import { handOut, isStillOpen } from './hand-out.ts'
import { post, silence, type Turn } from './post.ts'
import { eventsFrom, type Running } from './store.ts'
import type { Subscriber } from './subscriber.ts'

/** How many events are tried to find one that meets the criteria and may still be seen. */
const looksMax = 50

/**
 * The next turn of a Subscription whose criteria are a search. R4 has no handshake, so nothing is sent before something happens: the only test is
 * whether the endpoint takes connections. Then one event after the other: "The channel is executed by making a post to the URI. If a payload is
 * included, the URL is interpreted as the service base, and an update (PUT) is made" (R4, subscription-channel-type). Without a payload the post is
 * empty.
 */
export async function nextByCriteria(world: World, running: Running, subscriber: Subscriber): Promise<Turn> {
  const { id, sent, endpoint, content } = running
  if (running.state === 'requested' || running.sinceTx === null) {
    return { tell: async () => ((await takesConnections(world, endpoint, running.timeout * 1000)) ? null : silence), sent }
  }
  const events = await eventsFrom(world.sql, id, sent + 1, null, looksMax)
  for (const event of await meeting(subscriber.asking, running, events)) {
    // No number is sent, so an event whose resource is closed or deleted by now is skipped.
    if (!(await isStillOpen(world, subscriber, event))) continue
    if (content === 'empty') return { sent: event.number, tell: () => post(world, running, { method: 'POST', address: endpoint, text: null }) }
    const [shown] = await handOut(world, subscriber, content, [event])
    const { reference, body: text } = shown?.seen ?? { reference: '', body: null }
    if (text !== null) return { sent: event.number, tell: () => post(world, running, { method: 'PUT', address: below(endpoint, reference), text }) }
  }
  return { sent: events.at(-1)?.number ?? sent, tell: null }
}

function below(endpoint: string, reference: string): string {
  const url = new URL(endpoint)
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${reference}`
  return url.href
}
