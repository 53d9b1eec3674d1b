import { findByChartNumber } from '../draft/chart-number.ts'
import { descent } from '../draft/descent.ts'
import { codingOf } from '../draft/displays.ts'
import { type Entry, type Json, put, some } from '../draft/draft.ts'
import type { Element } from './element.ts'
import type { Mapping } from './mapping.ts'
import { assigned, organizationOf, related, whoOf } from './people.ts'
import { address, addresses, coding, concept, date, dateTime, identifier, identifiers, names, period, telecoms } from './types.ts'
import { table } from '../draft/table.ts'

const genders = table<string>({ M: 'male', F: 'female', UN: 'other' })

/** recordTarget: the patient. The entry of the patient exists before anything is read. */
export function patient(root: Element, mapping: Mapping): void {
  const role = root.first('recordTarget', 'patientRole')
  const { resource } = mapping.patient
  if (role === undefined) return mapping.draft.lose('ClinicalDocument/recordTarget', 'no patient is named')
  const person = role.first('patient')
  const sex = person?.first('administrativeGenderCode')
  const gender = genders[sex?.attribute('code') ?? ''] ?? (sex?.attribute('nullFlavor') === undefined ? undefined : 'unknown')
  const birth = person?.first('birthTime')
  Object.assign(
    resource,
    some({
      identifier: identifiers(role),
      name: names(person),
      telecom: telecoms(role),
      gender,
      birthDate: date(birth),
      address: addresses(role),
      maritalStatus: concept(person?.first('maritalStatusCode'), mapping.words),
      communication: languages(person),
      managingOrganization: organizationOf(role.first('providerOrganization'), mapping, 'providerOrganization')?.reference,
    }),
  )
  findByChartNumber(mapping.patient, isOfKeepers(root, role))
  // Without a number it is taken, because a patient may arrive whom nobody knows; a sender who forgot the number learns it from the losses.
  if (resource['identifier'] === undefined)
    mapping.draft.lose('ClinicalDocument/recordTarget/patientRole/id', 'no number: each such document makes a new patient')
  deceased(resource, person)
  extensions(resource, person, mapping)
  for (const guardian of person?.all('guardian') ?? [])
    related(guardian, guardian.first('guardianPerson'), concept(guardian.first('code'), mapping.words), mapping, 'guardian')
  for (const [name, kind] of [
    ['raceCode', 'race'],
    ['ethnicGroupCode', 'ethnicity'],
  ] as const) {
    const made = descent(kind, (person?.all(name) ?? []).map(said))
    if (made !== undefined) put(resource, 'extension[]', made)
  }
}

/** Whether a number belongs to the custodian or the care provider itself: its root is theirs or lies below theirs. */
function isOfKeepers(root: Element, role: Element): (system: string) => boolean {
  const keepers = [root.first('custodian', 'assignedCustodian', 'representedCustodianOrganization'), role.first('providerOrganization')]
  const roots = keepers.flatMap((one) => one?.all('id') ?? []).flatMap((id) => id.attribute('root') ?? [])
  return (system) => roots.some((one) => system === `urn:oid:${one}` || system.startsWith(`urn:oid:${one}.`))
}

function said(element: Element): { code: string | undefined; display: string | undefined; text: string | undefined } {
  const [code, display] = [element.attribute('code'), element.attribute('displayName')]
  element.attribute('codeSystem')
  return { code, display, text: display ?? code }
}

