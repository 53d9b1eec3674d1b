import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anObservation, aPatient, preparedFhir } from '../testing/fhir.ts'
import type { Resource } from './types.ts'

const fhir = preparedFhir()
const uuid = (digit: string) => `urn:uuid:${digit.repeat(8)}-1111-4111-8111-${digit.repeat(12)}`
const issuesOf = (resource: Resource) => fhir.validate(JSON.parse(JSON.stringify(resource)))

const transaction = (...entry: unknown[]): Resource => ({ resourceType: 'Bundle', type: 'transaction', entry })
const post = (digit: string, resource: Resource) => ({ fullUrl: uuid(digit), resource, request: { method: 'POST', url: resource.resourceType } })

test('a transaction with references between its entries is valid', () => {
  const observation = anObservation({ subject: { reference: uuid('1') } })
  assert.deepEqual(issuesOf(transaction(post('1', aPatient()), post('2', observation))), [])
})

test('a mistake inside an entry is named with its place in the bundle', () => {
  const [first] = issuesOf(transaction(post('1', aPatient()), post('2', anObservation({ status: 'done' }))))
  assert.equal(first?.expression, 'Bundle.entry[1].resource.status')
})

test('a reference by urn:uuid is checked for the type of the entry it names', () => {
  const observation = anObservation({ subject: { reference: uuid('2') } })
  const [first] = issuesOf(transaction(post('2', { resourceType: 'Organization', name: 'x' }), post('3', observation)))
  assert.equal(first?.expression, 'Bundle.entry[1].resource.subject.reference')
})

test('the rules of bundles hold', () => {
  const entry = post('1', aPatient())
  const cases: [string, Resource][] = [
    ['bdl-1', { resourceType: 'Bundle', type: 'transaction', total: 1, entry: [entry] }],
    ['bdl-3', { resourceType: 'Bundle', type: 'transaction', entry: [{ resource: aPatient() }] }],
    ['bdl-3', { resourceType: 'Bundle', type: 'collection', entry: [entry] }],
    ['bdl-7', transaction(entry, entry)],
    ['bdl-9', { resourceType: 'Bundle', type: 'document', timestamp: '2026-01-01T00:00:00Z' }],
  ]
  for (const [key, bundle] of cases) {
    assert.ok(
      issuesOf(bundle).some(({ diagnostics }) => diagnostics.includes(`(${key})`)),
      key,
    )
  }
})

test('contained resources of one entry are not those of another', () => {
  const contained = [{ resourceType: 'Organization', id: 'o', name: 'x' }]
  const good = aPatient({ contained, managingOrganization: { reference: '#o' } })
  const bad = aPatient({ managingOrganization: { reference: '#o' } })
  assert.deepEqual(issuesOf(transaction(post('1', good))), [])
  assert.equal(issuesOf(transaction(post('1', good), post('2', bad)))[0]?.expression, 'Bundle.entry[1].resource.managingOrganization.reference')
})

test('a contained resource may not contain another', () => {
  const inner = { resourceType: 'Organization', id: 'i', name: 'x' }
  const outer = { resourceType: 'Organization', id: 'o', name: 'x', contained: [inner], partOf: { reference: '#i' } }
  const issues = issuesOf(aPatient({ contained: [outer], managingOrganization: { reference: '#o' } }))
  assert.ok(issues.some(({ diagnostics }) => diagnostics.includes('dom-2')))
})
