import type { Actor } from '../../platform/actor.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import { openWith, sealWith } from '../sealed.ts'

// Who asks, as the process of the record found out by cookie or token. The employers' process sees neither. It gets this ticket, which it cannot read
// and which nobody can make without the key, and hands it back with its questions at the door. A ticket lasts as long as an answer may take.

export type Ticket = { actor: Actor; correlation: string; until: number }

const lastsMs = 90_000
const place = 'employers ticket'
const keyOf = ({ keys }: Pick<World, 'keys'>) => keys.derive('sickleave-employers-ticket')

export const sealTicket = (world: World, actor: Actor, correlation: string): string =>
  sealWith(keyOf(world), world, place, { actor, correlation, until: world.now().getTime() + lastsMs } satisfies Ticket).toString('base64url')

export function openTicket(world: World, text: unknown): Ticket {
  let ticket: Ticket | null = null
  try {
    if (typeof text === 'string' && text.length < 8_000) ticket = openWith<Ticket>(keyOf(world), place, Buffer.from(text, 'base64url'))
  } catch {
    // A ticket that is not ours counts as none.
  }
  if (ticket === null || ticket.until < world.now().getTime()) throw new Refusal('unauthenticated', 'this was not asked by anybody who is signed in')
  return ticket
}
