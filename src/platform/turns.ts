import { Refusal } from './refusal.ts'

/** Lets `atOnce` callers in at a time. Up to `waitingMax` others wait in order for at most `waitMs`; everybody beyond that is refused with 503. */
export type Turns = { enter(limitMs?: number): Promise<() => void> }

export function createTurns(limits: { atOnce: number; waitingMax: number; waitMs: number; what: string; hint: string }): Turns {
  let free = limits.atOnce
  const waiting: (() => void)[] = []
  const busy = () => new Refusal('busy', limits.what, { hint: limits.hint, retryAfterSeconds: 5 })
  const wait = (limitMs: number) =>
    new Promise<void>((resolve, reject) => {
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
  return {
    async enter(limitMs = limits.waitMs) {
      if (free > 0) free--
      else if (waiting.length >= limits.waitingMax) throw busy()
      else await wait(limitMs)
      let isOver = false
      return () => {
        if (isOver) return
        isOver = true
        const next = waiting.shift()
        if (next) next()
        else free++
      }
    },
  }
}
