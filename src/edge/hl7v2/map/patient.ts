import { Refusal } from '../../../platform/refusal.ts'
import { findByChartNumber } from '../../draft/chart-number.ts'
import { descent } from '../../draft/descent.ts'
import { codingOf } from '../../draft/displays.ts'
import { type Entry, type Json, put, some } from '../../draft/draft.ts'
import type { Segment, Value } from '../message.ts'
import { type Convert, fill, isOfSender, type Mapping, rowsOf } from './mapping.ts'
import { isJmbgOf } from '../../draft/national.ts'
import { typeOf } from './identifier-types.ts'
import { isLinked } from './merge.ts'
import { practitioner } from './people.ts'
import {
  address,
  byTable,
  codeableConcept,
  coded,
  concept,
  date,
  dateTime,
  humanName,
  identifier,
  organization,
  period,
  positive,
  telecom,
  text,
  yes,
} from './types.ts'
import { table } from '../../draft/table.ts'

// HL7 table 0001. Any other value is a loss and is not recorded as unknown.
const genders = table<string>({
  F: 'female',
  M: 'male',
  O: 'other',
  A: 'other',
  N: 'other',
  X: 'other',
  U: 'unknown',
  Ж: 'female',
  М: 'male',
  Ž: 'female',
  ŽENSKI: 'female',
  MUŠKI: 'male',
  ЖЕНСКИ: 'female',
  МУШКИ: 'male',
  FEMALE: 'female',
  MALE: 'male',
})
export const gender = byTable(genders)

// HL7 table 0002 to v3 MaritalStatus, where they differ.
const maritalCodes = table<string>({
  A: 'L',
  D: 'D',
  M: 'M',
  S: 'S',
  W: 'W',
  C: 'C',
  P: 'T',
  I: 'I',
  E: 'L',
  G: 'T',
  B: 'U',
  U: 'UNK',
  O: 'UNK',
  R: 'S',
  T: 'T',
})

function marital(value: Value): Json | undefined {
  const given = concept(value, 'http://terminology.hl7.org/CodeSystem/v2-0002')
  const first = (given?.['coding'] as Json[] | undefined)?.[0]
  const code = maritalCodes[String(first?.['code']).toUpperCase()]
  if (first === undefined || code === undefined) return given
  return {
    ...given,
    coding: [
      some({
        system: code === 'UNK' ? 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor' : 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus',
        code,
        display: first['display'],
      }),
    ],
  }
}

export const use = (kind: 'home' | 'work') => (value: Value) => {
  const made = telecom(value)
  return made === undefined ? undefined : { ...made, use: made['use'] ?? kind }
}
const extension = (name: string, type: string, convert: Convert) => (value: Value, mapping: Mapping, place: string) => {
  const made = convert(value, mapping, place)
  return made === undefined ? undefined : { url: `http://hl7.org/fhir/StructureDefinition/${name}`, [type]: made }
}
/** An identifier of a field without an authority, with the type that the field implies. */
const typed = (code: string) => (value: Value, mapping: Mapping, place: string) => {
  const made = identifier(value, mapping, place)
  return made === undefined ? undefined : { type: typeOf(code), ...made }
}

const patientRows = rowsOf([
  [3, 'identifier[]', identifier],
  [2, 'identifier[]', identifier],
  [4, 'identifier[]', identifier],
  [19, 'identifier[]', typed('SB')],
  [20, 'identifier[]', licence],
  [5, 'name[]', humanName],
  [9, 'name[]', humanName],
  [7, 'birthDate', date],
  [8, 'gender', gender],
  [11, 'address[]', address],
  [13, 'telecom[]', use('home')],
  [14, 'telecom[]', use('work')],
  [40, 'telecom[]', telecom],
  [15, 'communication[]', language],
  [16, 'maritalStatus', marital],
  [6, 'extension[]', extension('patient-mothersMaidenName', 'valueString', familyOf)],
  [17, 'extension[]', extension('patient-religion', 'valueCodeableConcept', coded('0006'))],
  [23, 'extension[]', extension('patient-birthPlace', 'valueAddress', place)],
  [26, 'extension[]', citizenship],
  [39, 'extension[]', citizenship],
  [28, 'extension[]', nationality],
])

function licence(value: Value): Json | undefined {
  const number = value.part(1)
  return number === undefined
    ? undefined
    : some({
        type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'DL' }] },
        value: number,
        system: value.part(2) === undefined ? undefined : `urn:id:DL-${value.part(2)}`,
        period: period(undefined, value.part(3)),
      })
}

