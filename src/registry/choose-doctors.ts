import { access, relateAll } from '../access/access.ts'
import type { Transaction } from '../platform/world.ts'
import { unnest } from '../platform/unnest.ts'
import { endOfDay, startOfDay } from '../platform/calendar.ts'
import { parts } from './register.ts'
import { type ChosenDoctor, doctorCategories, type DoctorCategory } from './resources.ts'

const sourceOf = (category: DoctorCategory) => `registry:chosen-doctor:${category}`

/**
 * Takes over choices of doctor and tells access in the same transaction: from the same moment on the new doctor sees the record and the old one does
 * not. A choice that is already known changes nothing, so the Fund may send its list again.
 */
export async function chooseDoctors(tx: Transaction, rows: readonly ChosenDoctor[], at: Date): Promise<void> {
  for (const part of parts(rows)) {
    const given = unnest('given', part, {
      patient: 'int8',
      category: 'int2',
      worker: 'int4',
      institution: 'int4',
      unit: 'int4',
      fromDate: 'date',
      untilDate: 'date',
      reason: 'int2',
    })
    const left = await tx<{ patient: number; category: DoctorCategory }>`
      update registry.chosen_doctor former
         set until_date = greatest(former.from_date, given.from_date - 1)
        from ${given}
       where former.patient = given.patient and former.category = given.category and former.until_date is null
         and former.from_date < given.from_date
   returning former.patient, former.category`
    await endRelations(tx, left, at)
    const added = await tx<{ patient: number; category: DoctorCategory; fromDate: string }>`
      insert into registry.chosen_doctor (patient, category, worker, institution, unit, from_date, until_date, reason)
      select patient, category, worker, institution, unit, from_date, until_date, reason from ${given}
      on conflict do nothing
      returning patient, category, from_date`
    const isAdded = new Set(added.map((row) => `${row.patient} ${row.category} ${row.fromDate}`))
    await relateAll(tx, part.filter((row) => isAdded.has(`${row.patient} ${row.category} ${row.fromDate}`)).map(relationOf))
  }
}

// The relation names the worker alone: a unit in the row would open the record to the unit's whole roster.
function relationOf(row: ChosenDoctor) {
  return {
    patient: row.patient,
    kind: 'chosen-doctor' as const,
    worker: row.worker,
    institution: row.institution,
    from: startOfDay(row.fromDate),
    until: row.untilDate ? endOfDay(row.untilDate) : null,
    source: sourceOf(row.category),
  }
}

async function endRelations(tx: Transaction, left: { patient: number; category: DoctorCategory }[], at: Date): Promise<void> {
  for (const category of Object.keys(doctorCategories).map(Number) as DoctorCategory[]) {
    const keys = left.filter((row) => row.category === category).map((row) => row.patient)
    if (keys.length > 0) await access.endRelationsOf(tx, keys, sourceOf(category), at, 'registry')
  }
}
