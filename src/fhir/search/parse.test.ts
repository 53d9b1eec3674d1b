import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Refusal } from '../../platform/refusal.ts'
import { anObservation, testFhir } from '../../testing/fhir.ts'
import { matches } from './matches.ts'
import { narrowing } from './narrowing.ts'
import { parseSearch } from './parse.ts'
import type { Search } from './search.ts'

const fhir = await testFhir()
const parse = (type: string | null, query: string, lenient = false): Search => parseSearch(fhir, type, [...new URLSearchParams(query)], { lenient })

/** The type, the query, and what the refusal must say or hint. */
const refused: [string | null, string, RegExp][] = [
  ['Patient', 'nam=x', /Did you mean name/],
  ['Patient', 'birth-date=1980', /Did you mean birthdate/],
  ['Patient', 'gender:exact=female', /modifier :exact/],
  ['Patient', 'name:near=x', /modifier :near/],
  ['Patient', 'gender=', /has no value/],
  ['Patient', 'gender=male,,female', /empty value/],
  ['Patient', 'gender=|', /neither system nor code/],
  ['Patient', 'identifier=a|b|c', /more than one bar/],
  ['Patient', 'active:missing=yes', /neither true nor false/],
  ['Patient', 'birthdate=1980-13', /not a date/],
  ['Patient', 'birthdate=xx1980', /prefix 'xx'/],
  ['Patient', 'birthdate=yesterday', /prefix/],
  ['Patient', 'organization=Patient/1', /never refers to Patient/],
  ['Patient', 'organization=Unknown/1', /not a resource type/],
  ['Patient', 'organization=a b', /not a reference/],
  ['Patient', 'organization:Patient=1', /never refers to Patient/],
  ['Observation', 'subject:Patient=Group/1', /Make them agree/],
  ['Observation', 'value-quantity=5x', /not a number/],
  ['Observation', 'value-quantity=5|mg', /one or three parts/],
  ['Observation', 'code-value-quantity=1$2', /not a search parameter/],
  ['Observation', 'subject.name=x', /chaining/],
  ['Observation', 'subject:Patient.name=x', /chaining/],
  ['Patient', '_has:Observation:patient:code=1', /reverse chaining/],
  ['Patient', '_text=x', /not a search parameter/],
  ['Patient', '_count=-1', /not a count/],
  ['Patient', '_count=a', /not a count/],
  ['Patient', '_count=1&_count=2', /given twice/],
  ['Patient', '_count:exact=1', /takes no modifier/],
  ['Patient', '_sort=nam', /Did you mean name/],
  ['Patient', '_summary=all', /not supported/],
  ['Patient', '_total=maybe', /not supported/],
  ['Patient', '_elements=a b', /top-level/],
  ['Patient', '_include=Patient:nothing', /not a reference parameter/],
  ['Patient', '_include=Patient:organizatio', /Did you mean organization/],
  ['Patient', '_include=Patient', /not an include/],
  ['Patient', '_include=Observation:subject', /Begin with Patient/],
  ['Patient', '_include:iterate=Patient:organization', /without :iterate/],
  ['Patient', '_include=Patient:organization:Patient', /never refers to Patient/],
  ['Patient', '_revinclude=Nothing:patient', /not a resource type/],
  [null, 'gender=female', /all types together/],
  ['Patient', `gender=${'a,'.repeat(600)}a`, /601 values/],
  ['Patient', `${'gender=female&'.repeat(101)}`, /more than 100/],
]
for (const [type, query, says] of refused) {
  test(`${type ?? ''}?${query.slice(0, 60)} is refused`, () => {
    assert.throws(
      () => parse(type, query),
      (error) => error instanceof Refusal && error.status === 400 && says.test(JSON.stringify(error.issues)) && (error.issues ?? []).every(({ hint }) => hint),
    )
  })
}

test('a refusal lists everything that is wrong', () => {
  assert.throws(
    () => parse('Patient', 'nam=x&gender=female&birthdate=aa&_sort=zzz'),
    (error) => error instanceof Refusal && error.issues?.length === 3,
  )
})

