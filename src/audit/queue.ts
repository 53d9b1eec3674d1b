import type { Fragment } from '../platform/sql.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Entry, WrittenEntry } from './entry.ts'

/** Rows that commit together with their audit entries. Works with the same `compose` are gathered into the same CTEs. */
export type Work = {
  entries: Entry[]
  payload: unknown
  /** Makes the CTEs for all payloads of a batch, each `name as (insert …)`; names begin with the slice's own word. */
  compose: (payloads: any[]) => Fragment[]
  /** Works with the same key never share a statement, because neither would see the other's rows in it. */
  key?: number | string
}

export type Ticket = {
  entries: WrittenEntry[]
  work: Work | null
  resolve(): void
  reject(error: unknown): void
  deadline: number
  attempts: number
}

export const limits = {
  batchWorks: 256,
  batchEntries: 4_096,
  queuedWorks: 8_192,
  queuedEntries: 200_000,
  /** How many entries one call may bring; an export with more must report in parts. */
  callEntries: 50_000,
  waitMs: 10_000,
} as const

export type Queue = {
  readonly length: number
  /** In milliseconds; 0 for an empty queue. */
  oldestWaits(): number
  push(ticket: Ticket): void
  /** Puts tickets back to the front, in their order, after a connection was lost before their commit. */
  putBack(tickets: Ticket[]): void
  takeBatch(): Ticket[]
  takeAll(): Ticket[]
}

/** Work that waits for the next statement. Every number has a limit, and at the limit the caller is refused at once. */
export function createQueue(): Queue {
  let tickets: Ticket[] = []
  let entries = 0

  const take = (chosen: Ticket[], rest: Ticket[]) => {
    tickets = rest
    entries -= chosen.reduce((sum, ticket) => sum + ticket.entries.length, 0)
    return chosen
  }

  return {
    get length() {
      return tickets.length
    },
    oldestWaits() {
      const [first] = tickets
      return first ? performance.now() - (first.deadline - limits.waitMs) : 0
    },
    push(ticket) {
      if (ticket.entries.length > limits.callEntries) {
        throw new Refusal('too-large', `at most ${limits.callEntries} audit entries may come at once`)
      }
      if (tickets.length >= limits.queuedWorks || entries + ticket.entries.length > limits.queuedEntries) {
        throw new Refusal('busy', 'too many requests wait for the audit; try again in a moment', { retryAfterSeconds: 1 })
      }
      tickets.push(ticket)
      entries += ticket.entries.length
    },
    putBack(back) {
      tickets = [...back, ...tickets]
      entries += back.reduce((sum, ticket) => sum + ticket.entries.length, 0)
    },
    takeBatch() {
      const chosen: Ticket[] = []
      const passedOver: Ticket[] = []
      const keys = new Set<number | string>()
      let size = 0
      let at = 0
      for (; at < tickets.length && chosen.length < limits.batchWorks; at++) {
        const ticket = tickets[at] as Ticket
        if (chosen.length > 0 && size + ticket.entries.length > limits.batchEntries) break
        const key = ticket.work?.key
        if (key !== undefined && keys.has(key)) {
          passedOver.push(ticket)
          continue
        }
        if (key !== undefined) keys.add(key)
        chosen.push(ticket)
        size += ticket.entries.length
      }
      return take(chosen, [...passedOver, ...tickets.slice(at)])
    },
    takeAll: () => take(tickets, []),
  }
}

/** Calls each distinct `compose` once with all its payloads, in the order in which they came. */
export function composeAll(tickets: readonly Ticket[]): Fragment[] {
  const payloads = new Map<Work['compose'], unknown[]>()
  for (const { work } of tickets) {
    if (!work) continue
    const known = payloads.get(work.compose)
    if (known) known.push(work.payload)
    else payloads.set(work.compose, [work.payload])
  }
  return [...payloads].flatMap(([compose, gathered]) => compose(gathered))
}
