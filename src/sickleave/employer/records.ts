import type { Entry } from '../../audit/audit.ts'
import type { Asking } from '../asking.ts'

// What the employer's side cannot do itself, because it needs to know who a leave is about: the access log of the person, the number on the paper,
// what the register says of a representative. Beside the record these are functions; the employers' process asks for them through a door.

export type Look = Pick<Entry, 'action' | 'basis'> & { what?: string }
/** Leaves by the names that these employers know them by. */
export type Looked = { employers: readonly number[]; leaves: readonly string[] }
export type Records = {
  /** A row in the access log of every person in these leaves, or one that says that somebody looked and found nothing; durable when it resolves. */
  looked(asking: Asking, of: Looked, look: Look): Promise<void>
  /** The same, and answers the JMBG by leave. */
  numbersOf(asking: Asking, of: Looked, look: Look): Promise<Map<string, string>>
  /** Those of these rows of the register that hold today. */
  standing(asking: Asking, authorities: readonly number[]): Promise<ReadonlySet<number>>
  /** The key of what the employee shares with this employer, written down as a look at the diagnosis; null while nothing is shared. */
  shareKey(asking: Asking, pib: string, leave: string): Promise<Buffer | null>
}

declare module '../../platform/world.ts' {
  interface World {
    /** Set in the employers' process only. */
    records?: Records
  }
}

/** Beside the record its modules are loaded with the first question, so that the employers' process never loads them. */
export const recordsOf = async ({ world }: Asking): Promise<Records> => world.records ?? (await import('./records-here.ts')).recordsHere
