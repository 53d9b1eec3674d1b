import { codingOf } from '../../draft/displays.ts'
import { type Entry, type Json, put, some } from '../../draft/draft.ts'
import type { Segment, Value } from '../message.ts'
import { fill, type Mapping, periodIn, rowsOf } from './mapping.ts'
import { gender, language } from './patient.ts'
import { practitioner } from './people.ts'
import { kin } from './relatives.ts'
import { address, coded, concept, date, dateTime, humanName, identifier, money, numbered, organization, telecom } from './types.ts'
import { table } from '../../draft/table.ts'

/** IN1: an insurance of the patient: who pays, and under which policy. */
export function insurance(segment: Segment, mapping: Mapping): void {
  const entry = mapping.aboutPatient('Coverage', segment, 'beneficiary', mapping.isOf('ADT'))
  if (entry === undefined) return
  mapping.coverage = entry
  segment.skip(1)
  const { resource } = entry
  resource['status'] = 'active'
  const payer = payerOf(segment, mapping)
  fill(entry, segment, insuranceRows, mapping)
  // The insured person's number with the insurer. Older senders give only that of the policy.
  const subscriber = segment.text(49) ?? segment.text(36)
  if (subscriber !== undefined) resource['subscriberId'] = subscriber
  const period = periodIn(segment, 12, 13, mapping)
  if (period !== undefined) resource['period'] = period
  classes(entry, segment)
  deductible(entry, segment)
  holder(entry, segment, mapping)
  // R4 demands a payor; when nobody else is named, it is the patient.
  resource['payor'] = [payer?.reference ?? (mapping.patient as Entry).reference]
  insured(segment, mapping, entry)
}
const insuranceRows = rowsOf([
  [36, 'identifier[]', identifier],
  [47, 'type', codedType],
  [15, 'type', coded('0086')],
  [49, 'identifier[]', identifier],
  [17, 'relationship', relationship],
])

function payerOf(segment: Segment, mapping: Mapping): Entry | undefined {
  const [name, number] = [segment.first(4), segment.first(3)]
  if (name === undefined && number === undefined) return undefined
  const reference = name && organization(name, mapping, `${segment.place}-4`)
  const known = mapping.draft.find(reference)
  const entry = known ?? mapping.draft.add('Organization', segment.place)
  fill(entry, segment, payerRows, mapping)
  // org-1: an Organization needs a number or a name.
  if (entry.resource['name'] === undefined && entry.resource['identifier'] === undefined) entry.resource['name'] = 'unknown'
  return entry
}
const payerRows = rowsOf([
  [3, 'identifier[]', identifier],
  [5, 'address[]', address],
  [7, 'telecom[]', telecom],
  [6, 'contact[]', contact],
])
function contact(value: Value): Json | undefined {
  const name = humanName(value)
  return name && { name }
}
function codedType(value: Value): Json | undefined {
  return concept(value, 'http://terminology.hl7.org/CodeSystem/v2-0309')
}

// HL7 table 0063 to R4 subscriber-relationship.
const relations = table<string>({
  SEL: 'self',
  SLF: 'self',
  '18': 'self',
  SPO: 'spouse',
  '01': 'spouse',
  CHD: 'child',
  '19': 'child',
  PAR: 'parent',
  MTH: 'parent',
  FTH: 'parent',
  DOM: 'common',
  OTH: 'other',
})
function relationship(value: Value): Json | undefined {
  const given = concept(value, 'http://terminology.hl7.org/CodeSystem/v2-0063')
  const first = (given?.['coding'] as Json[] | undefined)?.[0]
  const code = relations[String(first?.['code']).toUpperCase()]
  return code === undefined ? given : { coding: [codingOf('http://terminology.hl7.org/CodeSystem/subscriber-relationship', code)] }
}

/** The plan (2, 35) and the group (8, 9) as classes of the coverage. */
function classes(entry: Entry, segment: Segment): void {
  const add = (code: string, value: string | undefined, name?: string) => {
    if (value !== undefined)
      put(entry.resource, 'class[]', some({ type: { coding: [codingOf('http://terminology.hl7.org/CodeSystem/coverage-class', code)] }, value, name }))
  }
  add('plan', segment.first(2)?.part(1), segment.first(2)?.part(2))
  add('group', segment.text(8), segment.text(9))
}

/** IN1-37: what the patient pays first; a price (CP) with its kind. */
function deductible(entry: Entry, segment: Segment): void {
  const given = segment.first(37)
  const valueMoney = given && money(given)
  if (given === undefined || valueMoney === undefined) return
  const kind = given.part(2)
  const type = kind === undefined ? undefined : { coding: [codingOf('http://terminology.hl7.org/CodeSystem/v2-0205', kind)] }
  put(entry.resource, 'costToBeneficiary[]', some({ type, valueMoney }))
}

