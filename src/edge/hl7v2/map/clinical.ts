import { after, dateTimeOf } from '../../draft/dates.ts'
import { codingOf } from '../../draft/displays.ts'
import { type Entry, type Json, put, some } from '../../draft/draft.ts'
import type { Segment, Value } from '../message.ts'
import { type Convert, fill, type Mapping, momentIn, rowsOf } from './mapping.ts'
import { location, practitioner } from './people.ts'
import { byTable, codeableConcept, coded, dateTime, entity, entityIdentifier, positive, wholeText } from './types.ts'
import { plainCode } from '../../draft/national.ts'
import { codeSystem } from '../../draft/systems.ts'
import { table } from '../../draft/table.ts'

const clinical = (kind: 'allergyintolerance' | 'condition', code: string) => ({
  coding: [codingOf(`http://terminology.hl7.org/CodeSystem/${kind}-clinical`, code)],
})

// HL7 table 0127 to the categories of R4, and table 0128 to its criticality.
const categories = table<string>({ DA: 'medication', FA: 'food', EA: 'environment', PA: 'environment', AA: 'environment', LA: 'environment' })
const criticalities = table<string>({ SV: 'high', MO: 'low', MI: 'low', U: 'unable-to-assess' })
const severities = table<string>({ SV: 'severe', MO: 'moderate', MI: 'mild' })

// HL7 table 0436, of which R4 knows two kinds.
const sensitivities = table<string>({ AL: 'allergy', IN: 'intolerance', AD: 'intolerance', SE: 'intolerance' })

const allergyRows = rowsOf([
  [2, 'category[]', byTable(categories)],
  [3, 'code', codeableConcept],
  [4, 'criticality', byTable(criticalities)],
])

/** AL1 and IAM: two segments for the same kind of allergy. */
export function allergy(segment: Segment, mapping: Mapping): void {
  const entry = mapping.aboutPatient('AllergyIntolerance', segment, 'patient')
  if (entry === undefined) return
  segment.skip(1)
  const { resource } = entry
  fill(entry, segment, allergyRows, mapping)
  resource['clinicalStatus'] = clinical('allergyintolerance', 'active')
  mapping.noted = entry
  const isMore = segment.name === 'IAM'
  const onset = segment.first(isMore ? 11 : 6)
  const began = onset && dateTime(onset)
  const manifestation = segment
    .all(5)
    .map((value) => ({ text: wholeText(value) ?? '' }))
    .filter((one) => one.text !== '')
  const severity = severities[segment.text(4)?.toUpperCase() ?? '']
  if (manifestation.length > 0) resource['reaction'] = [some({ manifestation, onset: began, severity })]
  else if (began !== undefined) resource['onsetDateTime'] = began
  if (isMore) fill(entry, segment, allergyNumberRows, mapping)
  // All kinds in HL7 table 0127 but the last are allergies.
  const kind = segment.text(2)?.toUpperCase() ?? ''
  if (kind === 'MA' || categories[kind] !== undefined) resource['type'] ??= 'allergy'
  if (!isMore) return
  const recorded = segment.first(13) && dateTime(segment.first(13) as Value)
  if (recorded !== undefined) resource['recordedDate'] = recorded
  const since = segment.first(12) && wholeText(segment.first(12) as Value)
  if (since !== undefined && began === undefined) resource['onsetString'] = since
  segment.first(6)?.skip(2, 3)
  if (/^D$/i.test(segment.text(6) ?? '')) resource['clinicalStatus'] = clinical('allergyintolerance', 'inactive')
  certainty(segment, resource)
}

/** IAM-17, HL7 table 0438: how certain the allergy is, and whether it is still active. An entry made in error has no clinical status (ait-2). */
function certainty(segment: Segment, resource: Json): void {
  const known = certainties[segment.text(17)?.toUpperCase() ?? '']
  if (known === undefined) return
  segment.skip(17)
  const [code, isActive] = known
  resource['verificationStatus'] = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification', code }] }
  if (isActive === null) delete resource['clinicalStatus']
  else if (!isActive) resource['clinicalStatus'] = clinical('allergyintolerance', 'inactive')
}
const certainties = table<readonly [string, boolean | null]>({
  U: ['unconfirmed', true],
  P: ['unconfirmed', true],
  S: ['unconfirmed', true],
  D: ['unconfirmed', true],
  C: ['confirmed', true],
  I: ['confirmed', false],
  E: ['entered-in-error', null],
})
const allergyNumberRows = rowsOf([
  [7, 'identifier[]', entity()],
  [9, 'type', byTable(sensitivities)],
])

const roles = table<readonly [string, string]>({
  A: ['AD', 'Admission diagnosis'],
  F: ['DD', 'Discharge diagnosis'],
  W: ['CM', 'Comorbidity diagnosis'],
})

