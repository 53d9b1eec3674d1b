import { codingOf } from '../../draft/displays.ts'
import { type Entry, type Json, put, some } from '../../draft/draft.ts'
import type { Segment, Value } from '../message.ts'
import { type Convert, fill, type Mapping, momentIn, periodIn, rowsOf } from './mapping.ts'
import { codedPlace, location, practitioner } from './people.ts'
import { coded, codeableConcept, concept, dateTime, identifier, numberOf, organization, organizationNamed } from './types.ts'
import { table } from '../../draft/table.ts'

const act = 'http://terminology.hl7.org/CodeSystem/v3-ActCode'
// HL7 table 0004 to v3 ActCode, by HL7's own concept map.
const classes = table<readonly [string, string]>({
  I: ['IMP', 'inpatient encounter'],
  O: ['AMB', 'ambulatory'],
  E: ['EMER', 'emergency'],
  P: ['PRENC', 'pre-admission'],
  R: ['AMB', 'ambulatory'],
  B: ['IMP', 'inpatient encounter'],
  H: ['HH', 'home health'],
  INPATIENT: ['IMP', 'inpatient encounter'],
  OUTPATIENT: ['AMB', 'ambulatory'],
  EMERGENCY: ['EMER', 'emergency'],
  PREADMIT: ['PRENC', 'pre-admission'],
})
// The status that an event implies; for any other event the end of the visit decides.
const statuses = table<string>({
  A03: 'finished',
  A10: 'arrived',
  A12: 'in-progress',
  A13: 'in-progress',
  A21: 'onleave',
  A22: 'in-progress',
  A23: 'entered-in-error',
  A52: 'in-progress',
  A53: 'onleave',
  A05: 'planned',
  A14: 'planned',
  A38: 'cancelled',
  A11: 'cancelled',
  A27: 'cancelled',
  A16: 'in-progress',
  A25: 'in-progress',
})

const rows = rowsOf([
  // PV1-19 identifies the visit; PV1-50 is another number of it, PV1-54 the episode of care.
  [19, 'identifier[]', visitNumber],
  [50, 'identifier[]', identifier],
  [10, 'serviceType', coded('0069')],
  [4, 'type[]', coded('0007')],
  [18, 'type[]', coded('0018')],
  [5, 'hospitalization.preAdmissionIdentifier', identifier],
  [13, 'hospitalization.reAdmission', coded('0092')],
  [14, 'hospitalization.admitSource', coded('0023')],
  [15, 'hospitalization.specialArrangement[]', coded('0009')],
  [16, 'hospitalization.specialCourtesy[]', coded('0099')],
  [36, 'hospitalization.dischargeDisposition', coded('0112')],
  [38, 'hospitalization.dietPreference[]', coded('0114')],
  [7, 'participant[]', partaking('ATND', 'attender')],
  [8, 'participant[]', partaking('REF', 'referrer')],
  [9, 'participant[]', partaking('CON', 'consultant')],
  [17, 'participant[]', partaking('ADM', 'admitter')],
  [52, 'participant[]', partaking('PART', 'Participation')],
  [3, 'location[]', whereabouts('active')],
  [6, 'location[]', whereabouts('completed')],
  [11, 'location[]', whereabouts('active', true)],
  [42, 'location[]', whereabouts('planned')],
  [43, 'location[]', whereabouts('completed', true)],
  [39, 'serviceProvider', (value, mapping, place) => organizationNamed(mapping, place, value.part(1), undefined)],
])

