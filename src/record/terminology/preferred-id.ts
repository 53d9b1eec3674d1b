import { Refusal } from '../../platform/refusal.ts'
import type { Asking } from '../asking.ts'
import { searchType } from '../search/search.ts'
import type { Operation } from './operations.ts'

type Name = { type?: string; value?: string; preferred?: boolean }
type NamingSystem = { resourceType: string; status?: string; uniqueId?: Name[] }

const kinds = ['oid', 'uuid', 'uri', 'other']
const systemsMax = 20

/** Code systems that R4 names without defining them (terminologies-systems.html). A stored NamingSystem says more and takes precedence. */
const ofStandard: [oid: string, uri: string][] = [
  ['2.16.840.1.113883.6.96', 'http://snomed.info/sct'],
  ['2.16.840.1.113883.6.88', 'http://www.nlm.nih.gov/research/umls/rxnorm'],
  ['2.16.840.1.113883.6.1', 'http://loinc.org'],
  ['2.16.840.1.113883.6.8', 'http://unitsofmeasure.org'],
  ['2.16.840.1.113883.12.292', 'http://hl7.org/fhir/sid/cvx'],
  ['1.0.3166.1.2.2', 'urn:iso:std:iso:3166'],
  ['2.16.840.1.113883.6.3', 'http://hl7.org/fhir/sid/icd-10'],
  ['2.16.840.1.113883.6.90', 'http://hl7.org/fhir/sid/icd-10-cm'],
  ['2.16.840.1.113883.6.73', 'http://www.whocc.no/atc'],
  ['2.16.840.1.113883.4.9', 'http://fdasis.nlm.nih.gov'],
  ['2.16.840.1.113883.6.69', 'http://hl7.org/fhir/sid/ndc'],
  ['2.16.840.1.113883.6.12', 'http://www.ama-assn.org/go/cpt'],
  ['1.2.840.10008.2.16.4', 'http://dicom.nema.org/resources/ontology/DCM'],
]

/** `$preferred-id` (R4 NamingSystem): the name of a system of codes or identifiers in another form (OID, URI). */
export const preferredId: Operation = {
  name: 'preferred-id',
  type: 'NamingSystem',
  onInstance: false,
  allowed: { id: 'text', type: 'text' },
  async run(asking, input) {
    const [id, kind] = [bare(input.text('id') ?? ''), input.text('type') ?? '']
    if (id === '' || !kinds.includes(kind)) {
      throw new Refusal('incorrect', 'id and type are needed', { hint: `Give the known name as id, and as type one of: ${kinds.join(', ')}.` })
    }
    const systems = [...(await storedOnes(asking, id)), ...ofStandard.map(inStandard)]
    const own = systems.filter(({ uniqueId = [] }) => uniqueId.some(({ value = '' }) => bare(value) === id))
    // Only a name that is marked as preferred counts, even when it is the only one.
    const found = own.flatMap(({ uniqueId = [] }) => uniqueId).find(({ type, value, preferred }) => type === kind && value && preferred === true)
    if (found?.value !== undefined) return { resourceType: 'Parameters', parameter: [{ name: 'result', valueString: found.value }] }
    throw new Refusal('not-found', own.length === 0 ? 'no system of this name is known here' : `the system has no preferred name of the type ${kind}`, {
      hint: 'Store a NamingSystem that says how it is called, and which of its names are preferred.',
    })
  },
}

const inStandard = ([oid, uri]: [string, string]): NamingSystem => ({
  resourceType: 'NamingSystem',
  uniqueId: [
    { type: 'oid', value: oid },
    { type: 'uri', value: uri, preferred: true },
  ],
})

/** Removes the URN prefix: an OID or a UUID means the same with and without it. */
const bare = (name: string) => name.trim().replace(/^urn:(?:oid|uuid):/i, '')

/** Runs the search that a client would make: resources that the actor may not see are not found, and the look is in the log. */
async function storedOnes(asking: Asking, id: string): Promise<NamingSystem[]> {
  const forms = ['', 'urn:oid:', 'urn:uuid:'].map((prefix) => `${prefix}${id.replace(/[\\,$|]/g, '\\$&')}`)
  const pairs: [string, string][] = [
    ['value:exact', forms.join(',')],
    ['_count', String(systemsMax)],
  ]
  const bundle = JSON.parse(await searchType(asking, 'NamingSystem', pairs, false)) as { entry?: { resource: NamingSystem }[] }
  return (bundle.entry ?? []).map(({ resource }) => resource).filter(({ resourceType, status }) => resourceType === 'NamingSystem' && status !== 'retired')
}
