import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { preparedFhir } from '../../testing/fhir.ts'
import { errorsOf, profile, profileUrl } from '../../testing/profiles.ts'
import { addResources } from '../../testing/validator-cases.ts'
import { parseJson } from '../json.ts'
import type { Resource } from '../types.ts'

const fhir = preparedFhir()
const base = 'http://hl7.org/fhir/StructureDefinition/'
const url = profileUrl
/** The expressions of the errors of a resource, checked against profiles that were just defined. */
const errors = (resource: object, ...profiles: { url: string }[]): string[] => errorsOf(fhir, resource, profiles).map(({ expression }) => expression)

const loinc = (code: string) => ({ coding: [{ system: 'http://loinc.org', code }] })
const quantity = (value: number) => ({ value, system: 'http://unitsofmeasure.org', code: 'mm[Hg]' })
const observation = (more: object) => ({ resourceType: 'Observation', status: 'final', code: loinc('85354-9'), ...more })
const component = (code: string, more: object = {}) => ({ code: loinc(code), valueQuantity: quantity(120), ...more })

const slicing = (type: string, path: string, rules = 'open', more: object = {}) => ({
  ...{ id: 'Observation.component', path: 'Observation.component', slicing: { discriminator: [{ type, path }], rules, ...more } },
})
const slice = (name: string, more: object = {}) => ({ id: `Observation.component:${name}`, path: 'Observation.component', sliceName: name, ...more })
const inSlice = (name: string, path: string, more: object) => ({ id: `Observation.component:${name}.${path}`, path: `Observation.component.${path}`, ...more })

test('slices by pattern have their number, their rules and their order', () => {
  const elements = [
    slicing('pattern', 'code', 'closed', { ordered: true }),
    slice('systolic', { min: 1, max: '1' }),
    inSlice('systolic', 'code', { patternCodeableConcept: loinc('8480-6') }),
    inSlice('systolic', 'value[x]', { min: 1, type: [{ code: 'Quantity' }] }),
    slice('diastolic', { min: 0, max: '1' }),
    inSlice('diastolic', 'code', { patternCodeableConcept: loinc('8462-4') }),
  ]
  const one = profile('pressure', 'Observation', elements)
  const check = (...components: object[]) => errors(observation({ component: components }), one)
  assert.deepEqual(check(component('8480-6'), component('8462-4')), [])
  assert.deepEqual(check(component('8462-4')), ['Observation.component'], 'one is missing')
  assert.deepEqual(check(component('8480-6'), component('8480-6')), ['Observation.component'], 'one is twice')
  assert.deepEqual(check(component('8462-4'), component('8480-6')), ['Observation.component'], 'the order is wrong')
  assert.deepEqual(check(component('8480-6'), component('718-7')), ['Observation.component[1]'], 'one belongs to no slice')
  assert.deepEqual(check(component('8480-6', { valueQuantity: undefined, valueString: 'high' })), ['Observation.component[0].value'], 'the type is wrong')
})

test('a form of a choice tells slices apart where it may be left out; a slice that names no profile says nothing', () => {
  const payload = (name: string, more: object) => ({ id: `Communication.payload${name}`, path: `Communication.payload`, ...more })
  const elements = [
    payload('', { slicing: { discriminator: [{ type: 'type', path: 'content' }], rules: 'closed' } }),
    payload(':text', { sliceName: 'text' }),
    { id: 'Communication.payload:text.contentString', path: 'Communication.payload.contentString', min: 1, type: [{ code: 'string' }] },
    payload(':file', { sliceName: 'file', max: '1' }),
    { id: 'Communication.payload:file.contentAttachment', path: 'Communication.payload.contentAttachment', type: [{ code: 'Attachment' }] },
  ]
  const one = profile('said', 'Communication', elements)
  const check = (...contents: object[]) => errors({ resourceType: 'Communication', status: 'completed', payload: contents }, one)
  const file = { contentAttachment: { title: 'x-ray' } }
  assert.deepEqual(check({ contentString: 'a' }, file), [])
  assert.deepEqual(check(file, file), ['Communication.payload'])
  assert.deepEqual(check({ contentReference: { reference: 'Observation/1' } }), ['Communication.payload[0]'])

  const coded = [
    { id: 'Observation.category', path: 'Observation.category', slicing: { discriminator: [{ type: 'profile', path: 'text' }], rules: 'open' } },
    { id: 'Observation.category:named', path: 'Observation.category', sliceName: 'named', min: 1 },
    { id: 'Observation.category:named.text', path: 'Observation.category.text', min: 1, type: [{ code: 'string', profile: [url('name')] }] },
  ]
  const text = profile('name', 'string', [], {
    kind: 'primitive-type',
    differential: { element: [{ id: 'string', path: 'string', fixedString: 'blood' }] },
  })
  const named = profile('named', 'Observation', coded)
  assert.deepEqual(errors(observation({ category: [{ text: 'blood' }] }), named, text), [])
  assert.deepEqual(errors(observation({ category: [{ text: 'urine' }] }), named, text), ['Observation.category'])
})

