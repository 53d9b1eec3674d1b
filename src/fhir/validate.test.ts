import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anObservation, aPatient, corpus, resourcesIn, preparedFhir } from '../testing/fhir.ts'
import type { Resource } from './types.ts'

const fhir = preparedFhir()
const errorsOf = (resource: unknown) => fhir.validate(resource).filter(({ severity }) => severity === 'error')

const examples = corpus('fhir-r4-examples')
const synthea = corpus('synthea-r4')

// Each of these examples breaks the specification itself: missing linkIds, empty narratives, references to types that are not allowed.
const brokenExamples = new Set([
  'ActivityDefinition/ActivityDefinition-blood-tubes-supply.json',
  'ActivityDefinition/ActivityDefinition-heart-valve-replacement.json',
  'DeviceMetric/DeviceMetric-example.json',
  'MedicationRequest/MedicationRequest-medrx0301.json',
  'Questionnaire/Questionnaire-qs1.json',
  'Questionnaire/Questionnaire-zika-virus-exposure-assessment.json',
])

test('every official example is accepted, but for those that are wrong themselves', { skip: examples.skip }, () => {
  const found = resourcesIn(examples.folder)
  const refused = found.filter(({ resource }) => errorsOf(resource).length > 0).map(({ file }) => file)
  assert.ok(found.length > 400)
  assert.deepEqual(
    refused.filter((file) => !brokenExamples.has(file)),
    [],
  )
})

test('the bundles of a third-party generator are accepted whole', { skip: synthea.skip }, () => {
  for (const { file, resource } of resourcesIn(synthea.folder)) assert.deepEqual(fhir.validate(resource), [], file)
})

test('a patient and an observation are valid', () => {
  assert.deepEqual(fhir.validate(aPatient()), [])
  assert.deepEqual(fhir.validate(anObservation()), [])
})

