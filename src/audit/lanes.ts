import { setTimeout as sleep } from 'node:timers/promises'
import { Refusal } from '../platform/refusal.ts'
import type { Lane } from './lane.ts'

type Waiter = { give(lane: Lane): void; refuse(): void }

/**
 * The connections and who has them. A lane is opened only when all open ones are at work, so a command that writes nothing opens no stream.
 * Transactions never hold all lanes: one always serves batches, so a transaction that records something on the side cannot wait for itself.
 */
export type Lanes = {
  readonly open: () => Promise<Lane>
  readonly onFree: () => void
  readonly onTrouble: (error: unknown) => void
  readonly total: number
  unopened: number
  readonly idle: Lane[]
  readonly inTransaction: Set<Lane>
  /** Lost lanes that have a successor, or will have one. */
  readonly replaced: WeakSet<Lane>
  readonly waiting: Waiter[]
  isClosed: boolean
}

const lanesMin = 2
const waitingMax = 256
const waitMs = 10_000
const replaceLimitMs = 5_000
const pauseMs = { first: 20, most: 1_000 }

export function createLanes(how: Pick<Lanes, 'open' | 'onFree' | 'onTrouble'> & { count: number }): Lanes {
  const { count, ...calls } = how
  const total = Math.max(lanesMin, count)
  return { ...calls, total, unopened: total, idle: [], inTransaction: new Set(), replaced: new WeakSet(), waiting: [], isClosed: false }
}

export function takeLane(lanes: Lanes): Lane | null {
  const lane = lanes.idle.pop()
  if (lane) return lane
  if (lanes.unopened > 0 && !lanes.isClosed) {
    lanes.unopened--
    void openUntilItWorks(lanes).then((opened) => takeIn(lanes, opened))
  }
  return null
}

export function takeForTransaction(lanes: Lanes): Promise<Lane> {
  const { inTransaction, waiting } = lanes
  const lane = inTransaction.size < lanes.total - 1 ? takeLane(lanes) : null
  if (lane) {
    inTransaction.add(lane)
    return Promise.resolve(lane)
  }
  const busy = () => new Refusal('busy', 'too many transactions are under way; try again in a moment', { retryAfterSeconds: 1 })
  if (waiting.length >= waitingMax || lanes.isClosed) return Promise.reject(busy())
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      waiting.splice(waiting.indexOf(waiter), 1)
      reject(busy())
    }, waitMs)
    const waiter: Waiter = {
      give: (given) => {
        clearTimeout(timer)
        resolve(given)
      },
      refuse: () => {
        clearTimeout(timer)
        reject(busy())
      },
    }
    waiting.push(waiter)
  })
}

export function giveBack(lanes: Lanes, lane: Lane): void {
  const { inTransaction } = lanes
  inTransaction.delete(lane)
  if (lane.isLost) {
    if (!lanes.replaced.has(lane) && !lanes.isClosed) reopen(lanes, lane)
    return
  }
  const waiter = inTransaction.size < lanes.total - 1 ? lanes.waiting.shift() : undefined
  if (waiter) {
    inTransaction.add(lane)
    waiter.give(lane)
  } else {
    lanes.idle.push(lane)
    lanes.onFree()
  }
}

/** Puts another lane in the place of a lost one. Null when the database stays away; then the lane is opened in the background. */
export async function replaceLane(lanes: Lanes, lost: Lane): Promise<Lane | null> {
  lanes.replaced.add(lost)
  lanes.inTransaction.delete(lost)
  void lost.connection.end()
  const opening = openUntilItWorks(lanes)
  const fresh = await Promise.race([opening, sleep(replaceLimitMs, null, { ref: false })])
  if (!fresh) void opening.then((opened) => takeIn(lanes, opened))
  return fresh
}

export async function closeLanes(lanes: Lanes): Promise<void> {
  lanes.isClosed = true
  for (const waiter of lanes.waiting.splice(0)) waiter.refuse()
  await Promise.all(lanes.idle.splice(0).map((lane) => lane.connection.end()))
}

async function openUntilItWorks(lanes: Lanes): Promise<Lane | null> {
  for (let pause = pauseMs.first; !lanes.isClosed; pause = Math.min(pause * 2, pauseMs.most)) {
    try {
      return await openWatched(lanes)
    } catch (error) {
      lanes.onTrouble(error)
      await sleep(pause, undefined, { ref: false }) // The database is away; callers that wait for it have a time limit.
    }
  }
  return null
}

/** A lane that dies while it is idle is replaced at once; a lane in use is noticed by its user. */
async function openWatched(lanes: Lanes): Promise<Lane> {
  const lane = await lanes.open()
  lane.connection.client.once('end', () => {
    const at = lanes.idle.indexOf(lane)
    if (at < 0) return
    lanes.idle.splice(at, 1)
    reopen(lanes, lane)
  })
  return lane
}

function reopen(lanes: Lanes, lost: Lane): void {
  lanes.replaced.add(lost)
  void lost.connection.end()
  void openUntilItWorks(lanes).then((opened) => takeIn(lanes, opened))
}

async function takeIn(lanes: Lanes, lane: Lane | null): Promise<void> {
  if (!lane) return
  if (lanes.isClosed) await lane.connection.end()
  else giveBack(lanes, lane)
}
