import { Refusal } from '../../platform/refusal.ts'

/** Searches that read many rows at a time in one process: each holds parsed resources, and small questions want the processor, too. */
const atOnceMax = 4
const waitingMax = 100
const waitMs = 10_000

let free = atOnceMax
const waiting: (() => void)[] = []

/** Waits for a turn; the answer ends it. Whoever waits too long is told so, and nothing of theirs is held meanwhile. */
export async function heavyTurn(limitMs = waitMs): Promise<() => void> {
  if (free > 0) free--
  else {
    if (waiting.length >= waitingMax) throw busy()
    await new Promise<void>((resolve, reject) => {
      const go = () => {
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(go), 1)
        reject(busy())
      }, limitMs)
      waiting.push(go)
    })
  }
  let isOver = false
  return () => {
    if (isOver) return
    isOver = true
    const next = waiting.shift()
    if (next) next()
    else free++
  }
}

const busy = () =>
  new Refusal('busy', 'too many searches that read much are under way', {
    hint: 'Name a patient, or narrow by an identifier, a code or a date; or ask again later.',
    retryAfterSeconds: 5,
  })
