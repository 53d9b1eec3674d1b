import { setTimeout as sleep } from 'node:timers/promises'
import type { World } from './world.ts'

/** When the server stops, a step under way has this long to end. */
const farewellMs = 2000
/** Swallows the rejection of a pause that a stop has cut short. */
const ended = () => {}

/**
 * Runs `step` again and again beside the answering of requests, until the function that comes back is called. A step answers how many milliseconds
 * to wait before the next. A step that fails is logged with the sentence `trouble`, and the next begins after `troubledMs`. The work does not keep
 * the process alive.
 */
export function workSteadily(
  world: Pick<World, 'log'>,
  how: { step: (isStopped: () => boolean) => Promise<number>; troubledMs: number; trouble: string },
): () => Promise<void> {
  let isStopping = false
  const pause = new AbortController()
  const running = (async () => {
    while (!isStopping) {
      let pauseMs = how.troubledMs
      try {
        pauseMs = await how.step(() => isStopping)
      } catch (error) {
        world.log.warn({ err: error }, how.trouble)
      }
      if (pauseMs > 0) await sleep(pauseMs, undefined, { ref: false, signal: pause.signal }).catch(ended)
    }
  })()
  return async () => {
    isStopping = true
    pause.abort()
    await Promise.race([running, sleep(farewellMs, undefined, { ref: false })])
  }
}
