import { type Entry, type Json, put } from '../../draft/draft.ts'
import { table } from '../../draft/table.ts'
import type { Segment, Value } from '../message.ts'
import { fill, type Mapping, rowsOf } from './mapping.ts'
import { amountIn } from './medicine.ts'
import { inRole } from './people.ts'
import { codeableConcept, dateTime, entity, organizationCoded } from './types.ts'

// HL7 tables 0038 and 0119 to R4 supplyrequest-status.
const statuses = table<string>({
  A: 'active',
  CA: 'cancelled',
  CM: 'completed',
  DC: 'cancelled',
  ER: 'entered-in-error',
  HD: 'suspended',
  IP: 'active',
  SC: 'active',
})
const controls = table<string>({
  NW: 'active',
  XO: 'active',
  CA: 'cancelled',
  OC: 'cancelled',
  CR: 'cancelled',
  DC: 'cancelled',
  HD: 'suspended',
  OH: 'suspended',
})

const rows = rowsOf([[10, 'occurrenceDateTime', dateTime]])
const commonRows = rowsOf([
  [2, 'identifier[]', entity('PLAC')],
  [3, 'identifier[]', entity('FILL')],
  [9, 'authoredOn', dateTime],
  [12, 'requester', inRole('OP')],
  [16, 'reasonCode[]', codeableConcept],
])

/** RQD: an item requested for the patient, an implant or a device, with its internal, external and hospital names. */
export function supply(segment: Segment, mapping: Mapping): void {
  const { patient } = mapping
  if (patient === undefined) return mapping.draft.lose(segment.place, 'is for a patient, and no PID stands before it')
  const entry = mapping.draft.add('SupplyRequest', segment.place, true)
  const { resource } = entry
  segment.skip(1)
  const { common } = mapping.order
  resource['status'] = statuses[common?.text(5)?.toUpperCase() ?? ''] ?? controls[common?.text(1)?.toUpperCase() ?? ''] ?? 'active'
  const names = [4, 2, 3].flatMap((field) => segment.all(field).map((value) => codeableConcept(value) ?? {}))
  const coding = names.flatMap((one) => (one['coding'] ?? []) as Json[])
  resource['itemCodeableConcept'] = coding.length > 0 ? { coding } : { text: 'not said' }
  resource['quantity'] = amountIn(segment, 5, 6, mapping) ?? { value: 1 }
  fill(entry, segment, rows, mapping)
  if (common !== undefined) fill(entry, common, commonRows, mapping)
  // This shows that it is for the patient; R4 has no second place for the one who receives it there (RQD-9).
  resource['deliverTo'] = patient.reference
  entry.comesFrom(`${segment.place} itemCodeableConcept<4 quantity<5`)
  mapping.supply = entry
  mapping.noted = undefined
}

/** RQ1: the supplier. */
export function supplier(segment: Segment, mapping: Mapping): void {
  const entry: Entry | undefined = mapping.supply
  const vendor = segment.first(4) && organizationCoded(segment.first(4) as Value, mapping, `${segment.place}-4`)
  if (entry === undefined) return mapping.draft.lose(segment.place, 'belongs to a request of something, and none stands before it')
  if (vendor !== undefined) put(entry.resource, 'supplier[]', vendor)
}
