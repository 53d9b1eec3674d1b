import type { Mail } from '../../platform/mail.ts'
import type { World } from '../../platform/world.ts'

// What telling an employer needs from the record: the number on the paper with its row in the access log, the centre's signature, and in the demo the
// folder of mails. Beside the record these are functions; the employers' process asks for them through the door.

/** A channel's place in one employer's stream. */
export type Place = { channel: string; employer: number }
export type Sent = { digest: string; delivery: string }
export type Telling = {
  /** The JMBG by leave for the events that this channel is told next; each look is written down first. */
  numbersFor(place: Place, leaves: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** All headers of a notification to this channel's address, signed by the centre. */
  signed(place: Place, sent: Sent): Promise<Record<string, string>>
  mail(place: Place, mail: Mail): Promise<void>
}

declare module '../../platform/world.ts' {
  interface World {
    /** Set only in the employers' process. */
    telling?: Telling
  }
}

export const tellingOf = async (world: World): Promise<Telling> => world.telling ?? (await import('./telling-here.ts')).tellingHere(world)
