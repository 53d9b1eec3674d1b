import type { Resource } from '../fhir/fhir.ts'
import type { Bundle } from './mapping-score.ts'

// What the other converter gives although neither R4 nor HL7's maps have it, and its mistakes. Mappings are scored without these and with them.

type Json = Record<string, unknown>

/** Code systems, extensions and identifier systems that the other converter made up, and US ones that it assumes where the source names none. */
const madeUp = [
  /^http:\/\/example\.com\/(?:v2-to-fhir-converter\/)?(?:StructureDefinition\/|Observation_Status)/,
  /^http:\/\/example\.com\/(?:v2-to-fhir-converter\/)?CodeSystem\/(?:accident-indicator|additional-[a-z-]+|coding-system|identifier-type-code|observation-code|performer-role|procedure-code)$/,
  /^http:\/\/hl7\.org\/fhir\/us\/vrdr\//,
  /^http:\/\/hl7\.org\/fhir\/sid\/us-(?:ssn|medicare)$/,
  /\/sid\/us-medicaid$|\/Identifier\/policy-id$/,
]
/**
 * Addresses that are wrong: a slash too many, not an object identifier (X.660 begins with 0, 1 or 2), a standard for something else, a name in the
 * wrong case.
 */
const mistaken =
  /^(?:urn:oid:2\.16\.840\.1\.113883\.(?:5\.\d+|12\.292|1\.11\.1|3\.26\.1\.1)$|http:\/\/unitsofmeasure\.org\/|urn:oid:[3-9]|urn:oid:.*[^\d.]|urn:iso:std:iso:3986|sct|urn:uuid:[\d.]+$)/
/** The kind of a universal identifier (HL7 table 0301) used as the system of a person's number: people of two authorities would become one. */
const ofKind = /\/Identifier\/(?:HCD|DNS|GUID|ISO|UUID)$/
const ofPersons = new Set(['Patient', 'Practitioner', 'RelatedPerson', 'Coverage', 'Encounter', 'Account', 'EpisodeOfCare'])
/**
 * The document packed, and dated by the moment of converting; the system of a document's number as its number; the substance twice (C-CDA on FHIR has
 * it in the code); medicines as resources of their own, where C-CDA on FHIR has codes.
 */
const isOtherwise = new Set([
  'DocumentReference.content',
  'DocumentReference.date',
  'Composition.identifier',
  'AllergyIntolerance.substance',
  'MedicationStatement.medicationReference',
  'MedicationAdministration.medicationReference',
  'Immunization.medicationReference',
])
/** A text that repeats the display of its code, or joins all parts of a field with marks between them. */
const joined = /--|\w\+\w/

export function withoutOwn(bundle: Bundle): Bundle {
  const told = new Set<string>()
  const entry = (bundle.entry ?? []).flatMap((one) => {
    // Medicines are resources of their own there, as named above. Its second Provenance and the targets of the first only say that the Bundle came
    // from a Bundle.
    if (one.resource === undefined || one.resource.resourceType === 'Provenance' || one.resource.resourceType === 'Medication') return []
    const resource = kept(one.resource, one.resource.resourceType) as Resource
    return isAgain(resource, told) ? [] : [{ ...one, resource }]
  })
  return { ...bundle, entry }
}

/** A place, an organization or a person that several fields name is one resource here (settle in edge/draft) and several there. */
function isAgain(resource: Resource, told: Set<string>): boolean {
  if (!['Location', 'Organization', 'Practitioner'].includes(resource.resourceType)) return false
  const key = JSON.stringify({ ...resource, id: undefined, partOf: undefined })
  const isKnown = told.has(key)
  told.add(key)
  return isKnown
}

function kept(value: unknown, type: string): unknown {
  if (Array.isArray(value)) return value.map((one) => kept(one, type)).filter((one) => one !== undefined)
  if (typeof value !== 'object' || value === null) return value
  const object = value as Json
  const address = String(object['system'] ?? object['url'] ?? '')
  if (madeUp.some((form) => form.test(address)) && !('value' in object)) return undefined
  const made = Object.entries(object).flatMap(([name, inner]) => (isOwn(name, inner, object, type) ? [] : [[name, kept(inner, type)] as const]))
  return Object.fromEntries(made.filter(([, inner]) => inner !== undefined))
}

function isOwn(name: string, inner: unknown, object: Json, type: string): boolean {
  const text = typeof inner === 'string' ? inner : ''
  if (name === 'system') return mistaken.test(text) || madeUp.some((form) => form.test(text)) || (ofPersons.has(type) && ofKind.test(text))
  if (name === 'value') return mistaken.test(text)
  if (isOtherwise.has(`${type}.${name}`)) return true
  if (type === 'Location' && name === 'description') return joined.test(text) || text === object['name']
  // The other converter writes the point of care as a level of a building.
  if (type === 'Location' && name === 'physicalType') return String(object['description']).split('--')[0] === object['name']
  if (name === 'valueString' || name === 'text')
    return joined.test(text) || (name === 'text' && (object['coding'] as Json[] | undefined)?.[0]?.['display'] === text)
  return false
}