/** DG1-2 and PR1-2, which older senders fill instead of the third part of the code: `DG1|1|I10|J18.9|Пнеумонија`. */
function codedBy(entry: Entry, segment: Segment): void {
  const system = codeSystem(segment.text(2))
  const [first] = ((entry.resource['code'] as Json | undefined)?.['coding'] ?? []) as Json[]
  if (first?.['code'] === undefined || first['system'] !== undefined || system === undefined) return
  Object.assign(first, { system, code: plainCode(String(first['code']), system) })
  entry.comesFrom(`${segment.place} code<2`)
}

const diagnosisRows = rowsOf([
  [20, 'identifier[]', entity()],
  [3, 'code', codeableConcept],
  [5, 'onsetDateTime', dateTime],
  [16, 'asserter', practitioner],
])

const verification = 'http://terminology.hl7.org/CodeSystem/condition-ver-status'
const inError = { coding: [{ system: verification, code: 'entered-in-error' }] }

/** DG1: a condition, and a diagnosis of the visit in whose message it stands. */
export function diagnosis(segment: Segment, mapping: Mapping): void {
  const entry = mapping.aboutPatient('Condition', segment)
  if (entry === undefined) return
  segment.skip(1, 2)
  const { resource } = entry
  fill(entry, segment, diagnosisRows, mapping)
  codedBy(entry, segment)
  // HL7 table 0136: confidential.
  if (/^Y$/i.test(segment.text(18) ?? '')) put(resource, 'meta.security[]', codingOf('http://terminology.hl7.org/CodeSystem/v3-Confidentiality', 'R'))
  const words = segment.first(4) && wholeText(segment.first(4) as Value)
  if (words !== undefined) resource['code'] = { ...(resource['code'] as Json), text: words }
  const asserted = segment.first(19) && dateTime(segment.first(19) as Value)
  if (asserted !== undefined) resource['extension'] = [{ url: 'http://hl7.org/fhir/StructureDefinition/condition-assertedDate', valueDateTime: asserted }]
  mapping.noted = entry
  mapping.apart.set(entry, segment.text(6) ?? '')
  const isTakenBack = /^D$/i.test(segment.text(21) ?? '')
  if (isTakenBack) resource['verificationStatus'] = inError
  const cause = madeOf(entry, segment.first(22), mapping)
  if (cause !== undefined) put(resource, 'extension[]', { url: 'http://hl7.org/fhir/StructureDefinition/condition-dueTo', valueReference: cause })
  if (!isTakenBack) reasonOf(entry, mapping)
  if (mapping.encounter === undefined) {
    resource['category'] = [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-category', code: 'problem-list-item' }] }]
    return
  }
  resource['encounter'] = mapping.encounter.reference
  resource['category'] = [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-category', code: 'encounter-diagnosis' }] }]
  // A diagnosis made in error is not a diagnosis of the visit.
  if (isTakenBack) return
  const role = roles[segment.text(6)?.toUpperCase() ?? '']
  const rank = segment.first(15) && positive(segment.first(15) as Value)
  const use = role && { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/diagnosis-role', code: role[0], display: role[1] }] }
  const listed = ((mapping.encounter.resource as Json & { diagnosis?: Json[] }).diagnosis ??= [])
  listed.push(some({ condition: entry.reference, use, rank }) as Json)
  if (mapping.episode !== undefined) put(mapping.episode.resource, 'diagnosis[]', some({ condition: entry.reference, role: use, rank }))
}

/** DG1-22 and PR1-25: the cause, by its number. When an earlier segment of the message has that number, the reference points to it. */
function madeOf(entry: Entry, value: Value | undefined, mapping: Mapping): Json | undefined {
  const number = value && entityIdentifier(value, mapping)
  if (number === undefined) return undefined
  const type = entry.resource.resourceType
  const isIt = (other: Entry) =>
    other !== entry &&
    other.resource.resourceType === type &&
    ((other.resource['identifier'] ?? []) as Json[]).some(({ system, value: own }) => own === number['value'] && system === number['system'])
  return mapping.draft.entries.find(isIt)?.reference ?? { type, identifier: number }
}

// In these messages a diagnosis after an order is the reason for the order (HL7 2.8, 4.4).
const ordering = ['ORM', 'OML', 'OMG', 'OMI', 'OMP', 'OPL', 'RDE']
function reasonOf(entry: Entry, mapping: Mapping): void {
  if (!mapping.isOf(...ordering)) return
  const medicine = mapping.medication?.resource.resourceType === 'MedicationRequest' ? mapping.medication : undefined
  const asked = mapping.order.request ?? medicine
  if (asked !== undefined) put(asked.resource, 'reasonReference[]', entry.reference)
}

const procedureRows = rowsOf([
  [23, 'location', location],
  [19, 'identifier[]', entity()],
  [3, 'code', codeableConcept],
  [6, 'category', coded('0230')],
  [15, 'reasonCode[]', codeableConcept],
])
const performerRows = rowsOf([
  [8, 'performer[]', performing('88189002', 'Anesthesiologist')],
  [11, 'performer[]', performing('304292004', 'Surgeon')],
  [12, 'performer[]', performing('158970007', 'Resident practitioner')],
])
function performing(code: string, text: string): Convert {
  return (value, mapping, place) => {
    const actor = practitioner(value, mapping, place)
    return actor && { function: { coding: [{ system: 'http://snomed.info/sct', code }], text }, actor }
  }
}

/** PR1: a procedure. */
export function procedure(segment: Segment, mapping: Mapping): void {
  const entry = mapping.aboutPatient('Procedure', segment)
  if (entry === undefined) return
  mapping.procedure = entry
  segment.skip(1, 2)
  fill(entry, segment, procedureRows, mapping)
  codedBy(entry, segment)
  const { resource } = entry
  performed(resource, segment, mapping)
  const words = segment.first(4) && wholeText(segment.first(4) as Value)
  if (words !== undefined) resource['code'] = { ...(resource['code'] as Json), text: words }
  if (mapping.encounter !== undefined) resource['encounter'] = mapping.encounter.reference
  const whole = madeOf(entry, segment.first(25), mapping)
  if (whole !== undefined) resource['partOf'] = [whole]
  mapping.noted = entry
  fill(entry, segment, performerRows, mapping)
}

/**
 * PR1-5 and 7: the start, and the length in minutes. A procedure that lay ahead when the message was written is planned; one that is taken back
 * (PR1-20) was an error.
 */
function performed(resource: Json, segment: Segment, mapping: Mapping): void {
  const start = momentIn(segment, 5, mapping)
  const [minutes, written] = [Number(segment.text(7) ?? Number.NaN), dateTimeOf(mapping.message.segments[0]?.text(7) ?? '')]
  if (start?.includes('T') && minutes >= 1) resource['performedPeriod'] = { start, end: after(start, minutes) }
  else if (start !== undefined) resource['performedDateTime'] = start
  const isAhead = start !== undefined && written !== undefined && Date.parse(start) > Date.parse(written)
  resource['status'] = start === undefined ? 'unknown' : isAhead ? 'preparation' : 'completed'
  if (/^D$/i.test(segment.text(20) ?? '')) resource['status'] = 'entered-in-error'
}

const problemRows = rowsOf([
  [4, 'identifier[]', entity()],
  [3, 'code', codeableConcept],
  [16, 'onsetDateTime', dateTime],
  [9, 'abatementDateTime', dateTime],
  [2, 'recordedDate', dateTime],
  [7, 'extension[]', establishedOn],
  [26, 'severity', codeableConcept],
])
function establishedOn(value: Value): Json | undefined {
  const valueDateTime = dateTime(value)
  return valueDateTime === undefined ? undefined : { url: 'http://hl7.org/fhir/StructureDefinition/condition-assertedDate', valueDateTime }
}
const sure = table<string>({
  C: 'confirmed',
  CONFIRMED: 'confirmed',
  P: 'provisional',
  PROVISIONAL: 'provisional',
  D: 'differential',
  DIFFERENTIAL: 'differential',
  U: 'unconfirmed',
})
const problemStatuses = table<string>({ ACTIVE: 'active', A: 'active', INACTIVE: 'inactive', I: 'inactive', RESOLVED: 'resolved', R: 'resolved' })

/** PRB: an entry of the problem list. */
export function problem(segment: Segment, mapping: Mapping): void {
  const entry = mapping.aboutPatient('Condition', segment)
  if (entry === undefined) return
  segment.skip(1)
  fill(entry, segment, problemRows, mapping)
  const { resource } = entry
  resource['category'] = [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-category', code: 'problem-list-item' }] }]
  const given = problemStatuses[segment.text(14)?.toUpperCase() ?? '']
  // con-4: an abated condition is not active.
  const code = resource['abatementDateTime'] === undefined ? (given ?? 'active') : given === undefined || given === 'active' ? 'resolved' : given
  resource['clinicalStatus'] = clinical('condition', code)
  const certain = sure[segment.text(13)?.toUpperCase() ?? '']
  if (certain !== undefined) resource['verificationStatus'] = { coding: [{ system: verification, code: certain }] }
  segment.first(13)?.skip(2, 3)
  segment.first(14)?.skip(2, 3)
  const since = segment.first(17) && wholeText(segment.first(17) as Value)
  if (since !== undefined && resource['onsetDateTime'] === undefined) resource['onsetString'] = since
  else if (since !== undefined) put(resource, 'note[]', { text: since })
  // DE deletes the problem; con-5: an entry made in error has no clinical status.
  if (/^DE?$/i.test(segment.text(1) ?? '')) {
    resource['verificationStatus'] = inError
    delete resource['clinicalStatus']
  }
  mapping.noted = entry
}
