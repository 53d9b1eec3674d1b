import { Refusal } from '../../platform/refusal.ts'
import { isBase64 } from '../draft/base64.ts'
import { Draft, type Entry, type Json, type Mapped, put } from '../draft/draft.ts'
import { keepOriginal, tellProvenance } from '../draft/provenance.ts'
import { careTeam, coverages, directive } from './arrangements.ts'
import { noteActivity } from './comments.ts'
import { allergy, hasTemplate, inner, problem } from './conditions.ts'
import { parseDocument } from './document.ts'
import { type Element, unreadIn } from './element.ts'
import { goal } from './goals.ts'
import { composition, encompassing, patient } from './header.ts'
import { type Kind, kindByTemplate, kinds } from './kinds.ts'
import type { Mapping } from './mapping.ts'
import { narrative } from './narrative.ts'
import { battery, family, observation, results } from './observations.ts'
import { device, encounter, immunization, medication, planned, procedure, supply } from './treatments.ts'
import { concept, dateTime, identifier, wordsOf } from './types.ts'

/** Raised when the same document would give other resources. */
const version = 'cda-to-fhir/7'
const sectionsMax = 500
const sectionDepthMax = 10

/** Maps a CDA or C-CDA document to FHIR R4: each section with its narrative, each entry as a resource; the document itself is kept to the byte. */
export function mapCda(bytes: Uint8Array): Mapped {
  const { root, named } = parseDocument(bytes)
  if (root.name !== 'ClinicalDocument')
    throw new Refusal('unprocessable', 'the document is no ClinicalDocument', {
      expression: root.name,
      hint: 'Send a whole CDA R2 document; sections and entries by themselves belong to no patient.',
    })
  isOfOne(root)
  const id = root.first('id')
  const number = (id && identifier(id)) ?? {}
  const draft = new Draft(
    JSON.stringify(
      number['value'] === undefined
        ? root.text.slice(0, 10_000)
        : [number, root.first('effectiveTime')?.attribute('value'), root.first('versionNumber')?.attribute('value')],
    ),
  )
  const mapping: Mapping = { draft, words: named, patient: draft.add('Patient', 'recordTarget'), encounter: undefined }
  patient(root, mapping)
  encompassing(root, mapping)
  const document = composition(root, mapping)
  body(root, document, mapping)
  const title = String(document.resource['title'])
  const date = dateTime(root.first('effectiveTime'))
  keepOriginal(draft, bytes, {
    contentType: 'text/xml',
    title,
    date,
    subject: mapping.patient.reference,
    number: String(number['value'] ?? ''),
    source: 'ClinicalDocument',
    type: document.resource['type'] as Json,
  })
  for (const place of unreadIn(root, () => 'ClinicalDocument'))
    draft.lose(place, 'has no place in the record, could not be read, or belongs to an entry that was not understood')
  tellProvenance(draft, {
    number: String(number['value'] ?? ''),
    version,
    time: date,
    occurred: date,
    activity: title,
    agent: document.resource['custodian'] as { reference: string } | undefined,
  })
  draft.numberStatements('all')
  return { bundle: draft.bundle(), losses: draft.losses, mapping: version }
}

/** Refuses a document with no patient or with several: its statements would come into a wrong record. */
function isOfOne(root: Element): void {
  const roles = root.all('recordTarget').flatMap((target) => target.all('patientRole'))
  if (roles.length === 0)
    throw new Refusal('unprocessable', 'the document names no patient', {
      expression: 'ClinicalDocument/recordTarget',
      hint: 'Send the patient with a number.',
    })
  if (roles.length > 1)
    throw new Refusal('unprocessable', 'the document is about several patients', {
      expression: 'ClinicalDocument/recordTarget',
      hint: 'Send a document for each of them.',
    })
}

function body(root: Element, document: Entry, mapping: Mapping): void {
  for (const component of root.all('component')) {
    const unstructured = component.first('nonXMLBody', 'text')
    if (unstructured !== undefined) attached(unstructured, document, mapping)
    for (const structured of component.all('structuredBody')) {
      const sections = sectionsIn(structured, mapping, 0)
      if (sections.length > sectionsMax) throw new Refusal('too-large', `a document may have ${sectionsMax} sections`)
      if (sections.length > 0) document.resource['section'] = sections
    }
  }
}

/** Text inside the document is written here in UTF-8, and its media type says so: otherwise Cyrillic letters would be read as others. */
function mediaTypeOf(text: Element): string {
  const said = text.attribute('mediaType') ?? 'application/octet-stream'
  return said.startsWith('text/') && !said.includes('charset') && text.attribute('representation') !== 'B64' ? `${said}; charset=utf-8` : said
}

/** A picture that the narrative shows. */
function picture(element: Element, mapping: Mapping, place: string): Entry[] {
  const value = element.first('value')
  const data = value?.attribute('representation') === 'B64' ? value.text.replaceAll(' ', '') : ''
  if (data === '' || !isBase64(data)) {
    element.isRead = false
    return []
  }
  const entry = mapping.draft.add('Media', place, true)
  element.attribute('ID')
  Object.assign(entry.resource, {
    status: 'completed',
    subject: mapping.patient.reference,
    content: { contentType: value?.attribute('mediaType') ?? 'image/png', data },
  })
  return [entry]
}

