import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { preparedFhir } from '../../testing/fhir.ts'
import { readBundle } from '../compile/definitions.ts'
import { addResources } from '../../testing/validator-cases.ts'

const fhir = preparedFhir()
const core = 'http://hl7.org/fhir/StructureDefinition/'
const errors = (resource: object, profiles?: string[]) =>
  fhir
    .validate(JSON.parse(JSON.stringify(resource)), { isStrict: true, ...(profiles === undefined ? {} : { profiles }) })
    .filter(({ severity }) => severity === 'error')
    .map(({ expression }) => expression)

const at = (path: string, more: object = {}) => ({ id: path, path, ...more })

function profile(type: string, ...element: object[]): Record<string, unknown> {
  const base = { baseDefinition: core + type, derivation: 'constraint', type, kind: 'resource', abstract: false }
  return { resourceType: 'StructureDefinition', url: 'http://rules.test/of', name: 'A', status: 'draft', ...base, differential: { element } }
}

const ofPatient = (path: string, more: object) => profile('Patient', at(path, more))
const rule = (expression: string) => ({ constraint: [{ key: 'a-1', severity: 'error', human: 'x', expression }] })
const slicing = (path: string) => ({ slicing: { discriminator: [{ type: 'value', path }], rules: 'open' } })
const bound = { binding: { strength: 'required', valueSet: 'http://hl7.org/fhir/ValueSet/administrative-gender' } }
const first = 'StructureDefinition.differential.element[0]'

/** The rule, a definition that keeps it, one that breaks it, and the place of the error. */
const ofProfiles: [string, object, object, string][] = [
  ['a primitive has no elements but its own', ofPatient('Patient.gender.extension', {}), ofPatient('Patient.gender.text', {}), `${first}.path`],
  ['a binding is on what holds a code', ofPatient('Patient.gender', bound), ofPatient('Patient.birthDate', bound), `${first}.binding`],
  [
    'a fixed value is of the type of the base',
    ofPatient('Patient.gender', { fixedCode: 'male' }),
    ofPatient('Patient.gender', { fixedString: 'male' }),
    `${first}.fixedString`,
  ],
  [
    'the profile of a type is one of that type',
    ofPatient('Patient.name', { type: [{ code: 'HumanName', profile: [`${core}HumanName`] }] }),
    ofPatient('Patient.name', { type: [{ code: 'HumanName', profile: [`${core}Address`] }] }),
    `${first}.type`,
  ],
  [
    'a profile leaves targets out and adds none',
    ofPatient('Patient.generalPractitioner', { type: [{ code: 'Reference', targetProfile: [`${core}Practitioner`] }] }),
    ofPatient('Patient.generalPractitioner', { type: [{ code: 'Reference', targetProfile: [`${core}Device`] }] }),
    `${first}.type`,
  ],
  [
    'a rule begins with what is there',
    ofPatient('Patient.contact', rule('name.exists()')),
    ofPatient('Patient.contact', rule('nam.exists()')),
    '.constraint[0].expression',
  ],
  [
    'a form of a choice is there by its name',
    ofPatient('Patient.active', rule('true')),
    profile('Patient', at('Patient', rule('died.exists()'))),
    '.constraint[0].expression',
  ],
  [
    'a discriminator leads to an element',
    ofPatient('Patient.identifier', slicing('system')),
    ofPatient('Patient.identifier', slicing('name.family')),
    `${first}.slicing.discriminator[0]`,
  ],
  [
    'only an extension has a context',
    profile('Patient', at('Patient')),
    { ...profile('Patient', at('Patient')), context: [{ type: 'element', expression: 'Patient' }] },
    'StructureDefinition.context',
  ],
]

for (const [title, right, wrong, path] of ofProfiles) {
  test(title, () => {
    assert.deepEqual(errors(right), [])
    assert.deepEqual(errors(wrong), [path.startsWith('.') ? first + path : path])
  })
}

test('names that FHIRPath or choices give are no mistakes', () => {
  for (const expression of [
    'deceased.exists()',
    'exists() and name.exists()',
    'iif(true, true, false)',
    '%resource.name.exists()',
    '(name | contact.name).exists()',
    'not true',
  ])
    assert.deepEqual(
      errors(profile('Patient', at('Patient', rule(expression)))).filter((place) => place.includes('constraint')),
      expression === 'not true' ? [`${first}.constraint[0].expression`] : [],
      expression,
    )
})

test('an extension fixes its own URL', () => {
  const extension = (fixedUri?: string) => ({
    ...profile('Extension', at('Extension.url', fixedUri === undefined ? { min: 1 } : { fixedUri })),
    ...{ kind: 'complex-type', context: [{ type: 'element', expression: 'Patient' }] },
  })
  assert.deepEqual(errors(extension('http://rules.test/of')), [])
  assert.deepEqual(errors(extension('http://rules.test/other')), ['StructureDefinition'])
  assert.deepEqual(errors(extension()), ['StructureDefinition'])
})

test('R4’s own types, profiles and extensions are right', () => {
  for (const name of ['profiles-types', 'profiles-others', 'extension-definitions']) {
    for (const definition of readBundle(name)) assert.deepEqual(errors(definition), [], String(definition['url']))
  }
})

