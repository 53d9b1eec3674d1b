import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anObservation, aPatient, corpus, resourcesIn } from '../testing/fhir.ts'
import { planBundle } from './bundle.ts'
import type { Resource } from './types.ts'

const uuid = (digit: string) => `urn:uuid:${digit.repeat(8)}-1111-4111-8111-${digit.repeat(12)}`
const bundle = (entry: unknown[], type = 'transaction'): Resource => ({ resourceType: 'Bundle', type, entry })
const request = (method: string, url: string, more: object = {}) => ({ method, url, ...more })
const issuesOf = (resource: Resource) => {
  const plan = planBundle(resource)
  return [...plan.issues, ...plan.entries.flatMap(({ issues }) => issues)].map(({ expression }) => expression)
}

test('entries are processed DELETE, POST, PUT and PATCH, GET, each in the order given', () => {
  const plan = planBundle(
    bundle([
      { request: request('GET', 'Patient/1') },
      { resource: aPatient(), request: request('PUT', 'Patient/ana') },
      { resource: anObservation(), request: request('POST', 'Observation') },
      { request: request('DELETE', 'Patient/2') },
      { resource: aPatient(), request: request('POST', 'Patient') },
      { request: request('DELETE', 'Patient/3') },
    ]),
  )
  assert.deepEqual(issuesOf(bundle([])), [])
  assert.deepEqual(plan.order, [3, 5, 2, 4, 1, 0])
})

test('urls are read as type, instance, search or something else', () => {
  const plan = planBundle(
    bundle([
      { request: request('GET', 'Patient') },
      { request: request('GET', '/Patient/1') },
      { request: request('GET', 'Patient?name=a%20b&name=c') },
      { request: request('GET', 'Patient/1/_history/2') },
      { request: request('GET', 'Patient/1/$everything') },
      { request: request('GET', 'metadata') },
    ]),
  )
  assert.deepEqual(
    plan.entries.map(({ target }) => target),
    [
      { kind: 'type', type: 'Patient' },
      { kind: 'instance', type: 'Patient', id: '1' },
      {
        kind: 'search',
        type: 'Patient',
        query: [
          ['name', 'a b'],
          ['name', 'c'],
        ],
      },
      { kind: 'other', url: 'Patient/1/_history/2' },
      { kind: 'other', url: 'Patient/1/$everything' },
      { kind: 'other', url: 'metadata' },
    ],
  )
  assert.deepEqual(
    plan.entries.flatMap(({ issues }) => issues),
    [],
  )
})