test('slices are told apart by value, existence, type and profile', () => {
  const byValue = profile('by-value', 'Observation', [
    slicing('value', 'code.coding.code'),
    slice('a', { max: '0' }),
    inSlice('a', 'code.coding.code', { fixedCode: '8480-6' }),
  ])
  assert.deepEqual(errors(observation({ component: [component('718-7'), component('8480-6')] }), byValue), ['Observation.component'])

  const byExistence = profile('by-existence', 'Observation', [
    slicing('exists', 'interpretation'),
    slice('judged', { max: '1' }),
    inSlice('judged', 'interpretation', { min: 1 }),
  ])
  const judged = component('8480-6', { interpretation: [{ text: 'high' }] })
  assert.deepEqual(errors(observation({ component: [judged, component('8462-4')] }), byExistence), [])
  assert.deepEqual(errors(observation({ component: [judged, judged] }), byExistence), ['Observation.component'])

  const byType = profile('by-type', 'Observation', [
    { id: 'Observation.value[x]', path: 'Observation.value[x]', slicing: { discriminator: [{ type: 'type', path: '$this' }], rules: 'closed' } },
    { id: 'Observation.value[x]:valueQuantity', path: 'Observation.value[x]', sliceName: 'valueQuantity', type: [{ code: 'Quantity' }] },
    { id: 'Observation.value[x]:valueQuantity.code', path: 'Observation.value[x].code', min: 1 },
  ])
  assert.deepEqual(errors(observation({ valueQuantity: quantity(1) }), byType), [])
  assert.deepEqual(errors(observation({ valueQuantity: { value: 1 } }), byType), ['Observation.value.code'])
  assert.deepEqual(errors(observation({ valueString: 'x' }), byType), ['Observation.value'])

  const adult = profile('adult', 'Patient', [{ id: 'Patient.birthDate', path: 'Patient.birthDate', min: 1 }])
  const bundle = profile('by-profile', 'Bundle', [
    { id: 'Bundle.entry', path: 'Bundle.entry', slicing: { discriminator: [{ type: 'profile', path: 'resource' }], rules: 'open' } },
    { id: 'Bundle.entry:adult', path: 'Bundle.entry', sliceName: 'adult', min: 1 },
    { id: 'Bundle.entry:adult.resource', path: 'Bundle.entry.resource', type: [{ code: 'Patient', profile: [adult.url] }] },
  ])
  const withPatient = (patient: object) => ({ resourceType: 'Bundle', type: 'collection', entry: [{ resource: { resourceType: 'Patient', ...patient } }] })
  assert.deepEqual(errors(withPatient({ birthDate: '1980' }), bundle, adult), [])
  assert.deepEqual(errors(withPatient({}), bundle, adult), ['Bundle.entry'])
})

test('slices are told apart by what one element of another profile says, and each item is held to its own', () => {
  const library = profile('library', 'Observation', [
    slicing('pattern', 'code'),
    slice('systolic'),
    inSlice('systolic', 'code', { patternCodeableConcept: loinc('8480-6') }),
    inSlice('systolic', 'interpretation', { min: 1 }),
    slice('diastolic'),
    inSlice('diastolic', 'code', { patternCodeableConcept: loinc('8462-4') }),
  ])
  const part = (name: string) => ({ url: `${base}elementdefinition-profile-element`, valueString: `Observation.component:${name}` })
  const type = (name: string) => [{ code: 'BackboneElement', profile: [library.url], _profile: [{ extension: [part(name)] }] }]
  const by = (discriminator: string, path: string) =>
    profile('by-parts', 'Observation', [
      slicing(discriminator, path, 'closed'),
      slice('first', { min: 1, type: type('systolic') }),
      slice('second', { min: 1, type: type('diastolic') }),
    ])
  const systolic = component('8480-6', { interpretation: [{ text: 'high' }] })
  const found = (one: { url: string }, ...components: object[]) => errors(observation({ component: components }), one, library)
  for (const one of [by('pattern', 'code'), by('profile', '$this')]) {
    assert.deepEqual(found(one, systolic, component('8462-4')), [])
    assert.deepEqual(found(one, component('8462-4'), systolic), [])
    assert.deepEqual(found(one, systolic), ['Observation.component'], 'the second is missing')
  }
  const incomplete = found(by('pattern', 'code'), component('8480-6'), component('8462-4'))
  assert.deepEqual(incomplete, ['Observation.component[0].interpretation'])
})