/** IN1-11 and 44: when the employer's group is insured, the employer holds the policy. */
function holder(entry: Entry, segment: Segment, mapping: Mapping): void {
  const reference = segment.first(11) && organization(segment.first(11) as Value, mapping, `${segment.place}-11`)
  const employer = mapping.draft.find(reference)
  if (employer === undefined) return
  entry.resource['policyHolder'] = reference
  if (employer.resource['address'] === undefined) fill(employer, segment, holderRows, mapping)
}
const holderRows = rowsOf([[44, 'address[]', address]])

/** IN1-16 and after: the insured person, when it is not the patient. */
function insured(segment: Segment, mapping: Mapping, coverage: Entry): void {
  const isSelf = /^(?:SEL|SLF|18|SELF)$/i.test(segment.text(17) ?? '')
  if (segment.first(16) === undefined) return
  if (isSelf) {
    coverage.resource['subscriber'] = mapping.patient?.reference
    return
  }
  const entry = mapping.aboutPatient('RelatedPerson', segment, 'patient', false) as Entry
  fill(entry, segment, insuredRows, mapping)
  coverage.resource['subscriber'] = entry.reference
}
const insuredRows = rowsOf([
  [16, 'name[]', humanName],
  [17, 'relationship[]', kin],
  [18, 'birthDate', date],
  [19, 'address[]', address],
  [43, 'gender', gender],
  [49, 'identifier[]', identifier],
])

/** IN2: more numbers of the same insurance and of the patient with the insurer. */
export function insuranceMore(segment: Segment, mapping: Mapping): void {
  const { coverage } = mapping
  if (coverage === undefined) return
  fill(coverage, segment, patientNumberRows, mapping)
  const employer = mapping.draft.find(coverage.resource['policyHolder'] as Json | undefined)
  if (employer !== undefined) employed(employer, segment, mapping)
  // HL7's map of IN2 gives these numbers to the patient, too.
  fill(mapping.patient as Entry, segment, patientNumberRows, mapping)
  const person = mapping.draft.find(coverage.resource['subscriber'] as Json | undefined)
  if (person === undefined) return
  fill(person, segment, insuredNumberRows, mapping)
}
/** IN2-49, 50 and 64: the contact at the employer, and the employer's number. */
function employed(employer: Entry, segment: Segment, mapping: Mapping): void {
  fill(employer, segment, employerPhoneRows, mapping)
  if (segment.first(49) === undefined) return
  const person: Json = {}
  fill(employer, segment, employerContactRows, mapping, person)
  put(employer.resource, 'contact[]', person)
}
const employerContactRows = rowsOf([
  [49, 'name', humanName],
  [50, 'telecom[]', telecom],
])
const patientNumberRows = rowsOf([
  [6, 'identifier[]', numbered('MC')],
  [8, 'identifier[]', numbered('MA')],
  [10, 'identifier[]', numbered('MI')],
  [61, 'identifier[]', identifier],
])
const insuredNumberRows = rowsOf([
  [1, 'identifier[]', identifier],
  [2, 'identifier[]', numbered('SB')],
  [34, 'communication[]', language],
  [63, 'telecom[]', telecom],
])
const employerPhoneRows = rowsOf([[64, 'telecom[]', telecom]])

const indicators = [
  [5, 'related to work'],
  [6, 'caused death'],
  [10, 'the police was told'],
] as const

/** ACC: an accident, as an observation of its own beside the visit. */
export function accident(segment: Segment, mapping: Mapping): void {
  const entry = mapping.aboutPatient('Observation', segment)
  if (entry === undefined) return
  const { resource } = entry
  Object.assign(resource, {
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '11374-6', display: 'Injury incident description Narrative' }] },
  })
  fill(entry, segment, accidentRows, mapping)
  const cause = segment.first(2) && concept(segment.first(2) as Value, 'http://terminology.hl7.org/CodeSystem/v2-0050')
  if (cause !== undefined) put(resource, 'component[]', { code: { text: 'cause' }, valueCodeableConcept: cause })
  const where = segment.first(3)?.whole()
  if (where !== undefined) put(resource, 'component[]', { code: { text: 'place' }, valueString: where })
  for (const [field, text] of indicators) {
    const said = segment.first(field) && coded('0136')(segment.first(field) as Value)
    if (said !== undefined) put(resource, 'component[]', { code: { text }, valueCodeableConcept: said })
  }
  fill(entry, segment, accidentPerformerRows, mapping)
  if (mapping.encounter !== undefined) resource['encounter'] = mapping.encounter.reference
}
const accidentPerformerRows = rowsOf([[7, 'performer[]', practitioner]])
const accidentRows = rowsOf([
  [1, 'effectiveDateTime', dateTime],
  [8, 'valueString', (value) => value.whole()],
])
