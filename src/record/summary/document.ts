import type { Resource } from '../../fhir/fhir.ts'
import { paragraphOf, say, tableOf, type Tongue } from './narrative.ts'
import { newestFirst, sections, type Section } from './sections.ts'

export type Facts = {
  base: string
  /** The chart that was asked for, as the document shows it. */
  patient: Resource
  /** The resources of the person that may be shown and may be in a section. */
  resources: readonly Resource[]
  /** Types that this reader may not see, so that the document says nothing about them. */
  withheld: ReadonlySet<string>
  tongue: Tongue
  now: string
  /** The ids of the document itself, new for each document. */
  ids: { document: string; composition: string; author: string }
}

const profileOf = (name: string): string => `http://hl7.org/fhir/uv/ips/StructureDefinition/${name}`

const title = { sr: 'Међународни сажетак здравственог стања', en: 'International Patient Summary' }
const unavailable = { sr: 'У картону нема података за овај одељак.', en: 'The record has no information for this section.' }
const hidden = { sr: 'Овај део картона није отворен ономе ко је тражио сажетак.', en: 'This part of the record is not open to whoever asked for the summary.' }
/** Reasons for an empty section. None says that there is nothing: nobody asked the patient for this document. */
const reasons = {
  unavailable: { code: 'unavailable', display: 'Unavailable' },
  withheld: { code: 'withheld', display: 'Information Withheld' },
}

/** Each section with its resources. */
export function chosenOf({ resources }: Pick<Facts, 'resources'>): Map<Section, Resource[]> {
  const ordered = newestFirst(resources)
  return new Map(sections.map((section) => [section, section.choose(ordered)]))
}

/**
 * A document Bundle (R4 documents; Bundle-uv-ips): the composition, the patient, the author, and the resources that the sections and their entries
 * name.
 */
export function documentOf(facts: Facts, chosen: ReadonlyMap<Section, Resource[]>, related: readonly Resource[]): Resource {
  const { base, patient, tongue, now, ids } = facts
  const author: Resource = {
    resourceType: 'Device',
    id: ids.author,
    deviceName: [{ name: 'Spona', type: 'manufacturer-name' }],
    type: { text: say(tongue, { sr: 'Национални здравствени информациони систем', en: 'National health information system' }) },
  }
  const own = [...new Set([...chosen.values()].flat())]
  return {
    resourceType: 'Bundle',
    id: ids.document,
    meta: { profile: [profileOf('Bundle-uv-ips')] },
    language: tongue,
    identifier: { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${ids.document}` },
    type: 'document',
    timestamp: now,
    entry: [
      { fullUrl: `urn:uuid:${ids.composition}`, resource: compositionOf(facts, chosen) },
      { fullUrl: urlOf(base, patient), resource: patient },
      { fullUrl: `urn:uuid:${ids.author}`, resource: author },
      ...[...own, ...related].map((resource) => ({ fullUrl: urlOf(base, resource), resource })),
    ],
  }
}

const urlOf = (base: string, { resourceType, id }: Resource): string => `${base}/${resourceType}/${id}`

function compositionOf(facts: Facts, chosen: ReadonlyMap<Section, Resource[]>): Resource {
  const { base, patient, tongue, now, ids } = facts
  return {
    resourceType: 'Composition',
    id: ids.composition,
    meta: { profile: [profileOf('Composition-uv-ips')] },
    language: tongue,
    text: { status: 'generated', div: paragraphOf(tongue, title) },
    status: 'final',
    type: { coding: [{ system: 'http://loinc.org', code: '60591-5', display: 'Patient summary Document' }] },
    subject: { reference: urlOf(base, patient) },
    date: now,
    author: [{ reference: `urn:uuid:${ids.author}` }],
    title: say(tongue, title),
    confidentiality: 'N',
    section: [...chosen].flatMap(([section, entries]) => sectionOf(facts, section, entries)),
  }
}

function sectionOf({ base, tongue, withheld }: Facts, section: Section, entries: readonly Resource[]): object[] {
  const { code, display, isRequired, types } = section
  if (entries.length === 0 && !isRequired) return []
  const head = { title: say(tongue, section.title), code: { coding: [{ system: 'http://loinc.org', code, display }] } }
  if (entries.length > 0) {
    const entry = entries.map((resource) => ({ reference: urlOf(base, resource) }))
    return [{ ...head, text: { status: 'generated', div: tableOf(tongue, entries) }, entry }]
  }
  const isWithheld = types.some((type) => withheld.has(type))
  const reason = isWithheld ? reasons.withheld : reasons.unavailable
  return [
    {
      ...head,
      text: { status: 'generated', div: paragraphOf(tongue, isWithheld ? hidden : unavailable) },
      emptyReason: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/list-empty-reason', ...reason }] },
    },
  ]
}
