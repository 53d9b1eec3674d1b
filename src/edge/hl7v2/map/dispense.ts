import { type Entry, type Json, put, some } from '../../draft/draft.ts'
import type { Segment, Value } from '../message.ts'
import { fill, type Mapping, rowsOf } from './mapping.ts'
import { howTo, prescriptionNumbered } from './medication.ts'
import { amountIn, batchOf, mostInDay, unitsIn } from './medicine.ts'
import { practitioner } from './people.ts'
import { instruct } from './timing.ts'
import { codeableConcept, coded, dateTime, entity } from './types.ts'

/** RXD: a medicine that was handed out. */
export function dispensed(segment: Segment, mapping: Mapping): void {
  const entry = mapping.aboutPatient('MedicationDispense', segment)
  if (entry === undefined) return
  segment.skip(1)
  const { resource } = entry
  resource['status'] = 'completed'
  fill(entry, segment, dispensedRows, mapping)
  resource['medicationCodeableConcept'] ??= { text: 'unknown' }
  const amount = amountIn(segment, 4, 5, mapping)
  if (amount !== undefined) resource['quantity'] = amount
  instruct(resource, { text: howTo(segment, 15), maxDosePerPeriod: mostInDay(segment, 12, unitsIn(segment, 5), mapping) })
  const prescription = segment.first(7) && entity()(segment.first(7) as Value, mapping)
  if (mapping.medication?.resource.resourceType === 'MedicationRequest')
    put(resource, 'authorizingPrescription[]', Object.assign(mapping.medication.reference, some({ identifier: prescription })))
  else if (prescription !== undefined) put(resource, 'authorizingPrescription[]', { type: 'MedicationRequest', identifier: prescription })
  else if (mapping.order.common !== undefined) fill(entry, mapping.order.common, prescribedRows, mapping)
  if (mapping.order.common !== undefined) fill(entry, mapping.order.common, dispenseNumber, mapping)
  identifyDispense(entry, segment, mapping)
  batchOf(entry, segment, { lot: 18, expires: 19 }, mapping)
  if (mapping.encounter !== undefined) resource['context'] = mapping.encounter.reference
  mapping.medication = entry
  mapping.noted = entry
}
const dispensedRows = rowsOf([
  [2, 'medicationCodeableConcept', codeableConcept],
  [3, 'whenHandedOver', dateTime],
  [9, 'note[]', (value) => ({ text: value.whole() })],
  [10, 'performer[]', dispenser],
  [33, 'type', coded('0484')],
])
const dispenseNumber = rowsOf([[3, 'identifier[]', entity('FILL')]])
const prescribedRows = rowsOf([[2, 'authorizingPrescription[]', prescriptionNumbered]])
function dispenser(value: Value, mapping: Mapping, place: string): Json | undefined {
  const actor = practitioner(value, mapping, place)
  return actor && { actor }
}

/** RXD-7 is the number of the prescription, the same for each dispense. A dispense found by this number alone would replace the one before. */
function identifyDispense(entry: Entry, segment: Segment, mapping: Mapping): void {
  const { localSystem } = mapping.options
  const number = segment.text(7) ?? mapping.order.common?.text(3) ?? mapping.order.common?.text(2)
  if (localSystem === undefined || number === undefined) return entry.isFoundBy({})
  const own = { system: `${localSystem}:dispense`, value: [number, segment.text(1), segment.text(3)].filter((one) => one !== undefined).join('/') }
  put(entry.resource, 'identifier[]', own)
  entry.isFoundBy(own)
}
