import type { World } from '../../platform/world.ts'
import { startNotifying } from './notify.ts'
import { startNumbering } from './number-events.ts'
import { pruneEvents } from './store.ts'

const hourMs = 3_600_000

/** What Subscriptions need beside the answers, in one process of the server. Stops all when called. */
export function startSubscriptions(world: World): () => Promise<void> {
  const stops = [startNumbering(world), startNotifying(world)]
  const timer = setInterval(() => {
    pruneEvents(world).catch((error: unknown) => world.log.warn({ err: error }, 'old events of Subscriptions could not be removed; tried again in an hour'))
  }, hourMs)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await Promise.all(stops.map((stop) => stop()))
  }
}