export function language(value: Value): Json | undefined {
  const made = concept(value, 'urn:ietf:bcp:47')
  if (made === undefined) return undefined
  const codes = (made['coding'] as Json[] | undefined)?.map((one) => ({ ...one, ...languageOf(one) }))
  return { language: some({ ...made, coding: codes ?? [] }), preferred: true }
}
// Codes of ISO 639-2 as found in messages, to the tags of BCP 47 that R4 demands.
const languages = new Map<string, string>(
  Object.entries({
    srp: 'sr',
    scc: 'sr',
    hun: 'hu',
    slo: 'sk',
    slk: 'sk',
    rum: 'ro',
    ron: 'ro',
    hrv: 'hr',
    alb: 'sq',
    sqi: 'sq',
    rom: 'rom',
    bos: 'bs',
    eng: 'en',
    ger: 'de',
    deu: 'de',
    ara: 'ar',
    spa: 'es',
    fre: 'fr',
    rus: 'ru',
  }),
)
function languageOf(coding: Json): Json {
  const code = String(coding['code'] ?? '').toLowerCase()
  const tag = languages.get(code) ?? (/^[a-z]{2}$/.test(code) ? code : undefined)
  return tag === undefined ? {} : codingOf('urn:ietf:bcp:47', tag)
}

function familyOf(value: Value): string | undefined {
  const made = humanName(value)
  return made === undefined ? undefined : [made['family'], ...((made['given'] as string[] | undefined) ?? [])].filter(Boolean).join(' ')
}
function place(value: Value): Json | undefined {
  return value.part(1) === undefined ? undefined : { text: value.part(1) }
}
const inner = (url: string, valueCodeableConcept: Json | undefined) => (valueCodeableConcept === undefined ? undefined : { url, valueCodeableConcept })
function citizenship(value: Value): Json | undefined {
  const code = inner('code', concept(value, 'http://terminology.hl7.org/CodeSystem/v2-0171'))
  return code && { url: 'http://hl7.org/fhir/StructureDefinition/patient-citizenship', extension: [code] }
}
function nationality(value: Value): Json | undefined {
  const code = inner('code', concept(value, 'http://terminology.hl7.org/CodeSystem/v2-0212'))
  return code && { url: 'http://hl7.org/fhir/StructureDefinition/patient-nationality', extension: [code] }
}
/** PID-35 and 36: species and breed of a veterinary patient. */
function animal(entry: Entry, segment: Segment): void {
  const [species, breed] = [segment.first(35), segment.first(36)]
  const kind = species && inner('species', codeableConcept(species))
  if (kind === undefined) return
  const extension = [kind, breed && inner('breed', codeableConcept(breed))].filter((one) => one !== undefined)
  put(entry.resource, 'extension[]', { url: 'http://hl7.org/fhir/StructureDefinition/patient-animal', extension })
  entry.comesFrom(`${segment.place} extension<35`)
}

// HL7 table 0189 to the groups of the CDC, by HL7's own concept map.
const ethnicGroups = table<readonly [string, string]>({ H: ['2135-2', 'Hispanic or Latino'], N: ['2186-5', 'Non Hispanic or Latino'] })

/** PID-10 and PID-22: race and ethnic group. */
function descentOf(entry: Entry, segment: Segment, field: number, kind: 'race' | 'ethnicity'): void {
  const given = segment.all(field).map((value) => {
    const known = kind === 'ethnicity' ? ethnicGroups[value.part(1)?.toUpperCase() ?? ''] : undefined
    const [code, display] = known ?? [value.part(1), value.part(2)]
    value.skip(2, 3)
    return { code, display, text: value.part(9) ?? display ?? code }
  })
  const made = descent(kind, given)
  if (made === undefined) return
  put(entry.resource, 'extension[]', made)
  entry.comesFrom(`${segment.place} extension<${field}`)
}

/** PID: the patient whom all following segments are about. */
export function patient(segment: Segment, mapping: Mapping): void {
  const entry = mapping.draft.add('Patient', segment.place, mapping.isOf('ADT'))
  const before = mapping.patient
  mapping.beginsPatient(entry)
  fill(entry, segment, patientRows, mapping)
  ofState(entry, mapping.options)
  findByChartNumber(entry, isOfSender(mapping))
  if (before !== undefined && !mapping.isOf('ADT')) mustBeApart(before, entry, segment, mapping)
  // Without a number it is taken, because a patient may arrive whom nobody knows; a sender who forgot the number learns it from the losses.
  if (mapping.isOf('ADT') && mapping.message.event === 'A29') entry.resource['active'] = false
  if (entry.resource['identifier'] === undefined) mapping.draft.lose(`${segment.place}-3`, 'no number: each such message makes a new patient')
  const birth = segment.text(7)
  if (birth !== undefined && birth.length > 8) birthTime(entry, segment, mapping)
  district(entry.resource, segment)
  multiple(entry.resource, segment)
  deceased(entry.resource, segment)
  animal(entry, segment)
  descentOf(entry, segment, 10, 'race')
  descentOf(entry, segment, 22, 'ethnicity')
  accountOf(segment, mapping, entry)
  mother(segment, mapping, entry)
  isLinked(mapping)
  mapping.noted = undefined
  // The set id only counts; the record has its own versions instead of the sender's last update.
  segment.skip(1, 33)
}

