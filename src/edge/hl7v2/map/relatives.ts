import { codingOf } from '../../draft/displays.ts'
import { type Entry, type Json, some } from '../../draft/draft.ts'
import { table } from '../../draft/table.ts'
import type { Segment, Value } from '../message.ts'
import { fill, type Mapping, rowsOf } from './mapping.ts'
import { gender, language, use } from './patient.ts'
import { address, coded, concept, date, humanName, identifier, numbered, organization, period, telecom } from './types.ts'

const relativeRows = rowsOf([
  [2, 'name[]', humanName],
  [30, 'name[]', humanName],
  [3, 'relationship[]', kin],
  [7, 'relationship[]', coded('0131')],
  [37, 'identifier[]', numbered('SB')],
  [4, 'address[]', address],
  [5, 'telecom[]', use('home')],
  [6, 'telecom[]', use('work')],
  [31, 'telecom[]', telecom],
  [40, 'telecom[]', telecom],
  [41, 'telecom[]', telecom],
  [32, 'address[]', address],
  [15, 'gender', gender],
  [16, 'birthDate', date],
  [33, 'identifier[]', identifier],
  [12, 'identifier[]', identifier],
  [20, 'communication[]', language],
])

// HL7 table 0063 to v3 RoleCode, which R4 prefers for the relationship of a person, by HL7's own concept map.
const kinOf = table<string>({
  BRO: 'BRO',
  CHD: 'CHILD',
  EXF: 'EXT',
  FCH: 'CHLDFOST',
  FND: 'FRND',
  FTH: 'FTH',
  GCH: 'GRNDCHILD',
  GRD: 'GUARD',
  GRP: 'GRPRN',
  MTH: 'MTH',
  NCH: 'NCHILD',
  PAR: 'PRN',
  SIB: 'SIB',
  SIS: 'SIS',
  SPO: 'SPS',
  WRD: 'WARD',
})
export function kin(value: Value): Json | undefined {
  const given = concept(value, 'http://terminology.hl7.org/CodeSystem/v2-0063')
  const first = (given?.['coding'] as Json[] | undefined)?.[0]
  const code = String(first?.['system']).endsWith('v2-0063') ? kinOf[String(first?.['code']).toUpperCase()] : undefined
  return code === undefined ? given : { ...given, coding: [codingOf('http://terminology.hl7.org/CodeSystem/v3-RoleCode', code)] }
}

/** NK1: a RelatedPerson, and a contact of the patient, where most readers look. */
export function nextOfKin(segment: Segment, mapping: Mapping): void {
  const entry = mapping.aboutPatient('RelatedPerson', segment, 'patient', false)
  if (entry === undefined) return
  fill(entry, segment, relativeRows, mapping)
  const held = period(segment.text(8), segment.text(9))
  if (held !== undefined) entry.resource['period'] = held
  segment.skip(1)
  const employer = segment.first(13) && organization(segment.first(13) as Value, mapping, `${segment.place}-13`)
  contactOf(mapping.draft.find(employer), segment, mapping)
  const { name, relationship, telecom: phones, address: homes, gender: sex } = entry.resource as Json & { name?: Json[]; address?: Json[] }
  const contact = some({ relationship, name: name?.[0], telecom: phones, address: homes?.[0], gender: sex, organization: employer, period: held })
  const patientResource = mapping.patient?.resource as Json & { contact?: Json[] }
  if (contact !== undefined && (name || phones || homes || employer)) (patientResource.contact ??= []).push(contact)
}

/** NK1-30 to 32: the contact at the organization in NK1-13. */
function contactOf(employer: Entry | undefined, segment: Segment, mapping: Mapping): void {
  const called = segment.first(30) && humanName(segment.first(30) as Value)
  if (employer === undefined || called === undefined || employer.resource['contact'] !== undefined) return
  const made: Json = { name: called }
  fill(employer, segment, contactRows, mapping, made)
  employer.resource['contact'] = [made]
}
const contactRows = rowsOf([
  [31, 'telecom[]', telecom],
  [32, 'address', address],
])

/** GT1: the guarantor, linked to the account. */
export function guarantor(segment: Segment, mapping: Mapping): void {
  const entry = mapping.aboutPatient('RelatedPerson', segment, 'patient', false)
  if (entry === undefined) return
  segment.skip(1)
  fill(entry, segment, guarantorRows, mapping)
  const held = period(segment.text(13), segment.text(14))
  const list = mapping.account === undefined ? undefined : ((mapping.account.resource as Json & { guarantor?: Json[] }).guarantor ??= [])
  list?.push(some({ party: entry.reference, period: held }) as Json)
}
const guarantorRows = rowsOf([
  [2, 'identifier[]', identifier],
  [3, 'name[]', humanName],
  [5, 'address[]', address],
  [6, 'telecom[]', use('home')],
  [7, 'telecom[]', use('work')],
  [8, 'birthDate', date],
  [9, 'gender', gender],
  [11, 'relationship[]', kin],
  [12, 'identifier[]', numbered('SB')],
  [19, 'identifier[]', identifier],
  [29, 'identifier[]', identifier],
  [36, 'communication[]', language],
])
