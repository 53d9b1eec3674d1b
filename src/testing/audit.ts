import type { Ending } from './for-file.ts'
import { createLedger, type Entry, type Ledger, type Who } from '../audit/audit.ts'
import type { World } from '../platform/world.ts'

export const doctorWho: Who = {
  id: 'doctor-1',
  name: 'др Милица Јовановић',
  kind: 'person',
  role: 'doctor',
  institution: 7,
  institutionName: 'ДЗ Савски венац',
  unit: 71,
  unitName: 'Општа медицина',
}

/** A plain read of a patient by a chosen doctor; a test gives only the fields that differ. */
export function anEntry(more: Partial<Entry> = {}): Entry {
  return {
    action: 'read',
    who: doctorWho,
    patient: 1001,
    what: 'Observation/7f9c0d52-5a1e-4f0e-9d3b-1a2b3c4d5e6f',
    purpose: 'treatment',
    basis: 'chosen-doctor',
    decision: 'permit',
    correlation: 'c-1',
    ...more,
  }
}

/** A ledger that closes before the test's database does; the world gets it too. */
export async function openLedger(t: Ending, world: World, lanes = 4): Promise<Ledger> {
  const ledger = await createLedger(world, { lanes })
  world.ledger = ledger
  t.after(() => ledger.close())
  return ledger
}

/** Records two looks in two streams: the transaction holds the only lane that transactions may have, so the record on the side takes the other. */
export async function lookTwice(ledger: Ledger, side: Partial<Entry> = {}, main: Partial<Entry> = {}): Promise<void> {
  await ledger.transaction(async (tx) => {
    await ledger.record([anEntry(side)])
    tx.audit([anEntry(main)])
  })
}
