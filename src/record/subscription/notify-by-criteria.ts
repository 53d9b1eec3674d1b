import { takesConnections } from '../../platform/outside.ts'
import type { World } from '../../platform/world.ts'
import { meeting } from './criteria.ts'
import { handOut, isStillOpen } from './hand-out.ts'
import { post, silence, type Turn } from './post.ts'
import { eventsFrom, type Running } from './store.ts'
import type { Subscriber } from './subscriber.ts'

/** How many events are looked at for one that meets the criteria and is still open. */
const looksMax = 50

/**
 * The next turn of one whose criteria are a search. R4 has no handshake, so nothing is said until something happens: that somebody takes connections there
 * is all that is looked at. Then one event after the other: "The channel is executed by making a post to the URI. If a payload is included, the URL
 * is interpreted as the service base, and an update (PUT) is made" (R4, subscription-channel-type). Without a payload the post has no contents.
 */
export async function nextByCriteria(world: World, running: Running, subscriber: Subscriber): Promise<Turn> {
  const { id, sent, endpoint, content } = running
  if (running.state === 'requested' || running.sinceTx === null) {
    return { tell: async () => ((await takesConnections(world, endpoint, running.timeout * 1000)) ? null : silence), sent }
  }
  const events = await eventsFrom(world.sql, id, sent + 1, null, looksMax)
  for (const event of await meeting(subscriber.asking, running, events)) {
    // No number tells of it, so what may not be seen any more, or was deleted since, needs no place.
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
