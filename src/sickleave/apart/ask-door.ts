import type { Entry, Ledger } from '../../audit/audit.ts'
import { exchange } from '../../platform/exchange.ts'
import type { HouseTls } from '../../platform/house-tls.ts'
import { sendMail } from '../../platform/mail.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import type { Look, Looked, Records } from '../employer/records.ts'
import type { Telling } from '../employer/telling.ts'
import { heads } from './house.ts'

// The employers' process knows no person and writes no log. It asks the process of the record, with the ticket of the question that it is answering.

export type DoorAt = { origin: string; secret: string; tls?: HouseTls | undefined }
const timeoutMs = 30_000

export const doorAway = (): Refusal => new Refusal('busy', 'the record does not answer for the moment; try again', { retryAfterSeconds: 2 })

/** Tickets of the questions in progress, by their correlation, which every look and word carries. */
export class Tickets {
  readonly #open = new Map<string, string>()
  open = (correlation: string, ticket: string): void => void this.#open.set(correlation, ticket)
  close = (correlation: string): void => void this.#open.delete(correlation)
  of(correlation: string): string {
    const ticket = this.#open.get(correlation)
    if (ticket === undefined) throw new Error('a question without a ticket')
    return ticket
  }
}

type Ask = (correlation: string, path: string, body: unknown) => Promise<unknown>

export const askerAt =
  (door: DoorAt, tickets: Tickets): Ask =>
  (correlation, path, body) =>
    askDoor(door, `/desk${path}`, body, { [heads.ticket]: tickets.of(correlation) })

async function askDoor({ origin, tls, secret }: DoorAt, path: string, body: unknown, more: Record<string, string> = {}): Promise<unknown> {
  const text = Buffer.from(JSON.stringify(body))
  const headers = { [heads.house]: secret, ...more, 'content-type': 'application/json', 'content-length': String(text.length) }
  const answer = await exchange({ origin, tls, method: 'POST', path, headers, body: text, timeoutMs }).catch(() => null)
  if (answer?.status === 200) return JSON.parse(answer.body.toString())
  // A refusal of the door stands. Only what the door cannot do at the moment may be tried again.
  if (answer && answer.status < 500) throw new Refusal(answer.status === 403 ? 'forbidden' : 'unauthenticated', 'the record refused to show this')
  throw doorAway()
}

/** A message to a channel follows no question, so there is no ticket: the door itself knows which channels are to be told of what. */
export function tellingByDoor(world: World, door: DoorAt): Telling {
  return {
    numbersFor: async (place, leaves) => new Map(Object.entries((await askDoor(door, '/telling/numbers', { ...place, leaves })) as Record<string, string>)),
    signed: async (place, sent) => (await askDoor(door, '/telling/signature', { ...place, ...sent })) as Record<string, string>,
    async mail(place, mail) {
      if (world.config.SMTP_URL === '') await askDoor(door, '/telling/mail', place)
      else await sendMail(world, mail)
    },
  }
}

export function recordsByDoor(ask: Ask): Records {
  const look = ({ correlation }: { correlation: string }, { employers, leaves }: Looked, how: Look, numbers: boolean) =>
    ask(correlation, '/looks', { employers, leaves: [...new Set(leaves)], look: how, numbers })
  return {
    looked: async (asking, of, how) => void (await look(asking, of, how, false)),
    numbersOf: async (asking, of, how) => new Map(Object.entries((await look(asking, of, how, true)) as Record<string, string>)),
    standing: async ({ correlation }, authorities) => new Set((await ask(correlation, '/standing', { authorities })) as number[]),
    async shareKey({ correlation }, pib, leave) {
      const { key } = (await ask(correlation, '/share-key', { pib, leave })) as { key: string | null }
      return key === null ? null : Buffer.from(key, 'base64')
    },
  }
}

/** Records denials and looks at a firm's own affairs. A row about a person is written by the process that knows the person. */
export function ledgerByDoor(ask: Ask): Ledger {
  const never = () => Promise.reject(new Error('the employers’ process changes nothing itself'))
  return {
    async record(entries: Entry[]) {
      const [first] = entries
      if (!first) return
      if (entries.some(({ patient }) => patient !== null)) throw new Error('the employers’ process knows no person')
      await ask(first.correlation, '/words', entries)
    },
    commit: never,
    transaction: never,
    opened: () => 0,
    waitsMs: () => 0,
    close: async () => {},
  }
}
