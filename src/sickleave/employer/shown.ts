import type { Asking } from '../asking.ts'
import { type Looked, recordsOf } from './records.ts'
import type { EventRow } from './store.ts'
import type { EmployerEvent } from './wire.ts'

// Everything that an employer is shown about a person is in that person's access log before it leaves.

/** Writes one row for each person, or one that says that somebody looked and found nothing. */
export async function recordShown(asking: Asking, of: Looked): Promise<void> {
  const records = await recordsOf(asking)
  await records.looked(asking, of, { action: 'read', basis: 'employer' })
}

export async function shown(
  asking: Asking,
  employers: readonly number[],
  rows: readonly EventRow[],
  action: 'read' | 'export' = 'read',
): Promise<EmployerEvent[]> {
  const records = await recordsOf(asking)
  return asShown(rows, await records.numbersOf(asking, { employers, leaves: rows.map(({ knownAs }) => knownAs) }, { action, basis: 'employer' }))
}

/** Events as the employer reads them, each with the employee's personal number when that was given out for it. */
export function asShown(rows: readonly EventRow[], jmbg: ReadonlyMap<string, string>): EmployerEvent[] {
  return rows.map(({ seq, at, kind, knownAs, content }) => ({
    seq,
    at: at.toISOString(),
    kind,
    leave: knownAs,
    ...content,
    employee: { ...content.employee, jmbg: jmbg.get(knownAs) ?? null },
  }))
}
