import { type Entry, type Json, put, some, periodOf } from '../../draft/draft.ts'
import type { Segment, Value } from '../message.ts'
import { fill, type Mapping, momentIn, rowsOf } from './mapping.ts'
import { inRole, location, practitioner } from './people.ts'
import { instruct, timedAsOfOld, timedBefore } from './timing.ts'
import { byTable, codeableConcept, concept, date, dateTime, decimal, entity, text, units } from './types.ts'
import { table } from '../../draft/table.ts'

// HL7 table 0322 (RXA-20).
const completions = table<string>({ CP: 'completed', PA: 'completed', RE: 'not-done', NA: 'not-done' })

const immunizationRows = rowsOf([
  [5, 'vaccineCode', codeableConcept],
  [3, 'occurrenceDateTime', dateTime],
  [15, 'lotNumber', text],
  [16, 'expirationDate', date],
  [17, 'manufacturer', manufacturer],
  [18, 'statusReason', codeableConcept],
  [19, 'reasonCode[]', codeableConcept],
  [20, 'status', byTable(completions)],
  [9, 'reportOrigin', codeableConcept],
  [10, 'performer[]', administering],
  [11, 'location', location],
  [22, 'recorded', dateTime],
])
function manufacturer(value: Value, mapping: Mapping, place: string): Json | undefined {
  const made = concept(value)
  const first = (made?.['coding'] as Json[] | undefined)?.[0]
  if (first === undefined) return undefined
  return mapping.draft.once(`mvx ${String(first['code'])}`, 'Organization', place, ({ resource }) => {
    resource['name'] = first['display'] ?? first['code']
    if (first['code'] !== undefined) resource['identifier'] = [some({ system: first['system'], value: first['code'] })]
  }).reference
}
function administering(value: Value, mapping: Mapping, place: string): Json | undefined {
  const actor = practitioner(value, mapping, place)
  return actor && { function: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0443', code: 'AP', display: 'Administering Provider' }] }, actor }
}

/** RXA: a vaccination in VXU, elsewhere a medicine given. */
export function administered(segment: Segment, mapping: Mapping): void {
  segment.skip(1, 2)
  if (!mapping.isOf('VXU', 'RSP')) return given(segment, mapping)
  const entry = mapping.aboutPatient('Immunization', segment, 'patient')
  if (entry === undefined) return
  const { resource } = entry
  fill(entry, segment, immunizationRows, mapping)
  const isRefused = /^RE$/i.test(segment.text(20) ?? '')
  if (/^(?:D|X)$/i.test(segment.text(21) ?? '')) resource['status'] = 'entered-in-error'
  resource['status'] ??= 'completed'
  if (isRefused && resource['statusReason'] === undefined)
    resource['statusReason'] = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'PATOBJ' }] }
  resource['occurrenceDateTime'] ??= undefined
  if (resource['occurrenceDateTime'] === undefined) Object.assign(resource, { occurrenceString: 'unknown' })
  resource['vaccineCode'] ??= { text: 'unknown' }
  const origin = (resource['reportOrigin'] as Json | undefined)?.['coding'] as Json[] | undefined
  // NIP001: 00 was given here, 01 to 08 are told by somebody else, from papers or by heart.
  if (/^0[0-8]$/.test(String(origin?.[0]?.['code']))) resource['primarySource'] = origin?.[0]?.['code'] === '00'
  dose(entry, segment)
  if (mapping.encounter !== undefined) resource['encounter'] = mapping.encounter.reference
  const { common } = mapping.order
  if (common !== undefined) ordered(entry, common, mapping)
  mapping.immunization = entry
  mapping.noted = entry
}