test('fixed values, patterns, limits, lengths and rules of a profile hold', () => {
  const one = profile('limits', 'Observation', [
    { id: 'Observation.status', path: 'Observation.status', fixedCode: 'final' },
    { id: 'Observation.code', path: 'Observation.code', patternCodeableConcept: loinc('85354-9') },
    { id: 'Observation.value[x]', path: 'Observation.value[x]', type: [{ code: 'integer' }], minValueInteger: 1, maxValueInteger: 5 },
    { id: 'Observation.note.text', path: 'Observation.note.text', maxLength: 3 },
    {
      id: 'Observation',
      path: 'Observation',
      constraint: [{ key: 'x-1', severity: 'error', human: 'a subject or a focus', expression: 'subject.exists() or focus.exists()' }],
    },
  ])
  const subject = { reference: 'Patient/a' }
  assert.deepEqual(errors(observation({ subject, valueInteger: 5 }), one), [])
  assert.deepEqual(errors(observation({ subject, valueInteger: 6 }), one), ['Observation.value'])
  assert.deepEqual(errors(observation({ subject, valueInteger: 0 }), one), ['Observation.value'])
  assert.deepEqual(errors(observation({ subject, status: 'amended' }), one), ['Observation.status'])
  assert.deepEqual(errors(observation({ subject, code: loinc('718-7') }), one), ['Observation.code'])
  assert.deepEqual(errors(observation({ subject, note: [{ text: 'abcd' }] }), one), ['Observation.note[0].text'])
  assert.deepEqual(errors(observation({}), one), ['Observation'])
})

test('a reference is followed into the bundle and to what is contained, and a circle ends', () => {
  const adult = profile('adult', 'Patient', [{ id: 'Patient.birthDate', path: 'Patient.birthDate', min: 1 }])
  const linked = profile('linked', 'Patient', [
    { id: 'Patient.link.other', path: 'Patient.link.other', type: [{ code: 'Reference', targetProfile: [url('linked')] }] },
    { id: 'Patient.active', path: 'Patient.active', min: 1 },
  ])
  const about = profile('about-adults', 'Observation', [
    { id: 'Observation.subject', path: 'Observation.subject', type: [{ code: 'Reference', targetProfile: [adult.url] }] },
  ])
  const contained = (patient: object) => observation({ contained: [{ resourceType: 'Patient', id: 'p', ...patient }], subject: { reference: '#p' } })
  assert.deepEqual(errors(contained({ birthDate: '1980' }), about, adult), [])
  assert.deepEqual(errors(contained({}), about, adult), ['Observation.subject'])
  assert.deepEqual(errors(observation({ subject: { reference: 'Group/g' } }), about, adult), ['Observation.subject.reference'])

  const entry = (id: string, other: string, more: object) => ({
    fullUrl: `http://a.test/Patient/${id}`,
    resource: { resourceType: 'Patient', id, meta: { profile: [linked.url] }, link: [{ other: { reference: `Patient/${other}` }, type: 'seealso' }], ...more },
  })
  const all = profile('all', 'Bundle', [])
  const circle = (more: object) => ({ resourceType: 'Bundle', type: 'collection', entry: [entry('a', 'b', { active: true }), entry('b', 'a', more)] })
  assert.deepEqual(errors(circle({ active: true }), all, linked), [])
  assert.ok(errors(circle({}), all, linked).includes('Bundle.entry[0].resource.link[0].other'))
})

test('a profile stands on its base, and one with a snapshot alone stands by itself', () => {
  const named = profile('named', 'Patient', [{ id: 'Patient.name', path: 'Patient.name', min: 1 }])
  const narrower = profile('narrower', 'Patient', [{ id: 'Patient.gender', path: 'Patient.gender', min: 1 }], { baseDefinition: named.url })
  assert.deepEqual(errors({ resourceType: 'Patient' }, narrower, named).sort(), ['Patient.gender', 'Patient.name'])
  const { differential, ...rest } = profile('whole', 'Patient', [{ id: 'Patient.name', path: 'Patient.name', min: 1 }], {
    baseDefinition: 'http://nobody.test/base',
  })
  assert.deepEqual(errors({ resourceType: 'Patient' }, { ...rest, snapshot: differential } as never), ['Patient.name'])
  assert.deepEqual(errors(observation({}), named), ['Observation'], 'a profile of another type')
})

