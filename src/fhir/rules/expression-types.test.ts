import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readBundle } from '../compile/definitions.ts'
import { preparedFhir } from '../../testing/fhir.ts'

const fhir = preparedFhir()
const errors = (expression: string, base: string[]) =>
  fhir
    .validate(
      {
        resourceType: 'SearchParameter',
        url: 'http://rules.test/p',
        name: 'P',
        status: 'draft',
        description: 'd',
        code: 'p',
        base,
        type: 'string',
        expression,
      },
      { isStrict: true },
    )
    .filter(({ severity }) => severity === 'error')
    .map(({ diagnostics }) => diagnostics)

const right: [string, string[]][] = [
  ['Patient.name.family', ['Patient']],
  ['name.family', ['Patient']],
  ['Patient.name | Practitioner.name', ['Patient', 'Practitioner']],
  ["Patient.telecom.where(system = 'phone').value", ['Patient']],
  ["Patient.extension('http://rules.test/x').value", ['Patient']],
  ['(Observation.value as Quantity).unit', ['Observation']],
  ['Observation.value.ofType(Quantity).unit', ['Observation']],
  ['Observation.subject.where(resolve() is Patient)', ['Observation']],
  ['Observation.subject.resolve().name', ['Observation']],
  ['Bundle.entry[0].resource.anything', ['Bundle']],
  ['Questionnaire.item.item.item.linkId', ['Questionnaire']],
  ['ActivityDefinition.effectivePeriod', ['ActivityDefinition']],
  ['Resource.id', ['Resource']],
]
const wrong: [string, string[], RegExp][] = [
  ['Patient.name.first', ['Patient'], /first/],
  ['nome.family', ['Patient'], /nome/],
  ['Observation.code', ['Patient'], /Observation/],
  ["Patient.telecom.where(kind = 'phone')", ['Patient'], /kind/],
  ['Patient.name.initial()', ['Patient'], /initial/],
  ['Observation.valueQuantity', ['Observation'], /valueQuantity/],
  ['(Observation.value as Quantity).units', ['Observation'], /units/],
  ['Questionnaire.item.item.link', ['Questionnaire'], /link/],
]

for (const [expression, base] of right) test(`finds what it names: ${expression}`, () => assert.deepEqual(errors(expression, base), []))
for (const [expression, base, says] of wrong)
  test(`names what is not there: ${expression}`, () => {
    const found = errors(expression, base)
    assert.equal(found.length, 1)
    assert.match(found[0] as string, says)
  })

test('R4’s own search parameters name what is there', () => {
  for (const parameter of readBundle('search-parameters')) {
    const found = fhir.validate(parameter, { isStrict: true }).filter(({ severity }) => severity === 'error')
    assert.deepEqual(found, [], String(parameter['url']))
  }
})
