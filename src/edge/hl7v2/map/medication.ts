import { type Entry, type Json, put, some, periodOf } from '../../draft/draft.ts'
import type { Segment, Value } from '../message.ts'
import { fill, type Mapping, momentIn, type Rows, rowsOf } from './mapping.ts'
import { facilityOf, isEnded } from './order.ts'
import { inRole, location, practitioner } from './people.ts'
import { batchOf, amountIn, medicineIn, mostInDay, numberIn, unitsIn } from './medicine.ts'
import { timedAsOfOld, timedBefore } from './timing.ts'
import { byTable, codeableConcept, concept, date, dateTime, entity, organizationCoded, text } from './types.ts'
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

/** RXA: a vaccination in VXU, in other messages a medicine that was given. */
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
  // NIP001: 00 was given here, 01 to 08 are reported by others, from papers or from memory.
  if (/^0[0-8]$/.test(String(origin?.[0]?.['code']))) resource['primarySource'] = origin?.[0]?.['code'] === '00'
  dose(entry, segment, mapping)
  if (segment.raw(4) === segment.raw(3)) segment.skip(4)
  if (mapping.encounter !== undefined) resource['encounter'] = mapping.encounter.reference
  const { common } = mapping.order
  if (common !== undefined) ordered(entry, common, mapping)
  mapping.immunization = entry
  mapping.noted = entry
}

/** The order of a vaccination gives it its numbers and the doctor who ordered it. */
function ordered(entry: Entry, common: Segment, mapping: Mapping): void {
  // 9999 is the number of everything that was not given (CDC guide, ORC-3): found by it, one patient's refusal would replace another's.
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

/** 999 means that the amount is unknown (CDC guide; RXA-6). */
function dose(entry: Entry, segment: Segment, mapping: Mapping): void {
  const amount = numberIn(segment, 6, mapping)
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
  const amount = numberIn(segment, 6, mapping)
  if (amount !== undefined && amount !== 999) resource['dosage'] = { dose: { value: amount, ...unitsIn(segment, 7) } }
  if (/^(?:D|X)$/i.test(segment.text(21) ?? '')) resource['status'] = 'entered-in-error'
  if (mapping.encounter !== undefined) resource['context'] = mapping.encounter.reference
  if (mapping.medication?.resource.resourceType === 'MedicationRequest') resource['request'] = mapping.medication.reference
  else if (mapping.order.common !== undefined) fill(entry, mapping.order.common, requestedRows, mapping)
  identifyGiven(entry, segment, mapping)
  batchOf(entry, segment, { lot: 15, expires: 16 }, mapping)
  mapping.medication = entry
  mapping.noted = entry
}
const requestedRows = rowsOf([[2, 'request', prescriptionNumbered]])
/** An order that is not in the message is referred to by its number. */
export function prescriptionNumbered(value: Value, mapping: Mapping): Json | undefined {
  const identifier = entity('PLAC')(value, mapping)
  return identifier && { type: 'MedicationRequest', identifier }
}

/** Identifies an administration by its order, its number in it and its time: otherwise the same message sent again would add a second dose. */
function identifyGiven(entry: Entry, segment: Segment, mapping: Mapping): void {
  const { localSystem } = mapping.options
  const { common } = mapping.order
  const number = common?.text(3) ?? common?.text(2)
  for (const field of [2, 3]) if (common?.text(field) === number) common?.skip(field)
  if (localSystem === undefined || number === undefined || segment.text(3) === undefined) return
  const own = {
    system: `${localSystem}:administration`,
    value: [number, segment.text(1), segment.text(2), segment.text(3), segment.text(5)].filter((one) => one !== undefined).join('/'),
  }
  put(entry.resource, 'identifier[]', own)
  entry.isFoundBy(own)
}
const givenRows = rowsOf([
  [5, 'medicationCodeableConcept', codeableConcept],
  [10, 'performer[]', administering],
  [19, 'reasonCode[]', codeableConcept],
  [18, 'statusReason[]', codeableConcept],
  [9, 'note[]', (value) => ({ text: wordsOf(value) })],
])
const absent = { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] }

/** RXR: route and site of the vaccination, or of the medicine, before it. */
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
    // mad-1 demands a dose or a rate; without one the route stands as text.
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

const placerNumber = rowsOf([[2, 'identifier[]', entity('PLAC')]])
const fillerNumber = rowsOf([[3, 'identifier[]', entity('FILL')]])
const commonRows = rowsOf([
  [9, 'authoredOn', dateTime],
  [10, 'recorder', inRole('EP')],
  [12, 'requester', inRole('OP')],
])
const reasonRows = rowsOf([[16, 'reasonCode[]', codeableConcept]])
const endedRows = rowsOf([[16, 'statusReason', codeableConcept]])

/**
 * The doctor's order (RXO), the pharmacy's version (RXE) and what is to be given at one time (RXG) become three requests, each based on the earlier
 * one. As one request, the ordered medicine would be lost when the pharmacy gives another.
 */