/** Refuses two patients in a row: events of ADT may concern two, but before one order nobody can say whose it is. */
function mustBeApart(before: Entry, entry: Entry, segment: Segment, mapping: Mapping): void {
  if (mapping.before?.name !== 'PID' || (before.key !== undefined && before.key === entry.key)) return
  throw new Refusal('incorrect', 'two patients stand one after the other, and nothing says whose the rest is', {
    expression: segment.place,
    hint: 'Send a message for each patient, or each patient before what is told of it.',
  })
}

/** PID-12 of older versions: the county, for an address that gives none. */
function district(resource: Json, segment: Segment): void {
  const county = segment.text(12)
  const first = (resource['address'] as Json[] | undefined)?.[0]
  if (county === undefined || first === undefined) return
  first['district'] ??= county
}

function birthTime(entry: Entry, segment: Segment, mapping: Mapping): void {
  const valueDateTime = segment.first(7) && dateTime(segment.first(7) as Value)
  if (valueDateTime === undefined) mapping.draft.lose(`${segment.place}-7`, 'the time of birth could not be read')
  else if (valueDateTime.includes('T'))
    entry.resource['_birthDate'] = { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/patient-birthTime', valueDateTime }] }
}

/**
 * A national number is taken as the JMBG, whether or not the sender says so. So is a number without a type whose day of birth agrees with PID-7. When
 * the days differ, the number is another person's: newborns come with the mother's.
 */
function ofState({ resource }: Entry, { localSystem }: Mapping['options']): void {
  const born = resource['birthDate'] as string | undefined
  for (const one of (resource['identifier'] as Json[] | undefined) ?? []) {
    const [type] = ((one['type'] as Json | undefined)?.['coding'] ?? []) as Json[]
    if (one['system'] !== undefined && one['system'] !== localSystem) continue
    if (type === undefined ? (born?.length ?? 0) < 10 : !ofNation.has(String(type['code']))) continue
    if (isJmbgOf(String(one['value']), born)) Object.assign(one, { type: typeOf('NNSRB'), system: 'urn:rs:jmbg' })
  }
}
const ofNation = new Set(['SB', 'SS', 'NI'])

/** Of multipleBirthInteger and multipleBirthBoolean, and of deceasedDateTime and deceasedBoolean, R4 takes only one: the more exact one is set. */
function multiple(resource: Json, segment: Segment): void {
  const [isMultiple, order] = [segment.first(24), segment.first(25)]
  const number = order && positive(order)
  const answer = isMultiple && yes(isMultiple)
  if (number !== undefined) resource['multipleBirthInteger'] = number
  else if (answer !== undefined) resource['multipleBirthBoolean'] = answer
}

function deceased(resource: Json, segment: Segment): void {
  const [when, isDead] = [segment.first(29), segment.first(30)]
  const moment = when && dateTime(when)
  const answer = isDead && yes(isDead)
  if (moment !== undefined) resource['deceasedDateTime'] = moment
  else if (answer !== undefined) resource['deceasedBoolean'] = answer
}

function accountOf(segment: Segment, mapping: Mapping, patient: Entry): void {
  if (segment.first(18) === undefined) return
  const entry = mapping.draft.add('Account', segment.place, mapping.isOf('ADT'))
  fill(entry, segment, accountOfRows, mapping)
  Object.assign(entry.resource, { status: 'active', subject: [patient.reference] })
  mapping.account = entry
}
const accountOfRows = rowsOf([[18, 'identifier[]', identifier]])

/** PID-21: the mother, by one of her numbers. */
function mother(segment: Segment, mapping: Mapping, child: Entry): void {
  if (segment.first(21) === undefined) return
  const entry = mapping.draft.add('RelatedPerson', segment.place)
  entry.resource['patient'] = child.reference
  fill(entry, segment, motherRows, mapping)
  entry.resource['relationship'] = [{ coding: [codingOf('http://terminology.hl7.org/CodeSystem/v3-RoleCode', 'MTH')] }]
}
const motherRows = rowsOf([[21, 'identifier[]', identifier]])

/** PD1: the organization and the doctor of first contact. */
export function additional(segment: Segment, mapping: Mapping): void {
  if (mapping.patient === undefined) return
  fill(mapping.patient, segment, firstContactRows, mapping)
  // HL7 table 0136: the patient's data are to be protected. The record decides by its own rules; the label is kept.
  if (/^Y$/i.test(segment.text(12) ?? ''))
    put(mapping.patient.resource, 'meta.security[]', codingOf('http://terminology.hl7.org/CodeSystem/v3-Confidentiality', 'R'))
}
const firstContactRows = rowsOf([
  [3, 'generalPractitioner[]', organization],
  [4, 'generalPractitioner[]', practitioner],
  [6, 'extension[]', extension('patient-disability', 'valueCodeableConcept', coded('0295'))],
  [14, 'extension[]', extension('patient-congregation', 'valueString', text)],
])
