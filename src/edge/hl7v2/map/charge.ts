import { type Entry, type Json, put, some } from '../../draft/draft.ts'
import type { Segment, Value } from '../message.ts'
import { fill, type Mapping, rowsOf } from './mapping.ts'
import { practitioner } from './people.ts'
import { codeableConcept, coded, dateTime, decimal, entity, identifier, money, organization, organizationCoded, period, units } from './types.ts'
import { table } from '../../draft/table.ts'

// HL7 table 0017: a credit reverses a charge.
const statuses = table<string>({ CG: 'billable', CD: 'aborted', PY: 'billed' })

const rows = rowsOf([
  [2, 'identifier[]', identifier],
  [4, 'occurrenceDateTime', dateTime],
  [5, 'enteredDate', dateTime],
  [7, 'code', codeableConcept],
  [19, 'reason[]', codeableConcept],
  [20, 'performer[]', performer],
  [24, 'enterer', practitioner],
  [23, 'identifier[]', entity('FILL')],
  [11, 'priceOverride', money],
  [13, 'costCenter', organizationCoded],
  [32, 'performingOrganization', organization],
  [33, 'requestingOrganization', organization],
  [16, 'note[]', (value) => ({ text: value.whole() })],
])

function performer(value: Value, mapping: Mapping, place: string): Json | undefined {
  const actor = practitioner(value, mapping, place)
  return actor && { actor }
}

/** FT1: a service to the patient that is to be paid. */
export function charge(segment: Segment, mapping: Mapping): void {
  const entry = mapping.aboutPatient('ChargeItem', segment)
  if (entry === undefined) return
  segment.skip(1)
  const { resource } = entry
  resource['status'] = statuses[segment.text(6)?.toUpperCase() ?? ''] ?? 'unknown'
  fill(entry, segment, rows, mapping)
  const words = segment.first(8)?.whole()
  if (words !== undefined) resource['code'] = { ...(resource['code'] as Json | undefined), text: words }
  resource['code'] ??= { text: 'unknown' }
  const until = segment.first(4)?.part(2)
  const held = until === undefined || until === segment.text(4) ? undefined : period(segment.text(4), until)
  if (held !== undefined) {
    resource['occurrencePeriod'] = held
    delete resource['occurrenceDateTime']
  }
  const count = segment.first(10) && decimal(segment.first(10) as Value)
  if (count !== undefined) resource['quantity'] = { value: count }
  if (mapping.encounter !== undefined) resource['context'] = mapping.encounter.reference
  if (mapping.account !== undefined) resource['account'] = [mapping.account.reference]
  product(resource, segment, mapping)
  for (const done of [procedureOf(segment, mapping), dispensedOf(segment, mapping)]) if (done !== undefined) put(resource, 'service[]', done.reference)
  mapping.noted = entry
}

/** FT1-34 and 35: the product that was used, and its model. */
function product(resource: Json, segment: Segment, mapping: Mapping): void {
  const identifier_ = segment.first(34) && entity()(segment.first(34) as Value, mapping)
  const made = some({ identifier: identifier_ && [identifier_], modelNumber: segment.text(35) })
  if (made === undefined) return
  const entry = mapping.draft.add('Device', segment.place)
  Object.assign(entry.resource, made, { patient: mapping.patient?.reference })
  resource['productReference'] = entry.reference
}

/** FT1-25 and 26: the procedure that is charged. */
function procedureOf(segment: Segment, mapping: Mapping): Entry | undefined {
  const code = segment.first(25) && codeableConcept(segment.first(25) as Value)
  const entry = code && mapping.aboutPatient('Procedure', segment, 'subject', false)
  if (entry === undefined) return undefined
  Object.assign(entry.resource, { status: 'unknown', code })
  fill(entry, segment, codeRows, mapping)
  if (mapping.encounter !== undefined) entry.resource['encounter'] = mapping.encounter.reference
  return entry
}
const codeRows = rowsOf([[26, 'usedCode[]', coded('0340')]])

/** FT1-29, 42 and 43: the medicine that is charged, by which prescription, and how much of it. */
function dispensedOf(segment: Segment, mapping: Mapping): Entry | undefined {
  const medicine = segment.first(29) && codeableConcept(segment.first(29) as Value)
  const entry = medicine && mapping.aboutPatient('MedicationDispense', segment, 'subject', false)
  if (entry === undefined) return undefined
  Object.assign(entry.resource, { status: 'unknown', medicationCodeableConcept: medicine })
  const [amount, unit, number] = [segment.first(43) && decimal(segment.first(43) as Value), segment.first(43)?.inside(2), segment.text(42)]
  if (number !== undefined)
    entry.resource['authorizingPrescription'] = [{ type: 'MedicationRequest', identifier: some({ system: mapping.options.localSystem, value: number }) }]
  if (amount !== undefined) entry.resource['quantity'] = { value: amount, ...units(unit?.part(1), unit?.part(2), unit?.part(3)) }
  return entry
}