function prescription(segment: Segment, mapping: Mapping): Entry | undefined {
  const known = mapping.medication?.resource.resourceType === 'MedicationRequest' ? mapping.medication : undefined
  const entry = mapping.aboutPatient('MedicationRequest', segment)
  if (entry === undefined) return undefined
  const { common } = mapping.order
  const { resource } = entry
  resource['status'] = said[common?.text(5)?.toUpperCase() ?? ''] ?? prescriptionStatuses[common?.text(1)?.toUpperCase() ?? ''] ?? 'unknown'
  resource['intent'] = intents[segment.name]
  if (mapping.encounter !== undefined) resource['encounter'] = mapping.encounter.reference
  if (known !== undefined) resource['basedOn'] = [known.reference]
  if (common !== undefined) {
    fill(entry, common, commonRows, mapping)
    fill(entry, common, isEnded(common) ? endedRows : reasonRows, mapping)
    put(resource, 'supportingInformation[]', facilityOf(common, mapping))
  }
  numbered(entry, segment, known, mapping)
  mapping.medication = entry
  mapping.noted = entry
  return entry
}
const intents = table<string>({ RXO: 'original-order', RXE: 'filler-order', RXG: 'instance-order' })

/**
 * One number finds one thing. The placer's number is that of the order, the filler's that of the pharmacy's version; without one, the pharmacy's
 * version is found by the order's number and its kind.
 */
function numbered(entry: Entry, segment: Segment, known: Entry | undefined, mapping: Mapping): void {
  const { common } = mapping.order
  if (common !== undefined) {
    if (known === undefined) fill(entry, common, placerNumber, mapping)
    if (known?.resource['intent'] !== 'filler-order' && !isEncodedAfter(segment, mapping)) fill(entry, common, fillerNumber, mapping)
  }
  if (segment.name === 'RXE') fill(entry, segment, prescriptionNumber, mapping)
  const { localSystem } = mapping.options
  const number = common?.text(3) ?? common?.text(2)
  if (known === undefined || localSystem === undefined || number === undefined || entry.resource['identifier'] !== undefined) return
  const value = segment.name === 'RXG' ? [number, segment.text(1), segment.text(2)].filter((one) => one !== undefined).join('/') : number
  put(entry.resource, 'identifier[]', { system: `${localSystem}:${String(intents[segment.name])}`, value })
}
const prescriptionNumber = rowsOf([[15, 'identifier[]', entity()]])
/** Whether an RXE follows before the next order. */
function isEncodedAfter(segment: Segment, { message: { segments } }: Mapping): boolean {
  if (segment.name !== 'RXO') return false
  const rest = segments.slice(segments.indexOf(segment) + 1)
  const end = rest.findIndex(({ name }) => name === 'ORC' || name === 'RXO')
  return (end < 0 ? rest : rest.slice(0, end)).some(({ name }) => name === 'RXE')
}

const reasons = (field: number) => rowsOf([[field, 'reasonCode[]', codeableConcept]])
type Fields = Record<'code' | 'min' | 'max' | 'unit' | 'how' | 'substitution' | 'amount' | 'amountUnit' | 'refills' | 'most' | 'rate' | 'pharmacy', number> & {
  reasons: Rows
  said: number[]
}
/** A field number that no segment reaches. */
const nowhere = 200
const fields: Record<string, Fields> = {
  RXO: {
    code: 1,
    min: 2,
    max: 3,
    unit: 4,
    how: 7,
    substitution: 9,
    amount: 11,
    amountUnit: 12,
    refills: 13,
    most: 23,
    rate: 21,
    pharmacy: 32,
    reasons: reasons(20),
    said: [6],
  },
  RXE: {
    code: 2,
    min: 3,
    max: 4,
    unit: 5,
    how: 7,
    substitution: 9,
    amount: 10,
    amountUnit: 11,
    refills: 12,
    most: 19,
    rate: 23,
    pharmacy: 40,
    reasons: reasons(27),
    said: [20, 21],
  },
  RXG: {
    code: 4,
    min: 5,
    max: 6,
    unit: 7,
    how: 13,
    substitution: 10,
    amount: nowhere,
    amountUnit: nowhere,
    refills: nowhere,
    most: nowhere,
    rate: 15,
    pharmacy: nowhere,
    reasons: reasons(22),
    said: [9],
  },
}
const orderedByRows = rowsOf([[14, 'requester', inRole('OP')]])
const encodedByRows = rowsOf([[13, 'requester', inRole('OP')]])
// HL7 tables 0161 and 0167, by HL7's own concept map: whether another medicine may be given instead.
const substitutions = table<boolean>({ N: false, G: true, T: true, 0: true, 1: false })

