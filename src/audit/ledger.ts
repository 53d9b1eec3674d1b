import { setTimeout as sleep } from 'node:timers/promises'
import { isConnectionLost, isRetryable, sqlstate } from '../platform/sql.ts'
import { Refusal } from '../platform/refusal.ts'
import type { World } from '../platform/world.ts'
import { type Entry, writeEntry } from './entry.ts'
import { type AuditedTransaction, establish, type Lane, openLane, type Outcome, runTransaction, sever, writeBatch } from './lane.ts'
import { createLanes } from './lanes.ts'
import { composeAll, createQueue, limits, type Ticket, type Work } from './queue.ts'

export type Ledger = {
  /** Durable when it resolves. What arrives while a commit is in flight becomes the next commit. */
  record(entries: Entry[]): Promise<void>
  /** Audit rows and the work's own rows in one statement, batched the same way. */
  commit(work: Work): Promise<void>
  /** begin … audit rows … commit on one lane. The act may run again after a serialization failure, so it has no other effects. */
  transaction<T>(act: (tx: AuditedTransaction) => Promise<T>): Promise<T>
  close(): Promise<void>
}

const attemptsMax = 3
const sweepMs = 500
const closeLimitMs = 10_000

export async function createLedger(world: World, options: { lanes?: number } = {}): Promise<Ledger> {
  const queue = createQueue()
  const lanes = createLanes({
    open: () => openLane(world),
    count: options.lanes ?? world.config.LANES,
    onFree: () => pump(),
    onTrouble: (error) => world.log.warn({ err: error }, 'the audit cannot open a connection and tries again'),
  })
  let isClosing = false
  let isPumpPlanned = false
  let inFlight = 0

  /** After the sockets that are ready have been read: requests that came together share a commit. */
  const planPump = () => {
    if (isPumpPlanned) return
    isPumpPlanned = true
    setImmediate(pump)
  }
  function pump(): void {
    isPumpPlanned = false
    while (queue.length > 0) {
      const lane = lanes.takeForBatch()
      if (!lane) return
      void runBatch(lane)
    }
  }
  const sweep = setInterval(() => refuseLate(queue.takeAll(), queue.putBack), sweepMs)
  sweep.unref()

  async function runBatch(lane: Lane): Promise<void> {
    const tickets = queue.takeBatch()
    inFlight += tickets.length
    try {
      const lost = await storeBatch(world, lane, tickets)
      if (lost) await afterLoss(lane, lost)
    } finally {
      inFlight -= tickets.length
      lanes.giveBack(lane)
      pump()
    }
  }

  /** What was sent is answered by what can be found out; what was not stored for certain stands in line again. */
  async function afterLoss(lane: Lane, { sent, unsent }: Unanswered): Promise<void> {
    const outcome = await askOutcome(lane)
    const again: Ticket[] = []
    for (const ticket of sent) {
      if (outcome === 'stored') ticket.resolve()
      else if (outcome === 'unknown') ticket.reject(unknownOutcome())
      else if (++ticket.attempts >= attemptsMax) ticket.reject(nothingStored())
      else again.push(ticket)
    }
    queue.putBack([...again, ...unsent])
  }

  async function askOutcome(lost: Lane): Promise<Outcome> {
    if (!lost.pending) return 'absent'
    const fresh = await lanes.replace(lost)
    if (!fresh) return 'unknown'
    try {
      return await establish(fresh, lost)
    } finally {
      lanes.giveBack(fresh)
    }
  }

  function enqueue(entries: Entry[], work: Work | null): Promise<void> {
    if (isClosing) return Promise.reject(new Refusal('busy', 'the server is stopping', { retryAfterSeconds: 5 }))
    const now = world.now()
    return new Promise<void>((resolve, reject) => {
      const written = entries.map((entry) => writeEntry(entry, now))
      queue.push({ entries: written, work, resolve, reject, deadline: performance.now() + limits.waitMs, attempts: 0 })
      planPump()
    })
  }

  async function transaction<T>(act: (tx: AuditedTransaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      if (isClosing) throw new Refusal('busy', 'the server is stopping', { retryAfterSeconds: 5 })
      const lane = await lanes.takeForTransaction()
      inFlight++
      try {
        const done = await attemptTransaction(lane, act)
        if (done !== 'again') return done.result
        if (attempt >= attemptsMax) throw nothingStored()
      } catch (error) {
        if (!isRetryable(error) || attempt >= attemptsMax) throw asRefusal(error)
      } finally {
        inFlight--
        lanes.giveBack(lane)
        pump()
      }
    }
  }

  async function attemptTransaction<T>(lane: Lane, act: (tx: AuditedTransaction) => Promise<T>): Promise<{ result: T } | 'again'> {
    let last: { result: T } | undefined
    try {
      last = { result: await runTransaction(world, lane, async (tx) => (last = { result: await act(tx) }).result) }
      return last
    } catch (error) {
      if (!lane.isLost) throw error
      const outcome = await askOutcome(lane)
      if (outcome === 'unknown') throw unknownOutcome()
      if (outcome === 'absent') return 'again'
      return last as { result: T } // It had been sent for commit, so the act has its result.
    }
  }

  return {
    record: (entries) => (entries.length === 0 ? Promise.resolve() : enqueue(entries, null)),
    commit: (work) => enqueue(work.entries, work),
    transaction,
    async close() {
      isClosing = true
      const until = performance.now() + closeLimitMs
      while ((queue.length > 0 || inFlight > 0) && performance.now() < until) await sleep(5)
      clearInterval(sweep)
      for (const ticket of queue.takeAll()) ticket.reject(nothingStored())
      await lanes.close()
    },
  }
}