/** What is wrong with the bundle, the bundle, and the expression of the issue. */
const wrong: [string, Resource, string][] = [
  ['another type of bundle', bundle([], 'document'), 'Bundle.type'],
  ['no request', bundle([{ resource: aPatient() }]), 'Bundle.entry[0].request'],
  ['an unknown method', bundle([{ request: request('SEND', 'Patient/1') }]), 'Bundle.entry[0].request.method'],
  ['no url', bundle([{ request: { method: 'GET' } }]), 'Bundle.entry[0].request.url'],
  ['an unknown type', bundle([{ request: request('GET', 'Pacient/1') }]), 'Bundle.entry[0].request.url'],
  ['another server', bundle([{ request: request('GET', 'http://evil.example/Patient/1') }]), 'Bundle.entry[0].request.url'],
  ['a path upwards', bundle([{ request: request('GET', '../Patient/1') }]), 'Bundle.entry[0].request.url'],
  ['POST to an instance', bundle([{ resource: aPatient(), request: request('POST', 'Patient/ana') }]), 'Bundle.entry[0].request.url'],
  ['PUT to a type', bundle([{ resource: aPatient(), request: request('PUT', 'Patient') }]), 'Bundle.entry[0].request.url'],
  ['DELETE of a type', bundle([{ request: request('DELETE', 'Patient') }]), 'Bundle.entry[0].request.url'],
  ['DELETE by an empty condition', bundle([{ request: request('DELETE', 'Patient?') }]), 'Bundle.entry[0].request.url'],
  ['POST of nothing', bundle([{ request: request('POST', 'Patient') }]), 'Bundle.entry[0].resource'],
  ['GET with a resource', bundle([{ resource: aPatient(), request: request('GET', 'Patient/1') }]), 'Bundle.entry[0].resource'],
  ['a search with a resource', bundle([{ resource: aPatient(), request: request('POST', 'Patient/_search?name=a') }]), 'Bundle.entry[0].resource'],
  ['a resource of another type', bundle([{ resource: aPatient(), request: request('POST', 'Observation') }]), 'Bundle.entry[0].request.url'],
  ['another id', bundle([{ resource: aPatient(), request: request('PUT', 'Patient/b') }]), 'Bundle.entry[0].resource.id'],
  [
    'ifNoneExist on PUT',
    bundle([{ resource: aPatient(), request: request('PUT', 'Patient/ana', { ifNoneExist: 'identifier=1' }) }]),
    'Bundle.entry[0].request.ifNoneExist',
  ],
  ['an empty ifNoneExist', bundle([{ resource: aPatient(), request: request('POST', 'Patient', { ifNoneExist: '' }) }]), 'Bundle.entry[0].request.ifNoneExist'],
  ['a fullUrl twice', bundle([1, 2].map(() => ({ fullUrl: uuid('1'), resource: aPatient(), request: request('POST', 'Patient') }))), 'Bundle.entry[1].fullUrl'],
  [
    'one resource changed twice',
    bundle([{ resource: aPatient(), request: request('PUT', 'Patient/ana') }, { request: request('DELETE', 'Patient/ana') }]),
    'Bundle.entry[1].request.url',
  ],
  [
    'a reference to no entry',
    bundle([{ resource: anObservation({ subject: { reference: uuid('7') } }), request: request('POST', 'Observation') }]),
    'Bundle.entry[0].resource.subject.reference',
  ],
  [
    'a reference between entries of a batch',
    bundle(
      [
        { fullUrl: uuid('1'), resource: aPatient(), request: request('POST', 'Patient') },
        { resource: anObservation({ subject: { reference: uuid('1') } }), request: request('POST', 'Observation') },
      ],
      'batch',
    ),
    'Bundle.entry[1].resource.subject.reference',
  ],
]
for (const [what, resource, expression] of wrong) test(`${what} is named with its place`, () => assert.deepEqual(issuesOf(resource), [expression]))

test('conditional references and conditions are found as queries', () => {
  const reference = 'Patient?identifier=urn:hospital|MR-17'
  const plan = planBundle(
    bundle([{ resource: anObservation({ subject: { reference } }), request: request('POST', 'Observation', { ifNoneExist: 'Observation?identifier=a|b' }) }]),
  )
  const [entry] = plan.entries
  assert.deepEqual(entry?.conditional, [
    { reference, type: 'Patient', query: [['identifier', 'urn:hospital|MR-17']], expression: 'Bundle.entry[0].resource.subject.reference' },
  ])
  assert.deepEqual(entry?.ifNoneExist, [['identifier', 'a|b']])
})

test('an entry is known by its fullUrl and by the relative form of it', () => {
  const plan = planBundle(
    bundle([
      { fullUrl: 'http://a.example/fhir/Patient/p1', resource: aPatient({ id: 'p1' }), request: request('POST', 'Patient') },
      { fullUrl: uuid('1'), resource: anObservation(), request: request('POST', 'Observation') },
    ]),
  )
  assert.deepEqual(
    plan.entries.map(({ names }) => names),
    [['http://a.example/fhir/Patient/p1', 'Patient/p1'], [uuid('1')]],
  )
})

test('a value that is no bundle at all is read without an exception', () => {
  for (const entry of [null, 'x', [null], [5], [[]], [{ request: null }], [{ request: 5, resource: 'x' }], { a: 1 }]) {
    planBundle({ resourceType: 'Bundle', type: 'transaction', entry })
  }
})

const synthea = corpus('synthea-r4')

test('the bundles of a third-party generator are planned without an issue', { skip: synthea.skip }, () => {
  for (const { file, resource } of resourcesIn(synthea.folder)) assert.deepEqual(issuesOf(resource), [], file)
})