/** PV1: a visit. */
export function encounter(segment: Segment, mapping: Mapping): void {
  const entry = mapping.aboutPatient('Encounter', segment, 'subject', mapping.isOf('ADT'))
  if (entry === undefined) return
  mapping.encounter = entry
  if (mapping.referral !== undefined) mapping.referral.resource['encounter'] ??= entry.reference
  const { resource } = entry
  segment.skip(1)
  resource['class'] = classOf(segment)
  fill(entry, segment, rows, mapping)
  const period = periodIn(segment, 44, 45, mapping)
  const { start, end } = { start: period?.['start'], end: segment.text(45) }
  if (period !== undefined) resource['period'] = period
  resource['status'] =
    statuses[mapping.message.event] ?? (end !== undefined ? 'finished' : mapping.message.type === 'ADT' || start !== undefined ? 'in-progress' : 'unknown')
  const destination = segment.first(37) && codedPlace(segment.first(37) as Value, mapping, `${segment.place}-37`)
  if (destination !== undefined) resource['hospitalization'] = { ...(resource['hospitalization'] as Json), destination }
  // A13 cancels the discharge that PV1 may still contain.
  if (mapping.message.event === 'A13') notDischarged(resource, segment, mapping)
  renumbered(entry, mapping)
  if (mapping.account !== undefined) resource['account'] = [mapping.account.reference]
  episode(entry, segment, mapping)
  importance(segment, mapping)
  mapping.noted = undefined
}

function notDischarged(resource: Json, segment: Segment, mapping: Mapping): void {
  const { period, hospitalization } = resource as Record<string, Json | undefined>
  if (period?.['end'] !== undefined) mapping.draft.lose(`${segment.place}-45`, 'is the end that the event takes back')
  resource['period'] = period?.['start'] === undefined ? undefined : { start: period['start'] }
  if (hospitalization === undefined) return
  const { dischargeDisposition: _, destination: __, ...rest } = hospitalization
  resource['hospitalization'] = some(rest)
}

/** Finds the visit by its former number, so that it stays the same visit. */
function renumbered(entry: Entry, mapping: Mapping): void {
  const former = mapping.formerVisit
  if (former === undefined) return
  mapping.formerVisit = undefined
  put(entry.resource, 'identifier[]', former)
  if (former['system'] !== undefined) entry.isFoundBy(former)
}

/** PV1-54: the course of treatment that the visit is part of. */
function episode(visit: Entry, segment: Segment, mapping: Mapping): void {
  if (segment.text(54) === undefined) return
  const entry = mapping.aboutPatient('EpisodeOfCare', segment, 'patient', false) as Entry
  fill(entry, segment, episodeRows, mapping)
  entry.resource['status'] = 'active'
  mapping.episode = entry
  put(visit.resource, 'episodeOfCare[]', entry.reference)
}
const episodeRows = rowsOf([[54, 'identifier[]', identifier]])

function classOf(segment: Segment): Json {
  const given = segment.text(2)?.toUpperCase() ?? ''
  const known = classes[given]
  if (known !== undefined) return { system: act, code: known[0], display: known[1] }
  // R4 demands a class. A missing one is unknown, and an untranslatable one keeps the sender's own code (R4: extensible).
  return given === ''
    ? { system: 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor', code: 'UNK', display: 'unknown' }
    : { system: 'http://terminology.hl7.org/CodeSystem/v2-0004', code: given }
}

function visitNumber(value: Value, mapping: Mapping, place: string): Json | undefined {
  const made = identifier(value, mapping, place)
  if (made === undefined) return undefined
  // Whatever type the sender gives the number, it is the number of the visit.
  const own = ((made['type'] as Json | undefined)?.['coding'] as Json[] | undefined) ?? []
  const visit = { system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'VN', display: 'Visit number' }
  return { ...made, type: { coding: own.some(({ code }) => code === 'VN') ? own : [visit, ...own], text: 'visit number' } }
}

function partaking(code: string, text: string): Convert {
  return (value, mapping, place) => {
    const individual = practitioner(value, mapping, place)
    return (
      individual && { type: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code, display: text }], text }], individual }
    )
  }
}

// PV1-11 and 43 are temporary places; HL7's map of PV1 has an extension for that, and R4 has nothing.
const temporary = 'http://hl7.org/fhir/uv/v2mappings/StructureDefinition/temporary-location'
function whereabouts(status: string, isTemporary = false): Convert {
  return (value, mapping, place) => {
    const held = location(value, mapping, place)
    if (held === undefined) return undefined
    return isTemporary ? { location: held, status, extension: [{ url: temporary, valueBoolean: true }] } : { location: held, status }
  }
}

