import type { Resource } from '../../fhir/fhir.ts'
import { hl7Date } from '../draft/dates.ts'
import { inXml, type Json } from '../draft/draft.ts'
import { sectionEntry } from './cda-entries.ts'
import { code, id } from './cda-parts.ts'
import { type Bundle, list, Resources, textAt } from './resources.ts'
import { element, type Xml } from './xml.ts'
import { table } from '../draft/table.ts'

/** The number, time and title of the document, when the bundle has no Composition that gives them. */
export type Issue = { id: string; at: Date; title: string }

/** FHIR as a CDA R2 document: header, sections with their text, and entries where CDA has a place for them. */
export function toCda(bundle: Bundle, issue: Issue): string {
  const resources = new Resources(bundle)
  const patient = resources.patient()
  const composition = resources.of('Composition')[0]
  const title = textAt(composition?.['title']) || issue.title
  const time = typeof composition?.['date'] === 'string' ? composition['date'] : `${issue.at.toISOString().slice(0, 19)}Z`
  const number = composition?.['identifier'] as Json | undefined
  // A structured body needs a section; without one only the title can be shown.
  const parts = sections(composition, resources)
  const body = [
    element('typeId', { root: '2.16.840.1.113883.1.3', extension: 'POCD_HD000040' }),
    number === undefined ? element('id', { root: issue.id }) : id(number),
    code('code', composition?.['type'] ?? { coding: [{ system: 'http://loinc.org', code: '34133-9' }] }),
    element('title', {}, inXml(title)),
    element('effectiveTime', { value: hl7Date(time) }),
    element('confidentialityCode', { code: textAt(composition?.['confidentiality']) || 'N', codeSystem: '2.16.840.1.113883.5.25' }),
    element('recordTarget', {}, patientRole(patient)),
    element('author', {}, element('time', { value: hl7Date(time) }), assigned('assignedAuthor', resources.at(list(composition?.['author'])[0]))),
    custodian(resources.at(composition?.['custodian'])),
    element('component', {}, element('structuredBody', {}, ...(parts.length > 0 ? parts : [component(title, undefined, inXml(title), [], [])]))),
  ]
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('ClinicalDocument', { xmlns: 'urn:hl7-org:v3', 'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance' }, ...body)}\n`
}

const nameUses = table<string>({ usual: 'L', official: 'C', nickname: 'P', maiden: 'L' })
function names(resource: Resource | undefined): Xml[] {
  return list(resource?.['name']).map((name) => {
    const parts = (tag: string, all: unknown, more = {}) => list(all).map((one) => element(tag, more, inXml(textAt(one))))
    const family = textAt(name['family'])
    const qualifier = name['use'] === 'maiden' ? { qualifier: 'BR' } : {}
    const whole = family === '' && list(name['given']).length === 0 ? inXml(textAt(name['text'])) : ''
    return element(
      'name',
      { use: nameUses[textAt(name['use'])] },
      whole,
      ...parts('prefix', name['prefix']),
      ...parts('given', name['given']),
      ...(family === '' ? [] : [element('family', qualifier, inXml(family))]),
      ...parts('suffix', name['suffix']),
    )
  })
}

const addressUses = table<string>({ home: 'HP', work: 'WP', temp: 'TMP', old: 'BAD' })
function addresses(resource: Resource | undefined): Xml[] {
  const address = resource?.['address']
  return (Array.isArray(address) ? (address as Json[]) : address === undefined ? [] : [address as Json]).map((one) => {
    const part = (tag: string, value: unknown) => (textAt(value) === '' ? '' : element(tag, {}, inXml(textAt(value))))
    const lines = list(one['line']).map((line) => part('streetAddressLine', line))
    return element(
      'addr',
      { use: addressUses[textAt(one['use'])] },
      lines.length === 0 && one['city'] === undefined ? inXml(textAt(one['text'])) : '',
      ...lines,
      part('city', one['city']),
      part('county', one['district']),
      part('state', one['state']),
      part('postalCode', one['postalCode']),
      part('country', one['country']),
    )
  })
}

const telecomUses = table<string>({ home: 'HP', work: 'WP', mobile: 'MC', temp: 'TMP' })
const schemes = table<string>({ phone: 'tel:', fax: 'fax:', email: 'mailto:', sms: 'sms:' })
function telecoms(resource: Resource | undefined): Xml[] {
  return list(resource?.['telecom']).map((one) =>
    element('telecom', { use: telecomUses[textAt(one['use'])], value: `${schemes[textAt(one['system'])] ?? ''}${textAt(one['value'])}` }),
  )
}
const ids = (resource: Resource | undefined): Xml[] => {
  const all = list(resource?.['identifier']).map(id)
  return all.length > 0 ? all : [element('id', { nullFlavor: 'NI' })]
}

const genders = table<string>({ male: 'M', female: 'F', other: 'UN' })
function patientRole(patient: Resource): Xml {
  const gender = genders[textAt(patient['gender'])]
  const birth = textAt(patient['birthDate'])
  const person = [
    ...names(patient),
    element('administrativeGenderCode', gender === undefined ? { nullFlavor: 'UNK' } : { code: gender, codeSystem: '2.16.840.1.113883.5.1' }),
    element('birthTime', birth === '' ? { nullFlavor: 'UNK' } : { value: hl7Date(birth) }),
    ...(patient['maritalStatus'] === undefined ? [] : [code('maritalStatusCode', patient['maritalStatus'])]),
    ...list(patient['communication']).map((one) =>
      element('languageCommunication', {}, element('languageCode', { code: textAt(list((one['language'] as Json | undefined)?.['coding'])[0]?.['code']) })),
    ),
  ]
  return element('patientRole', {}, ...ids(patient), ...addresses(patient), ...telecoms(patient), element('patient', {}, ...person))
}

export function assigned(name: string, found: Resource | undefined): Xml {
  const isDevice = found?.resourceType === 'Device'
  const isOrganization = found?.resourceType === 'Organization'
  const device = element('assignedAuthoringDevice', {}, element('softwareName', {}, inXml(textAt(list(found?.['deviceName'])[0]?.['name']))))
  const inside = isDevice
    ? device
    : isOrganization
      ? element('representedOrganization', {}, ...ids(found), organizationName(found))
      : names(found).length === 0
        ? ''
        : element('assignedPerson', {}, ...names(found))
  return element(name, {}, ...(isOrganization ? [element('id', { nullFlavor: 'NI' })] : ids(found)), ...addresses(found), ...telecoms(found), inside)
}
const organizationName = (found: Resource | undefined): Xml => element('name', {}, inXml(textAt(found?.['name'])))

/** The custodian: CDA allows it one telephone number and one address. */
function custodian(found: Resource | undefined): Xml {
  const inside =
    found === undefined
      ? element('id', { nullFlavor: 'NI' })
      : [...ids(found), organizationName(found), ...telecoms(found).slice(0, 1), ...addresses(found).slice(0, 1)].join('')
  return element('custodian', {}, element('assignedCustodian', {}, element('representedCustodianOrganization', {}, inside)))
}

/** The sections of the Composition; without one, a section for each kind of resource that has one. */
function sections(composition: Resource | undefined, resources: Resources): Xml[] {
  const given = list(composition?.['section'])
  if (given.length > 0) return given.map((one) => section(one, resources))
  return standard.flatMap(({ title, loinc, types }) => {
    const found = resources.all.filter(({ resourceType }) => types.includes(resourceType))
    return found.length === 0
      ? []
      : [
          component(
            title,
            { coding: [{ system: 'http://loinc.org', code: loinc }] },
            listed(found),
            found.map((one) => sectionEntry(one, resources)),
            [],
          ),
        ]
  })
}

const standard = [
  { title: 'Allergies', loinc: '48765-2', types: ['AllergyIntolerance'] },
  { title: 'Problems', loinc: '11450-4', types: ['Condition'] },
  { title: 'Medications', loinc: '10160-0', types: ['MedicationStatement', 'MedicationRequest'] },
  { title: 'Immunizations', loinc: '11369-6', types: ['Immunization'] },
  { title: 'Procedures', loinc: '47519-4', types: ['Procedure'] },
  { title: 'Results', loinc: '30954-2', types: ['Observation'] },
  { title: 'Encounters', loinc: '46240-8', types: ['Encounter'] },
]

function section(one: Json, resources: Resources): Xml {
  const entries = list(one['entry']).flatMap((reference) => resources.at(reference) ?? [])
  const div = textAt((one['text'] as Json | undefined)?.['div'])
  const text = div === '' ? listed(entries) : plainText(div)
  return component(
    textAt(one['title']),
    one['code'],
    text,
    entries.map((entry) => sectionEntry(entry, resources)),
    list(one['section']).map((inner) => section(inner, resources)),
  )
}

const component = (title: string, kind: unknown, text: string, entries: Xml[], inner: Xml[]): Xml =>
  element(
    'component',
    {},
    element('section', {}, kind === undefined ? '' : code('code', kind), element('title', {}, inXml(title)), element('text', {}, text), ...entries, ...inner),
  )

/** The narrative as paragraphs: CDA's narrative block has other elements than XHTML, and a reader needs the words. */
function plainText(div: string): string {
  const lines = div
    .replace(/<\/(?:p|div|tr|li|h\d|table|ul|ol|caption)>|<br\s*\/?>/g, '\n')
    .replace(/<\/t[dh]>/g, ' ')
    .replace(/<[^>]*>/g, '')
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' ').trim())
  return lines
    .filter((line) => line !== '')
    .map((line) => element('paragraph', {}, line))
    .join('')
}

const listed = (resources: Resource[]): string =>
  resources.length === 0 ? '' : element('list', {}, ...resources.map((one) => element('item', {}, inXml(named(one)))))
function named(resource: Resource): string {
  const concept = (resource['code'] ?? resource['vaccineCode'] ?? resource['medicationCodeableConcept'] ?? list(resource['type'])[0]) as Json | undefined
  const first = list(concept?.['coding'])[0]
  return textAt(concept?.['text']) || textAt(first?.['display']) || textAt(first?.['code']) || resource.resourceType
}
