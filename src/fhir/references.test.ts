import assert from 'node:assert/strict'
import { test } from 'node:test'
import { corpus, resourcesIn, preparedFhir } from '../testing/fhir.ts'
import { rewriteReferences, walkReferences } from './references.ts'
import type { Resource } from './types.ts'

const fhir = preparedFhir()
const uuid = 'urn:uuid:11111111-1111-4111-8111-111111111111'
const other = 'urn:uuid:22222222-2222-4222-8222-222222222222'

const found = (resource: Resource) => {
  const list: [string | undefined, string][] = []
  walkReferences(resource, ({ reference }, path) => list.push([reference, path()]))
  return list
}

test('every Reference is visited with its path, in extensions and contained resources, too', () => {
  const resource: Resource = {
    resourceType: 'Observation',
    subject: { reference: 'Patient/1' },
    performer: [{ reference: 'Practitioner/2', display: 'x' }, { identifier: { system: 'urn:rs:licence', value: '3' } }],
    extension: [{ url: 'http://a', valueReference: { reference: 'Device/4' } }],
    contained: [{ resourceType: 'Specimen', id: 's', subject: { reference: 'Patient/5' } }],
    _status: { extension: [{ url: 'http://a', valueReference: { reference: 'Basic/6' } }] },
  }
  assert.deepEqual(found(resource).sort(), [
    [undefined, 'Observation.performer[1]'],
    ['Basic/6', 'Observation._status.extension[0].valueReference'],
    ['Device/4', 'Observation.extension[0].valueReference'],
    ['Patient/1', 'Observation.subject'],
    ['Patient/5', 'Observation.contained[0].subject'],
    ['Practitioner/2', 'Observation.performer[0]'],
  ])
})

test('what only looks like a Reference is not visited', () => {
  const resource: Resource = {
    resourceType: 'Library',
    identifier: [{ system: 'http://a', value: '1' }],
    relatedArtifact: [{ type: 'citation', display: 'x' }],
    extension: [{ url: 'http://a', valueExpression: { language: 'text/cql', reference: 'http://a/b' } }],
  }
  assert.deepEqual(found(resource), [])
})

test('references, uris and links in narratives are rewritten, and nothing else', () => {
  const resource: Resource = {
    resourceType: 'DocumentReference',
    masterIdentifier: { system: 'urn:ietf:rfc:3986', value: uuid },
    subject: { reference: uuid },
    author: [{ reference: other }],
    content: [{ attachment: { url: uuid, title: uuid } }],
    text: { status: 'generated', div: `<div><a href="${uuid}">${uuid}</a><img src='${uuid}'/></div>` },
    extension: [
      { url: 'http://a', valueUri: uuid },
      { url: 'http://a', valueString: uuid },
    ],
    meta: { source: uuid },
  }
  rewriteReferences(resource, (reference) => (reference === uuid ? 'Patient/9' : undefined))
  assert.deepEqual(resource, {
    resourceType: 'DocumentReference',
    masterIdentifier: { system: 'urn:ietf:rfc:3986', value: uuid },
    subject: { reference: 'Patient/9' },
    author: [{ reference: other }],
    content: [{ attachment: { url: 'Patient/9', title: uuid } }],
    text: { status: 'generated', div: `<div><a href="Patient/9">${uuid}</a><img src='Patient/9'/></div>` },
    extension: [
      { url: 'http://a', valueUri: 'Patient/9' },
      { url: 'http://a', valueString: uuid },
    ],
    meta: { source: 'Patient/9' },
  })
})

test('uris in arrays are rewritten', () => {
  const resource: Resource = { resourceType: 'Provenance', policy: [uuid, 'http://a'] }
  rewriteReferences(resource, () => 'X/1')
  assert.deepEqual(resource.policy, ['X/1', 'http://a'])
})

test('the references of a resource to patients begin with its subject', () => {
  const observation = (more: object): Resource => ({ resourceType: 'Observation', ...more })
  const cases: [Resource, string[]][] = [
    [observation({ performer: [{ reference: 'Patient/2' }], subject: { reference: 'Patient/1/_history/4' } }), ['Patient/1', 'Patient/2']],
    [observation({ subject: { reference: 'Group/1' } }), []],
    [observation({ subject: { reference: 'http://a.example/fhir/Patient/1' } }), ['http://a.example/fhir/Patient/1']],
    [{ resourceType: 'AllergyIntolerance', patient: { reference: 'Patient/1' }, recorder: { reference: 'Practitioner/2' } }, ['Patient/1']],
    [{ resourceType: 'Appointment', participant: [{ actor: { reference: 'Practitioner/1' } }, { actor: { reference: 'Patient/2' } }] }, ['Patient/2']],
    [{ resourceType: 'Coverage', beneficiary: { reference: 'Patient/1' }, payor: [{ reference: 'Organization/2' }] }, ['Patient/1']],
    [{ resourceType: 'Composition', subject: { reference: 'Patient/1' }, author: [{ reference: 'Patient/1' }] }, ['Patient/1']],
    [{ resourceType: 'Organization', name: 'x' }, []],
  ]
  for (const [resource, expected] of cases) assert.deepEqual(fhir.patientReferences(resource), expected)
})

const examples = corpus('fhir-r4-examples')

test('the walk by shape finds what the definitions call a Reference, on the official examples', { skip: examples.skip }, () => {
  for (const { file, resource } of resourcesIn(examples.folder)) {
    const visited = new Set(found(resource).map(([reference]) => reference))
    for (const one of fhir.extract(resource)) {
      if (one.kind !== 'reference' || one.reference === null || resource.resourceType === 'Bundle') continue
      const parameter = fhir.parameters(resource.resourceType).find(({ code }) => code === one.code)
      const isKnown = [...visited].some((reference) => reference?.startsWith(one.reference as string))
      // A canonical is a reference parameter, too, but no Reference.
      assert.ok(isKnown || !/^[A-Z]\w+\/[^/]+$/.test(one.reference) || JSON.stringify(resource).includes(`"${one.reference}"`), `${file} ${parameter?.code}`)
    }
  }
})