/** PV1-16: a very important person; the patient is marked so, too. */
function importance(segment: Segment, mapping: Mapping): void {
  const given = segment.first(16) && concept(segment.first(16) as Value, 'http://terminology.hl7.org/CodeSystem/v2-0099')
  if (given === undefined || mapping.patient === undefined) return
  put(mapping.patient.resource, 'extension[]', { url: 'http://hl7.org/fhir/StructureDefinition/patient-importance', valueCodeableConcept: given })
  mapping.patient.comesFrom(`${segment.place} extension<16`)
}

/** PV2: more about the same visit. */
export function encounterMore(segment: Segment, mapping: Mapping): void {
  const entry = mapping.encounter
  if (entry === undefined) return
  const { resource } = entry
  fill(entry, segment, moreRows, mapping)
  expected(resource, momentIn(segment, 8, mapping))
  const field = segment.first(11) === undefined ? 10 : 11
  const days = segment.first(field) && numberOf(segment.first(field) as Value, mapping, `${segment.place}-${field}`)
  if (days !== undefined && days > 0) resource['length'] = { value: days, unit: 'd', system: 'http://unitsofmeasure.org', code: 'd' }
  secrecy(resource, segment, 22)
}
/** PV2-8, the expected admission. It becomes the beginning of a visit without one, and is kept beside an existing beginning. R4 has no element for it. */
function expected(resource: Json, admission: string | undefined): void {
  if (admission === undefined) return
  if (resource['period'] === undefined) resource['period'] = { start: admission }
  else put(resource, 'extension[]', { url: 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Encounter.plannedStartDate', valueDateTime: admission })
}
const moreRows = rowsOf([
  [3, 'reasonCode[]', codeableConcept],
  [12, 'reasonCode[]', (value) => ({ text: value.whole() })],
  [25, 'priority', priority],
  [13, 'participant[]', partaking('REF', 'referrer')],
  [38, 'extension[]', arrival],
  [9, 'extension[]', leaving],
  [23, 'serviceProvider', organization],
  [1, 'location[]', (value, to, place) => held(location(value, to, place), 'planned')],
])
const held = (place: Json | undefined, status: string) => place && { location: place, status }

// HL7 table 0217 to v3 ActPriority.
const priorities = table<string>({ '1': 'EM', '2': 'UR', '3': 'EL' })
function priority(value: Value): Json | undefined {
  const given = concept(value, 'http://terminology.hl7.org/CodeSystem/v2-0217')
  const all = (given?.['coding'] as Json[] | undefined) ?? []
  if (!all.some((one) => priorities[String(one['code'])] !== undefined)) return given
  return {
    ...given,
    coding: all.map((one) => {
      const code = String(one['system']).endsWith('v2-0217') || one['system'] === undefined ? priorities[String(one['code'])] : undefined
      return code === undefined ? one : codingOf('http://terminology.hl7.org/CodeSystem/v3-ActPriority', code)
    }),
  }
}
function arrival(value: Value): Json | undefined {
  const made = concept(value, 'http://terminology.hl7.org/CodeSystem/v2-0430')
  const valueCoding = (made?.['coding'] as Json[] | undefined)?.[0]
  return valueCoding && { url: 'http://hl7.org/fhir/StructureDefinition/encounter-modeOfArrival', valueCoding }
}
/** PV2-9, the expected discharge; R4 has no element for it. */
function leaving(value: Value): Json | undefined {
  const valueDateTime = dateTime(value)
  return valueDateTime === undefined ? undefined : { url: 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Encounter.plannedEndDate', valueDateTime }
}
// HL7 table 0177 to v3 Confidentiality.
const secrets = table<string>({ V: 'V', R: 'R', U: 'N', N: 'N' })
export function secrecy(resource: Json, segment: Segment, field: number): void {
  const code = secrets[segment.text(field)?.toUpperCase() ?? '']
  if (code !== undefined) put((resource['meta'] ??= {}) as Json, 'security[]', codingOf('http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code))
}
