import assert from 'node:assert/strict'
import { test } from 'node:test'
import { preparedFhir } from '../../testing/fhir.ts'

const fhir = preparedFhir()
const errors = (resource: object, isStrict = true) =>
  fhir
    .validate(JSON.parse(JSON.stringify(resource)), { isStrict })
    .filter(({ severity }) => severity === 'error')
    .map(({ expression }) => expression)

const patient = (more: object) => ({ resourceType: 'Patient', ...more })
const observation = (more: object) => ({ resourceType: 'Observation', status: 'final', code: { text: 'x' }, ...more })
const ofSystem = (system: string, value = '1') => patient({ identifier: [{ system, value }] })
const unknown = { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] }
const active = { system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }
const condition = (clinicalStatus: object) => ({ resourceType: 'Condition', subject: { display: 'x' }, clinicalStatus })
const parameter = (valueOid: string) => ({ resourceType: 'Parameters', parameter: [{ name: 'a', valueOid }] })
const label = (code: string) => ({ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code })
const during = (start: string, end: string) => observation({ effectivePeriod: { start, end } })
// The SHA-1 of "hello", by `printf hello | openssl sha1 -binary | base64`.
const hello = { contentType: 'text/plain', data: 'aGVsbG8=', hash: 'qvTGHdzF6KLavt4PO0gs2a6pQ00=' }
const urn = (last: number) => `urn:uuid:0b5a3c2e-0000-4000-8000-00000000000${last}`
const author = { reference: urn(2) }
const composition = { resourceType: 'Composition', status: 'final', type: { text: 'x' }, date: '2026', author: [author], title: 't', subject: author }
const style = { fullUrl: 'http://rules.test/Binary/s', resource: { resourceType: 'Binary', id: 's', contentType: 'text/css', data: 'YQ==' } }
const document = (link: object[], more: object[] = []) => ({
  ...{ resourceType: 'Bundle', type: 'document', identifier: { system: 'urn:ietf:rfc:3986', value: urn(9) }, timestamp: '2026-03-01T10:00:00Z', link },
  entry: [{ fullUrl: urn(1), resource: composition }, { fullUrl: urn(2), resource: patient({}) }, ...more],
})
const bundle = (type: string, entry: object[], link: object[] = []) => ({ resourceType: 'Bundle', type, entry, link: link.length > 0 ? link : undefined })
const found = (search: object | undefined, id: string | undefined) => bundle('searchset', [{ fullUrl: urn(1), resource: patient({ id }), search }])
const deleted = { request: { method: 'DELETE', url: 'Patient/1' }, response: { status: '204' } }
const system = (more: object) => ({
  resourceType: 'CodeSystem',
  url: 'http://rules.test/s',
  status: 'draft',
  content: 'complete',
  concept: [{ code: 'a' }],
  ...more,
})
const gender = 'http://hl7.org/fhir/administrative-gender'
const genders = 'http://hl7.org/fhir/ValueSet/administrative-gender'
const act = 'http://terminology.hl7.org/CodeSystem/v3-ActCode'
const map = (target: string, code: string, more: object = {}) => ({
  ...{ resourceType: 'ConceptMap', status: 'draft', ...more },
  group: [{ source: gender, target, element: [{ code: 'male', target: [{ code, equivalence: 'equal' }] }] }],
})
const snomed = (property: string, op: string, value: string) => ({
  ...{ resourceType: 'ValueSet', status: 'draft' },
  compose: { include: [{ system: 'http://snomed.info/sct', filter: [{ property, op, value }] }] },
})
const operation = (inputProfile: string) => ({
  ...{ resourceType: 'OperationDefinition', name: 'O', status: 'draft', kind: 'operation', code: 'o', system: true, type: false, instance: false },
  inputProfile: `http://hl7.org/fhir/StructureDefinition/${inputProfile}`,
})
const extension = (more: object) => ({
  ...{ resourceType: 'StructureDefinition', url: 'http://rules.test/e', name: 'E', status: 'draft', kind: 'complex-type', abstract: false },
  ...{ type: 'Extension', baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Extension', derivation: 'constraint' },
  context: [{ type: 'element', expression: 'Patient' }],
  differential: {
    element: [
      { id: 'Extension', path: 'Extension' },
      { id: 'Extension.url', path: 'Extension.url', fixedUri: 'http://rules.test/e' },
    ],
  },
  ...more,
})
const place = (expression: string) => extension({ context: [{ type: 'element', expression }] })
const profile = (more: object) => ({
  ...{ resourceType: 'StructureDefinition', url: 'http://rules.test/p', name: 'P', status: 'draft', kind: 'resource', abstract: false, type: 'Patient' },
  ...{
    baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
    derivation: 'constraint',
    differential: { element: [{ id: 'Patient.gender', path: 'Patient.gender', ...more }] },
  },
})
const choice = (type: string, valueCoding: object) => ({
  ...{ resourceType: 'QuestionnaireResponse', status: 'completed', questionnaire: '#q', item: [{ linkId: '1', answer: [{ valueCoding }] }] },
  contained: [
    {
      resourceType: 'Questionnaire',
      id: 'q',
      status: 'draft',
      item: [{ linkId: '1', type, answerOption: [{ valueCoding: { system: 'http://rules.test/s', code: 'a' } }] }],
    },
  ],
})

/** Each rule on one line: what is right, what is wrong, and where it is said. None of them is asked of a write. */
const rules: [string, object, object, string][] = [
  ['the system of an identifier is an address or a URN', ofSystem('ldap://rules.test'), ofSystem('mailto:ana@rules.test'), 'Patient.identifier[0].system'],
  [
    'the rules for UUIDs are the system of UUIDs',
    ofSystem('https://tools.ietf.org/html/rfc4122', urn(1)),
    ofSystem('https://tools.ietf.org/html/rfc4122', '17'),
    'Patient.identifier[0].value',
  ],
  ['an OID is as long as those that are given', ofSystem('urn:oid:2.16.840'), ofSystem('urn:oid:1.2.3'), 'Patient.identifier[0].system'],
  ['1.3 is an OID of its own', ofSystem('urn:oid:1.3.6'), ofSystem('urn:oid:2.16'), 'Patient.identifier[0].system'],
  [
    'security labels are a set',
    patient({ meta: { security: [label('R'), label('N')] } }),
    patient({ meta: { security: [label('R'), label('R')] } }),
    'Patient.meta.security[1]',
  ],
  ['a code that must be of a value set is there', patient({ _birthDate: unknown }), patient({ _gender: unknown }), 'Patient.gender'],
  ['a concept that must be of a value set has a code', condition({ coding: [active] }), condition(unknown), 'Condition.clinicalStatus'],
  ['a value of type oid is as long as those that are given', parameter('urn:oid:2.16.840'), parameter('urn:oid:2.16'), 'Parameters.parameter[0].value'],
  ['a hash is that of the content', patient({ photo: [hello] }), patient({ photo: [{ ...hello, data: 'aGVsbG8h' }] }), 'Patient.photo[0].hash'],
  ['a period begins before it ends, to the precision of both', during('2026-01-31', '2026-02'), during('2026-01-31', '2026-01'), 'Observation.effective'],
  [
    'only what is contained refers to its container',
    observation({ subject: { reference: 'Patient/1' } }),
    observation({ focus: [{ reference: '#' }] }),
    'Observation.focus[0].reference',
  ],
  [
    'a stylesheet came along',
    document([{ relation: 'stylesheet', url: 'Binary/s' }], [style]),
    document([{ relation: 'stylesheet', url: 'Binary/s' }]),
    'Bundle.link[0]',
  ],
  [
    'what is deleted in a history has an address',
    bundle('history', [{ fullUrl: 'http://rules.test/Patient/1', ...deleted }]),
    bundle('history', [deleted]),
    'Bundle.entry[0]',
  ],
  [
    'the URI of a property is absolute',
    system({ property: [{ code: 'p', uri: 'http://rules.test/p', type: 'string' }] }),
    system({ property: [{ code: 'p', uri: 'p', type: 'string' }] }),
    'CodeSystem.property[0]',
  ],
  [
    'a supplement does not say whether cases are told apart',
    system({ content: 'supplement', supplements: gender, concept: [{ code: 'male' }] }),
    system({ content: 'supplement', supplements: gender, concept: [{ code: 'male' }], caseSensitive: true }),
    'CodeSystem.caseSensitive',
  ],
  ['the value set of a code system is of its codes', system({ valueSet: 'http://rules.test/v' }), system({ valueSet: genders }), 'CodeSystem.valueSet'],
  ['a code is mapped to one that there is', map(gender, 'female'), map(gender, 'f'), 'ConceptMap.group[0].element[0].target[0].code'],
  [
    'a code is mapped into the value set',
    map(gender, 'female', { targetCanonical: genders }),
    map(act, 'AMB', { targetCanonical: genders }),
    'ConceptMap.group[0].element[0].target[0].code',
  ],
  ['maps lead between value sets', map(gender, 'male', { sourceCanonical: genders }), map(gender, 'male', { sourceUri: gender }), 'ConceptMap.sourceUri'],
  [
    'SNOMED CT is asked by the operations that it has',
    snomed('concept', 'is-a', '73211009'),
    snomed('concept', '=', '73211009'),
    'ValueSet.compose.include[0].filter[0]',
  ],
  ['expressions of SNOMED CT are in or not', snomed('expressions', '=', 'true'), snomed('expressions', '=', 'some'), 'ValueSet.compose.include[0].filter[0]'],
  ['an operation takes a profile of Parameters', operation('Parameters'), operation('Patient'), 'OperationDefinition.inputProfile'],
  ['an operation takes a profile that is known', operation('Parameters'), operation('None'), 'OperationDefinition.inputProfile'],
  ['an extension stands at an element that there is', place('Patient.contact.name'), place('Patient.contact.nome'), 'StructureDefinition.context[0]'],
  ['an extension stands at a type that there is', place('CanonicalResource'), place('Person.Patient'), 'StructureDefinition.context[0]'],
  [
    'an extension says where by an expression',
    extension({ contextInvariant: ['name.exists()'] }),
    extension({ contextInvariant: ['name.('] }),
    'StructureDefinition.contextInvariant[0]',
  ],
  ['a profile does not say what a missing element means', profile({}), profile({ meaningWhenMissing: 'x' }), 'StructureDefinition.differential.element[0]'],
  [
    'a binding is to a value set',
    profile({ binding: { strength: 'required', valueSet: genders } }),
    profile({ binding: { strength: 'required', valueSet: gender } }),
    'StructureDefinition.differential.element[0].binding',
  ],
  [
    'an option is of its code system',
    choice('choice', { system: 'http://rules.test/s', code: 'a' }),
    choice('choice', { code: 'a' }),
    'QuestionnaireResponse.item[0].answer[0].value',
  ],
  [
    'an open choice is a text or an option',
    choice('open-choice', { system: 'http://rules.test/s', code: 'a' }),
    choice('open-choice', { system: 'http://rules.test/s', code: 'b' }),
    'QuestionnaireResponse.item[0].answer[0].value',
  ],
]

for (const [title, right, wrong, path] of rules)
  test(title, () => {
    assert.deepEqual(errors(right), [])
    assert.deepEqual(errors(wrong), [path])
    assert.deepEqual(errors(wrong, false), [], 'a write takes it')
  })

test('a write takes an answer that names no system, strictly it is none of a value set', () => {
  const answered = (valueCoding: object) => ({
    ...{ resourceType: 'QuestionnaireResponse', status: 'completed', questionnaire: '#q', item: [{ linkId: '1', answer: [{ valueCoding }] }] },
    contained: [{ resourceType: 'Questionnaire', id: 'q', status: 'draft', item: [{ linkId: '1', type: 'choice', answerValueSet: genders }] }],
  })
  assert.deepEqual(errors(answered({ system: gender, code: 'male' })), [])
  assert.deepEqual(errors(answered({ code: 'male' })), ['QuestionnaireResponse.item[0].answer[0].value'])
  assert.deepEqual(errors(answered({ code: 'male' }), false), [])
})

test('a condition asks the answers of its own group, where there are several', () => {
  const item = [
    { linkId: 'a', type: 'boolean' },
    { linkId: 'b', type: 'string', required: true, enableWhen: [{ question: 'a', operator: '=', answerBoolean: true }] },
  ]
  const group = (valueBoolean: boolean, ...more: object[]) => ({ linkId: 'g', item: [{ linkId: 'a', answer: [{ valueBoolean }] }, ...more] })
  const b = { linkId: 'b', answer: [{ valueString: 'x' }] }
  const response = (...groups: object[]) => ({
    ...{ resourceType: 'QuestionnaireResponse', status: 'completed', questionnaire: '#q', item: groups },
    contained: [{ resourceType: 'Questionnaire', id: 'q', status: 'draft', item: [{ linkId: 'g', type: 'group', repeats: true, item }] }],
  })
  assert.deepEqual(errors(response(group(true, b), group(false)), false), [])
  assert.deepEqual(errors(response(group(true, b), group(true)), false), ['QuestionnaireResponse.item[1]'])
  assert.deepEqual(errors(response(group(true, b), group(false, b)), false), ['QuestionnaireResponse.item[1].item[1]'])
})

test('an extension stands where the rule of its definition holds', () => {
  const kilograms = {
    url: 'http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption',
    valueCoding: { system: 'http://unitsofmeasure.org', code: 'kg' },
  }
  const asked = (type: string) => ({ resourceType: 'Questionnaire', status: 'draft', item: [{ linkId: '1', type, extension: [kilograms] }] })
  assert.deepEqual(errors(asked('quantity')), [])
  assert.deepEqual(errors(asked('decimal')), ['Questionnaire.item[0].extension[0]'])
  assert.deepEqual(errors(asked('decimal'), false), [])
})

test('an extension of an address that is no example is not known', () => {
  const extended = (host: string) => patient({ extension: [{ url: `http://${host}/a`, valueString: 'x' }] })
  for (const host of ['example.org', 'fhir.acme.com', 'dicom.nema.org']) assert.deepEqual(errors(extended(host)), [], host)
  for (const host of ['example.com', 'hospital.rs']) assert.deepEqual(errors(extended(host)), ['Patient.extension[0]'], host)
})

test('what is coded alone names its system by the address that it has', () => {
  const coded = (system: string) => ({ system, code: 'x' })
  const tagged = (system: string) => patient({ meta: { tag: [coded(system)] } })
  const measured = (system: string) => observation({ valueQuantity: { value: 1, unit: 'x', ...coded(system) } })
  for (const good of [
    'http://rules.test/s',
    'urn:oid:1.2.36.1.1',
    'http://hl7.org/fhir/sid/icd-9-cm',
    'http://hl7.org/fhir/v3/ActCode',
    'http://hl7.org/fhir/us/core/CodeSystem/x',
    'https://rules.test/s',
  ]) {
    assert.deepEqual(errors(tagged(good)), [], good)
    assert.deepEqual(errors(measured(good)), [], good)
  }
  const wrong = [
    'https://loinc.org',
    'http://snomed.info/sct/',
    'http://hl7.org/fhir/none',
    'http://hl7.org/fhir/valueset-x.html',
    'http://build.fhir.org/x',
    'mailto:a@rules.test',
  ]
  for (const bad of [...wrong, `https:${act.slice('http:'.length)}`]) {
    assert.deepEqual(errors(tagged(bad)), ['Patient.meta.tag[0].system'], bad)
    assert.deepEqual(errors(measured(bad)), ['Observation.value.system'], bad)
    assert.deepEqual(errors(observation({ method: { coding: [coded(bad)] } })), [], 'a concept may have it beside others')
  }
})

test('a guide depends on guides', () => {
  const guide = (uri: string, version?: string) => ({
    ...{
      resourceType: 'ImplementationGuide',
      url: 'http://rules.test/ImplementationGuide/a',
      name: 'A',
      status: 'draft',
      packageId: 'a.b',
      fhirVersion: ['4.0.1'],
    },
    dependsOn: [{ uri, version }],
  })
  assert.deepEqual(errors(guide('http://rules.test/ImplementationGuide/b', '1.0.0')), [])
  for (const uri of ['http://rules.test/guides/b', 'http://rules.test/ImplementationGuide/b|1.0.0', 'http://rules.test/ImplementationGuide/b|'])
    assert.deepEqual(errors(guide(uri)), ['ImplementationGuide.dependsOn[0]'], uri)
})

test('a result of a search has an id where it says how it was found', () => {
  assert.deepEqual(errors(found({ mode: 'match' }, '1')), [])
  assert.deepEqual(errors(found(undefined, undefined)), [])
  for (const mode of ['match', 'include']) assert.deepEqual(errors(found({ mode }, undefined)), ['Bundle.entry'], mode)
})

test('links between pages are given once, others as often as there are', () => {
  const linked = (relation: string) => ({
    ...bundle(
      'searchset',
      [],
      [1, 2].map((page) => ({ relation, url: `http://rules.test/${page}` })),
    ),
    entry: undefined,
  })
  assert.deepEqual(errors(linked('alternate')), [])
  assert.deepEqual(errors(linked('next')), ['Bundle.link'])
})

test('what a Composition names relatively begins at its own address', () => {
  const at = (base: string, subject: string) => ({
    ...document([{ relation: 'self', url: 'http://rules.test/1' }]),
    entry: [
      { fullUrl: `${base}Composition/c`, resource: { ...composition, id: 'c', subject: { reference: subject }, author: [{ reference: subject }] } },
      { fullUrl: `${base}Patient/p`, resource: patient({ id: 'p' }) },
    ],
  })
  assert.deepEqual(errors(at('http://rules.test/', 'Patient/p')), [])
  const { entry } = document([{ relation: 'self', url: 'http://rules.test/1' }])
  const first = { fullUrl: urn(1), resource: { ...composition, subject: { reference: 'Patient/p' } } }
  assert.deepEqual(
    errors({ ...document([{ relation: 'self', url: 'http://rules.test/1' }]), entry: [first, { ...entry[1], resource: patient({ id: 'p' }) }] }),
    ['Bundle.entry[0]'],
  )
})

test('what a bundle refers to by a UUID may be known elsewhere', () => {
  const entry = [{ fullUrl: urn(1), resource: observation({ subject: { reference: urn(5) } }) }]
  assert.deepEqual(errors(bundle('collection', entry)), [])
})

test('a text of white space alone is not wrong', () => {
  const named = (family: string) => patient({ name: [{ family }] })
  assert.deepEqual(errors(named(' \n')), [])
  assert.deepEqual(errors(named('')), ['Patient.name[0].family'])
  assert.equal(fhir.validate(named(' ') as unknown as { resourceType: string })[0]?.severity, 'warning')
})

test('a resource may name a profile of what all resources have, and none of another type', () => {
  const named = (name: string) => patient({ meta: { profile: [`http://hl7.org/fhir/StructureDefinition/${name}`] } })
  for (const name of ['Patient', 'DomainResource', 'Resource']) assert.deepEqual(errors(named(name), false), [], name)
  for (const name of ['Observation', 'HumanName']) assert.deepEqual(errors(named(name), false), ['Patient'], name)
})

test('the outcome of an interaction is any resource', () => {
  const answered = (outcome: object) => bundle('transaction-response', [{ response: { status: '200', outcome } }])
  const issue = [{ severity: 'error', code: 'invalid' }]
  assert.deepEqual(errors(answered(patient({}))), [])
  assert.deepEqual(errors(answered({ resourceType: 'OperationOutcome', issue })), [])
  assert.deepEqual(errors(answered({ issue })), ['Bundle.entry[0].response.outcome.resourceType'])
})
