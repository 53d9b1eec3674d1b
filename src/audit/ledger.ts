import { setTimeout as sleep } from 'node:timers/promises'
import { patienceMs } from '../platform/gather.ts'
import { noRoomToRead, noRoomToWrite } from '../platform/room.ts'
import { isRetryable } from '../platform/sql.ts'
import type { World } from '../platform/world.ts'
import { asRefusal, attemptsMax, nothingStored, stopping, storeBatch, type Unanswered, unknownOutcome } from './batch.ts'
import { type Entry, writeEntry } from './entry.ts'
import { type AuditedTransaction, establish, type Lane, openLane, type Outcome, runTransaction } from './lane.ts'
import { closeLanes, createLanes, giveBack, type Lanes, replaceLane, takeForTransaction, takeLane } from './lanes.ts'
import { createQueue, limits, type Queue, type Ticket, type Work } from './queue.ts'

export type Ledger = {
  /** Resolves when the entries are durable. Entries that arrive while a commit is in flight go into the next commit. */
  record(entries: Entry[]): Promise<void>
  /** Stores audit rows and the work's own rows in one statement, batched in the same way. */
  commit(work: Work): Promise<void>
  /**
   * Runs begin … audit rows … commit on one lane. The act may run again after a serialization failure, so it must have no other effects. On a full
   * disk only `essential` transactions run: those that open a record for reading.
   */
  transaction<T>(act: (tx: AuditedTransaction) => Promise<T>, how?: { essential: boolean }): Promise<T>
  /** How many connections the ledger has opened so far. A higher number than before means that one was lost meanwhile, perhaps with the database behind it. */
  opened(): number
  /** Milliseconds that the oldest request has waited for its commit; 0 when none waits. */
  waitsMs(): number
  close(): Promise<void>
}

type Desk = {
  world: World
  queue: Queue
  lanes: Lanes
  sweep: NodeJS.Timeout
  /** The timer that looks again once the oldest request has waited too long. */
  patience: NodeJS.Timeout | undefined
  inFlight: number
  batches: number
  isPumpPlanned: boolean
  isClosing: boolean
}
type Act<T> = (tx: AuditedTransaction) => Promise<T>

const sweepMs = 500
const closeLimitMs = 10_000

export async function createLedger(world: World, options: { lanes?: number } = {}): Promise<Ledger> {
  const queue = createQueue()
  let opened = 0
  const lanes = createLanes({
    async open() {
      opened++
      return openLane(world)
    },
    count: options.lanes ?? world.config.LANES,
    onFree: () => pump(desk),
    onTrouble: (error) => world.log.warn({ err: error }, 'the audit cannot open a connection and tries again'),
  })
  const sweep = setInterval(() => refuseLate(queue), sweepMs).unref()
  const desk: Desk = { world, queue, lanes, sweep, patience: undefined, inFlight: 0, batches: 0, isPumpPlanned: false, isClosing: false }
  return {
    record: (entries) => (entries.length === 0 ? Promise.resolve() : enqueue(desk, entries, null)),
    commit: (work) => enqueue(desk, work.entries, work),
    transaction: (act, how) => transaction(desk, act, how?.essential ?? false),
    opened: () => opened,
    waitsMs: () => queue.oldestWaits(),
    close: () => close(desk),
  }
}

async function enqueue(desk: Desk, entries: Entry[], work: Work | null): Promise<void> {
  if (desk.isClosing) throw stopping()
  const noRoom = (work ? noRoomToWrite : noRoomToRead)(desk.world.room)
  if (noRoom) throw noRoom
  const now = desk.world.now()
  const written = entries.map((entry) => writeEntry(entry, now))
  return new Promise<void>((resolve, reject) => {
    desk.queue.push({ entries: written, work, resolve, reject, deadline: performance.now() + limits.waitMs, attempts: 0 })
    if (desk.isPumpPlanned) return
    desk.isPumpPlanned = true
    // Pumps after all ready sockets have been read, so that requests that came together share a commit.
    setImmediate(() => {
      desk.isPumpPlanned = false
      pump(desk)
    })
  })
}

