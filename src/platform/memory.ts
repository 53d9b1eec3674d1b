import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

// V8 collects when its heap has grown enough, not when a body of 50 MB has been done with: several in a row would pile up.
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as (how?: { type: 'major'; flavor: 'last-resort' }) => void

/** Gives back what a large piece of work has left; takes some 50 ms, so it is for what took seconds. */
export function collectGarbage(): void {
  collect()
}

const caches: (() => void)[] = []

/** Told of a cache, empties it whenever memory is returned: once for a process. */
export const beforeMuchIsNeeded = (clear: () => void): void => void caches.push(clear)

/** What making the server left, with the pages that V8 keeps for a heap it will not have again: measured, 450 MB become 200. Takes some 300 ms: for the end of a start, and of what was as large. */
export function returnMemory(): void {
  for (const clear of caches) clear()
  collect({ type: 'major', flavor: 'last-resort' })
}