/** The order of a vaccination gives it its numbers and names the doctor who ordered it. */
function ordered(entry: Entry, common: Segment, mapping: Mapping): void {
  // 9999 is the number of all that was not given (CDC guide, ORC-3): found by it, one patient's refusal would be written over another's.
  if (common.text(3) === '9999') common.skip(3)
  else fill(entry, common, numberRows, mapping)
  fill(entry, common, orderedRows, mapping)
}
const numberRows = rowsOf([[3, 'identifier[]', entity('FILL')]])
const orderedRows = rowsOf([
  [2, 'identifier[]', entity('PLAC')],
  [12, 'performer[]', ordering],
])
function ordering(value: Value, mapping: Mapping, place: string): Json | undefined {
  const actor = practitioner(value, mapping, place)
  return actor && { function: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0443', code: 'OP', display: 'Ordering Provider' }] }, actor }
}

/** 999 means that the amount is not known (CDC guide; RXA-6). */
function dose(entry: Entry, segment: Segment): void {
  const amount = numberIn(segment, 6)
  if (amount !== undefined && amount !== 999) entry.resource['doseQuantity'] = { value: amount, ...unitsIn(segment, 7) }
  else unitsIn(segment, 7)
}

function given(segment: Segment, mapping: Mapping): void {
  const entry = mapping.aboutPatient('MedicationAdministration', segment)
  if (entry === undefined) return
  const { resource } = entry
  fill(entry, segment, givenRows, mapping)
  const [start, end] = [momentIn(segment, 3, mapping), momentIn(segment, 4, mapping)]
  if (end !== undefined && end !== start) resource['effectivePeriod'] = periodOf(start, end)
  else resource['effectiveDateTime'] = start ?? end
  if (resource['effectiveDateTime'] === undefined && resource['effectivePeriod'] === undefined) resource['_effectiveDateTime'] = absent
  resource['status'] = { NA: 'not-done', RE: 'not-done' }[segment.text(20)?.toUpperCase() ?? ''] ?? 'completed'
  resource['medicationCodeableConcept'] ??= { text: 'unknown' }
  const amount = numberIn(segment, 6)
  if (amount !== undefined && amount !== 999) resource['dosage'] = { dose: { value: amount, ...unitsIn(segment, 7) } }
  if (/^(?:D|X)$/i.test(segment.text(21) ?? '')) resource['status'] = 'entered-in-error'
  if (mapping.encounter !== undefined) resource['context'] = mapping.encounter.reference
  if (mapping.medication?.resource.resourceType === 'MedicationRequest') resource['request'] = mapping.medication.reference
  mapping.medication = entry
  mapping.noted = entry
}
const givenRows = rowsOf([
  [5, 'medicationCodeableConcept', codeableConcept],
  [10, 'performer[]', administering],
  [19, 'reasonCode[]', codeableConcept],
  [18, 'statusReason[]', codeableConcept],
  [9, 'note[]', (value) => ({ text: wordsOf(value) })],
])
const absent = { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] }

/** RXR: the way and the place, of the vaccination or of the medicine before it. */
export function route(segment: Segment, mapping: Mapping): void {
  const [way, site] = [
    segment.first(1) && concept(segment.first(1) as Value, 'http://terminology.hl7.org/CodeSystem/v2-0162'),
    segment.first(2) && concept(segment.first(2) as Value, 'http://terminology.hl7.org/CodeSystem/v2-0163'),
  ]
  const target = mapping.immunization ?? mapping.medication
  if (target === undefined) return mapping.draft.lose(segment.place, 'a route of nothing that was given')
  target.comesFrom(`${segment.place} route<1 site<2`)
  const { resource } = target
  if (mapping.immunization !== undefined) Object.assign(resource, some({ route: way, site }))
  else if (resource.resourceType === 'MedicationAdministration') {
    // mad-1 wants a dose or a rate; without one, the way alone stands as text.
    const dosage = resource['dosage'] as Json | undefined
    if (dosage !== undefined) Object.assign(dosage, some({ route: way, site }))
    else resource['dosage'] = some({ route: way, site, text: 'dose not given', dose: undefined, rateQuantity: undefined })
  } else {
    const [first = {}] = (resource['dosageInstruction'] ??= [{}]) as Json[]
    Object.assign(first, some({ route: way, site }))
  }
}

const prescriptionStatuses = table<string>({
  NW: 'active',
  XO: 'active',
  RE: 'active',
  CA: 'cancelled',
  OC: 'cancelled',
  CR: 'cancelled',
  DC: 'stopped',
  OD: 'stopped',
  HD: 'on-hold',
  OH: 'on-hold',
  RF: 'active',
})
const said = table<string>({
  A: 'active',
  CA: 'cancelled',
  CM: 'completed',
  DC: 'stopped',
  ER: 'entered-in-error',
  HD: 'on-hold',
  IP: 'active',
  SC: 'active',
  RP: 'stopped',
})