/** The callers that a lost lane left without an answer: `lane.pending` speaks of those sent. */
type Unanswered = { sent: Ticket[]; unsent: Ticket[] }

async function storeBatch(world: World, lane: Lane, tickets: Ticket[]): Promise<Unanswered | null> {
  try {
    await writeBatch(lane, composeAll(tickets), tickets.flatMap((ticket) => ticket.entries))
    for (const ticket of tickets) ticket.resolve()
    return null
  } catch (error) {
    if (lane.isLost || isConnectionLost(error)) {
      sever(lane)
      return { sent: tickets, unsent: [] }
    }
    if (tickets.length > 1) return storeOneByOne(world, lane, tickets)
    const [only] = tickets as [Ticket]
    if (isRetryable(error) && ++only.attempts < attemptsMax) return storeBatch(world, lane, tickets)
    only.reject(asRefusal(error))
    return null
  }
}

/** Nothing of a failed batch is stored and the head has not moved: alone, only the work that is wrong fails. */
async function storeOneByOne(world: World, lane: Lane, tickets: Ticket[]): Promise<Unanswered | null> {
  world.log.debug({ works: tickets.length }, 'a batch failed and is tried one by one')
  for (const [at, ticket] of tickets.entries()) {
    const lost = await storeBatch(world, lane, [ticket])
    if (lost) return { sent: lost.sent, unsent: tickets.slice(at + 1) }
  }
  return null
}

function refuseLate(waiting: Ticket[], putBack: (tickets: Ticket[]) => void): void {
  const now = performance.now()
  for (const late of waiting.filter((ticket) => ticket.deadline <= now)) late.reject(nothingStored())
  putBack(waiting.filter((ticket) => ticket.deadline > now))
}

const nothingStored = () =>
  new Refusal('busy', 'the database could not be reached in time; nothing was stored', { retryAfterSeconds: 2 })
const unknownOutcome = () =>
  new Refusal('busy', 'the connection to the database was lost during the commit; whether it was stored is unknown', {
    hint: 'Read before you write again.', retryAfterSeconds: 2,
  })

const full = new Set(['53100'])
const overloaded = new Set(['57014', '55P03', '53200', '53300', '53400', '40001', '40P01', '25P03'])

/** What the database could not do becomes a sentence; what the caller's own SQL did wrong stays an error. */
function asRefusal(error: unknown): unknown {
  const code = sqlstate(error)
  if (full.has(code)) return new Refusal('full', 'the disk of the database is full; nothing was stored')
  if (overloaded.has(code)) return new Refusal('busy', 'the database is too busy; nothing was stored', { retryAfterSeconds: 1 })
  return error
}
