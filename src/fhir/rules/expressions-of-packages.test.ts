import assert from 'node:assert/strict'
import { test } from 'node:test'
import { preparedFhir } from '../../testing/fhir.ts'
import { addResources } from '../../testing/validator-cases.ts'
import type { Resource } from '../types.ts'

const fhir = preparedFhir()
const url = 'http://rules.test/Questionnaire/enabled'
const asked = "%resource.item.where(linkId = 'first').answer.value.ofType(boolean)"
const sdc = (expression: string, language = 'text/fhirpath') => ({
  url: 'http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression',
  valueExpression: { language, expression },
})
const questionnaire = (extension: object) => ({
  ...{ resourceType: 'Questionnaire', url, status: 'active' },
  item: [
    { linkId: 'first', type: 'boolean' },
    { linkId: 'second', type: 'boolean', required: true, extension: [extension] },
  ],
})
const answer = (linkId: string, valueBoolean: boolean) => ({ linkId, answer: [{ valueBoolean }] })

function errors(extension: object, item: object[], response: object = {}): string[] {
  addResources(fhir, 'rules.test#2', [questionnaire(extension) as unknown as Resource])
  try {
    const issues = fhir.validate({ resourceType: 'QuestionnaireResponse', status: 'completed', questionnaire: url, item, ...response })
    return issues.filter(({ severity }) => severity === 'error').map(({ code }) => code)
  } finally {
    fhir.removePackage('rules.test#2')
  }
}

test('a question is asked when the expression of its questionnaire says so', () => {
  const kanta = { url: 'http://phr.kanta.fi/StructureDefinition/fiphr-ext-questionnaire-enablewhen', valueString: asked }
  for (const extension of [sdc(asked), kanta]) {
    assert.deepEqual(errors(extension, [answer('first', true), answer('second', true)]), [])
    assert.deepEqual(errors(extension, [answer('first', false)]), [])
    assert.deepEqual(errors(extension, [answer('first', true)]), ['required'])
    assert.deepEqual(errors(extension, [answer('first', false), answer('second', true)]), ['invalid'])
    assert.deepEqual(errors(extension, [answer('second', true)]), ['invalid'], 'what says nothing does not ask')
  }
})

test('an expression that needs data that is not here decides nothing', () => {
  for (const extension of [sdc('%patient.active'), sdc('this is (no expression')]) {
    assert.deepEqual(errors(extension, [answer('first', false)]), [])
    assert.deepEqual(errors(extension, [answer('first', true), answer('second', true)]), [])
  }
})

test('an expression that comes with the answers is not run', () => {
  const contained = [{ ...questionnaire(sdc(asked)), id: 'q', url: undefined }]
  assert.deepEqual(errors(sdc(asked), [answer('first', true)], { contained, questionnaire: '#q' }), [])
})

test('a profile of obligations demands nothing of the data', () => {
  const profile = (element: object, isObligations: boolean) => ({
    ...{ resourceType: 'StructureDefinition', url: 'http://rules.test/StructureDefinition/o', name: 'O', status: 'active', kind: 'resource', abstract: false },
    ...{ type: 'Patient', baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient', derivation: 'constraint' },
    extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/obligation-profile', valueBoolean: isObligations }],
    differential: { element: [{ id: 'Patient.active', path: 'Patient.active', ...element }] },
  })
  const refused = (element: object, isObligations = true) =>
    fhir
      .validate(profile(element, isObligations), { isStrict: true })
      .filter(({ expression }) => expression.startsWith('StructureDefinition.differential'))
      .map(({ expression }) => expression.split('.').at(-1))
  assert.deepEqual(refused({ mustSupport: true }), [])
  assert.deepEqual(refused({ min: 1 }), ['min'])
  assert.deepEqual(refused({ fixedBoolean: true }), ['fixedBoolean'])
  assert.deepEqual(refused({ min: 1 }, false), [])
})