/** RXO, RXE and RXG: what is to be given, how much, how and when. */
export function prescribed(segment: Segment, mapping: Mapping): void {
  const entry = prescription(segment, mapping)
  if (entry === undefined) return
  const { resource } = entry
  const at = fields[segment.name] as Fields
  resource['medicationCodeableConcept'] = medicineIn(segment, at.code) ?? { text: 'unknown' }
  const [dose, text] = [doseOf(segment, at, mapping), howTo(segment, at.how)]
  const instruction = some({ text, doseAndRate: dose && [dose], maxDosePerPeriod: mostInDay(segment, at.most, unitsIn(segment, at.unit), mapping) })
  if (instruction !== undefined) resource['dosageInstruction'] = [instruction]
  if (segment.name === 'RXE') timedAsOfOld(entry, segment.first(1))
  if (segment.name === 'RXG') timedAsOfOld(entry, segment.first(3))
  timedAsOfOld(entry, mapping.order.common?.first(7))
  timedBefore(entry, mapping)
  supply(entry, segment, at, mapping)
  const allowedBoolean = substitutions[segment.text(at.substitution)?.toUpperCase() ?? '']
  if (allowedBoolean !== undefined) resource['substitution'] = { allowedBoolean }
  segment.first(at.substitution)?.skip(2, 3)
  for (const field of at.said) for (const value of segment.all(field)) put(resource, 'note[]', { text: wordsOf(value) })
  if (resource['requester'] === undefined && segment.name !== 'RXG') fill(entry, segment, segment.name === 'RXE' ? encodedByRows : orderedByRows, mapping)
  entry.comesFrom(`${segment.place} medication<${at.code} dosageInstruction<${at.min}`)
  fill(entry, segment, at.reasons, mapping)
  if (segment.name === 'RXG') batchOf(entry, segment, { lot: 19, expires: 20 }, mapping)
}

/**
 * Copies the ordered route and times to the pharmacy's version where it gives none: without them a nurse would see a dose, but not when and how to
 * give it.
 */
export function finishPrescriptions({ draft }: Mapping): void {
  for (const { resource } of draft.entries) {
    if (resource.resourceType !== 'MedicationRequest') continue
    const [first] = (resource['basedOn'] ?? []) as Json[]
    const ordered = draft.find(first)?.resource
    if (ordered === undefined || JSON.stringify(ordered['medicationCodeableConcept']) !== JSON.stringify(resource['medicationCodeableConcept'])) continue
    const [known] = (ordered['dosageInstruction'] ?? []) as Json[]
    const [own] = (resource['dosageInstruction'] ?? []) as Json[]
    if (known === undefined) continue
    const { text, doseAndRate, ...ways } = known
    resource['dosageInstruction'] = [{ ...(own === undefined ? { ...some({ text, doseAndRate }) } : {}), ...ways, ...own }]
  }
}

/** A text that may be coded: its words, or the code when there are none. */
export function wordsOf(value: Value): string {
  const [code, words] = [value.part(1), value.part(2)]
  value.skip(3)
  return words ?? code ?? value.whole()
}
export const howTo = (segment: Segment, field: number): string | undefined => segment.all(field).map(wordsOf).join('; ') || undefined

/** The amount for one time, and the rate (RXE-23 and 24: 100 mL/h). */
function doseOf(segment: Segment, at: Fields, mapping: Mapping): Json | undefined {
  const parts = unitsIn(segment, at.unit)
  const [least, most] = [numberIn(segment, at.min, mapping), numberIn(segment, at.max, mapping)]
  const rate = numberIn(segment, at.rate, mapping)
  return some({
    ...(least === undefined
      ? {}
      : most === undefined || segment.text(at.max) === segment.text(at.min)
        ? { doseQuantity: { value: least, ...parts } }
        : { doseRange: { low: { value: least, ...parts }, high: { value: most, ...parts } } }),
    rateQuantity: rate === undefined ? undefined : { value: rate, ...unitsIn(segment, at.rate + 1) },
  })
}

function supply({ resource }: Entry, segment: Segment, at: Fields, mapping: Mapping): void {
  const refills = Number(segment.text(at.refills) ?? Number.NaN)
  const days = segment.name === 'RXO' ? numberIn(segment, 28, mapping) : undefined
  const first = segment.name === 'RXE' ? numberIn(segment, 39, mapping) : undefined
  const pharmacy = segment.first(at.pharmacy)
  const made = some({
    initialFill: first === undefined ? undefined : { quantity: { value: first, ...unitsIn(segment, at.amountUnit) } },
    dispenseInterval: days === undefined ? undefined : { value: days, unit: 'd', system: 'http://unitsofmeasure.org', code: 'd' },
    quantity: amountIn(segment, at.amount, at.amountUnit, mapping),
    numberOfRepeatsAllowed: Number.isInteger(refills) && refills >= 0 ? refills : undefined,
    performer: pharmacy && organizationCoded(pharmacy, mapping, `${segment.place}-${at.pharmacy}`),
  })
  if (made !== undefined) resource['dispenseRequest'] = made
}
