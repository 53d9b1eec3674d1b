import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { preparedFhir } from '../../testing/fhir.ts'
import { errorsOf, profile, profileUrl } from '../../testing/profiles.ts'

// Verdicts on profiles that were written for this test. They were compared with those of the reference validator; where the two differ, R4's text decides.

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
    ['(name.family as String).count() = 2', true],
    ['name.given.as(string).exists()', true],
    ["(name.first().family as string) = 'Xx'", true],
    ["name.family.first() != ' as string'", true],
    ["conformsTo('http://hl7.org/fhir/StructureDefinition/Patient')", true],
    ["conformsTo('http://hl7.org/fhir/StructureDefinition/Observation')", false],
    ["name.first().conformsTo('http://hl7.org/fhir/StructureDefinition/HumanName')", true],
    ['(multipleBirth as Quantity).empty()', true],
  ] as const) {
    assert.deepEqual(places(patient, withRule(expression)), holds ? [] : ['Patient'], expression)
  }
})

test('conformsTo judges by all that a profile demands, and by the profiles that this asks for', () => {
  const has = (name: string, type: string, min: number) => profile(name, type, [{ id: `${type}.name`, path: `${type}.name`, min }])
  const asks = (name: string, expression: string, type = 'Bundle') => profile(name, type, [{ id: type, path: type, constraint: [rule(expression)] }])
  const bundle = (...resources: object[]) => ({ resourceType: 'Bundle', type: 'collection', entry: resources.map((resource) => ({ resource })) })
  const [named, nobody] = [patient, { resourceType: 'Patient', active: true }]
  const every = (url: string) => `entry.resource.all(conformsTo('${url}'))`
  const wants = has('has-name', 'Patient', 1)
  const says = (resource: object, ...profiles: { url: string }[]) => places(resource, ...profiles).length === 0
  for (const [resources, holds] of [
    [[named], true],
    [[nobody], false],
    [[named, nobody], false],
    [[{ resourceType: 'Organization', name: 'x' }], false],
  ] as const) {
    assert.equal(says(bundle(...resources), asks('whole', every(profileUrl('has-name'))), wants), holds, JSON.stringify(resources))
  }
  // A profile that asks for another one, one that asks for itself, and one that is not known.
  const through = asks('through', `conformsTo('${profileUrl('has-name')}')`, 'Patient')
  for (const [one, holds] of [
    [named, true],
    [nobody, false],
  ] as const) {
    assert.equal(says(bundle(one), asks('far', every(profileUrl('through'))), through, wants), holds)
  }
  assert.ok(says(bundle(nobody), asks('round', every(profileUrl('itself'))), asks('itself', `conformsTo('${profileUrl('itself')}')`, 'Patient')))
  assert.ok(says(bundle(nobody), asks('unknown', every('http://example.org/nobody-knows'))))
  // Each entry is checked at its own place: its issues are not the Bundle's, and the path of the Bundle's issues stays.
  const two = profile('two', 'Bundle', [{ id: 'Bundle.entry', path: 'Bundle.entry', constraint: [rule(`resource.conformsTo('${profileUrl('has-name')}')`)] }])
  assert.deepEqual(places(bundle(named, nobody, named), two, wants), ['Bundle.entry[1]'])
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

test('nested items are held to what a profile says of items where its snapshot refers to its own element, also in profiles on it', () => {
  const inner = (contentReference: string) => ({ snapshot: { element: [{ path: 'Questionnaire.item.item', contentReference }] } })
  const own = inner('#Questionnaire.item')
  const texts = (more: object) => profile('texts', 'Questionnaire', [{ id: 'Questionnaire.item.text', path: 'Questionnaire.item.text', min: 1 }], more)
  const derived = (more: object) =>
    profile('derived', 'Questionnaire', [{ id: 'Questionnaire.item.prefix', path: 'Questionnaire.item.prefix', min: 1 }], {
      ...{ baseDefinition: profileUrl('texts'), ...more },
    })
  const item = (more: object) => ({ linkId: '1', type: 'group', text: 'a', prefix: '1', ...more })
  const nested = (more: object) => ({
    ...{ resourceType: 'Questionnaire', status: 'active' },
    item: [item({ item: [item({ linkId: '2', type: 'display', ...more })] })],
  })
  const place = 'Questionnaire.item[0].item[0]'
  assert.deepEqual(places(nested({}), derived(own), texts(own)), [])
  assert.deepEqual(places(nested({ text: undefined }), derived(own), texts(own)), [`${place}.text`])
  assert.deepEqual(places(nested({ prefix: undefined }), derived(own), texts(own)), [`${place}.prefix`])
  // Snapshots made today refer to the element of the type.
  const type = inner('http://hl7.org/fhir/StructureDefinition/Questionnaire#Questionnaire.item')
  assert.deepEqual(places(nested({ text: undefined }), derived(type), texts(type)), [])
  assert.deepEqual(places(nested({ text: undefined }), texts({})), [])
  assert.deepEqual(places({ ...nested({}), item: [{ linkId: '1', type: 'display' }] }, texts({})), ['Questionnaire.item[0].text'])

  // The discriminator leads into a profile that leads back to itself.
  const task = profile('task', 'Task', [
    { id: 'Task.input', path: 'Task.input', slicing: { discriminator: [{ type: 'value', path: 'value.resolve()' }], rules: 'closed' } },
    { id: 'Task.input:form', path: 'Task.input', sliceName: 'form' },
    { id: 'Task.input:form.value[x]', path: 'Task.input.value[x]', type: [{ code: 'Reference', targetProfile: [profileUrl('texts')] }] },
  ])
  const contained = [{ resourceType: 'Questionnaire', id: 'q', status: 'active', item: [{ linkId: '1', type: 'display', text: 'a' }] }]
  const input = [{ type: { text: 'a' }, valueReference: { reference: '#q' } }]
  assert.deepEqual(places({ resourceType: 'Task', status: 'draft', intent: 'order', contained, input }, task, texts(own)), [])
})

test('references are followed within the Bundle that is asked about, and in an entry to what that entry contains', () => {
  const adult = profile('adult', 'Patient', [{ id: 'Patient.birthDate', path: 'Patient.birthDate', min: 1 }])
  const about = profile('about', 'Observation', [
    { id: 'Observation.subject', path: 'Observation.subject', type: [{ code: 'Reference', targetProfile: [adult.url] }] },
  ])
  const bundle = profile('bundle', 'Bundle', [
    { id: 'Bundle.entry', path: 'Bundle.entry', slicing: { discriminator: [{ type: 'type', path: 'resource' }], rules: 'open' } },
    { id: 'Bundle.entry:finding', path: 'Bundle.entry', sliceName: 'finding', min: 1 },
    { id: 'Bundle.entry:finding.resource', path: 'Bundle.entry.resource', type: [{ code: 'Observation', profile: [about.url] }] },
  ])
  const patient = (more: object) => ({ resourceType: 'Patient', id: 'p', ...more })
  const entry = (resource: { resourceType: string; id: string }) => ({ fullUrl: `http://a.test/${resource.resourceType}/${resource.id}`, resource })
  const finding = (reference: string, more: object = {}) => ({
    ...{ resourceType: 'Observation', id: 'o', status: 'final', code: { text: 'a' }, subject: { reference }, ...more },
  })
  const check = (...resources: { resourceType: string; id: string }[]) =>
    places({ resourceType: 'Bundle', type: 'collection', entry: resources.map(entry) }, bundle, about, adult)
  const wrong = ['Bundle.entry[0].resource.subject']
  for (const reference of ['http://a.test/Patient/p', 'Patient/p']) {
    assert.deepEqual(check(finding(reference), patient({ birthDate: '1980' })), [], reference)
    assert.deepEqual(check(finding(reference), patient({})), wrong, reference)
  }
  assert.deepEqual(check(finding('#p', { contained: [patient({ birthDate: '1980' })] })), [])
  assert.deepEqual(check(finding('#p', { contained: [patient({})] })), wrong)
  const known = [bundle, about]
  const asked = { resourceType: 'Bundle', type: 'collection', entry: [finding('Patient/p'), patient({})].map(entry) }
  assert.deepEqual(places(asked, ...known), [], 'of a profile that is not known nothing is said')
  assert.ok(errorsOf(fhir, asked, known, true).some(({ diagnostics }) => /profile .*adult .*is not known/.test(diagnostics)))
})

test('slices of a slice are counted among all its items', () => {
  const category = (name: string, more: object) => ({ id: `Observation.category${name}`, path: 'Observation.category', ...more })
  const sliced = profile('sliced', 'Observation', [
    category('', { slicing: { discriminator: [{ type: 'pattern', path: '$this' }], rules: 'open' } }),
    category(':own', { sliceName: 'own', patternCodeableConcept: { coding: [{ system: 'urn:own' }] } }),
    category(':own', { sliceName: 'own', slicing: { discriminator: [{ type: 'value', path: 'coding.code' }], rules: 'open' } }),
    category(':own/first', { sliceName: 'own/first', min: 1, max: '1' }),
    { id: 'Observation.category:own/first.coding.code', path: 'Observation.category.coding.code', min: 1, fixedCode: 'first' },
  ])
  const of = (system: string, code: string) => ({ coding: [{ system, code }] })
  const check = (...category: object[]) => places({ resourceType: 'Observation', status: 'final', code: { text: 'a' }, category }, sliced)
  assert.deepEqual(check(of('urn:own', 'first')), [])
  assert.deepEqual(check(of('urn:own', 'first'), of('urn:own', 'second'), of('urn:other', 'first')), [])
  assert.deepEqual(check(of('urn:own', 'first'), of('urn:own', 'first')), ['Observation.category'])
  assert.deepEqual(check(of('urn:own', 'second'), of('urn:other', 'first')), ['Observation.category'])
})

test('a choice that is spoken of by the names of its forms has no other ones, also where a profile on the profile speaks of one of them', () => {
  const slice = (name: string, more: object) => ({ id: `Observation.value[x]:${name}`, path: 'Observation.value[x]', sliceName: name, ...more })
  const quantity = slice('valueQuantity', { type: [{ code: 'Quantity' }] })
  const slices = profile('slices', 'Observation', [quantity, slice('valueString', { type: [{ code: 'string' }] })])
  const paths = profile('paths', 'Observation', [
    { id: 'Observation.valueQuantity', path: 'Observation.valueQuantity' },
    { id: 'Observation.valueString', path: 'Observation.valueString' },
  ])
  const stated = { id: 'Observation.value[x]', path: 'Observation.value[x]', slicing: { discriminator: [{ type: 'type', path: '$this' }], rules: 'open' } }
  const open = profile('open', 'Observation', [stated, quantity])
  const on = (base: { url: string }) => profile('short', 'Observation', [slice('valueString', { maxLength: 3 })], { baseDefinition: base.url })
  const check = (value: object, ...profiles: { url: string }[]) =>
    places({ resourceType: 'Observation', status: 'final', code: { text: 'a' }, ...value }, ...profiles)
  for (const profiles of [[slices], [paths], [on(slices), slices], [on(paths), paths]]) {
    assert.deepEqual(check({ valueQuantity: { value: 1 } }, ...profiles), [])
    assert.deepEqual(check({ valueString: 'abc' }, ...profiles), [])
    assert.deepEqual(check({ valueString: 'abcd' }, ...profiles), profiles.length === 2 ? ['Observation.value'] : [])
    assert.deepEqual(check({ valueBoolean: true }, ...profiles), ['Observation.value'])
  }
  assert.deepEqual(check({ valueBoolean: true }, open), [])
})

test('a profile of a datatype speaks of the whole value, too, also of a primitive', () => {
  const concept = { coding: [{ system: 'urn:a', code: 'a' }] }
  const whole = (type: string, more: object) =>
    profile('whole', type, [], { kind: 'complex-type', differential: { element: [{ id: type, path: type, ...more }] } })
  const code = profile('code', 'Observation', [
    { id: 'Observation.code', path: 'Observation.code', type: [{ code: 'CodeableConcept', profile: [profileUrl('whole')] }] },
  ])
  const patterned = whole('CodeableConcept', { patternCodeableConcept: concept })
  const of = (value: object) => places({ resourceType: 'Observation', status: 'final', code: value }, code, patterned)
  assert.deepEqual(of({ ...concept, text: 'A' }), [])
  assert.deepEqual(of({ text: 'A' }), ['Observation.code'])

  const family = profile('family', 'Patient', [
    { id: 'Patient.name.family', path: 'Patient.name.family', type: [{ code: 'string', profile: [profileUrl('whole')] }] },
  ])
  for (const said of [{ fixedString: 'abc' }, { constraint: [rule('$this.length() < 4')] }]) {
    const named = (name: object) => places({ resourceType: 'Patient', name: [name] }, family, whole('string', said))
    assert.deepEqual(named({ family: 'abc' }), [])
    assert.deepEqual(named({ given: ['abcd'] }), [])
    assert.deepEqual(named({ family: 'abcd' }), ['Patient.name[0].family'])
    assert.deepEqual(named({ family: 'abcd', _family: { id: 'a' } }), ['Patient.name[0].family'])
  }
})

test('a resource conforms to no logical model and to no profile of a datatype', () => {
  const ofName = profile('name', 'HumanName', [{ id: 'HumanName.family', path: 'HumanName.family', max: '0' }], { kind: 'complex-type' })
  const model = profile('model', 'http://profile.test/model', [], {
    ...{ kind: 'logical', derivation: 'specialization', baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Element' },
  })
  for (const one of [ofName, model]) {
    assert.deepEqual(places({ resourceType: 'Patient' }, one), ['Patient'])
    assert.deepEqual(places({ resourceType: 'Patient', meta: { profile: [one.url] } }, profile('any', 'Patient', []), one), ['Patient'])
  }
})

test('fixed values and bindings are not demanded of a value that an extension replaces, nor a binding of an amount without a code', () => {
  const absent = { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] }
  const one = profile('one', 'Patient', [
    { id: 'Patient.active', path: 'Patient.active', min: 1, fixedBoolean: true },
    { id: 'Patient.gender', path: 'Patient.gender', patternCode: 'female' },
  ])
  const check = (more: object) => places({ resourceType: 'Patient', ...more }, one)
  assert.deepEqual(check({ _active: absent, _gender: absent }), [])
  assert.deepEqual(check({ active: false, gender: 'male' }), ['Patient.active', 'Patient.gender'])
  assert.deepEqual(check({}), ['Patient.active'])

  const kilograms = { resourceType: 'ValueSet', url: 'http://profile.test/ValueSet/kg', status: 'active' }
  const compose = { include: [{ system: 'http://unitsofmeasure.org', concept: [{ code: 'kg' }] }] }
  const weight = profile('weight', 'Observation', [
    { id: 'Observation.value[x]', path: 'Observation.value[x]', type: [{ code: 'Quantity' }], binding: { strength: 'required', valueSet: kilograms.url } },
  ])
  const amount = (valueQuantity: object) =>
    places({ resourceType: 'Observation', status: 'final', code: { text: 'a' }, valueQuantity }, weight, { ...kilograms, compose } as never)
  assert.deepEqual(amount({ value: 1, system: 'http://unitsofmeasure.org', code: 'kg' }), [])
  assert.deepEqual(amount({ value: 1, system: 'http://unitsofmeasure.org', code: 'g' }), ['Observation.value'])
  assert.deepEqual(amount({ value: 1, unit: 'kilograms' }), [])
})

test('an item that fits two slices is wrong for the strict judgement', () => {
  const has = (name: string, element: string) => profile(name, 'Observation', [{ id: `Observation.${element}`, path: `Observation.${element}`, min: 1 }])
  const slice = (name: string) => [
    { id: `Bundle.entry:${name}`, path: 'Bundle.entry', sliceName: name },
    { id: `Bundle.entry:${name}.resource`, path: 'Bundle.entry.resource', type: [{ code: 'Observation', profile: [profileUrl(name)] }] },
  ]
  const slicing = { discriminator: [{ type: 'profile', path: 'resource' }], rules: 'open' }
  const whole = profile('whole', 'Bundle', [{ id: 'Bundle.entry', path: 'Bundle.entry', slicing }, ...slice('valued'), ...slice('noted')])
  const profiles = [whole, has('valued', 'value[x]'), has('noted', 'note')]
  const verdict = (more: object, isStrict: boolean) => {
    const resource = { resourceType: 'Observation', status: 'final', code: { text: 'x' }, ...more }
    const entry = [{ fullUrl: 'urn:uuid:0b5a3c2e-0000-4000-8000-000000000001', resource }]
    return errorsOf(fhir, { resourceType: 'Bundle', type: 'collection', entry }, profiles, isStrict).map(({ expression }) => expression)
  }
  const both = { valueString: 'x', note: [{ text: 'y' }] }
  assert.deepEqual(verdict(both, true), ['Bundle.entry[0]'])
  assert.deepEqual(verdict(both, false), [])
  assert.deepEqual(verdict({ valueString: 'x' }, true), [])
})
