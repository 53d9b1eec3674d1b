import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { anObservation, aPatient, corpus, resourcesIn, preparedFhir } from '../testing/fhir.ts'
import { planBundle } from './bundle.ts'
import { parseJson, printJson } from './json.ts'
import { rewriteReferences } from './references.ts'
import type { Resource } from './types.ts'

const fhir = preparedFhir()
const examples = corpus('fhir-r4-examples')

const junk: unknown[] = [
  null,
  0,
  -1,
  1.5,
  true,
  '',
  ' ',
  'x',
  '<script>',
  '2026-02-30',
  '#',
  '#x',
  'Patient/1',
  'urn:uuid:x',
  [],
  [null],
  [[]],
  {},
  { a: 1 },
  [{}],
  ['x'],
  { id: 'x' },
  { reference: '#' },
  { extension: [] },
  JSON.rawJSON('1.50'),
  { resourceType: 'Patient' },
  { coding: [null] },
]

type Site = [Record<string, unknown>, string]
function sitesOf(value: object): Site[] {
  return Object.entries(value).flatMap(([name, inner]) => [
    [value, name] as Site,
    ...(typeof inner === 'object' && inner !== null && !JSON.isRawJSON(inner) ? sitesOf(inner) : []),
  ])
}

/** Whatever the resource is, the validator must answer, and the rest of the slice must be able to process it once it is accepted. */
function survive(resource: Resource, where: string): void {
  const hasError = fhir.validate(resource).some(({ severity }) => severity === 'error')
  planBundle(resource)
  fhir.references(resource, () => {})
  if (hasError) return
  for (const one of fhir.extract(resource)) {
    if ('low' in one) assert.ok(Number.isFinite(one.low) && Number.isFinite(one.high), where)
  }
  fhir.patientReferences(resource)
  rewriteReferences(resource, () => undefined)
  assert.deepEqual(parseJson(printJson(resource)), resource, where)
}

function damage(resource: Resource, where: string, rounds: number): void {
  let seed = 7
  const random = (below: number) => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
    return (seed >>> 8) % below
  }
  const text = printJson(resource)
  for (let round = 0; round < rounds; round++) {
    const changed = parseJson(text) as Resource
    const sites = sitesOf(changed)
    const [holder, name] = sites[random(sites.length)] as Site
    holder[name] = junk[random(junk.length)]
    survive(changed, `${where} round ${round}: ${name}`)
  }
}

test('no value in any place of an official example makes anything fall', { skip: examples.skip }, () => {
  for (const { file, resource } of resourcesIn(examples.folder)) if (printJson(resource).length < 20_000) damage(resource, file, 20)
})

test('no value in any place of a transaction makes anything fall', () => {
  const fullUrl = 'urn:uuid:11111111-1111-4111-8111-111111111111'
  const entry = [
    { fullUrl, resource: aPatient(), request: { method: 'POST', url: 'Patient', ifNoneExist: 'identifier=a|b' } },
    { resource: anObservation({ subject: { reference: fullUrl } }), request: { method: 'PUT', url: 'Observation/hb1' } },
    { request: { method: 'DELETE', url: 'Observation/x' } },
    { request: { method: 'GET', url: 'Patient?name=x' } },
  ]
  damage({ resourceType: 'Bundle', type: 'transaction', entry }, 'transaction', 3000)
})

test('no JSON at all makes the validator fall', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom('Patient', 'Observation', 'Bundle', 'Questionnaire', 'Parameters', 'ValueSet'), (value, resourceType) => {
      fhir.validate(value)
      const inside = typeof value === 'object' && value !== null ? { ...value, resourceType } : { resourceType, extension: value, entry: value }
      survive(inside as Resource, resourceType)
    }),
    { numRuns: 500 },
  )
})

test('a name of Object.prototype is neither a type nor a property', () => {
  for (const name of ['constructor', 'toString', 'hasOwnProperty', '__proto__']) {
    assert.equal(fhir.validate({ resourceType: name })[0]?.code, 'structure')
    assert.deepEqual(fhir.parameters(name), [])
    assert.ok(fhir.validate(JSON.parse(`{"resourceType":"Patient","${name}":"x"}`)).length > 0)
    assert.ok(fhir.validate(anObservation({ subject: { reference: `${name}/1` } })).length > 0)
  }
  assert.deepEqual(fhir.validate(aPatient()), [])
})