test('a profile that nobody knows is a warning when the resource names it, an error when the question does', () => {
  const patient = { resourceType: 'Patient', meta: { profile: ['http://nobody.test/profile'] } }
  assert.deepEqual(
    fhir.validate(patient).map(({ severity }) => severity),
    ['warning'],
  )
  assert.ok(fhir.validate({ resourceType: 'Patient' }, { profiles: ['http://nobody.test/profile'] }).some(({ severity }) => severity === 'error'))
})

const examples = join(dirname(fileURLToPath(import.meta.resolve('hl7.fhir.uv.ips/package.json'))), 'example')

test('the examples of the International Patient Summary conform to its profiles, and without what is required they do not', () => {
  const files = readdirSync(examples).filter((file) => /^[A-Z].*\.json$/.test(file))
  const isWrong = (resource: unknown) => fhir.validate(resource).some(({ severity }) => severity === 'error')
  assert.deepEqual(
    files.filter((file) => isWrong(parseJson(readFileSync(join(examples, file), 'utf8')))),
    [],
  )
  assert.ok(files.length > 40)

  const required: Record<string, string> = {
    Bundle: 'timestamp',
    Composition: 'title',
    Patient: 'birthDate',
    AllergyIntolerance: 'code',
    Condition: 'code',
    Immunization: 'patient',
  }
  let removed = 0
  for (const file of files) {
    const resource = parseJson(readFileSync(join(examples, file), 'utf8')) as Resource
    const name = required[resource.resourceType]
    if (name === undefined || resource[name] === undefined || resource.meta?.profile === undefined) continue
    removed++
    const { [name]: _, ...less } = resource
    assert.ok(isWrong(less), `${file} without ${name}`)
  }
  assert.ok(removed >= 10, `${removed} removed`)
})

test('a rule of a package that does not end is stopped, and the resource is refused for it', () => {
  const rule = (expression: string) => [{ key: 'r-1', severity: 'error', human: 'a rule', expression }]
  const endless = `${'%resource.descendants().all('.repeat(6)}true${')'.repeat(6)}`
  const hostile = profile('hostile', 'Observation', [{ id: 'Observation', path: 'Observation', constraint: rule(endless) }])
  const issues = (resource: object) => fhir.validate(resource, { profiles: [hostile.url] }).filter(({ severity }) => severity === 'error')
  addResources(fhir, 'profile.test#1', [hostile] as unknown as Resource[])
  try {
    const found = issues(observation({ component: Array.from({ length: 40 }, () => component('8480-6')) }))
    assert.deepEqual(
      found.map(({ code }) => code),
      ['too-costly'],
    )
    assert.deepEqual(issues({ resourceType: 'Observation', status: 'final', code: { text: 'a' } }), [], 'the next resource has time of its own')
  } finally {
    fhir.removePackage('profile.test#1')
  }
})

test('a rule may name the constants of R4: SNOMED CT, LOINC, a value set and an extension by their ids', () => {
  const rule = (key: string, expression: string) => ({ key, severity: 'error', human: 'a rule', expression })
  const constraint = [
    rule('r-1', 'code.coding.all(system = %loinc or system = %sct)'),
    rule('r-2', 'interpretation.all($this.memberOf(%"vs-observation-interpretation"))'),
    rule('r-3', 'extension.all(url = %`ext-bodySite` or url = %"ext-patient-birthPlace")'),
    rule('r-4', `note.all(text != '%"vs-observation-status"')`),
  ]
  const one = profile('constants', 'Observation', [{ id: 'Observation', path: 'Observation', constraint }])
  const broken = (more: object) => {
    addResources(fhir, 'profile.test#1', [one] as unknown as Resource[])
    try {
      const said = fhir.validate(observation(more), { profiles: [one.url] }).filter(({ code }) => code === 'invariant')
      return said.map(({ diagnostics, severity }) => `${/r-\d/.exec(diagnostics)?.[0]} ${severity}`)
    } finally {
      fhir.removePackage('profile.test#1')
    }
  }
  const interpretation = (code: string) => [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation', code }] }]
  const extension = (url: string) => [{ url, valueString: 'x' }]
  assert.deepEqual(broken({ interpretation: interpretation('H'), extension: extension(`${base}bodySite`), note: [{ text: 'x' }] }), [])
  assert.deepEqual(broken({ code: { coding: [{ system: 'urn:x', code: 'x' }] } }), ['r-1 error'])
  assert.deepEqual(broken({ interpretation: interpretation('high') }), ['r-2 error'])
  assert.deepEqual(broken({ extension: extension('urn:x') }), ['r-3 error'])
  assert.deepEqual(broken({ note: [{ text: '%"vs-observation-status"' }] }), ['r-4 error'], 'a string is no constant')
})