/** The change, the changed resource, the expression and the code of its first issue. */
const mutations: [string, Resource, string, string][] = [
  ['an unknown property', aPatient({ nme: 'x' }), 'Patient.nme', 'structure'],
  ['an unknown property deep inside', aPatient({ name: [{ famly: 'x' }] }), 'Patient.name[0].famly', 'structure'],
  ['__proto__', JSON.parse('{"resourceType":"Patient","__proto__":{"a":1}}'), 'Patient', 'structure'],
  ['an object for an array', aPatient({ name: { family: 'x' } }), 'Patient.name', 'structure'],
  ['an array for an object', aPatient({ maritalStatus: [{ text: 'x' }] }), 'Patient.maritalStatus', 'structure'],
  ['a string for an object', aPatient({ maritalStatus: 'S' }), 'Patient.maritalStatus', 'structure'],
  ['an empty array', aPatient({ name: [] }), 'Patient.name', 'structure'],
  ['an empty object', aPatient({ name: [{}] }), 'Patient.name[0]', 'invariant'],
  ['an object with nothing but an id', aPatient({ name: [{ id: 'a' }] }), 'Patient.name[0]', 'invariant'],
  ['an empty string', aPatient({ language: '' }), 'Patient.language', 'value'],
  ['null', aPatient({ birthDate: null }), 'Patient.birthDate', 'value'],
  ['a number for a string', aPatient({ name: [{ family: 5 }] }), 'Patient.name[0].family', 'value'],
  ['a string for a boolean', aPatient({ active: 'true' }), 'Patient.active', 'value'],
  ['a string for a number', anObservation({ valueQuantity: { value: '5' } }), 'Observation.value.value', 'value'],
  ['a day that is not', aPatient({ birthDate: '2023-02-29' }), 'Patient.birthDate', 'value'],
  ['a month that is not', aPatient({ birthDate: '2023-13' }), 'Patient.birthDate', 'value'],
  ['a date in the local order', aPatient({ birthDate: '03.05.1980' }), 'Patient.birthDate', 'value'],
  ['a time without a zone', anObservation({ effectiveDateTime: '2026-03-01T08:30:00' }), 'Observation.effective', 'value'],
  ['an hour that is not', anObservation({ effectiveDateTime: '2026-03-01T24:00:00Z' }), 'Observation.effective', 'value'],
  ['an id with an underscore', aPatient({ id: 'a_b' }), 'Patient.id', 'value'],
  ['a fraction for an integer', aPatient({ multipleBirthInteger: 1.5 }), 'Patient.multipleBirth', 'value'],
  ['an integer of more than 32 bits', aPatient({ multipleBirthInteger: 2147483648 }), 'Patient.multipleBirth', 'value'],
  ['zero for a positive integer', aPatient({ telecom: [{ system: 'phone', value: '1', rank: 0 }] }), 'Patient.telecom[0].rank', 'value'],
  ['a URI with a space', aPatient({ implicitRules: 'http://a b' }), 'Patient.implicitRules', 'value'],
  ['base64 that is not', aPatient({ photo: [{ contentType: 'image/png', data: 'a*b=' }] }), 'Patient.photo[0].data', 'value'],
  ['a control character', aPatient({ name: [{ family: 'a\u0001b' }] }), 'Patient.name[0].family', 'value'],
  ['half a character', aPatient({ name: [{ family: 'a\ud800' }] }), 'Patient.name[0].family', 'value'],
  ['a code outside its value set', aPatient({ gender: 'F' }), 'Patient.gender', 'code-invalid'],
  ['no required element', anObservation({ status: undefined }), 'Observation.status', 'required'],
  ['no required object', anObservation({ code: undefined }), 'Observation.code', 'required'],
  ['two forms of a choice', anObservation({ valueString: 'x' }), 'Observation.value', 'structure'],
  ['a form the choice does not have', anObservation({ valueQuantity: undefined, valueDecimal: 1 }), 'Observation.valueDecimal', 'structure'],
  ['a reference to a wrong type', anObservation({ subject: { reference: 'Medication/1' } }), 'Observation.subject.reference', 'structure'],
  ['a declared type that is another', anObservation({ subject: { reference: 'Patient/1', type: 'Group' } }), 'Observation.subject.type', 'structure'],
  ['a reference that is none', anObservation({ subject: { reference: 'ana' } }), 'Observation.subject.reference', 'value'],
  ['a reference to nothing contained', anObservation({ subject: { reference: '#p' } }), 'Observation.subject.reference', 'invariant'],
  ['extensions longer than values', aPatient({ name: [{ given: ['a'], _given: [null, { id: 'x' }] }] }), 'Patient.name[0].given', 'structure'],
  ['null without an extension', aPatient({ name: [{ given: [null] }] }), 'Patient.name[0].given[0]', 'value'],
  [
    'an extension with value and extensions',
    aPatient({ extension: [{ url: 'http://a', valueCode: 'x', extension: [{ url: 'b', valueCode: 'c' }] }] }),
    'Patient.extension[0]',
    'invariant',
  ],
  ['an extension without a url', aPatient({ extension: [{ valueCode: 'x' }] }), 'Patient.extension[0].url', 'required'],
  ['a contained resource without an id', aPatient({ contained: [{ resourceType: 'Organization', name: 'x' }] }), 'Patient.contained[0].id', 'required'],
  [
    'a contained resource with a version',
    aPatient({ contained: [{ resourceType: 'Organization', id: 'o', name: 'x', meta: { versionId: '1' } }] }),
    'Patient.contained[0]',
    'invariant',
  ],
  ['a resource type that is not R4', { resourceType: 'Pacient' }, 'Resource.resourceType', 'structure'],
  ['no resource type', { id: 'x' } as unknown as Resource, 'Resource.resourceType', 'required'],
  [
    'a period that ends before it begins',
    aPatient({ name: [{ family: 'x', period: { start: '2020-02', end: '2020-01' } }] }),
    'Patient.name[0].period',
    'invariant',
  ],
  ['a contact that says nothing', aPatient({ contact: [{ gender: 'male' }] }), 'Patient.contact[0]', 'invariant'],
  ['a value and a reason that there is none', anObservation({ dataAbsentReason: { text: 'x' } }), 'Observation', 'invariant'],
  [
    'a script in the narrative',
    aPatient({ text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">a<script>1</script></div>' } }),
    'Patient.text.div',
    'invariant',
  ],
]

for (const [what, resource, expression, code] of mutations) {
  test(`${what} is an error that says where and how to mend it`, () => {
    // Through JSON, as a client would send it, which removes undefined properties.
    const [first] = errorsOf(resource.resourceType === 'Patient' && Object.hasOwn(resource, '__proto__') ? resource : JSON.parse(JSON.stringify(resource)))
    assert.equal(first?.expression, expression)
    assert.equal(first?.code, code)
    assert.ok(first.diagnostics.length > 10 && first.hint.length > 10)
  })
}

test('what is not an object is refused with one sentence', () => {
  for (const value of [null, 5, 'x', [], [{}], true]) assert.equal(fhir.validate(value).length, 1)
})

test('an exact number is a number, and nothing else', () => {
  assert.deepEqual(fhir.validate(anObservation({ valueQuantity: { value: JSON.rawJSON('1.50') } })), [])
  assert.equal(errorsOf(aPatient({ multipleBirthInteger: JSON.rawJSON('1.0') }))[0]?.expression, 'Patient.multipleBirth')
  assert.equal(errorsOf(aPatient({ maritalStatus: JSON.rawJSON('1.0') }))[0]?.expression, 'Patient.maritalStatus')
})

test('a primitive may have extensions in place of a value', () => {
  const extension = [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }]
  assert.deepEqual(fhir.validate(aPatient({ birthDate: undefined, _birthDate: { extension } })), [])
  assert.deepEqual(fhir.validate(aPatient({ name: [{ given: ['Ана', null], _given: [null, { extension }] }] })), [])
  assert.deepEqual(errorsOf(JSON.parse(JSON.stringify(anObservation({ status: undefined, _status: { extension } })))), [])
})

test('a primitive with a value may have an id, which is no value (ele-1)', () => {
  const places = (more: Record<string, unknown>) => errorsOf(JSON.parse(JSON.stringify(aPatient(more)))).map(({ expression }) => expression)
  assert.deepEqual(places({ birthDate: '1970-03-30', _birthDate: { id: '314159' } }), [])
  assert.deepEqual(places({ name: [{ given: ['Ана', 'Марија'], _given: [{ id: 'a' }, null] }] }), [])
  assert.deepEqual([...new Set(places({ birthDate: undefined, _birthDate: { id: 'a' } }))], ['Patient.birthDate'])
  assert.deepEqual(places({ name: [{ given: [null, 'Ана'], _given: [{ id: 'a' }, null] }] }), ['Patient.name[0].given[0]'])
  assert.deepEqual(places({ birthDate: '1970-03-30', _birthDate: {} }), ['Patient.birthDate'])
  assert.deepEqual(places({ birthDate: '1970-03-30', _birthDate: { id: 'a', extension: [{ url: 'http://a', valuePeriod: { id: 'b' } }] } }).length, 1)
})

test('nesting beyond the limit is an issue, not a broken stack', () => {
  let extension: Record<string, unknown> = { url: 'http://a', valueCode: 'x' }
  for (let depth = 0; depth < 200; depth++) extension = { url: 'http://a', extension: [extension] }
  const [first] = errorsOf(aPatient({ extension: [extension] }))
  assert.equal(first?.code, 'too-costly')
})

test('a thousand mistakes are told in a list with a limit', () => {
  const issues = fhir.validate(aPatient({ name: Array.from({ length: 1000 }, () => ({ wrong: 1 })) }))
  assert.equal(issues.length, 100)
  assert.match(issues.at(-1)?.diagnostics ?? '', /more mistakes/)
})

test('a thousand warnings stop nothing, and an error behind them is not lost', () => {
  const profile = Array.from({ length: 1000 }, (_, at) => `http://a.test/StructureDefinition/${at}`)
  const severities = (more: object) => new Set(fhir.validate(aPatient({ meta: { profile }, ...more })).map(({ severity }) => severity))
  assert.deepEqual(severities({}), new Set(['warning']))
  // Profiles are checked after the elements, so the error must come later: it is in the next resource.
  const bundle = { resourceType: 'Bundle', type: 'collection', entry: [{ resource: aPatient({ meta: { profile } }) }, { resource: aPatient({ gender: 'F' }) }] }
  assert.deepEqual(new Set(fhir.validate(bundle).map(({ severity }) => severity)), new Set(['warning', 'error']))
})

test('a value that could be a personal number or markup never stands in a message', () => {
  const values = ['0101990710004', '<img src=x onerror=alert(1)>', 'a'.repeat(500)]
  for (const value of values) {
    const text = JSON.stringify(fhir.validate(aPatient({ gender: value, birthDate: value, id: value, [value]: 1 })))
    assert.ok(!text.includes(value))
    assert.ok(!text.includes('<img'))
  }
})
