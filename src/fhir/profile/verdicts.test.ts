import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { preparedFhir } from '../../testing/fhir.ts'
import { errorsOf, profile, profileUrl } from '../../testing/profiles.ts'

// Verdicts that were held against those of the reference validator on profiles that nobody had written before, and decided by R4's text.

const fhir = preparedFhir()
const places = (resource: object, ...profiles: { url: string }[]) => errorsOf(fhir, resource, profiles).map(({ expression }) => expression)

const patient = {
  ...{ resourceType: 'Patient', active: false, gender: 'other', birthDate: '2000', multipleBirthInteger: 2 },
  name: [
    { family: 'Xx', given: ['A'] },
    { family: 'b', use: 'official' },
  ],
  telecom: [{ system: 'phone', value: '011' }],
}
const withRule = (expression: string) => profile('rule', 'Patient', [{ id: 'Patient', path: 'Patient', constraint: [rule(expression)] }])
const rule = (expression: string) => ({ key: 'r-1', severity: 'error', human: 'a rule', expression })

test('a rule holds when it answers true: an empty answer, and what FHIRPath forbids, is not true', () => {
  for (const [expression, holds] of [
    ['telecom.value', true],
    ["telecom.value.startsWith('0')", true],
    ['name.given', true],
    ['active.not()', true],
    ['active', false],
    ['{}', false],
    ['contact.name.family = name.family', false],
    ['deceased = false', false],
    ['(deceased as boolean) = false', false],
    ['deceased.empty() or (deceased as boolean) = false', true],
    ['birthDate > @2000-01-01', false],
    ['birthDate = @2000', true],
    ["identifier.value.matches('^[0-9]+$')", false],
    ["identifier.value.all(matches('^[0-9]+$'))", true],
    ['name.single().exists()', false],
    ["name.family + 'x' = 'x'", false],
    ['multipleBirth > 1', true],
    ['iif(active, true)', false],
  ] as const) {
    assert.deepEqual(places(patient, withRule(expression)), holds ? [] : ['Patient'], expression)
  }
})

test('what a profile fixes is compared whole, with the texts in it', () => {
  const code = { coding: [{ system: 'urn:a', code: 'a' }], text: 'first' }
  const note = { text: 'agreed' }
  for (const [element, more, refused] of [
    [{ patternCodeableConcept: { text: 'first' } }, {}, false],
    [{ patternCodeableConcept: { text: 'second' } }, {}, true],
    [{ fixedCodeableConcept: code }, {}, false],
    [{ fixedCodeableConcept: code }, { text: 'second' }, true],
    [{ fixedCodeableConcept: code }, { text: undefined }, true],
  ] as const) {
    const one = profile('fixed', 'Observation', [{ id: 'Observation.code', path: 'Observation.code', ...element }])
    const found = places({ resourceType: 'Observation', status: 'final', code: { ...code, ...more } }, one)
    assert.deepEqual(found, refused ? ['Observation.code'] : [], JSON.stringify([element, more]))
  }
  const noted = profile('noted', 'Observation', [{ id: 'Observation.note', path: 'Observation.note', patternAnnotation: note }])
  const observation = { resourceType: 'Observation', status: 'final', code }
  assert.deepEqual(places({ ...observation, note: [{ text: 'agreed' }] }, noted), [])
  assert.deepEqual(places({ ...observation, note: [{ text: 'not agreed' }] }, noted), ['Observation.note[0]'])
})

test('a rule that nobody can evaluate is an error when one asks for a judgement, and keeps no writer from writing', () => {
  for (const expression of ['name.nobodysFunction()', '%nobodysVariable.exists()', 'this is (no expression']) {
    assert.deepEqual(errorsOf(fhir, patient, [withRule(expression)]), [], expression)
    const strict = errorsOf(fhir, patient, [withRule(expression)], true).map(({ diagnostics }) => diagnostics)
    assert.ok(
      strict.some((says) => /r-1 could not be evaluated/.test(says)),
      expression,
    )
  }
})

test('a rule that traces writes nothing of the patient into the log', () => {
  const log = mock.method(console, 'log', () => undefined)
  try {
    assert.deepEqual(places(patient, withRule("name.trace('n').exists()")), [])
    assert.equal(log.mock.callCount(), 0)
  } finally {
    log.mock.restore()
  }
})

test('a profile on a profile of what stands inside itself is judged, at every depth', () => {
  const coded = profile('coded', 'Questionnaire', [
    { id: 'Questionnaire.item', path: 'Questionnaire.item' },
    { id: 'Questionnaire.item.text', path: 'Questionnaire.item.text', min: 1 },
  ])
  const derived = profile('derived', 'Questionnaire', [{ id: 'Questionnaire.item.prefix', path: 'Questionnaire.item.prefix', min: 1 }], {
    baseDefinition: coded.url,
  })
  const item = (more: object) => ({ linkId: '1', type: 'group', text: 'a', prefix: '1', ...more })
  const check = (inner: object) =>
    places({ resourceType: 'Questionnaire', status: 'active', item: [item({ item: [item({ linkId: '2', type: 'display', ...inner })] })] }, derived, coded)
  assert.deepEqual(check({}), [])
  assert.deepEqual(check({ text: undefined }), ['Questionnaire.item[0].item[0].text'])
  assert.deepEqual(check({ prefix: undefined }), ['Questionnaire.item[0].item[0].prefix'])

  // What tells slices apart stands in a profile that leads back to itself.
  const answered = profile('answered', 'Task', [
    { id: 'Task.input', path: 'Task.input', slicing: { discriminator: [{ type: 'value', path: 'value.resolve()' }], rules: 'closed' } },
    { id: 'Task.input:form', path: 'Task.input', sliceName: 'form' },
    { id: 'Task.input:form.value[x]', path: 'Task.input.value[x]', type: [{ code: 'Reference', targetProfile: [profileUrl('coded')] }] },
  ])
  const task = { resourceType: 'Task', status: 'draft', intent: 'order', input: [{ type: { text: 'a' }, valueReference: { reference: '#q' } }] }
  const contained = [{ resourceType: 'Questionnaire', id: 'q', status: 'active', item: [{ linkId: '1', type: 'display', text: 'a' }] }]
  assert.deepEqual(places({ ...task, contained }, answered, coded), [])
})
