import { setTimeout as sleep } from 'node:timers/promises'
import { Refusal } from '../platform/refusal.ts'
import type { Lane } from './lane.ts'

export type Lanes = {
  takeForBatch(): Lane | null
  takeForTransaction(): Promise<Lane>
  giveBack(lane: Lane): void
  /** Another lane in the place of a lost one; null when the database stays away, and then it is opened in the background. */
  replace(lost: Lane): Promise<Lane | null>
  close(): Promise<void>
}

const lanesMin = 2
const waitingMax = 256
const waitMs = 10_000
const replaceLimitMs = 5_000
const pauseMs = { first: 20, most: 1_000 }

type Waiter = { give(lane: Lane): void; refuse(): void }

export type Opening = { open(): Promise<Lane>; count: number; onFree(): void; onTrouble(error: unknown): void }

/**
 * The connections and who has them. A lane is opened when the open ones are all at work, so a command that writes nothing opens
 * no stream. Transactions never hold all of them: one lane always serves batches, so a transaction that records something on
 * the side cannot wait for itself.
 */
export function createLanes({ open, count, onFree, onTrouble }: Opening): Lanes {
  const total = Math.max(lanesMin, count)
  let unopened = total
  const idle: Lane[] = []
  const inTransaction = new Set<Lane>()
  const replaced = new WeakSet<Lane>()
  const waiting: Waiter[] = []
  let isClosed = false

  async function openUntilItWorks(): Promise<Lane | null> {
    for (let pause = pauseMs.first; !isClosed; pause = Math.min(pause * 2, pauseMs.most)) {
      try {
        return await openWatched()
      } catch (error) {
        onTrouble(error)
        await sleep(pause, undefined, { ref: false }) // The database is away; whoever waits for it has a time limit.
      }
    }
    return null
  }

  async function openWatched(): Promise<Lane> {
    const lane = await open()
    lane.connection.client.once('end', () => {
      const at = idle.indexOf(lane)
      if (at < 0) return // Whoever uses it finds out.
      idle.splice(at, 1)
      reopen(lane)
    })
    return lane
  }

  function reopen(lost: Lane): void {
    replaced.add(lost)
    void lost.connection.end()
    void openUntilItWorks().then(takeIn)
  }

  async function takeIn(lane: Lane | null): Promise<void> {
    if (!lane) return
    if (isClosed) await lane.connection.end()
    else giveBack(lane)
  }

  function giveBack(lane: Lane): void {
    inTransaction.delete(lane)
    if (lane.isLost) {
      if (!replaced.has(lane) && !isClosed) reopen(lane)
      return
    }
    const waiter = inTransaction.size < total - 1 ? waiting.shift() : undefined
    if (waiter) {
      inTransaction.add(lane)
      waiter.give(lane)
    } else {
      idle.push(lane)
      onFree()
    }
  }

  async function replace(lost: Lane): Promise<Lane | null> {
    replaced.add(lost)
    inTransaction.delete(lost)
    void lost.connection.end()
    const opening = openUntilItWorks()
    const fresh = await Promise.race([opening, sleep(replaceLimitMs, null, { ref: false })])
    if (!fresh) void opening.then(takeIn)
    return fresh
  }

  function takeIdle(): Lane | null {
    const lane = idle.pop()
    if (lane) return lane
    if (unopened > 0 && !isClosed) {
      unopened--
      void openUntilItWorks().then(takeIn)
    }
    return null
  }

  function takeForTransaction(): Promise<Lane> {
    const lane = inTransaction.size < total - 1 ? takeIdle() : null
    if (lane) {
      inTransaction.add(lane)
      return Promise.resolve(lane)
    }
    const busy = new Refusal('busy', 'too many transactions are under way; try again in a moment', { retryAfterSeconds: 1 })
    if (waiting.length >= waitingMax || isClosed) return Promise.reject(busy)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(waiter), 1)
        reject(busy)
      }, waitMs)
      const waiter: Waiter = {
        give: (given) => { clearTimeout(timer); resolve(given) },
        refuse: () => { clearTimeout(timer); reject(busy) },
      }
      waiting.push(waiter)
    })
  }

  async function close(): Promise<void> {
    isClosed = true
    for (const waiter of waiting.splice(0)) waiter.refuse()
    await Promise.all(idle.splice(0).map((lane) => lane.connection.end()))
  }

  return { takeForBatch: takeIdle, takeForTransaction, giveBack, replace, close }
}
