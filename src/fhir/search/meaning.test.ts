import assert from 'node:assert/strict'
import { test } from 'node:test'
import { satisfies } from '../../testing/conditions.ts'
import { anObservation, aPatient, preparedFhir, singleClauses } from '../../testing/fhir.ts'
import type { Resource } from '../types.ts'
import { matches, sortKey } from './matches.ts'
import { narrowing } from './narrowing.ts'
import { parseSearch } from './parse.ts'
import type { Search } from './search.ts'

const fhir = preparedFhir()

const patient = aPatient({
  name: [{ family: 'Ђорђевић', given: ['Ана', 'Марија'] }],
  address: [{ city: 'Ниш', line: ['Цара Душана 5, улаз 2'] }],
  telecom: [
    { system: 'phone', value: '+381 11 555' },
    { system: 'email', value: 'ana@example.org' },
  ],
  identifier: [
    { system: 'urn:hospital', value: 'MR-17' },
    { system: 'urn:hospital', value: 'MR-18', type: { coding: [{ system: 'http://v2', code: 'MR' }] } },
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
const answered: Resource = { resourceType: 'QuestionnaireResponse', id: 'q', status: 'completed', questionnaire: 'http://example.org/q|1.2.30' }
const probability: Resource = {
  resourceType: 'RiskAssessment',
  id: 'r',
  status: 'final',
  subject: { reference: 'Patient/ana' },
  prediction: [{ probabilityDecimal: 0.3 }],
}

const fever = anObservation({ valueQuantity: { value: 38.5, system: 'http://unitsofmeasure.org', code: 'Cel' } })
const component = (code: string, value: number) => ({
  code: { coding: [{ system: 'http://loinc.org', code }] },
  valueQuantity: { value, system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
})
const pressure: Resource = {
  ...anObservation({ code: { coding: [{ system: 'http://loinc.org', code: '85354-9' }] }, component: [component('8480-6', 140), component('8462-4', 90)] }),
  valueQuantity: undefined,
}
const amended: Resource = {
  resourceType: 'DocumentReference',
  id: 'd',
  status: 'current',
  content: [{ attachment: { title: 'x' } }],
  relatesTo: [
    { code: 'replaces', target: { reference: 'DocumentReference/old' } },
    { code: 'appends', target: { reference: 'DocumentReference/other' } },
  ],
}
const square: Resource = { resourceType: 'Location', id: 'l', name: 'Трг', position: { latitude: JSON.rawJSON('44.8049'), longitude: JSON.rawJSON('20.4707') } }
const told = aPatient({
  address: [{ line: ['Цара Душана 5'], city: 'Београд' }],
  text: {
    status: 'additional',
    div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>Болесник <b>Ж</b>али се&#160;на главоболју.</p><p>Без друго&#1075;.</p></div>',
  },
})

/** A resource, a query, and whether the query finds it. */
const table: [Resource, string, boolean][] = [
  // _filter
  [patient, '_filter=given eq ana', true],
  [patient, '_filter=given eq an', false],
  [patient, '_filter=given sw an', true],
  [patient, '_filter=given co rij', true],
  [patient, '_filter=given ew ja', true],
  [patient, '_filter=given ew ij', false],
  [patient, '_filter=family eq Đorđević', true],
  [patient, '_filter=family eq dordevic', true],
  [patient, '_filter=family ne Ђорђевић', false],
  [patient, '_filter=given ne ana', true],
  [aPatient({ name: [] }), '_filter=given ne ana', false],
  [patient, '_filter=gender eq female', true],
  [patient, '_filter=gender ne female', false],
  [patient, '_filter=identifier eq urn:hospital|MR-17', true],
  [patient, '_filter=identifier ne urn:hospital|MR-17', true],
  [patient, '_filter=gender pr true', true],
  [patient, '_filter=gender pr false', false],
  [patient, '_filter=active pr false', true],
  [patient, '_filter=gender eq male or given eq marija', true],
  [patient, '_filter=gender eq male and given eq marija', false],
  [patient, '_filter=not (gender eq male)', true],
  [patient, '_filter=not (gender eq female or given eq x)', false],
  [patient, '_filter=gender eq male and given eq x or given eq ana', true],
  [patient, '_filter=given eq ana or given eq x and gender eq male', false],
  [anObservation({ code: { coding: [{ system: 'http://l', code: 'a', display: 'A' }], text: 'B' } }), '_filter=code ne a', false],
  [anObservation({ code: { coding: [{ system: 'http://l', code: 'a|b' }] } }), '_filter=code eq http://l|a\\|b', true],
  [anObservation({ code: { text: 'B' } }), '_filter=code ne a', false],
  [patient, '_filter=gender eq male and (given eq x or given eq ana)', false],
  [patient, '_filter=telecom eq ana@example.org', true],
  [patient, '_filter=organization re Organization/dz1', true],
  [patient, '_filter=organization eq dz2', false],
  [patient, '_filter=organization ne dz2', true],
  [patient, '_filter=_id eq ana or _id eq x', true],
  [patient, '_filter=address co "Душана 5, улаз"', true],
  [patient, '_filter=_profile sw http://example.org/', true],
  [observation, '_filter=value-quantity gt 5.3', true],
  [observation, '_filter=value-quantity gt 5.4|http://unitsofmeasure.org|mmol/L', false],
  [observation, '_filter=value-quantity ap 5', true],
  [encounter, '_filter=date po 2026-03-03', true],
  [encounter, '_filter=date po 2026-03-05', false],
  [encounter, '_filter=date eq 2026-03', true],
  [encounter, '_filter=date eq 2026-03-02', false],
  [encounter, '_filter=date sa 2026-02', true],
  [open, '_filter=date po 2030', true],
  [open, '_filter=date po 2025', false],
  [told, '_filter=_text co главоболју', true],
  [told, '_filter=_text co zub or _text co druGog', true],
  [valueSet, '_filter=url eq http://example.org/fhir/ValueSet/a', true],
  [valueSet, '_filter=url ne http://example.org/fhir/ValueSet/a', false],
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
  [patient, 'name=Dordevic', true],
  [patient, 'name:contains=ordevi', true],
  [patient, 'name=Дордевић', false],
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
  // A visit that began on the second, at half past midnight in Belgrade, and ended on the fourth.
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
  // canonical references and their versions
  [answered, 'questionnaire=http://example.org/q|1.2.30', true],
  [answered, 'questionnaire=http://example.org/q|1.2', false],
  [answered, 'questionnaire:above=http://example.org/q|1.2.30', true],
  [answered, 'questionnaire:above=http://example.org/q|1.2.30.4', true],
  [answered, 'questionnaire:above=http://example.org/q|1.2.301', false],
  [answered, 'questionnaire:above=http://example.org/q|1.2', false],
  [answered, 'questionnaire:above=http://example.org/q', true],
  [answered, 'questionnaire:below=http://example.org/q|1.2.30', true],
  [answered, 'questionnaire:below=http://example.org/q|1.2', true],
  [answered, 'questionnaire:below=http://example.org/q|1.2.3', false],
  [answered, 'questionnaire:below=http://example.org/q|2,http://example.org/q|1', true],
  [answered, 'questionnaire:below=http://example.org/q', true],
  [answered, 'questionnaire:below=http://example.org', false],
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
  // 5.40 mmol/L is 0.0054 mol/L or 5400 umol/L; the interval of the precision is converted, too
  [observation, 'value-quantity=5400|http://unitsofmeasure.org|umol/L', true],
  [observation, 'value-quantity=0.0054|http://unitsofmeasure.org|mol/L', true],
  [observation, 'value-quantity=0.00544|http://unitsofmeasure.org|mol/L', false],
  [observation, 'value-quantity=0.01|http://unitsofmeasure.org|mol/L', true],
  [observation, 'value-quantity=gt5399|http://unitsofmeasure.org|umol/L', true],
  [observation, 'value-quantity=gt5400|http://unitsofmeasure.org|umol/L', false],
  [observation, 'value-quantity=ge5400|http://unitsofmeasure.org|umol/L', true],
  [observation, 'value-quantity=5.4|http://unitsofmeasure.org|mg', false],
  [observation, 'value-quantity=5400||umol/L', false],
  [fever, 'value-quantity=38.5|http://unitsofmeasure.org|Cel', true],
  [fever, 'value-quantity=gt100|http://unitsofmeasure.org|[degF]', true],
  [fever, 'value-quantity=lt310|http://unitsofmeasure.org|K', false],
  // composite: both parts of the same element
  [observation, 'code-value-quantity=718-7$5.4', true],
  [observation, 'code-value-quantity=http://loinc.org|718-7$gt5|http://unitsofmeasure.org|mmol/L', true],
  [observation, 'code-value-quantity=718-7$gt6', false],
  [observation, 'code-value-quantity=1-8$5.4,718-7$5.4', true],
  [pressure, 'component-code-value-quantity=8480-6$140', true],
  [pressure, 'component-code-value-quantity=8480-6$90', false],
  [pressure, 'component-code-value-quantity=8480-6$gt130&component-code-value-quantity=8462-4$lt95', true],
  [pressure, 'combo-code-value-quantity=8462-4$90', true],
  [pressure, 'code-value-quantity=8480-6$140', false],
  [amended, 'relationship=replaces$DocumentReference/old', true],
  [amended, 'relationship=appends$DocumentReference/old', false],
  [amended, 'relationship=replaces$DocumentReference/other', false],
  [valueSet, 'context-type-quantity=age$5', false],
  // identifiers of a type
  [patient, 'identifier:of-type=http://v2|MR|MR-18', true],
  [patient, 'identifier:of-type=http://v2|MR|MR-17', false],
  [patient, 'identifier:of-type=http://v2|SS|MR-18', false],
  [patient, 'identifier:of-type=|MR|MR-18', true],
  [patient, 'identifier:of-type=http://other|MR|MR-18', false],
  // near: Nikola Tesla square to Kalemegdan is about two kilometres
  [square, 'near=44.823|20.450|3|km', true],
  [square, 'near=44.823|20.450|1|km', false],
  [square, 'near=44.823|20.450|3000|m', true],
  [square, 'near=44.823|20.450', true],
  [square, 'near=43.32|21.90', false],
  [square, 'near=43.32|21.90|250|km', true],
  [aPatient(), '_id=ana&_text=a', false],
  // words
  [told, '_text=bolesnik', true],
  [told, '_text=болесник', true],
  [told, '_text=bol', false],
  [told, '_text=жали главобољу', true],
  [told, '_text=glavobolju zali', true],
  [told, '_text="glavobolju zali"', false],
  [told, '_text="žali se na glavobolju"', true],
  [told, '_text=nista OR bolesnik', true],
  [told, '_text=nista bolesnik', false],
  [told, '_text=nista,bolesnik', true],
  [told, '_text=div', false],
  [told, '_text=xhtml', false],
  [told, '_content=glavobolju', true],
  [told, '_content=belgrade', false],
  [told, '_content="цара душана"', true],
  [told, '_content=female ana', true],
  [told, '_content=patient', false],
]

const pairsOf = (query: string) => [...new URLSearchParams(query)]

for (const [resource, query, expected] of table) {
  test(`${resource.resourceType}?${query} ${expected ? 'finds' : 'does not find'}`, () => {
    // Through JSON, because paging links carry searches as JSON.
    const search: Search = JSON.parse(JSON.stringify(parseSearch(fhir, resource.resourceType, pairsOf(query.replaceAll('+', '%2B')), { lenient: false })))
    const extracted = [
      ...fhir.extract(resource),
      ...fhir.details(
        resource,
        singleClauses(search.clauses).map(({ code }) => code),
      ),
    ]
    assert.equal(matches(search, extracted, fhir), expected)
    if (!expected) return
    // A store that narrows by these conditions must not lose a match.
    for (const { code, any } of narrowing(search)) {
      assert.ok(
        extracted.some((one) => any.some((condition) => (condition.of ?? [code]).includes(one.code) && satisfies(condition, one))),
        `narrowing of ${code}`,
      )
    }
  })
}

test('every clause that can narrow the candidates does', () => {
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
  assert.deepEqual(codes('_filter=gender eq female and (name eq a or identifier eq x and active pr true)'), ['gender', '_filter'])
  assert.deepEqual(codes('_filter=gender ne female or name eq a'), [])
})

test('the sort key is the lowest value, or the highest when descending', () => {
  const key = (sort: string) => sortKey(parseSearch(fhir, 'Patient', [['_sort', sort]], { lenient: false }), fhir.extract(patient))
  assert.deepEqual(key('family,-birthdate,birthdate,active'), ['djordjevic', Date.parse('1980-05-03T22:59:59.999Z'), Date.parse('1980-05-02T23:00:00Z'), null])
  assert.deepEqual(key('given'), ['ana'])
  assert.deepEqual(key('-given'), ['marija'])
})
