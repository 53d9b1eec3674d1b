import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

// V8 collects when its heap has grown enough, not when a body of 50 MB has been done with: several in a row would pile up.
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as (how?: { type: 'major'; flavor: 'last-resort' }) => void

/** Collects the garbage of a large piece of work. It takes some 50 ms, so call it only after work that took seconds. */
export function collectGarbage(): void {
  collect()
}

const caches: (() => void)[] = []

/** Registers a cache of the process, which `returnMemory` empties first. */
export const beforeMuchIsNeeded = (clear: () => void): void => void caches.push(clear)

/**
 * Gives memory back to the system, also the pages that V8 keeps for a heap of a size that it will not have again: after a start 450 MB become 200.
 * It takes some 300 ms, so call it only after a start or work of that size.
 */
export function returnMemory(): void {
  for (const clear of caches) clear()
  collect({ type: 'major', flavor: 'last-resort' })
}