const commonRows = rowsOf([
  [2, 'identifier[]', entity('PLAC')],
  [3, 'identifier[]', entity('FILL')],
  [9, 'authoredOn', dateTime],
  [12, 'requester', inRole('OP')],
  [16, 'reasonCode[]', codeableConcept],
])

function prescription(segment: Segment, mapping: Mapping): Entry | undefined {
  const known = mapping.medication
  if (known?.resource.resourceType === 'MedicationRequest') return known
  const entry = mapping.aboutPatient('MedicationRequest', segment)
  if (entry === undefined) return undefined
  const { common } = mapping.order
  const { resource } = entry
  resource['status'] = said[common?.text(5)?.toUpperCase() ?? ''] ?? prescriptionStatuses[common?.text(1)?.toUpperCase() ?? ''] ?? 'unknown'
  resource['intent'] = 'order'
  if (mapping.encounter !== undefined) resource['encounter'] = mapping.encounter.reference
  if (common !== undefined) fill(entry, common, commonRows, mapping)
  mapping.medication = entry
  mapping.noted = entry
  return entry
}

const reasons = (field: number) => rowsOf([[field, 'reasonCode[]', codeableConcept]])
const encoded = { code: 2, min: 3, max: 4, unit: 5, how: 7, substitution: 9, amount: 10, amountUnit: 11, refills: 12, reasons: reasons(27), said: [20, 21] }
const asOrdered = { code: 1, min: 2, max: 3, unit: 4, how: 7, substitution: 9, amount: 11, amountUnit: 12, refills: 13, reasons: reasons(20), said: [6] }
// HL7 tables 0161 and 0167, by HL7's own concept map: whether another medicine may be given instead.
const substitutions = table<boolean>({ N: false, G: true, T: true, 0: true, 1: false })

/** RXO as it was prescribed, RXE as the pharmacy takes it: where both are, the later says more. */
export function prescribed(segment: Segment, mapping: Mapping): void {
  const entry = prescription(segment, mapping)
  if (entry === undefined) return
  const { resource } = entry
  const at = segment.name === 'RXE' ? encoded : asOrdered
  const medicine = segment.first(at.code) && concept(segment.first(at.code) as Value)
  if (medicine !== undefined) resource['medicationCodeableConcept'] = medicine
  resource['medicationCodeableConcept'] ??= { text: 'unknown' }
  const [dose, text] = [doseOf(segment, at), howTo(segment, at.how)]
  const instruction = some({ text, doseAndRate: dose && [dose] })
  if (instruction !== undefined) resource['dosageInstruction'] = [{ ...(resource['dosageInstruction'] as Json[] | undefined)?.[0], ...instruction }]
  if (segment.name === 'RXE') timedAsOfOld(entry, segment.first(1))
  timedAsOfOld(entry, mapping.order.common?.first(7))
  timedBefore(entry, mapping)
  supply(entry, segment, at)
  const allowedBoolean = substitutions[segment.text(at.substitution)?.toUpperCase() ?? '']
  if (allowedBoolean !== undefined) resource['substitution'] = { allowedBoolean }
  segment.first(at.substitution)?.skip(2, 3)
  for (const field of at.said) for (const value of segment.all(field)) put(resource, 'note[]', { text: wordsOf(value) })
  if (segment.name === 'RXE') fill(entry, segment, prescriptionNumber, mapping)
  entry.comesFrom(`${segment.place} medication<${at.code} dosageInstruction<${at.min}`)
  fill(entry, segment, at.reasons, mapping)
}
const prescriptionNumber = rowsOf([[15, 'identifier[]', entity()]])

/** A text that may be coded: its words, else the code. */
function wordsOf(value: Value): string {
  const [code, words] = [value.part(1), value.part(2)]
  value.skip(3)
  return words ?? code ?? value.whole()
}
const howTo = (segment: Segment, field: number): string | undefined => segment.all(field).map(wordsOf).join('; ') || undefined

const numberIn = (segment: Segment, field: number) => segment.first(field) && decimal(segment.first(field) as Value)
function unitsIn(segment: Segment, field: number): Json {
  const unit = segment.first(field)
  return units(unit?.part(1), unit?.part(2), unit?.part(3))
}

