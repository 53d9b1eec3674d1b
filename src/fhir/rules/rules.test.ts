import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { preparedFhir } from '../../testing/fhir.ts'
import { addResources } from '../../testing/validator-cases.ts'
import { isLoincCode, isSnomedCode } from './check-digits.ts'
import { isExpressionConstraint } from './ecl.ts'

const fhir = preparedFhir()
const issues = (resource: object, isStrict = true) => fhir.validate(resource, { isStrict })
const errors = (resource: object, isStrict = true) =>
  issues(resource, isStrict)
    .filter(({ severity }) => severity === 'error')
    .map(({ expression }) => expression)

describe('extensions', () => {
  const name = (extension: object) => ({ resourceType: 'Patient', name: [extension] })
  const mother = { url: 'http://hl7.org/fhir/StructureDefinition/humanname-mothers-family', valueString: 'Ана' }

  test('stand where their definition allows it', () => {
    assert.deepEqual(errors(name({ family: 'Петровић', _family: { extension: [mother] } })), [])
    assert.deepEqual(errors(name({ family: 'Петровић', extension: [mother] })), ['Patient.name[0].extension[0]'])
  })

  test('stand where it allows it also in a value that a primitive carries', () => {
    const carried = (extension: object) => ({ url: 'http://example.org/other', valueHumanName: { text: 'Ана', extension: [extension] } })
    const place = { url: 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace', valueAddress: { city: 'Ниш' } }
    const use = (valueCode: string) => ({ url: 'http://hl7.org/fhir/StructureDefinition/iso21090-EN-use', valueCode })
    for (const [extension, expected] of [
      [place, ['Patient.birthDate.extension[0].value.extension[0]']],
      [use('A'), []],
    ] as const)
      assert.deepEqual(errors({ resourceType: 'Patient', birthDate: '2000-01-01', _birthDate: { extension: [carried(extension)] } }), expected)
    assert.deepEqual(errors(name({ text: 'Ана', extension: [use('no-such')] })), ['Patient.name[0].extension[0].value'], 'bound by the release of R4')
  })

  test('are told by their place also below an element that is called resource or outcome', () => {
    const place = [{ url: 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace', valueAddress: { city: 'Ниш' } }]
    const resource = [{ type: 'Patient', interaction: [{ code: 'read', extension: place }] }]
    const statement = { resourceType: 'CapabilityStatement', status: 'draft', date: '2026', kind: 'requirements', description: 'd', fhirVersion: '4.0.1' }
    assert.deepEqual(errors({ ...statement, format: ['json'], rest: [{ mode: 'server', resource }] }), [
      'CapabilityStatement.rest[0].resource[0].interaction[0].extension[0]',
    ])
    const inner = { resourceType: 'Patient', name: [{ text: 'А', extension: place }] }
    assert.deepEqual(errors({ resourceType: 'Parameters', parameter: [{ name: 'a', resource: inner }] }), [
      'Parameters.parameter[0].resource.name[0].extension[0]',
    ])
    assert.deepEqual(errors({ resourceType: 'Parameters', parameter: [{ name: 'a', resource: { resourceType: 'Patient', extension: place } }] }), [])
    const label = { url: 'http://hl7.org/fhir/StructureDefinition/regex', valueString: '.*' }
    const assessment = { resourceType: 'RiskAssessment', status: 'final', subject: { display: 'А' } }
    assert.deepEqual(errors({ ...assessment, prediction: [{ outcome: { text: 'x', extension: [label] } }] }), [
      'RiskAssessment.prediction[0].outcome.extension[0]',
    ])
  })

  test('have the value of their definition', () => {
    const wrong = { url: mother.url, valueInteger: 1 }
    assert.deepEqual(errors(name({ family: 'Петровић', _family: { extension: [wrong] } })), ['Patient.name[0].family.extension[0].value'])
  })

  test('are defined as extensions, and those of other versions name another version', () => {
    const patient = (url: string) => ({ resourceType: 'Patient', extension: [{ url, valueCode: 'a' }] })
    assert.deepEqual(errors(patient('http://hl7.org/fhir/5.0/StructureDefinition/extension-Patient.foo')), [])
    for (const url of ['http://hl7.org/fhir/4.0/StructureDefinition/extension-Patient.gender', 'http://hl7.org/fhir/StructureDefinition/Patient'])
      assert.deepEqual(errors(patient(url)), ['Patient.extension[0].url'])
  })

  test('stand where a FHIRPath expression selects them, or at the value of the extension they belong to', () => {
    const url = 'http://rules.test/StructureDefinition/floor'
    const context = [
      { type: 'fhirpath', expression: "Patient.address.where(use = 'home')" },
      { type: 'extension', expression: 'http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired' },
    ]
    const definition = {
      ...{ resourceType: 'StructureDefinition', url, name: 'Floor', status: 'active', kind: 'complex-type', abstract: false, type: 'Extension', context },
      ...{ baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Extension', derivation: 'constraint' },
      differential: { element: [{ id: 'Extension.url', path: 'Extension.url', fixedUri: url }] },
    }
    const extension = [{ url, valueInteger: 3 }]
    addResources(fhir, 'rules.test#1', [definition])
    try {
      assert.deepEqual(errors({ resourceType: 'Patient', address: [{ use: 'home', extension }] }), [])
      assert.deepEqual(errors({ resourceType: 'Patient', address: [{ use: 'work', extension }] }), ['Patient.address[0].extension[0]'])
      const required = { url: context[1]?.expression, valueBoolean: true, _valueBoolean: { extension } }
      assert.deepEqual(errors({ resourceType: 'Patient', extension: [required] }), [])
    } finally {
      fhir.removePackage('rules.test#1')
    }
  })

  test('that nobody can read are an error strictly, a write keeps them', () => {
    const patient = { resourceType: 'Patient', extension: [{ url: 'https://hospital.rs/colour', valueString: 'blue' }] }
    assert.deepEqual(errors(patient), ['Patient.extension[0]'])
    assert.deepEqual(errors(patient, false), [])
  })
})

describe('codes', () => {
  const observation = (coding: object) => ({ resourceType: 'Observation', status: 'final', code: { coding: [coding] } })

  test('of systems that are here exist and are called what they are', () => {
    const system = 'http://terminology.hl7.org/CodeSystem/observation-category'
    assert.deepEqual(errors(observation({ system, code: 'vital-signs', display: 'Vital Signs' })), [])
    assert.deepEqual(errors(observation({ system, code: 'vital-sign' })), ['Observation.code.coding[0].code'])
    const misnamed = fhir.validate(observation({ system, code: 'vital-signs', display: 'Laboratory' }), { isStrict: true })
    assert.deepEqual(
      misnamed.map(({ severity, expression }) => [severity, expression]),
      [['warning', 'Observation.code.coding[0].display']],
      'a display decides nothing',
    )
  })

  test('of SNOMED CT and LOINC have the right check digit', () => {
    for (const code of ['73211009', '276885007', '999000011000000103']) assert.ok(isSnomedCode(code), code)
    for (const code of ['1', '73211008', 'something']) assert.ok(!isSnomedCode(code), code)
    for (const code of ['8310-5', '718-7', '85354-9', '60591-5', 'LA6576-8']) assert.ok(isLoincCode(code), code)
    for (const code of ['8310-4', '718', 'x-1']) assert.ok(!isLoincCode(code), code)
  })

  test('of languages may be called without their region', () => {
    const dutch = (display: string) => observation({ system: 'urn:ietf:bcp:47', code: 'nl-NL', display })
    assert.deepEqual(fhir.validate(dutch('Dutch'), { isStrict: true }), [])
    assert.equal(fhir.validate(dutch('German'), { isStrict: true })[0]?.expression, 'Observation.code.coding[0].display')
  })

  test('of units are UCUM', () => {
    const weight = (code: string) => ({
      ...observation({ system: 'http://loinc.org', code: '718-7' }),
      valueQuantity: { value: 1, system: 'http://unitsofmeasure.org', code },
    })
    assert.deepEqual(errors(weight('g/L')), [])
    assert.deepEqual(errors(weight('gramme')), ['Observation.value.code'])
  })
})

test('a vital sign is held to the profile of R4, named or not', () => {
  const temperature = { resourceType: 'Observation', status: 'final', code: { coding: [{ system: 'http://loinc.org', code: '8310-5' }] }, valueString: 'warm' }
  assert.ok(errors(temperature).includes('Observation.category'))
  // The profile writes valueQuantity, which excludes every other form of value[x].
  assert.ok(errors(temperature).includes('Observation.value'))
  assert.deepEqual(errors(temperature, false), [])
})

test('a document brings what its Composition refers to, and nothing else', () => {
  const entry = (name: string, resource: object) => ({ fullUrl: `urn:uuid:00000000-0000-4000-8000-00000000000${name}`, resource })
  const composition = {
    ...{ resourceType: 'Composition', status: 'final', type: { text: 'note' }, date: '2026-01-01', title: 'Note' },
    author: [{ reference: 'urn:uuid:00000000-0000-4000-8000-000000000002' }],
  }
  const bundle = (...entries: object[]) => ({
    ...{ resourceType: 'Bundle', type: 'document', timestamp: '2026-01-01T10:00:00Z', identifier: { system: 'urn:a', value: '1' } },
    entry: [entry('1', composition), ...entries],
  })
  assert.deepEqual(errors(bundle(entry('2', { resourceType: 'Practitioner' }))), [])
  assert.ok(errors(bundle()).includes('Bundle.entry[0]'))
  assert.ok(errors({ ...bundle(), entry: undefined }).includes('Bundle'))
  assert.deepEqual(errors(bundle(entry('2', { resourceType: 'Practitioner' }), entry('3', { resourceType: 'Organization', name: 'x' }))), ['Bundle.entry[2]'])
})

test('a narrative is XHTML with the entities of XML, and no blocks stand in its paragraphs', () => {
  const patient = (inner: string, space = 'http://www.w3.org/1999/xhtml') => ({
    ...{ resourceType: 'Patient', text: { status: 'generated', div: `<div xmlns="${space}">${inner}</div>` } },
  })
  const isRefused = (resource: object) => errors(resource).includes('Patient.text.div')
  for (const good of ['<p>a</p><p>b &lt; c &#160;</p><ul><li><p>d</p></li></ul>', '<table><tr><td><p/><p>a</p></td></tr></table>'])
    assert.deepEqual(errors(patient(good)), [], good)
  for (const bad of ['<p>a<p>b</p></p>', '<p>a<ul><li>b</li></ul></p>', '<p>a&nbsp;b</p>']) assert.ok(isRefused(patient(bad)), bad)
  assert.ok(isRefused(patient('<p>a</p>', 'http://www.w3.org/1999/xhtml/')))
})

test('an entry of a bundle has a fullUrl, unless it is a transaction or batch; a UUID leads to an entry of the type that is said', () => {
  const patient = { resourceType: 'Patient', generalPractitioner: [{ reference: 'Practitioner/00000000-0000-4000-8000-000000000002' }] }
  const first = { fullUrl: 'urn:uuid:00000000-0000-4000-8000-000000000001', resource: patient }
  const other = (resourceType: string) => ({ fullUrl: 'urn:uuid:00000000-0000-4000-8000-000000000002', resource: { resourceType, name: undefined } })
  const bundle = (type: string, ...entry: object[]) => errors(JSON.parse(JSON.stringify({ resourceType: 'Bundle', type, entry })) as object)
  assert.deepEqual(bundle('collection', first, other('Practitioner')), [])
  assert.ok(bundle('collection', first, other('Location')).includes('Bundle.entry[0].resource.generalPractitioner[0].reference'))
  const paged = { resourceType: 'Bundle', type: 'collection', link: [{ relation: 'next', url: 'http://a.test/2' }] }
  assert.deepEqual(errors(paged), ['Bundle.link[0]'])
  assert.deepEqual(errors({ ...paged, type: 'history' }), [])
  assert.deepEqual(bundle('searchset', { resource: { resourceType: 'Patient', id: 'p' } }), ['Bundle.entry[0]'])
  const said = { resourceType: 'OperationOutcome', issue: [{ severity: 'warning', code: 'not-found', details: { text: 'x' } }] }
  assert.deepEqual(bundle('searchset', { resource: said, search: { mode: 'outcome' } }), [], 'what a search says has no identity')
  const link = (types: string) => [{ relation: 'self', url: `http://a.test/fhir?_type=${types}` }]
  const found = {
    ...{ resourceType: 'Bundle', type: 'searchset' },
    entry: [{ ...first, resource: { resourceType: 'Patient', id: 'p' }, search: { mode: 'match' } }],
  }
  assert.deepEqual(errors({ ...found, link: link('Observation%2CPatient') }), [])
  assert.deepEqual(errors({ ...found, link: link('Observation,Patient') }), [])
  assert.deepEqual(errors({ ...found, link: link('Observation%2CGroup') }), ['Bundle.entry[0].resource'])
  assert.deepEqual(bundle('collection', { resource: { resourceType: 'Parameters', parameter: [{ name: 'a', valueString: 'b' }] } }), [])
})

test('stratifiers and supplemental data of a measure in CQL need a library; populations may name what a reader finds', () => {
  const criteria = { language: 'text/cql', expression: 'Men' }
  const measure = (group: object) => errors({ resourceType: 'Measure', status: 'draft', group: [group] })
  assert.deepEqual(measure({ population: [{ criteria }] }), [])
  assert.deepEqual(measure({ stratifier: [{ criteria }] }), ['Measure'])
})

describe('answers fit their questionnaire', () => {
  const item = [
    { linkId: '1', type: 'boolean', required: true },
    { linkId: '2', type: 'integer', enableWhen: [{ question: '1', operator: '=', answerBoolean: true }] },
    { linkId: '3', type: 'choice', answerOption: [{ valueCoding: { code: 'a' } }, { valueCoding: { code: 'b' } }] },
  ]
  const response = (items: object[], status = 'completed') => ({
    ...{ resourceType: 'QuestionnaireResponse', status, questionnaire: '#q', item: items },
    contained: [{ resourceType: 'Questionnaire', id: 'q', status: 'active', item }],
  })
  const yes = { linkId: '1', answer: [{ valueBoolean: true }] }
  const cases: [string, object[], string[]][] = [
    ['all is well', [yes, { linkId: '2', answer: [{ valueInteger: 3 }] }, { linkId: '3', answer: [{ valueCoding: { code: 'a' } }] }], []],
    ['a required one is missing', [{ linkId: '3', answer: [{ valueCoding: { code: 'a' } }] }], ['QuestionnaireResponse']],
    ['the type is wrong', [{ linkId: '1', answer: [{ valueString: 'yes' }] }], ['QuestionnaireResponse.item[0].answer[0].value']],
    [
      'it is not asked',
      [
        { linkId: '1', answer: [{ valueBoolean: false }] },
        { linkId: '2', answer: [{ valueInteger: 3 }] },
      ],
      ['QuestionnaireResponse.item[1]'],
    ],
    ['it is no option', [yes, { linkId: '3', answer: [{ valueCoding: { code: 'c' } }] }], ['QuestionnaireResponse.item[1].answer[0].value']],
    ['there is no such question', [yes, { linkId: '9', answer: [{ valueBoolean: true }] }], ['QuestionnaireResponse.item[1].linkId']],
  ]
  for (const [name, items, expected] of cases) {
    test(name, () => {
      assert.deepEqual(errors(response(items)), expected)
      assert.deepEqual(errors(response(items), false), expected, 'a write is held to it, too')
    })
  }
  test('one that is not finished may lack answers', () =>
    assert.deepEqual(errors(response([{ linkId: '3', answer: [{ valueCoding: { code: 'a' } }] }], 'in-progress')), []))
})

test('an expression constraint of SNOMED CT has the grammar of one', () => {
  for (const good of ['<< 73211009', '< 19829001 |Disorder of lung| AND < 301867009', '(<< 73211009 OR << 38341003) MINUS << 46635009', '*'])
    assert.ok(isExpressionConstraint(good), good)
  for (const bad of ['234234 << 234234', '<< 73211009 AND', '(<< 73211009', '<< 73211008', '']) assert.ok(!isExpressionConstraint(bad), bad)
})

test('a contained resource is referred to', () => {
  const patient = (more: object) => ({ resourceType: 'Patient', contained: [{ resourceType: 'Organization', id: 'o', name: 'x' }], ...more })
  assert.deepEqual(errors(patient({ managingOrganization: { reference: '#o' } })), [])
  assert.deepEqual(errors(patient({})), ['Patient.contained[0]'])
  assert.deepEqual(errors(patient({}), false), [])
})

test('definitions are found by an absolute address and stand on what they name', () => {
  const system = { resourceType: 'CodeSystem', url: 'http://rules.test/CodeSystem/a', status: 'active', content: 'complete', concept: [{ code: 'x' }] }
  assert.deepEqual(errors(system), [])
  for (const url of ['a', '#a']) assert.deepEqual(errors({ ...system, url }), ['CodeSystem.url'], url)
  const supplements = 'http://hl7.org/fhir/administrative-gender'
  const supplement = { ...system, content: 'supplement', supplements, concept: [{ code: 'male', display: 'muški' }] }
  assert.deepEqual(errors(supplement), [])
  assert.deepEqual(errors({ ...supplement, content: 'fragment' }), ['CodeSystem.content'])
  assert.deepEqual(errors({ ...supplement, concept: [{ code: 'neither' }] }), ['CodeSystem.concept'])
  const criteria = { language: 'text/cql', expression: 'a' }
  const measure = (library: string) => ({
    resourceType: 'Measure',
    status: 'draft',
    library: [library],
    contained: [{ resourceType: 'Library', id: 'l', status: 'draft', type: { text: 'logic' } }],
    group: [{ stratifier: [{ criteria }] }],
  })
  assert.deepEqual(errors(measure('#l')), [])
  assert.deepEqual(errors({ ...measure('http://rules.test/Library/none'), contained: undefined }), ['Measure'])
})

test('a narrative is XHTML by its name space, a UUID is in lower case, and a reference names a type that there is', () => {
  const patient = (more: object) => errors({ resourceType: 'Patient', ...more })
  const text = (div: string) => patient({ text: { status: 'generated', div } })
  assert.deepEqual(text('<div xmlns="http://www.w3.org/1999/xhtml">a</div>'), [])
  assert.deepEqual(text('<div>a</div>'), ['Patient.text.div'])
  assert.deepEqual(patient({ identifier: [{ system: 'urn:uuid:C757873D-EC9A-4326-A141-556F43239520', value: '1' }] }), ['Patient.identifier[0].system'])
  const organization = (type: string) => patient({ managingOrganization: { type, display: 'A' } })
  assert.deepEqual(organization('Organization'), [])
  assert.deepEqual(organization('Organisation'), ['Patient.managingOrganization.type'])
  assert.deepEqual(organization('Practitioner'), ['Patient.managingOrganization.reference'])
})

/** One line for each rule: its name, a resource that keeps it, one that breaks it, and the place of the error. */
const rulesOfText: [string, object, object, string][] = [
  [
    'a simple quantity has no comparator',
    { resourceType: 'Observation', status: 'final', code: { text: 'x' }, referenceRange: [{ low: { value: 1 } }] },
    { resourceType: 'Observation', status: 'final', code: { text: 'x' }, referenceRange: [{ low: { value: 1, comparator: '<' } }] },
    'Observation.referenceRange[0].low',
  ],
  ['a language is one of BCP 47', { resourceType: 'Patient', language: 'sr-Cyrl-RS' }, { resourceType: 'Patient', language: 'en_US' }, 'Patient.language'],
  [
    'an age has a unit of time',
    aged({ value: 3, system: 'http://unitsofmeasure.org', code: 'mo' }),
    aged({ value: 3, system: 'http://unitsofmeasure.org', code: 'kg' }),
    'Condition.onset.code',
  ],
  [
    'a code system whose content is not present has no concepts',
    system({ content: 'not-present', concept: undefined }),
    system({ content: 'not-present', concept: [{ code: 'a' }] }),
    'CodeSystem.concept',
  ],
  [
    'a value set imports value sets',
    values({ valueSet: ['http://hl7.org/fhir/ValueSet/administrative-gender'] }),
    values({ valueSet: ['http://hl7.org/fhir/administrative-gender'] }),
    'ValueSet.compose.include[0].valueSet',
  ],
  ['a profile names elements of its type', profile({ path: 'Patient.name.given' }), profile({ path: 'Patient.name.first' }), differential('.path')],
  ['a profile says that it is one', profile({}), { ...profile({}), derivation: undefined }, 'StructureDefinition.type'],
  ['max is a number or *', profile({ max: '*' }), profile({ max: 'many' }), differential('.max')],
  [
    'a binding is on something coded',
    profile({ path: 'Patient.gender', type: [{ code: 'code' }], binding: { strength: 'required' } }),
    profile({ path: 'Patient.birthDate', type: [{ code: 'date' }], binding: { strength: 'example' } }),
    differential('.binding'),
  ],
  [
    'a profile asks for as much as its base',
    profile({ path: 'Patient.name', min: 1 }),
    profile({ path: 'Patient.contact.name', max: '2' }),
    differential('.max'),
  ],
  [
    'a profile asks for no less than its base',
    profile({ path: 'Patient.link.other', min: 1 }),
    profile({ path: 'Patient.link.other', min: 0 }),
    differential('.min'),
  ],
  [
    'a profile leaves types out and adds none',
    profile({ path: 'Patient.deceased[x]', type: [{ code: 'boolean' }] }),
    profile({ path: 'Patient.deceased[x]', type: [{ code: 'string' }] }),
    differential('.type'),
  ],
  [
    'a profile binds as much as its base',
    profile({ path: 'Patient.maritalStatus', binding: { strength: 'required' } }),
    profile({ path: 'Patient.gender', binding: { strength: 'preferred' } }),
    differential('.binding'),
  ],
  ['a profile is of the kind of its base', profile({}), { ...profile({}), kind: 'complex-type' }, 'StructureDefinition.kind'],
  [
    'every element of a narrative is XHTML',
    narrated('<b xmlns="http://www.w3.org/1999/xhtml">a</b>'),
    narrated('<b xmlns="http://hl7.org/fhir">a</b>'),
    'Patient.text.div',
  ],
  ['an attribute belongs to its element', narrated('<a href="http://a.rs">a</a>'), narrated('<p href="http://a.rs">a</p>'), 'Patient.text.div'],
  ['a link leads somewhere', narrated('<a href="a.html">a</a>'), narrated('<a href="">a</a>'), 'Patient.text.div'],
]

function aged(onsetAge: object): object {
  return { resourceType: 'Condition', subject: { display: 'x' }, onsetAge }
}

function system(more: object): object {
  return { resourceType: 'CodeSystem', url: 'http://rules.test/cs', status: 'draft', content: 'complete', concept: [{ code: 'a' }], ...more }
}

function values(include: object): object {
  return { resourceType: 'ValueSet', url: 'http://rules.test/vs', status: 'draft', compose: { include: [include] } }
}

function profile(element: object): object {
  const base = { baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient', derivation: 'constraint', type: 'Patient', kind: 'resource' }
  const differential = { element: [{ id: 'path' in element ? element.path : 'Patient.name', path: 'Patient.name', ...element }] }
  return { resourceType: 'StructureDefinition', url: 'http://rules.test/sd', name: 'A', status: 'draft', abstract: false, ...base, differential }
}

function differential(end: string): string {
  return `StructureDefinition.differential.element[0]${end}`
}

function narrated(inner: string): object {
  return { resourceType: 'Patient', text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${inner}</div>` } }
}

for (const [title, right, wrong, path] of rulesOfText) {
  test(title, () => {
    assert.deepEqual(errors(JSON.parse(JSON.stringify(right)) as object), [])
    assert.deepEqual(errors(JSON.parse(JSON.stringify(wrong)) as object), [path])
  })
}