test('a lenient search leaves out what it cannot do and says so', () => {
  const search = parse('Patient', 'nam=x&gender=female&_sort=-birthdate,zzz&_count=5', true)
  assert.deepEqual(search.used, [
    ['gender', 'female'],
    ['_count', '5'],
  ])
  assert.deepEqual(
    search.ignored.map(({ name }) => name),
    ['nam', '_sort'],
  )
  assert.equal(search.clauses.length, 1)
  assert.deepEqual(search.sort, [])
})

test('the controls are read', () => {
  const search = parse(
    'Patient',
    '_count=2000&_sort=family,-birthdate&_include=Patient:organization&_revinclude=Observation:subject:Patient&_total=accurate&_summary=data&_elements=name,Patient.gender&_format=json&_pretty=true',
  )
  assert.equal(search.count, 1000)
  assert.deepEqual(search.sort, [
    { code: 'family', isDescending: false },
    { code: 'birthdate', isDescending: true },
  ])
  assert.deepEqual(search.include, [{ type: 'Patient', code: 'organization' }])
  assert.deepEqual(search.revinclude, [{ type: 'Observation', code: 'subject', target: 'Patient' }])
  assert.deepEqual([search.total, search.summary, search.elements], ['accurate', 'data', ['name', 'gender']])
})

test('a count of nothing asks for the number alone', () => assert.equal(parse('Patient', '_count=0').summary, 'count'))

test('a search is plain data', () => {
  const search = parse('Patient', 'gender=|x&name:contains=a&birthdate=ap1980&organization=1&active:missing=true&_profile:below=http://a')
  assert.deepEqual(JSON.parse(JSON.stringify(search)), search)
})

test('a value that could be a personal number never stands in a refusal', () => {
  for (const query of ['birthdate=0101990710004', 'organization=a 0101990710004', '0101990710004=1', 'value-quantity=0101990710004x']) {
    assert.throws(
      () => parse('Patient', query),
      (error) => error instanceof Refusal && !JSON.stringify([error.message, error.issues]).includes('0101990710004'),
    )
  }
})

test('every parameter that is offered can be searched by', () => {
  const values: Record<string, string> = { token: 'a', string: 'a', date: '2026', uri: 'http://a', number: '1', quantity: '1', reference: 'a' }
  for (const type of fhir.types) {
    for (const { code, type: kind } of fhir.parameters(type)) assert.doesNotThrow(() => parse(type, `${code}=${values[kind]}&_sort=${code}`), `${type}?${code}`)
  }
})

test('no query makes anything but a search or a refusal, and every search can be matched', () => {
  const codes = ['Patient', 'Observation', 'Encounter', 'ValueSet'].flatMap((type) => fhir.parameters(type).map(({ code }) => code))
  const name = fc.tuple(
    fc.constantFrom(...codes, '_sort', '_include', '_count', '__proto__', 'constructor'),
    fc.constantFrom('', ':not', ':missing', ':exact', ':Patient', ':identifier', ':text', ':below', ':x'),
  )
  const value = fc.oneof(
    fc.string(),
    fc.constantFrom('a|b', '|', '\\', 'ge2026-01', 'lt', '5||mg', '5|a|b', 'true', 'Patient/1', 'http://a', '0000', '9999-12-31', '-1e999', ',', 'a\\,b'),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value), { maxLength: 4 }), fc.boolean(), (pairs, lenient) => {
      try {
        const search = parseSearch(
          fhir,
          'Observation',
          pairs.map(([[code, modifier], text]) => [code + modifier, text]),
          { lenient },
        )
        const stored: Search = JSON.parse(JSON.stringify(search))
        assert.deepEqual(stored, search)
        matches(stored, fhir.extract(anObservation()))
        narrowing(stored)
      } catch (error) {
        assert.ok(error instanceof Refusal)
      }
    }),
    { numRuns: 2000 },
  )
})
