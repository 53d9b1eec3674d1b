import type { Entry } from '../../audit/audit.ts'
import type { Asking } from '../asking.ts'

// What the employer's side cannot do itself because it needs to know the person of a leave: the person's access log, the number on the paper, what
// the register says of a representative. Beside the record these are functions; the employers' process asks for them through the door.

export type Look = Pick<Entry, 'action' | 'basis'> & { what?: string }
/** Leaves by the ids under which these employers know them. */
export type Looked = { employers: readonly number[]; leaves: readonly string[] }
export type Records = {
  /** Writes a row in the access log of every person in these leaves, or one row that says that somebody looked and found nothing. Durable when it resolves. */
  looked(asking: Asking, of: Looked, look: Look): Promise<void>
  /** Writes the same rows, and answers the JMBG by leave. */
  numbersOf(asking: Asking, of: Looked, look: Look): Promise<Map<string, string>>
  /** Those of these rows of the register that are valid today. */
  standing(asking: Asking, authorities: readonly number[]): Promise<ReadonlySet<number>>
  /** The key of what the employee shares with this employer; giving it is recorded as a look at the diagnosis. Null while nothing is shared. */
  shareKey(asking: Asking, pib: string, leave: string): Promise<Buffer | null>
}

declare module '../../platform/world.ts' {
  interface World {
    /** Set only in the employers' process. */
    records?: Records
  }
}

/** Beside the record, these modules are loaded with the first question, so that the employers' process never loads them. */
export const recordsOf = async ({ world }: Asking): Promise<Records> => world.records ?? (await import('./records-here.ts')).recordsHere
