import { numbers } from '../../identity/identity.ts'
import type { Entry } from '../../audit/audit.ts'
import { type Asking, entryOf } from '../asking.ts'
import type { EventRow } from './store.ts'
import type { EmployerEvent } from './wire.ts'

// Whatever an employer is shown about a person is in the access log of that person before it leaves.

const leavesMax = 5_000

/** Whose leaves these are: known to the server for the access log and the number on the document, never to the employer's role. */
async function patientsOf({ world }: Asking, leaves: readonly string[]): Promise<Map<string, number>> {
  const rows = await world.sql<{ knownAs: string; patient: number }>`
    select distinct known_as, patient from sickleave.document where known_as = any(${[...leaves]}::uuid[]) limit ${leavesMax}`
  return new Map(rows.map(({ knownAs, patient }) => [knownAs, patient]))
}

/** One row for each person, or one that says that somebody looked and found nothing. */
export async function recordShown(asking: Asking, leaves: readonly string[], more: Partial<Entry> = {}): Promise<Map<string, number>> {
  const patients = await patientsOf(asking, [...new Set(leaves)])
  const entry = { action: 'read', basis: 'employer', ...more } as const
  const disclosed = [...new Set(patients.values())]
  await asking.world.ledger.record(disclosed.length > 0 ? disclosed.map((patient) => entryOf(asking, patient, entry)) : [entryOf(asking, null, entry)])
  return patients
}

export async function shown(asking: Asking, rows: readonly EventRow[], action: 'read' | 'export' = 'read'): Promise<EmployerEvent[]> {
  const patients = await recordShown(
    asking,
    rows.map(({ knownAs }) => knownAs),
    { action },
  )
  const jmbg = await numbers.inClear(asking.world, [...new Set(patients.values())], 'jmbg')
  return rows.map(({ seq, at, kind, knownAs, content }) => ({
    seq,
    at: at.toISOString(),
    kind,
    leave: knownAs,
    ...content,
    employee: { ...content.employee, jmbg: jmbg.get(patients.get(knownAs) as number) ?? null },
  }))
}
