import { setTimeout as sleep } from 'node:timers/promises'
import type { World } from './world.ts'

/** When the server stops, a step under way has this long to end. */
const farewellMs = 2000
/** A pause that a stop has ended is over. */
const ended = () => {}

/**
 * Work beside the answers, step after step while the server runs; nothing keeps the process alive for it. A step answers after how many
 * milliseconds the next begins. One that fails is in the log with the sentence, and the next begins after `troubledMs`. The answer
 * stops the work.
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
