import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anObservation, aPatient, testFhir } from '../../testing/fhir.ts'
import type { Extracted, Resource } from '../types.ts'
import { matches, sortKey } from './matches.ts'
import { type Condition, narrowing } from './narrowing.ts'
import { parseSearch } from './parse.ts'

const fhir = await testFhir()

const patient = aPatient({
  name: [{ family: 'Ђорђевић', given: ['Ана', 'Марија'] }],
  address: [{ city: 'Ниш', line: ['Цара Душана 5, улаз 2'] }],
  telecom: [
    { system: 'phone', value: '+381 11 555' },
    { system: 'email', value: 'ana@example.org' },
  ],
  managingOrganization: { reference: 'Organization/dz1/_history/3' },
  generalPractitioner: [{ identifier: { system: 'urn:rs:licence', value: '777' }, display: 'др Милица' }],
  deceasedDateTime: '2020-01-01',
  meta: { lastUpdated: '2026-03-01T10:00:00.000Z', profile: ['http://example.org/p|1.0'], tag: [{ system: 'http://t', code: 'x' }] },
})
const observation = anObservation({
  category: [{ coding: [{ system: 'http://c', code: 'laboratory', display: 'Лабораторија' }] }],
  valueQuantity: { value: JSON.rawJSON('5.40'), unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol/L' },
})
const encounter: Resource = {
  resourceType: 'Encounter',
  id: 'e',
  status: 'finished',
  class: { system: 'http://v3', code: 'AMB' },
  period: { start: '2026-03-01T23:30:00Z', end: '2026-03-04' },
}
const open: Resource = { resourceType: 'Encounter', id: 'o', status: 'in-progress', class: { code: 'IMP' }, period: { start: '2026-03-01' } }
const valueSet: Resource = {
  resourceType: 'ValueSet',
  id: 'v',
  status: 'active',
  url: 'http://example.org/fhir/ValueSet/a',
  jurisdiction: [{ text: 'Србија' }],
}
const probability: Resource = {
  resourceType: 'RiskAssessment',
  id: 'r',
  status: 'final',
  subject: { reference: 'Patient/ana' },
  prediction: [{ probabilityDecimal: 0.3 }],
}

/** The resource, the query, whether it is found. */
const table: [Resource, string, boolean][] = [
  // token
  [patient, 'gender=female', true],
  [patient, 'gender=male', false],
  [patient, 'gender=male,female', true],
  [patient, 'gender=http://hl7.org/fhir/administrative-gender|female', true],
  [patient, 'gender=http://other|female', false],
  [patient, 'gender:not=male', true],
  [patient, 'gender:not=female', false],
  [patient, 'gender:not=male,female', false],
  [patient, 'gender:missing=false', true],
  [patient, 'active:missing=true', true],
  [patient, 'active:not=true', true],
  [patient, 'deceased=true', true],
  [aPatient(), 'deceased=false', true],
  [patient, 'identifier=MR-17', true],
  [patient, 'identifier=urn:hospital|MR-17', true],
  [patient, 'identifier=urn:hospital|', true],
  [patient, 'identifier=|MR-17', false],
  [patient, 'identifier=mr-17', false],
  [patient, 'identifier=MR-1', false],
  [patient, 'phone=%2B381 11 555', true],
  [patient, 'email=%2B381 11 555', false],
  [patient, 'telecom=ana@example.org', true],
  [observation, 'code=718-7', true],
  [observation, 'code=http://loinc.org|718-7', true],
  [observation, 'code=http://loinc.org|', true],
  [observation, 'code:text=hemo', true],
  [observation, 'code:text=globin', false],
  [observation, 'category:text=labor', true],
  [observation, 'code=http://snomed.info/sct|718-7', false],
  [encounter, 'class=AMB', true],
  [open, 'class=|IMP', true],
  [encounter, 'class=|AMB', false],
  [valueSet, 'jurisdiction=x', false],
  [valueSet, 'jurisdiction:text=srbija', true],
  // string
  [patient, 'name=Ђорђ', true],
  [patient, 'name=djordj', true],
  [patient, 'name=ĐORĐEVIĆ', true],
  [patient, 'family=ana', false],
  [patient, 'given=marija', true],
  [patient, 'name=ana marija djordjevic', true],
  [patient, 'name=orđević', false],
  [patient, 'name:contains=rdji', false],
  [patient, 'name:contains=orđev', true],
  [patient, 'name:exact=Ђорђевић', true],
  [patient, 'name:exact=Đorđević', false],
  [patient, 'name:exact=Ђорђ', false],
  [patient, 'address-city=nis', true],
  [patient, 'address=Cara Dusana 5\\, ulaz', true],
  [patient, 'address=Cara Dusana 5\\,x', false],
  // date
  [patient, 'birthdate=1980-05-03', true],
  [patient, 'birthdate=1980', true],
  [patient, 'birthdate=1980-05-04', false],
  [patient, 'birthdate=ne1980-05-04', true],
  [patient, 'birthdate=lt1980-05-03', false],
  [patient, 'birthdate=le1980-05-03', true],
  [patient, 'birthdate=gt1980-05-02', true],
  [patient, 'birthdate=ge1980-05-04', false],
  [patient, 'birthdate=sa1979', true],
  [patient, 'birthdate=eb1980', false],
  [patient, 'birthdate=eb1981', true],
  [patient, 'birthdate=ge1980&birthdate=lt1981', true],
  [patient, 'birthdate=ge1980&birthdate=lt1980-02', false],
  [patient, 'birthdate=ap1980-05-04', true],
  [patient, 'birthdate=ap1980-06-04', false],
  [patient, '_lastUpdated=ge2026-03-01T10:00:00Z', true],
  [patient, '_lastUpdated=gt2026-03-01T10:00:00.000Z', false],
  [observation, 'date=2026-03-01', true],
  [observation, 'date=2026-03-01T07:30:00Z', true],
  [observation, 'date=2026-03-01T08:30:00Z', false],
  // A visit that began at half past midnight in Belgrade and ended on the fourth.
  [encounter, 'date=2026-03-02', false],
  [encounter, 'date=2026-03', true],
  [encounter, 'date=ge2026-03-03', true],
  [encounter, 'date=sa2026-03-01', true],
  [encounter, 'date=eb2026-03-05', true],
  [encounter, 'date=eb2026-03-04', false],
  [encounter, 'date=lt2026-03-02T00:30:00%2B01:00', false],
  [open, 'date=ge2030', true],
  [open, 'date=gt2026-03-01', true],
  [open, 'date=eb2030', false],
  [open, 'date=2026', false],
  // reference
  [observation, 'subject=Patient/ana', true],
  [observation, 'subject=ana', true],
  [observation, 'patient=ana', true],
  [observation, 'subject:Patient=ana', true],
  [observation, 'subject:Group=ana', false],
  [observation, 'subject=Patient/an', false],
  [observation, 'subject=Patient/x,Patient/ana', true],
  [observation, 'subject=http://other.example.org/fhir/Patient/ana', false],
  [patient, 'organization=dz1', true],
  [patient, 'organization=Organization/dz1/_history/9', true],
  [patient, 'general-practitioner:identifier=urn:rs:licence|777', true],
  [patient, 'general-practitioner:identifier=778', false],
  [patient, 'general-practitioner:text=dr milica', true],
  [patient, 'general-practitioner:missing=false', true],
  // uri
  [valueSet, 'url=http://example.org/fhir/ValueSet/a', true],
  [valueSet, 'url=http://example.org/fhir/ValueSet', false],
  [valueSet, 'url:below=http://example.org/fhir/', true],
  [valueSet, 'url:above=http://example.org/fhir/ValueSet/a/b', true],
  [patient, '_profile=http://example.org/p', true],
  [patient, '_profile=http://example.org/p|1.0', true],
  [patient, '_profile=http://example.org/p|2.0', false],
  [patient, '_tag=http://t|x', true],
  [patient, '_id=ana', true],
  [patient, '_id=ana,other', true],
  [patient, '_id=other', false],
  // number and quantity
  [probability, 'probability=0.3', true],
  [probability, 'probability=gt0.3', false],
  [probability, 'probability=ge0.3', true],
  [probability, 'probability=lt1', true],
  [probability, 'probability=ap0.28', true],
  [probability, 'probability=0', true],
  [probability, 'probability=0.0', false],
  [observation, 'value-quantity=5.4', true],
  [observation, 'value-quantity=5.4|http://unitsofmeasure.org|mmol/L', true],
  [observation, 'value-quantity=5.4||mmol/L', true],
  [observation, 'value-quantity=5.4||mg/dL', false],
  [observation, 'value-quantity=gt5.39', true],
  [observation, 'value-quantity=lt5.40', false],
  [observation, 'value-quantity=5.44', false],
]

const pairsOf = (query: string) => [...new URLSearchParams(query)]

/** What a store does with a condition, as far as the search slice promises it. */
function satisfies(condition: Condition, one: Extracted): boolean {
  switch (condition.is) {
    case 'token':
      return (
        one.kind === 'token' &&
        (condition.system === undefined || condition.system === one.system) &&
        (condition.value === undefined || condition.value === one.value)
      )
    case 'identifier':
      return (
        one.kind === 'reference' &&
        (condition.system === undefined || condition.system === (one.system ?? null)) &&
        (condition.value === undefined || condition.value === one.value)
      )
    case 'string':
      return one.kind === 'string' && (condition.how === 'starts' ? one.value.startsWith(condition.value) : one.value.includes(condition.value))
    case 'reference':
      return one.kind === 'reference' && condition.literals.includes(one.reference ?? '')
    case 'uri':
      return one.kind === 'uri' && one.value === condition.value
    case 'uri-below':
      return one.kind === 'uri' && one.value.startsWith(condition.value)
    case 'ids':
      return one.kind === 'token' && condition.ids.includes(one.value ?? '')
    case 'words':
      return one.kind === 'words' && condition.words.every((word) => one.text.includes(` ${word} `))
    default: {
      if (one.kind !== 'date' && one.kind !== 'number' && one.kind !== 'quantity') return false
      const { lowFrom = -Infinity, lowTo = Infinity, highFrom = -Infinity, highTo = Infinity } = condition
      return one.low >= lowFrom && one.low <= lowTo && one.high >= highFrom && one.high <= highTo
    }
  }
}

for (const [resource, query, expected] of table) {
  test(`${resource.resourceType}?${query} ${expected ? 'finds' : 'does not find'}`, () => {
    // Through JSON, because a search lives in paging links.
    const search = JSON.parse(JSON.stringify(parseSearch(fhir, resource.resourceType, pairsOf(query.replaceAll('+', '%2B')), { lenient: false })))
    const extracted = fhir.extract(resource)
    assert.equal(matches(search, extracted), expected)
    if (!expected) return
    // A store that narrows by these conditions must not lose what matches.
    for (const { code, any } of narrowing(search)) {
      assert.ok(
        extracted.some((one) => one.code === code && any.some((condition) => satisfies(condition, one))),
        `narrowing of ${code}`,
      )
    }
  })
}

test('what can be narrowed is narrowed', () => {
  const codes = (query: string) => narrowing(parseSearch(fhir, 'Patient', pairsOf(query), { lenient: false })).map(({ code }) => code)
  assert.deepEqual(codes('gender=female&name=a&birthdate=ge1980&organization=1&identifier=x&_profile=http://a'), [
    'gender',
    'name',
    'birthdate',
    'organization',
    'identifier',
    '_profile',
  ])
  assert.deepEqual(codes('gender:not=female&active:missing=true&birthdate=ne1980'), [])
})

test('the sort key is the lowest value, or the highest when descending', () => {
  const key = (sort: string) => sortKey(parseSearch(fhir, 'Patient', [['_sort', sort]], { lenient: false }), fhir.extract(patient))
  assert.deepEqual(key('family,-birthdate,birthdate,active'), ['djordjevic', Date.parse('1980-05-03T22:59:59.999Z'), Date.parse('1980-05-02T23:00:00Z'), null])
  assert.deepEqual(key('given'), ['ana'])
  assert.deepEqual(key('-given'), ['marija'])
})