describe('questionnaires', () => {
  const asked = (item: object, more: object = {}) => ({ resourceType: 'Questionnaire', status: 'draft', item: [{ linkId: '1', ...item }], ...more })

  test('offer and begin with values of the type they ask for', () => {
    assert.deepEqual(errors(asked({ type: 'integer', answerOption: [{ valueInteger: 1 }] })), [])
    assert.deepEqual(errors(asked({ type: 'integer', answerOption: [{ valueString: '1' }] })), ['Questionnaire.item[0].answerOption[0].value'])
    assert.deepEqual(errors(asked({ type: 'date', initial: [{ valueString: 'today' }] })), ['Questionnaire.item[0].initial[0].value'])
    assert.deepEqual(errors(asked({ type: 'choice', answerOption: [{ valueString: 'a' }, { valueCoding: { code: 'b' } }] })), [])
  })

  test('lead by # to what they contain', () => {
    const valueSet = { resourceType: 'ValueSet', id: 'v', status: 'draft', compose: { include: [{ system: 'http://rules.test/cs' }] } }
    assert.deepEqual(errors(asked({ type: 'choice', answerValueSet: '#v' }, { contained: [valueSet] })), [])
    assert.deepEqual(errors(asked({ type: 'choice', answerValueSet: '#v' })), ['Questionnaire.item[0].answerValueSet'])
    const nowhere = { resourceType: 'QuestionnaireResponse', status: 'completed', questionnaire: '#q' }
    assert.deepEqual(errors(nowhere), ['QuestionnaireResponse.questionnaire'])
  })

  test('say of which form an answer is, and none keeps the server busy', () => {
    const answered = (valueString: string, form: string) => {
      const extension = [{ url: 'http://hl7.org/fhir/StructureDefinition/regex', valueString: form }]
      return errors({
        ...{ resourceType: 'QuestionnaireResponse', status: 'completed', questionnaire: '#q' },
        contained: [{ resourceType: 'Questionnaire', id: 'q', status: 'active', item: [{ linkId: '1', type: 'string', extension }] }],
        item: [{ linkId: '1', answer: [{ valueString }] }],
      })
    }
    const wrong = ['QuestionnaireResponse.item[0].answer[0].value']
    assert.deepEqual(answered('a.b@c.rs', '^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$'), [])
    assert.deepEqual(answered('a.b@@c.rs', '^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$'), wrong)
    const began = performance.now()
    // An engine that backtracks would need practically for ever for each of these.
    for (const form of ['(a|a)*b', '([a-z]|[a-c])*1', 'a*a*a*a*a*a*a*a*b', '(a+)+b']) assert.deepEqual(answered('a'.repeat(400), form), wrong, form)
    assert.ok(performance.now() - began < 5000)
  })

  test('may be long, and one that would need endless comparisons is not checked to its end', () => {
    const many = Array.from({ length: 6000 }, (_, at) => String(at))
    const judged = (questions: object[], items: object[]) => {
      const began = performance.now()
      const found = errors({
        ...{ resourceType: 'QuestionnaireResponse', status: 'completed', questionnaire: '#q' },
        contained: [{ resourceType: 'Questionnaire', id: 'q', status: 'active', item: questions }],
        item: items,
      })
      const tookMs = performance.now() - began
      assert.ok(tookMs < 4000, `${Math.round(tookMs)} ms`)
      return new Set(found)
    }
    const texts = many.map((linkId) => ({ linkId, type: 'string' }))
    const answers = many.map((linkId) => ({ linkId, answer: [{ valueString: 'x' }] }))
    assert.deepEqual([...judged(texts, answers)], [])
    assert.equal(judged(texts, answers.toReversed()).has('QuestionnaireResponse.item[1]'), true)
    const group = [{ linkId: 'g', type: 'group', item: texts }]
    assert.equal(judged(group, answers).has('QuestionnaireResponse.item[0]'), true)
    const enableWhen = [{ question: '0', operator: '=', answerString: 'x' }]
    assert.deepEqual(
      [
        ...judged(
          texts.map((one) => (one.linkId === '0' ? one : { ...one, enableWhen })),
          answers,
        ),
      ],
      [],
    )
    const choice = [{ linkId: 'c', type: 'choice', repeats: true, answerOption: many.map((code) => ({ valueCoding: { code } })) }]
    const chosen = [{ linkId: 'c', answer: many.map((code) => ({ valueCoding: { code } })) }]
    assert.deepEqual([...judged(choice, chosen)], ['QuestionnaireResponse'], 'too costly')
  })

  test('compare amounts, not the names of their units', () => {
    const kg = (value: number) => ({ value, system: 'http://unitsofmeasure.org', code: 'kg' })
    const grams = (value: number) => ({ value, system: 'http://unitsofmeasure.org', code: 'g' })
    const answered = (operator: string, wanted: object, given: object) => {
      const item = [
        { linkId: '1', type: 'quantity' },
        { linkId: '2', type: 'string', enableWhen: [{ question: '1', operator, answerQuantity: wanted }] },
      ]
      return errors({
        ...{ resourceType: 'QuestionnaireResponse', status: 'completed', questionnaire: '#q' },
        contained: [{ resourceType: 'Questionnaire', id: 'q', status: 'active', item }],
        item: [
          { linkId: '1', answer: [{ valueQuantity: given }] },
          { linkId: '2', answer: [{ valueString: 'x' }] },
        ],
      })
    }
    const notAsked = ['QuestionnaireResponse.item[1]']
    assert.deepEqual(answered('>', grams(500), kg(2)), [])
    assert.deepEqual(answered('<', grams(500), kg(2)), notAsked)
    assert.deepEqual(answered('=', grams(2000), kg(2)), [])
    assert.deepEqual(answered('=', kg(5), kg(2)), notAsked, 'the same unit is not the same amount')
    assert.deepEqual(answered('!=', kg(5), kg(2)), [])
  })
})

