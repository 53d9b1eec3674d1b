import type { Entry } from '../../audit/audit.ts'
import { textArray } from '../../platform/arrays.ts'
import { Refusal } from '../../platform/refusal.ts'
import { isUniqueViolation } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import { receivedBefore } from '../signing/once.ts'
import { type Message, sameness, type Stored, storeMessage, storeMessages } from './accept.ts'

export type Once = { stored: Stored; isRepeated: boolean }
type Seen = Stored & { digest: Buffer }

/** The same number with the same contents is the same message; with others it is a mistake of the sender. */
export async function storeOnce(world: World, message: Message, entries: Entry[]): Promise<Once> {
  try {
    return { stored: await storeMessage(world, message, entries), isRepeated: false }
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    if (message.call?.numbered === false) throw receivedBefore()
    const seen = (await seenBefore(world, message.sender.id, [message.name])).get(message.name)
    if (!seen) throw error
    return repeated(seen, message)
  }
}

async function seenBefore(world: World, sender: string, names: readonly string[]): Promise<Map<string, Seen>> {
  const rows = await world.sql<Seen & { name: string }>`
    select name, message as id, at, digest
      from bus.seen
     where sender = ${sender} and name = any(${textArray(names)}::text[])
     limit ${names.length}`
  return new Map(rows.map((row) => [row.name, row]))
}

function repeated({ id, at, digest }: Seen, message: Message): Once {
  if (digest.equals(sameness(message))) return { stored: { id, at }, isRepeated: true }
  throw new Refusal('conflict', 'another message has this number', { expression: 'bus-message-id', hint: 'A new message needs a new number.' })
}

/** Somebody else of the same member may send some of them at the same moment: then it is looked again which are new. */
const attemptsMax = 3

/** Those of one sender that are new, in one commit and in their order; to each what became of it, as if it had come alone. */
export async function storeAllOnce(world: World, messages: readonly Message[], entriesOf: (fresh: readonly Message[]) => Entry[]): Promise<(Once | Refusal)[]> {
  const [first] = messages
  if (!first) return []
  for (let attempt = 1; ; attempt++) {
    const seen = await seenBefore(
      world,
      first.sender.id,
      messages.map(({ name }) => name),
    )
    const fresh = new Map<string, Message>()
    for (const one of messages) if (!seen.has(one.name) && !fresh.has(one.name)) fresh.set(one.name, one)
    const chosen = [...fresh.values()]
    try {
      const stored = await storeMessages(world, chosen, entriesOf(chosen))
      const made = new Map(chosen.map((one, at) => [one.name, stored[at] as Stored]))
      return messages.map((one) => {
        const first = fresh.get(one.name)
        const here = made.get(one.name)
        if (here && first === one) return { stored: here, isRepeated: false }
        return refusalOr(() => repeated(seen.get(one.name) ?? { ...(here as Stored), digest: sameness(first as Message) }, one))
      })
    } catch (error) {
      if (!isUniqueViolation(error) || attempt >= attemptsMax) throw error
    }
  }
}

function refusalOr<T>(act: () => T): T | Refusal {
  try {
    return act()
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}