/** How much at once, and how much in a time (RXE-23 and 24: 100 mL/h). */
function doseOf(segment: Segment, at: typeof encoded | typeof asOrdered): Json | undefined {
  const parts = unitsIn(segment, at.unit)
  const [least, most] = [numberIn(segment, at.min), numberIn(segment, at.max)]
  const rate = segment.name === 'RXE' ? numberIn(segment, 23) : undefined
  return some({
    ...(least === undefined
      ? {}
      : most === undefined || segment.text(at.max) === segment.text(at.min)
        ? { doseQuantity: { value: least, ...parts } }
        : { doseRange: { low: { value: least, ...parts }, high: { value: most, ...parts } } }),
    rateQuantity: rate === undefined ? undefined : { value: rate, ...unitsIn(segment, 24) },
  })
}

function supply({ resource }: Entry, segment: Segment, at: typeof encoded | typeof asOrdered): void {
  const [amount, refills] = [numberIn(segment, at.amount), Number(segment.text(at.refills) ?? Number.NaN)]
  const made = some({
    quantity: amount === undefined ? undefined : { value: amount, ...unitsIn(segment, at.amountUnit) },
    numberOfRepeatsAllowed: Number.isInteger(refills) && refills >= 0 ? refills : undefined,
  })
  if (made !== undefined) resource['dispenseRequest'] = made
}

/** RXD: what was handed out. */
export function dispensed(segment: Segment, mapping: Mapping): void {
  const entry = mapping.aboutPatient('MedicationDispense', segment)
  if (entry === undefined) return
  segment.skip(1)
  const { resource } = entry
  resource['status'] = 'completed'
  fill(entry, segment, dispensedRows, mapping)
  resource['medicationCodeableConcept'] ??= { text: 'unknown' }
  const amount = numberIn(segment, 4)
  if (amount !== undefined) resource['quantity'] = { value: amount, ...unitsIn(segment, 5) }
  const text = howTo(segment, 12)
  if (text !== undefined) instruct(resource, { text })
  if (mapping.medication?.resource.resourceType === 'MedicationRequest') put(resource, 'authorizingPrescription[]', mapping.medication.reference)
  else if (mapping.order.common !== undefined) fill(entry, mapping.order.common, prescribedRows, mapping)
  if (mapping.order.common !== undefined) fill(entry, mapping.order.common, dispenseNumber, mapping)
  identifyDispense(entry, segment, mapping)
  if (mapping.encounter !== undefined) resource['context'] = mapping.encounter.reference
  mapping.medication = entry
  mapping.noted = entry
}
const dispensedRows = rowsOf([
  [2, 'medicationCodeableConcept', codeableConcept],
  [3, 'whenHandedOver', dateTime],
  [7, 'identifier[]', entity()],
  [9, 'note[]', (value) => ({ text: value.whole() })],
  [10, 'performer[]', dispenser],
])
const dispenseNumber = rowsOf([[3, 'identifier[]', entity('FILL')]])
const prescribedRows = rowsOf([[2, 'authorizingPrescription[]', prescriptionNumbered]])
function prescriptionNumbered(value: Value, mapping: Mapping): Json | undefined {
  const identifier = entity('PLAC')(value, mapping)
  return identifier && { type: 'MedicationRequest', identifier }
}
function dispenser(value: Value, mapping: Mapping, place: string): Json | undefined {
  const actor = practitioner(value, mapping, place)
  return actor && { actor }
}

/** RXD-7 is the number of the prescription, the same each time that something of it is handed out: found again by it, the second time would replace the first. */
function identifyDispense(entry: Entry, segment: Segment, mapping: Mapping): void {
  const { localSystem } = mapping.options
  const number = segment.text(7) ?? mapping.order.common?.text(3) ?? mapping.order.common?.text(2)
  if (localSystem === undefined || number === undefined) return entry.isFoundBy({})
  const own = { system: `${localSystem}:dispense`, value: [number, segment.text(1), segment.text(3)].filter((one) => one !== undefined).join('/') }
  put(entry.resource, 'identifier[]', own)
  entry.isFoundBy(own)
}
