import { setTimeout as sleep } from 'node:timers/promises'
import type { World } from '../../platform/world.ts'
import { startNotifying } from './notify.ts'
import { startNumbering } from './number-events.ts'
import { pruneEvents } from './store.ts'

const hourMs = 3_600_000

/** Starts the background work of Subscriptions in one process of the server; the result stops it. */
export function startSubscriptions(world: World): () => Promise<void> {
  // Wakes the notifier, so that numbered events are sent without waiting for its next look.
  let wake = () => {}
  const wait = async (mostMs: number) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    wake = resolve
    await Promise.race([promise, sleep(mostMs, undefined, { ref: false })])
  }
  const stops = [startNumbering(world, () => wake()), startNotifying(world, wait)]
  const timer = setInterval(() => {
    pruneEvents(world).catch((error: unknown) => world.log.warn({ err: error }, 'old events of Subscriptions could not be removed; tried again in an hour'))
  }, hourMs)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await Promise.all(stops.map((stop) => stop()))
  }
}
