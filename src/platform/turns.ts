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

/** Whose turn it is, and how many of them one asker has at most. */
export type Share = { whose: string; most: number }
export type SharedTurns = { enter(share: Share, limitMs?: number): Promise<() => void> }

/** The same among askers of whom none has all: who takes a turn and does not give it back keeps only the own others waiting. */
export function createSharedTurns(limits: Parameters<typeof createTurns>[0]): SharedTurns {
  const all = createTurns(limits)
  const own = new Map<string, { turns: Turns; users: number }>()
  return {
    async enter({ whose, most }, limitMs) {
      const mine = own.getOrInsertComputed(whose, () => ({ turns: createTurns({ ...limits, atOnce: most }), users: 0 }))
      mine.users++
      const leaves: (() => void)[] = [() => void (--mine.users === 0 && own.delete(whose))]
      const leave = () => {
        for (const one of leaves.splice(0).reverse()) one()
      }
      try {
        // The own queue first: so nobody stands in the common one with more than their share.
        leaves.push(await mine.turns.enter(limitMs))
        leaves.push(await all.enter(limitMs))
        return leave
      } catch (error) {
        leave()
        throw error
      }
    },
  }
}
