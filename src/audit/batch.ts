import { isConnectionLost, isRetryable, sqlstate } from '../platform/sql.ts'
import { Refusal } from '../platform/refusal.ts'
import type { World } from '../platform/world.ts'
import { type Lane, sever, writeBatch } from './lane.ts'
import { composeAll, type Ticket } from './queue.ts'

export const attemptsMax = 3

/** The callers left without an answer when their lane was lost. `lane.pending` tells what is known of those in `sent`. */
export type Unanswered = { sent: Ticket[]; unsent: Ticket[] }

/** Stores a batch on a lane and answers its callers. */
export async function storeBatch(world: World, lane: Lane, tickets: Ticket[]): Promise<Unanswered | null> {
  try {
    await writeBatch(
      lane,
      composeAll(tickets),
      tickets.flatMap((ticket) => ticket.entries),
    )
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

/** Nothing of a failed batch is stored and the head has not moved, so each work is tried alone and only the faulty one fails. */
async function storeOneByOne(world: World, lane: Lane, tickets: Ticket[]): Promise<Unanswered | null> {
  world.log.debug({ works: tickets.length }, 'a batch failed and is tried one by one')
  for (const [at, ticket] of tickets.entries()) {
    const lost = await storeBatch(world, lane, [ticket])
    if (lost) return { sent: lost.sent, unsent: tickets.slice(at + 1) }
  }
  return null
}

export const nothingStored = () => new Refusal('busy', 'the database could not be reached in time; nothing was stored', { retryAfterSeconds: 2 })
export const unknownOutcome = () =>
  new Refusal('busy', 'the connection to the database was lost during the commit; whether it was stored is unknown', {
    hint: 'Read before you write again.',
    retryAfterSeconds: 2,
  })
export const stopping = () => new Refusal('busy', 'the server is stopping', { retryAfterSeconds: 5 })

const full = new Set(['53100'])
const overloaded = new Set(['57014', '55P03', '53200', '53300', '53400', '40001', '40P01', '25P03'])

/** A failure of the database becomes a refusal with a sentence; a mistake in the caller's own SQL stays an error. */
export function asRefusal(error: unknown): unknown {
  const code = sqlstate(error)
  if (full.has(code)) return new Refusal('full', 'the disk of the database is full; nothing was stored')
  if (overloaded.has(code)) return new Refusal('busy', 'the database is too busy; nothing was stored', { retryAfterSeconds: 1 })
  return error
}