/**
 * Runs one batch at a time, so that the next gathers what comes meanwhile. Another lane helps when the oldest request has waited too long, or when
 * the queue holds more than one batch.
 */
function pump(desk: Desk): void {
  const { queue } = desk
  while (queue.length > 0) {
    if (desk.batches > 0 && queue.length < limits.batchWorks && queue.oldestWaits() < patienceMs) {
      desk.patience ??= setTimeout(() => {
        desk.patience = undefined
        pump(desk)
      }, patienceMs)
      return
    }
    const lane = takeLane(desk.lanes)
    if (!lane) return
    void runBatch(desk, lane)
  }
}

async function runBatch(desk: Desk, lane: Lane): Promise<void> {
  const tickets = desk.queue.takeBatch()
  desk.inFlight += tickets.length
  desk.batches++
  try {
    const lost = await storeBatch(desk.world, lane, tickets)
    if (lost) await afterLoss(desk, lane, lost)
  } finally {
    desk.inFlight -= tickets.length
    desk.batches--
    giveBack(desk.lanes, lane)
    pump(desk)
  }
}

/** Answers the works that were sent by what can be found out. Works that were certainly not stored go back into the queue. */
async function afterLoss(desk: Desk, lane: Lane, { sent, unsent }: Unanswered): Promise<void> {
  const outcome = await askOutcome(desk, lane)
  const again: Ticket[] = []
  for (const ticket of sent) {
    if (outcome === 'stored') ticket.resolve()
    else if (outcome === 'unknown') ticket.reject(unknownOutcome())
    else if (++ticket.attempts >= attemptsMax) ticket.reject(nothingStored())
    else again.push(ticket)
  }
  desk.queue.putBack([...again, ...unsent])
}

async function askOutcome({ lanes }: Desk, lost: Lane): Promise<Outcome> {
  if (!lost.pending) return 'absent'
  const fresh = await replaceLane(lanes, lost)
  if (!fresh) return 'unknown'
  try {
    return await establish(fresh, lost)
  } finally {
    giveBack(lanes, fresh)
  }
}

async function transaction<T>(desk: Desk, act: Act<T>, isEssential: boolean): Promise<T> {
  const noRoom = (isEssential ? noRoomToRead : noRoomToWrite)(desk.world.room)
  if (noRoom) throw noRoom
  for (let attempt = 1; ; attempt++) {
    if (desk.isClosing) throw stopping()
    const lane = await takeForTransaction(desk.lanes)
    desk.inFlight++
    try {
      const done = await attemptTransaction(desk, lane, act)
      if (done !== 'again') return done.result
      if (attempt >= attemptsMax) throw nothingStored()
    } catch (error) {
      if (!isRetryable(error) || attempt >= attemptsMax) throw asRefusal(error)
    } finally {
      desk.inFlight--
      giveBack(desk.lanes, lane)
      pump(desk)
    }
  }
}

async function attemptTransaction<T>(desk: Desk, lane: Lane, act: Act<T>): Promise<{ result: T } | 'again'> {
  let last: { result: T } | undefined
  const remembered: Act<T> = async (tx) => {
    last = { result: await act(tx) }
    return last.result
  }
  try {
    return { result: await runTransaction(desk.world, lane, remembered) }
  } catch (error) {
    if (!lane.isLost) throw error
    const outcome = await askOutcome(desk, lane)
    if (outcome === 'unknown') throw unknownOutcome()
    // Stored means that the commit had been sent, so the act had already returned its result.
    return outcome === 'stored' && last ? last : 'again'
  }
}

function refuseLate(queue: Queue): void {
  const now = performance.now()
  const waiting = queue.takeAll()
  for (const late of waiting.filter((ticket) => ticket.deadline <= now)) late.reject(nothingStored())
  queue.putBack(waiting.filter((ticket) => ticket.deadline > now))
}

async function close(desk: Desk): Promise<void> {
  desk.isClosing = true
  const until = performance.now() + closeLimitMs
  while ((desk.queue.length > 0 || desk.inFlight > 0) && performance.now() < until) await sleep(5)
  clearInterval(desk.sweep)
  for (const ticket of desk.queue.takeAll()) ticket.reject(nothingStored())
  await closeLanes(desk.lanes)
}
