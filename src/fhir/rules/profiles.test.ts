import assert from 'node:assert/strict'
import { test } from 'node:test'
import { preparedFhir } from '../../testing/fhir.ts'
import { addResources } from '../../testing/validator-cases.ts'

const fhir = preparedFhir()
const issues = (resource: object, isStrict = true) => fhir.validate(resource, { isStrict })
const errors = (resource: object, isStrict = true) =>
  issues(resource, isStrict)
    .filter(({ severity }) => severity === 'error')
    .map(({ expression }) => expression)

function profile(element: object): object {
  const base = { baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient', derivation: 'constraint', type: 'Patient', kind: 'resource' }
  const differential = { element: [{ id: 'path' in element ? element.path : 'Patient.name', path: 'Patient.name', ...element }] }
  return { resourceType: 'StructureDefinition', url: 'http://rules.test/sd', name: 'A', status: 'draft', abstract: false, ...base, differential }
}

test('a profile speaks of the elements in the order of its base, in each slice anew', () => {
  const of = (...element: object[]) => ({
    ...profile({}),
    type: 'Observation',
    baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Observation',
    differential: { element },
  })
  const at = (id: string, more: object = {}) => ({ id, path: id.replace(/:\w+/g, ''), ...more })
  const slicing = { discriminator: [{ type: 'pattern', path: 'code' }], rules: 'open' }
  const slice = (name: string) => [
    at(`Observation.component:${name}`, { sliceName: name, max: '1' }),
    at(`Observation.component:${name}.code`, { patternCodeableConcept: { text: name } }),
    at(`Observation.component:${name}.value[x]`, { min: 1 }),
  ]
  const sliced = [at('Observation.status'), at('Observation.code'), at('Observation.component', { slicing }), ...slice('a'), ...slice('b')]
  assert.deepEqual(errors(of(...sliced)), [])
  // Missing ids are another mistake; the order is then judged by the paths.
  const nameless = errors(of(...sliced.map((element) => ({ ...element, id: undefined }))))
  assert.deepEqual(
    nameless.filter((place) => place.endsWith('.path')),
    [],
  )
  assert.deepEqual(errors(of(at('Observation.value[x]'), at('Observation.status'))), ['StructureDefinition.differential.element[1].path'])
})

test('a guide demands its profile of all resources of a type, strictly', () => {
  const named = { ...profile({ min: 1 }), url: 'http://rules.test/named' }
  const guide = { resourceType: 'ImplementationGuide', url: 'http://rules.test/ig', global: [{ type: 'Patient', profile: 'http://rules.test/named' }] }
  addResources(fhir, 'rules.test#2', [named, guide] as never)
  try {
    assert.deepEqual(errors({ resourceType: 'Patient', name: [{ text: 'Ана' }] }), [])
    assert.deepEqual(errors({ resourceType: 'Patient', active: true }), ['Patient.name'])
    assert.deepEqual(errors({ resourceType: 'Patient', active: true }, false), [])
  } finally {
    fhir.removePackage('rules.test#2')
  }
})

test('a profile binds further, takes an extension in the place of a value, and is met by a part of another', () => {
  const carried = (name: string) => `http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.${name}`
  const valueSet = 'http://hl7.org/fhir/ValueSet/administrative-gender'
  const additional = {
    url: carried('binding.additional'),
    extension: [
      { url: 'purpose', valueCode: 'required' },
      { url: 'valueSet', valueCanonical: valueSet },
    ],
  }
  const marital = { id: 'Patient.maritalStatus', path: 'Patient.maritalStatus', binding: { strength: 'example', extension: [additional] } }
  const reason = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason'
  const active = { id: 'Patient.active', path: 'Patient.active', min: 1, extension: [{ url: carried('valueAlternatives'), valueCanonical: reason }] }
  const part = [{ extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/elementdefinition-profile-element', valueString: 'Patient.contact' }] }]
  const type = [{ code: 'BackboneElement', profile: ['http://rules.test/part'], _profile: part }]
  const contact = { id: 'Patient.contact', path: 'Patient.contact', type }
  const whole = (url: string, element: object[]) => ({ ...profile({}), url: `http://rules.test/${url}`, differential: { element } })
  const phone = { id: 'Patient.contact.telecom', path: 'Patient.contact.telecom', min: 1 }
  addResources(fhir, 'rules.test#3', [whole('whole', [marital, active, contact]), whole('part', [phone])] as never)
  const found = (more: object) =>
    fhir
      .validate({ resourceType: 'Patient', active: true, ...more }, { profiles: ['http://rules.test/whole'] })
      .filter(({ severity }) => severity === 'error')
      .map(({ expression }) => expression)
  const coded = (code: string) => ({ maritalStatus: { coding: [{ system: 'http://hl7.org/fhir/administrative-gender', code }] } })
  const without = (url: string, valueCode: string) => ({ active: undefined, _active: { extension: [{ url, valueCode }] } })
  try {
    assert.deepEqual(found(coded('male')), [])
    assert.deepEqual(found(coded('x')), ['Patient.maritalStatus'])
    assert.deepEqual(found(without(reason, 'unknown')), [])
    assert.deepEqual(found(without('http://hl7.org/fhir/StructureDefinition/iso21090-nullFlavor', 'MSK')), ['Patient.active'])
    assert.deepEqual(found({ contact: [{ name: { text: 'x' }, telecom: [{ value: '1', system: 'phone' }] }] }), [])
    assert.deepEqual(found({ contact: [{ name: { text: 'x' } }] }), ['Patient.contact[0].telecom'])
  } finally {
    fhir.removePackage('rules.test#3')
  }
})