describe('against a profile', () => {
  const observation = (more: object) => ({ resourceType: 'Observation', status: 'final', code: { text: 'x' }, ...more })
  const url = 'http://rules.test/of'
  const judged = (definition: object, resource: object) => {
    addResources(fhir, 'rules.test#4', [definition] as never)
    try {
      return errors(resource, [url])
    } finally {
      fhir.removePackage('rules.test#4')
    }
  }

  test('a slice by the type behind a reference knows it from the reference', () => {
    const slice = { sliceName: 'o', min: 1, type: [{ code: 'Reference', targetProfile: [`${core}Organization`] }] }
    const byType = { slicing: { discriminator: [{ type: 'type', path: 'resolve()' }], rules: 'open' } }
    const definition = profile('Observation', at('Observation.performer', byType), { id: 'Observation.performer:o', path: 'Observation.performer', ...slice })
    for (const performer of [
      { reference: 'Organization/1' },
      { reference: 'http://a.rs/fhir/Organization/1/_history/2' },
      { type: 'Organization', display: 'A' },
    ])
      assert.deepEqual(judged(definition, observation({ performer: [performer] })), [])
    assert.deepEqual(judged(definition, observation({ performer: [{ reference: 'Practitioner/1' }] })), ['Observation.performer'])
  })

  test('a limit holds in every unit of its kind', () => {
    const least = { value: 1, system: 'http://unitsofmeasure.org', code: 'kg' }
    const definition = profile('Observation', at('Observation.value[x]', { type: [{ code: 'Quantity' }], minValueQuantity: least }))
    const weight = (value: number) => observation({ valueQuantity: { value, system: 'http://unitsofmeasure.org', code: 'g' } })
    assert.deepEqual(judged(definition, weight(1500)), [])
    assert.deepEqual(judged(definition, weight(900)), ['Observation.value'])
  })
})

test('a value set may list the unit 1', () => {
  const include = [{ system: 'http://unitsofmeasure.org', concept: [{ code: '1', display: '1*' }] }]
  assert.deepEqual(errors({ resourceType: 'ValueSet', url: 'http://rules.test/vs', status: 'draft', compose: { include } }), [])
})

test('a long resource is checked in a time that grows with its length', () => {
  const count = 8000
  const many = (one: (at: number) => object) => Array.from({ length: count }, (_, at) => one(at))
  const narrated = (inner: string) => ({ text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${inner}</div>` } })
  const coding = (code: string) => ({ coding: [{ system: 'urn:example', code }] })
  const organizations = many((at) => ({ resourceType: 'Organization', id: `o${at}`, name: 'x', ...narrated('x') }))
  const groups = { group: many((at) => ({ code: coding(`g${at}`) })) }
  const guide = { grouping: many((at) => ({ id: `g${at}`, name: 'x' })), resource: many((at) => ({ reference: { display: 'x' }, groupingId: `g${at}` })) }
  const long: [string, object, string[]][] = [
    ['contained', { resourceType: 'Patient', contained: organizations, generalPractitioner: many((at) => ({ reference: `#o${at}` })) }, []],
    ['narrated', { resourceType: 'Patient', contained: organizations, ...narrated(organizations.map((_, at) => `<a href="#o${at}">x</a>`).join('')) }, []],
    [
      'reported',
      {
        ...{ resourceType: 'MeasureReport', status: 'pending', type: 'summary', measure: '#m', period: { start: '2026' }, ...groups },
        contained: [{ resourceType: 'Measure', id: 'm', status: 'draft', ...groups }],
      },
      [],
    ],
    // The FHIRPath engine evaluates this rule. It searches one list for each item of another and may take four seconds.
    [
      'grouped',
      { resourceType: 'ImplementationGuide', url: 'urn:example', name: 'A', status: 'draft', packageId: 'a.b', fhirVersion: ['4.0.1'], definition: guide },
      [],
    ],
  ]
  for (const [name, resource, expected] of long) {
    const began = performance.now()
    assert.deepEqual(errors(resource), expected, name)
    const tookMs = performance.now() - began
    assert.ok(tookMs < (name === 'grouped' ? 8000 : 4000), `${name}: ${Math.round(tookMs)} ms`)
  }
})
