import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

// V8 collects when its heap has grown enough, not when a body of 50 MB has been done with: several in a row would pile up.
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Gives back what a large piece of work has left; takes some 50 ms, so it is for what took seconds. */
export function collectGarbage(): void {
  collect()
}