/** A document that is a file: the file, and the Composition that refers to it. */
function attached(text: Element, document: Entry, mapping: Mapping): void {
  text.readAll()
  const entry = mapping.draft.add('DocumentReference', 'nonXMLBody', true)
  const words = text.text
  const data = text.attribute('representation') === 'B64' ? words.replaceAll(' ', '') : Buffer.from(words, 'utf8').toString('base64')
  const isData = data !== '' && isBase64(data)
  const given = text.first('reference')?.attribute('value')
  // A path on the sender's own disk cannot be followed by anybody else.
  const url = given !== undefined && /^(?:https?|urn|ftps?|cid):[^\s"<>\\]+$/i.test(given) ? given : undefined
  if (given !== undefined && url === undefined) mapping.draft.lose('nonXMLBody/text/reference', 'is no address that could be followed')
  else if (!isData && url === undefined) mapping.draft.lose('nonXMLBody/text', 'is no base64 that could be read; the original keeps it')
  const attachment = {
    contentType: mediaTypeOf(text),
    ...(isData ? { data } : url === undefined ? { title: 'could not be read' } : { url }),
  }
  Object.assign(entry.resource, { status: 'current', type: document.resource['type'], subject: mapping.patient.reference, content: [{ attachment }] })
  document.resource['section'] = [{ title: String(document.resource['title']), entry: [entry.reference] }]
}

function sectionsIn(parent: Element, mapping: Mapping, depth: number): Json[] {
  if (depth > sectionDepthMax) return []
  return parent.all('component').flatMap((component) => component.all('section').map((section) => sectionOf(section, mapping, depth)))
}

function sectionOf(section: Element, mapping: Mapping, depth: number): Json {
  const code = section.first('code')
  const kind = kinds[code?.attribute('code') ?? ''] ?? 'other'
  const title = section.first('title')?.text || code?.attribute('displayName') || code?.attribute('code') || 'Section'
  // A section was written and closed by another: it is a snapshot, not a working list (R4 list-mode).
  const made: Json = { title, mode: 'snapshot' }
  section.all('id')
  const coded = concept(code, mapping.words)
  if (coded !== undefined) made['code'] = coded
  const div = narrative(section.first('text'))
  if (div !== undefined) made['text'] = { status: 'generated', div }
  const entries = section.all('entry').flatMap((entry, index) => entriesOf(entry, kind, mapping, `${title}/entry[${index + 1}]`))
  if (entries.length > 0) made['entry'] = entries.map(({ reference }) => reference)
  const inside = sectionsIn(section, mapping, depth + 1)
  if (inside.length > 0) made['section'] = inside
  // cmp-1: a section has text, entries or sections.
  if (div === undefined && entries.length === 0 && inside.length === 0)
    made['emptyReason'] = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/list-empty-reason', code: 'unavailable' }] }
  if (made['emptyReason'] !== undefined) made['text'] = { status: 'empty', div: '<div xmlns="http://www.w3.org/1999/xhtml">-</div>' }
  return made
}

type Found = Entry | undefined
const some = (...found: Found[]): Entry[] => found.filter((one) => one !== undefined)

/** The resources of an entry, by the kind of its section, or by its own template when the kind of the section is unknown. */
function entriesOf(entry: Element, section: Kind, mapping: Mapping, place: string): Entry[] {
  return entry.elements.flatMap((element) => {
    element.isRead = true
    if (element.name === 'observationMedia') return picture(element, mapping, place)
    const kind = section === 'other' || section === 'plan' ? (kindByTemplate(element) ?? section) : section
    const found = readers[kind](element, mapping, place)
    if (found.length === 0) element.isRead = false
    return found
  })
}

type Reader = (element: Element, mapping: Mapping, place: string) => Entry[]

/** A concern act contains observations; an observation may also stand alone. */
const within =
  (read: (observation: Element, concern: Element | undefined, mapping: Mapping, place: string) => Found): Reader =>
  (element, mapping, place) => {
    if (element.name === 'observation') return some(read(element, undefined, mapping, place))
    for (const name of ['code', 'statusCode', 'author']) element.all(name)
    return inner(element, 'observation').flatMap((one) => some(read(one, element, mapping, place)))
  }

const observed =
  (category: string): Reader =>
  (element, mapping, place) => {
    if (element.name === 'organizer') return battery(element, category, mapping, place)
    if (element.name === 'observation')
      return some(element.attribute('moodCode') === 'GOL' ? goal(element, mapping, place) : observation(element, category, mapping, place))
    return []
  }

const anything: Reader = (element, mapping, place) => {
  switch (element.name) {
    case 'organizer':
      return battery(element, 'exam', mapping, place)
    case 'observation':
      return isWish(element) ? wish(element, mapping, place) : observed('exam')(element, mapping, place)
    case 'procedure':
      return some(procedure(element, mapping, place))
    case 'substanceAdministration':
      return some(medication(element, false, mapping, place))
    case 'encounter':
      return some(encounter(element, mapping, place))
    case 'supply':
      return some(device(element, mapping, place) ?? supply(element, mapping, place))
    case 'act':
      // What is done for the patient is inside the entry that gives the reason.
      if (hasTemplate(element, '2.16.840.1.113883.10.20.22.4.131')) return interventions(element, mapping, place)
      if (hasTemplate(element, '2.16.840.1.113883.10.20.22.4.202')) return noteActivity(element, mapping, place)
      // A concern or a risk is not a condition that the patient has: these stay in the narrative.
      if (hasTemplate(element, '2.16.840.1.113883.10.20.22.4.132', '2.16.840.1.113883.10.20.22.4.136')) return []
      return isWish(element) ? wish(element, mapping, place) : interventions(element, mapping, place)
    default:
      return []
  }
}
function interventions(element: Element, mapping: Mapping, place: string, kind: Kind = 'plan'): Entry[] {
  const found = ['organizer', 'act', 'procedure', 'observation', 'substanceAdministration', 'encounter'].flatMap((name) =>
    inner(element, name).flatMap((one) => readers[kindByTemplate(one) ?? kind](one, mapping, place)),
  )
  if (found.length > 0) for (const name of ['id', 'code', 'statusCode']) element.all(name)
  return found
}
const isWish = (element: Element) => ['INT', 'RQO', 'PRP', 'PRMS', 'ARQ', 'APT'].includes(element.attribute('moodCode') ?? '')
function wish(element: Element, mapping: Mapping, place: string): Entry[] {
  const code = concept(element.first('code'), mapping.words)
  const text = code === undefined ? wordsOf(element.first('text'), mapping.words) : undefined
  const what = code ?? (text === undefined ? undefined : { text })
  return what === undefined ? [] : [planned(element, what, mapping, place)]
}

/** Medicines at admission and at discharge are inside an act (2.16.840.1.113883.10.20.22.4.35 and 36). */
const medicines =
  (isGiven: boolean): Reader =>
  (element, mapping, place) => {
    const within = element.name === 'act' ? inner(element, 'substanceAdministration') : []
    if (within.length > 0) for (const name of ['id', 'code', 'statusCode']) element.all(name)
    const all = element.name === 'substanceAdministration' ? [element] : within
    return all.length === 0 ? anything(element, mapping, place) : all.flatMap((one) => some(medication(one, isGiven, mapping, place)))
  }

const readers: Record<Kind, Reader> = {
  allergies: within(allergy),
  problems: within((one, concern, mapping, place) => problem(one, concern, 'problem-list-item', mapping, place)),
  diagnoses: within((one, concern, mapping, place) => problem(one, concern, 'encounter-diagnosis', mapping, place)),
  medications: medicines(false),
  given: medicines(true),
  immunizations: (element, mapping, place) =>
    element.name === 'substanceAdministration'
      ? some(immunization(element, mapping, place) ?? medication(element, false, mapping, place))
      : anything(element, mapping, place),
  procedures: (element, mapping, place) => {
    if (element.name === 'procedure' || element.name === 'act') return some(procedure(element, mapping, place))
    return element.name === 'observation' ? observed('procedure')(element, mapping, place) : anything(element, mapping, place)
  },
  results: (element, mapping, place) => {
    if (element.name === 'organizer') return results(element, mapping, place)
    // IHE XD-LAB puts the batteries of a specialty into an act.
    return element.name === 'act' ? interventions(element, mapping, place, 'results') : observed('laboratory')(element, mapping, place)
  },
  'vital-signs': observed('vital-signs'),
  encounters: (element, mapping, place) => {
    if (element.name !== 'encounter') return anything(element, mapping, place)
    const diagnoses = inner(element, 'act')
      .filter((act) => hasTemplate(act, '2.16.840.1.113883.10.20.22.4.80'))
      .flatMap((act) => readers.diagnoses(act, mapping, place))
    const visit = encounter(element, mapping, place)
    for (const diagnosis of visit === undefined || visit.resource.resourceType !== 'Encounter' ? [] : diagnoses) {
      put(visit?.resource ?? {}, 'diagnosis[]', { condition: diagnosis.reference })
      diagnosis.resource['encounter'] ??= visit?.reference
    }
    return [...some(visit), ...diagnoses]
  },
  'social-history': observed('social-history'),
  survey: observed('survey'),
  plan: anything,
  directives: directive,
  payers: coverages,
  team: careTeam,
  family: (element, mapping, place) =>
    element.name === 'organizer' ? some(family(element, mapping, place)) : observed('social-history')(element, mapping, place),
  devices: (element, mapping, place) => {
    // Implants and other devices of one kind are grouped (2.16.840.1.113883.10.20.22.4.135).
    if (element.name === 'organizer')
      return element.all('component').flatMap((component) => component.elements.flatMap((one) => readers.devices(one, mapping, place)))
    // A procedure refers to the devices that it put in or removed.
    return some((element.name === 'procedure' ? procedure(element, mapping, place) : undefined) ?? device(element, mapping, place))
  },
  other: anything,
}
