import { type Json, some } from '../../draft/draft.ts'
import type { Segment, Value } from '../message.ts'
import type { Mapping } from './mapping.ts'
import { quantity } from './types.ts'

/** CDO: the maximum dose of the medicine before it, in a period. */
export function doseLimit(segment: Segment, mapping: Mapping): void {
  const { medication } = mapping
  if (medication?.resource.resourceType !== 'MedicationRequest') return mapping.draft.lose(segment.place, 'limits a prescription, and none stands before it')
  segment.skip(1, 2)
  const [most, within] = [3, 4].map((field) => segment.first(field) && quantity(segment.first(field) as Value, mapping, `${segment.place}-${field}`))
  if (most === undefined) return
  // A maximum without a period is not a rate, but would be read as one.
  if (within === undefined) return mapping.draft.lose(`${segment.place}-3`, 'says how much, and not in what time')
  const maxDosePerPeriod = some({ numerator: most, denominator: within }) as Json
  const all = (medication.resource['dosageInstruction'] ??= [{}]) as Json[]
  for (const one of all) one['maxDosePerPeriod'] = maxDosePerPeriod
  medication.comesFrom(`${segment.place} dosageInstruction<3`)
}