function languages(person: Element | undefined): Json[] {
  return (person?.all('languageCommunication') ?? []).flatMap((one) => {
    const code = one.first('languageCode')?.attribute('code')
    const preferred = one.first('preferenceInd')?.attribute('value')
    one.all('proficiencyLevelCode')
    const known =
      code === undefined
        ? undefined
        : /^[a-zA-Z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(code)
          ? code
              .replace(/^(?:eng)\b/i, 'en')
              .replace(/^(?:srp)\b/i, 'sr')
              .replace(/^(?:spa)\b/i, 'es')
              .replace(/^(?:fra|fre)\b/i, 'fr')
          : undefined
    if (known === undefined) return []
    return [
      some({
        language: { coding: [codingOf('urn:ietf:bcp:47', known)] },
        preferred: preferred === undefined ? undefined : preferred === 'true',
      }) as Json,
    ]
  })
}

function deceased(resource: Json, person: Element | undefined): void {
  const [indicator, time] = [person?.first('deceasedInd')?.attribute('value'), dateTime(person?.first('deceasedTime'))]
  if (time !== undefined) resource['deceasedDateTime'] = time
  else if (indicator === 'true' || indicator === 'false') resource['deceasedBoolean'] = indicator === 'true'
}

function extensions(resource: Json, person: Element | undefined, mapping: Mapping): void {
  const birthTime = dateTime(person?.first('birthTime'))
  if (birthTime?.includes('T'))
    resource['_birthDate'] = { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/patient-birthTime', valueDateTime: birthTime }] }
  const religion = concept(person?.first('religiousAffiliationCode'), mapping.words)
  if (religion !== undefined) put(resource, 'extension[]', { url: 'http://hl7.org/fhir/StructureDefinition/patient-religion', valueCodeableConcept: religion })
  const home = person?.first('birthplace', 'place', 'addr')
  const valueAddress = home && address(home)
  if (valueAddress !== undefined) put(resource, 'extension[]', { url: 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace', valueAddress })
}

const absent = { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] }
const secrets = new Set(['U', 'L', 'M', 'N', 'R', 'V'])

/** The header of the document as a Composition; its sections are added later. */
export function composition(root: Element, mapping: Mapping): Entry {
  const entry = mapping.draft.add('Composition', 'ClinicalDocument', true)
  const { resource } = entry
  const id = root.first('id')
  const number = id && identifier(id)
  const time = dateTime(root.first('effectiveTime'))
  const authors = root.all('author').flatMap((author) => {
    author.all('time')
    return whoOf(assigned(author.first('assignedAuthor'), mapping, 'author')) ?? []
  })
  const secrecy = root.first('confidentialityCode')?.attribute('code') ?? ''
  Object.assign(resource, {
    status: 'final',
    type: concept(root.first('code'), mapping.words) ?? { text: 'unknown' },
    subject: mapping.patient.reference,
    author: authors.length > 0 ? authors.map(({ reference }) => reference) : [{ display: 'unknown' }],
    title: root.first('title')?.text || root.first('code')?.attribute('displayName') || 'Document',
    ...(time === undefined ? { _date: absent } : { date: time }),
    ...some({ identifier: number, confidentiality: secrets.has(secrecy) ? secrecy : undefined, language: languageOf(root) }),
  })
  const custodian = organizationOf(root.first('custodian', 'assignedCustodian', 'representedCustodianOrganization'), mapping, 'custodian')
  if (custodian !== undefined) resource['custodian'] = custodian.reference
  attesters(root, mapping, resource)
  relations(root, resource)
  events(root, mapping, resource)
  others(root, mapping)
  root.all('setId')
  root.all('versionNumber')
  return entry
}

function languageOf(root: Element): string | undefined {
  const code = root.first('languageCode')?.attribute('code')
  return code !== undefined && /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(code) ? code : undefined
}

function attesters(root: Element, mapping: Mapping, resource: Json): void {
  for (const [name, mode] of [
    ['legalAuthenticator', 'legal'],
    ['authenticator', 'professional'],
  ] as const) {
    for (const element of root.all(name)) {
      const party = assigned(element.first('assignedEntity'), mapping, name).person
      put(resource, 'attester[]', some({ mode, time: dateTime(element.first('time')), party: party?.reference }))
    }
  }
}

const relationCodes = table<string>({ RPLC: 'replaces', APND: 'appends', XFRM: 'transforms' })
function relations(root: Element, resource: Json): void {
  for (const element of root.all('relatedDocument')) {
    const code = relationCodes[element.attribute('typeCode') ?? '']
    const id = element.first('parentDocument', 'id')
    element.first('parentDocument')?.readAll()
    const targetIdentifier = id && identifier(id)
    if (code !== undefined && targetIdentifier !== undefined) put(resource, 'relatesTo[]', { code, targetIdentifier })
  }
}

/** The subject of the document: the care that it sums up, and the visit. */
function events(root: Element, mapping: Mapping, resource: Json): void {
  for (const element of root.all('documentationOf')) {
    const service = element.first('serviceEvent')
    if (service === undefined) continue
    const code = concept(service.first('code'), mapping.words)
    const made = some({ code: code && [code], period: period(service.first('effectiveTime')) })
    if (made !== undefined) put(resource, 'event[]', made)
    for (const performer of service.all('performer')) {
      performer.first('functionCode')
      assigned(performer.first('assignedEntity'), mapping, 'documentationOf')
    }
  }
  if (mapping.encounter !== undefined) resource['encounter'] = mapping.encounter.reference
}

/** componentOf: the visit. */
export function encompassing(root: Element, mapping: Mapping): void {
  const visit = root.first('componentOf', 'encompassingEncounter')
  if (visit === undefined) return
  const entry = mapping.draft.add('Encounter', 'encompassingEncounter', true)
  mapping.encounter = entry
  const when = period(visit.first('effectiveTime'))
  const code = visit.first('code')
  const class_ = code && classOf(code)
  const participant = [
    visit.first('responsibleParty', 'assignedEntity'),
    ...visit.all('encounterParticipant').map((one) => one.first('assignedEntity')),
  ].flatMap((element) => {
    const person = assigned(element, mapping, 'encompassingEncounter').person
    return person === undefined ? [] : [{ individual: person.reference }]
  })
  const place = locationOf(visit.first('location', 'healthCareFacility'), mapping)
  const disposition = concept(visit.first('dischargeDispositionCode'), mapping.words)
  Object.assign(entry.resource, {
    status: when?.['end'] === undefined ? 'unknown' : 'finished',
    class: class_ ?? { system: 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor', code: 'UNK', display: 'unknown' },
    subject: mapping.patient.reference,
    ...some({
      identifier: identifiers(visit),
      period: when,
      participant,
      type: class_ === undefined && code ? [concept(code, mapping.words)].filter(Boolean) : [],
      location: place === undefined ? [] : [{ location: place.reference }],
      hospitalization: disposition && { dischargeDisposition: disposition },
    }),
  })
}

/** Codes of v3 ActCode are the class of a visit; other codes are its type. */
export function classOf(code: Element): Json | undefined {
  const all = [code, ...code.all('translation')].map(coding)
  return all.find((one) => one?.['system'] === 'http://terminology.hl7.org/CodeSystem/v3-ActCode')
}

export function locationOf(facility: Element | undefined, mapping: Mapping): Entry | undefined {
  if (facility === undefined) return undefined
  const place = facility.first('location') ?? facility.first('playingEntity')
  const name = place?.first('name')?.text || undefined
  const [identifier, type] = [identifiers(facility), concept(facility.first('code'), mapping.words)]
  const home = [...(place === undefined ? [] : addresses(place)), ...addresses(facility)][0]
  const owner = organizationOf(facility.first('serviceProviderOrganization'), mapping, 'location')
  if (name === undefined && identifier.length === 0 && home === undefined && type === undefined) return undefined
  return mapping.draft.once(`place ${JSON.stringify([identifier, name, home])}`, 'Location', 'location', ({ resource }) => {
    Object.assign(
      resource,
      some({ identifier, name, type: type && [type], address: home, telecom: telecoms(facility), managingOrganization: owner?.reference }),
    )
  })
}

/** Other participants are kept as persons; their part stays only in the original. */
function others(root: Element, mapping: Mapping): void {
  for (const element of root.all('dataEnterer')) assigned(element.first('assignedEntity'), mapping, 'dataEnterer')
  for (const element of root.all('informationRecipient')) element.readAll()
  for (const element of root.all('informant')) {
    assigned(element.first('assignedEntity'), mapping, 'informant')
    const kin = element.first('relatedEntity')
    if (kin !== undefined) related(kin, kin.first('relatedPerson'), concept(kin.first('code'), mapping.words), mapping, 'informant')
  }
  for (const element of root.all('participant')) {
    const kin = element.first('associatedEntity')
    if (kin === undefined) continue
    const roleClass = kin.attribute('classCode')
    const code =
      concept(kin.first('code'), mapping.words) ??
      (roleClass === undefined ? undefined : { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleClass', code: roleClass }] })
    organizationOf(kin.first('scopingOrganization'), mapping, 'participant')
    related(kin, kin.first('associatedPerson'), code, mapping, 'participant')
    element.all('time')
  }
}
