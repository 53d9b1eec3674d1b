import { remembered } from './remembered.ts'
import { table } from './table.ts'

// Names of code systems in messages (HL7 table 0396 and others in use), in capitals without spaces and marks.
const byName = table<string>({
  LN: 'http://loinc.org',
  LOINC: 'http://loinc.org',
  SCT: 'http://snomed.info/sct',
  SNM: 'http://snomed.info/sct',
  SNOMED: 'http://snomed.info/sct',
  SNOMEDCT: 'http://snomed.info/sct',
  I10: 'http://hl7.org/fhir/sid/icd-10',
  ICD10: 'http://hl7.org/fhir/sid/icd-10',
  MKB10: 'http://hl7.org/fhir/sid/icd-10',
  MKB: 'http://hl7.org/fhir/sid/icd-10',
  МКБ10: 'http://hl7.org/fhir/sid/icd-10',
  I10C: 'http://hl7.org/fhir/sid/icd-10-cm',
  ICD10CM: 'http://hl7.org/fhir/sid/icd-10-cm',
  I9: 'http://hl7.org/fhir/sid/icd-9-cm',
  I9C: 'http://hl7.org/fhir/sid/icd-9-cm',
  I9CDX: 'http://hl7.org/fhir/sid/icd-9-cm',
  ICD9: 'http://hl7.org/fhir/sid/icd-9-cm',
  I10P: 'http://www.cms.gov/Medicare/Coding/ICD10',
  ICD10PCS: 'http://www.cms.gov/Medicare/Coding/ICD10',
  ICDO3: 'http://terminology.hl7.org/CodeSystem/icd-o-3',
  ATC: 'http://www.whocc.no/atc',
  WHOATC: 'http://www.whocc.no/atc',
  CDCREC: 'urn:oid:2.16.840.1.113883.6.238',
  MDC: 'urn:iso:std:iso:11073:10101',
  UCUM: 'http://unitsofmeasure.org',
  CVX: 'http://hl7.org/fhir/sid/cvx',
  MVX: 'http://terminology.hl7.org/CodeSystem/MVX',
  NDC: 'http://hl7.org/fhir/sid/ndc',
  RXNORM: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  C4: 'http://www.ama-assn.org/go/cpt',
  CPT: 'http://www.ama-assn.org/go/cpt',
  CPT4: 'http://www.ama-assn.org/go/cpt',
  NCIT: 'http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl',
  ISO31661: 'urn:iso:std:iso:3166',
  ISO639: 'urn:ietf:bcp:47',
  DCM: 'http://dicom.nema.org/resources/ontology/DCM',
  // Codes of services and medical aids of the national fund: no official URI is known, so they follow the identifiers (urn:rs).
  RFZO: 'urn:rs:rfzo:usluga',
  RFZOUSLUGA: 'urn:rs:rfzo:usluga',
})

// Code systems by object identifier, as CDA names them.
const byOid = table<string>({
  '2.16.840.1.113883.6.1': 'http://loinc.org',
  '2.16.840.1.113883.6.96': 'http://snomed.info/sct',
  '2.16.840.1.113883.6.3': 'http://hl7.org/fhir/sid/icd-10',
  '2.16.840.1.113883.6.90': 'http://hl7.org/fhir/sid/icd-10-cm',
  '2.16.840.1.113883.6.103': 'http://hl7.org/fhir/sid/icd-9-cm',
  '2.16.840.1.113883.6.104': 'http://hl7.org/fhir/sid/icd-9-cm',
  '2.16.840.1.113883.6.73': 'http://www.whocc.no/atc',
  '2.16.840.1.113883.6.88': 'http://www.nlm.nih.gov/research/umls/rxnorm',
  '2.16.840.1.113883.6.69': 'http://hl7.org/fhir/sid/ndc',
  '2.16.840.1.113883.12.292': 'http://hl7.org/fhir/sid/cvx',
  '2.16.840.1.113883.6.59': 'http://hl7.org/fhir/sid/cvx',
  '2.16.840.1.113883.6.12': 'http://www.ama-assn.org/go/cpt',
  '2.16.840.1.113883.6.8': 'http://unitsofmeasure.org',
  '2.16.840.1.113883.6.101': 'http://nucc.org/provider-taxonomy',
  '2.16.840.1.113883.4.9': 'http://fdasis.nlm.nih.gov',
  '2.16.840.1.113883.3.26.1.1': 'http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl',
  '2.16.840.1.113883.6.238': 'urn:oid:2.16.840.1.113883.6.238',
  '2.16.840.1.113883.5.1': 'http://terminology.hl7.org/CodeSystem/v3-AdministrativeGender',
  '2.16.840.1.113883.5.2': 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus',
  '2.16.840.1.113883.5.4': 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
  '2.16.840.1.113883.5.7': 'http://terminology.hl7.org/CodeSystem/v3-ActPriority',
  '2.16.840.1.113883.5.8': 'http://terminology.hl7.org/CodeSystem/v3-ActReason',
  '2.16.840.1.113883.5.25': 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality',
  '2.16.840.1.113883.5.83': 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation',
  '2.16.840.1.113883.5.88': 'http://terminology.hl7.org/CodeSystem/v3-ParticipationFunction',
  '2.16.840.1.113883.5.90': 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType',
  '2.16.840.1.113883.5.110': 'http://terminology.hl7.org/CodeSystem/v3-RoleClass',
  '2.16.840.1.113883.5.111': 'http://terminology.hl7.org/CodeSystem/v3-RoleCode',
  '2.16.840.1.113883.5.112': 'http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration',
  '2.16.840.1.113883.5.1008': 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor',
  '2.16.840.1.113883.5.1052': 'http://terminology.hl7.org/CodeSystem/v3-ActSite',
  '2.16.840.1.113883.5.1076': 'http://terminology.hl7.org/CodeSystem/v3-ReligiousAffiliation',
})

// Systems of numbers of people and institutions that have a URI beside the object identifier (HL7's register of identifier systems).
const spaces = table<string>({
  '2.16.840.1.113883.4.1': 'http://hl7.org/fhir/sid/us-ssn',
  '2.16.840.1.113883.4.6': 'http://hl7.org/fhir/sid/us-npi',
  '2.16.840.1.113883.4.572': 'http://hl7.org/fhir/sid/us-medicare',
})
/** The URI of an identifier system that has an object identifier. */
export const spaceOf = (oid: string): string => spaces[oid] ?? `urn:oid:${oid}`

const isOid = /^[0-2](?:\.(?:0|[1-9]\d*))+$/
const isUuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const isUri = /^(?:https?:\/\/|urn:)[^\s]+$/

/** A URI for a system that has only a local name; R4 demands an absolute URI. */
const local = (name: string) => `urn:id:${encodeURIComponent(name)}`

/** The URI of a code system from its name in a message; undefined without a name. */
export const codeSystem = (name: string | undefined): string | undefined => (name === undefined ? undefined : codeSystemOf(name))
const codeSystemOf = remembered((name) => {
  if (isUri.test(name)) return name
  if (isOid.test(name)) return byOid[name] ?? hl7TableOid(name) ?? `urn:oid:${name}`
  const plain = name.toUpperCase().replace(/[\s_./-]/g, '')
  const table = /^HL7(\d{4})$/.exec(plain)?.[1]
  if (table !== undefined) return `http://terminology.hl7.org/CodeSystem/v2-${table}`
  return byName[plain] ?? local(name)
})

/** HL7's own tables of version 2 are 2.16.840.1.113883.12.<number>. */
function hl7TableOid(oid: string): string | undefined {
  const table = /^2\.16\.840\.1\.113883\.12\.(\d{1,4})$/.exec(oid)?.[1]
  return table === undefined ? undefined : `http://terminology.hl7.org/CodeSystem/v2-${table.padStart(4, '0')}`
}

/** The URI of an identifier system: a globally unique identifier takes precedence over a name that only the sender knows. */
export function identifierSystem(name: string | undefined, universal: string | undefined): string | undefined {
  const address = universal === undefined ? '' : addressOf(universal)
  if (address !== '') return address
  return name === undefined ? undefined : spaceNamed(name)
}
const addressOf = remembered((universal) => {
  if (isOid.test(universal)) return spaceOf(universal)
  if (isUuid.test(universal)) return `urn:uuid:${universal.toLowerCase()}`
  return isUri.test(universal) ? universal : ''
})
const spaceNamed = remembered((name) => (isOid.test(name) ? spaceOf(name) : isUri.test(name) ? name : local(name)))

/** The name from which a local URI was made, or the parts by which a message can give any other URI. */
export function nameOfSystem(system: string): { name: string; universal?: string; type?: string } {
  if (system.startsWith('urn:id:')) return { name: decodeURIComponent(system.slice('urn:id:'.length)) }
  if (system.startsWith('urn:oid:')) return { name: '', universal: system.slice('urn:oid:'.length), type: 'ISO' }
  return { name: '', universal: system, type: 'URI' }
}

const namesOfSystems = table<string>({
  'http://loinc.org': 'LN',
  'http://snomed.info/sct': 'SCT',
  'http://hl7.org/fhir/sid/icd-10': 'I10',
  'http://www.whocc.no/atc': 'ATC',
  'http://unitsofmeasure.org': 'UCUM',
  'http://hl7.org/fhir/sid/cvx': 'CVX',
})

/** The name of a code system for a message. */
export function codeSystemName(system: string): string {
  const table = /\/CodeSystem\/v2-(\d{4})$/.exec(system)?.[1]
  if (table !== undefined) return `HL7${table}`
  return namesOfSystems[system] ?? (system.startsWith('urn:id:') ? decodeURIComponent(system.slice('urn:id:'.length)) : system)
}

/** The object identifier of a code system for a document; null when it has none. */
export function codeSystemOid(system: string): string | null {
  if (system.startsWith('urn:oid:')) return system.slice('urn:oid:'.length)
  return Object.entries(byOid).find(([, address]) => address === system)?.[0] ?? null
}
