import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Refusal } from '../../platform/refusal.ts'
import { anObservation, preparedFhir, singleClauses } from '../../testing/fhir.ts'
import { matches } from './matches.ts'
import { narrowing } from './narrowing.ts'
import { type Expression, readExpression } from './filter-expression.ts'
import { parseSearch } from './parse.ts'
import { Problem } from './problem.ts'
import type { Search } from './search.ts'

const fhir = preparedFhir()
const parse = (type: string | null, query: string, lenient = false): Search => parseSearch(fhir, type, [...new URLSearchParams(query)], { lenient })

/** The type, the query, and a pattern that the refusal or its hint must match. */
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
  ['Observation', 'code-value-quantity=1', /not made of 2 parts/],
  ['Observation', 'code-value-quantity=1$2$3', /not made of 2 parts/],
  ['Observation', 'code-value-quantity=1$x', /value-quantity: .*not a number/],
  ['Observation', 'code-value-quantity:missing=true', /takes no modifier/],
  ['Patient', 'active=maybe', /not a code of this element.*Use one of: false, true/],
  ['Patient', 'gender=femal', /Did you mean female/],
  ['Patient', 'gender:not=x', /not a code/],
  ['Patient', 'deceased=yes', /not a code/],
  ['Observation', 'subject.nam=x', /not a search parameter of/],
  ['Observation', 'subject.family=', /has no value/],
  ['Observation', 'subject:Organization.name=x', /never refers to Organization/],
  ['Observation', 'code.name=x', /not a reference/],
  ['Provenance', 'target.code=x', /may refer to anything.*target:Patient\.code/],
  ['Observation', 'focus.code=x', /may refer to anything/],
  ['Observation', 'encounter.part-of.part-of.part-of.part-of.part-of.part-of.status=planned', /more than 5/],
  ['Patient', '_has:Observation:patient=1', /not a reverse chain/],
  ['Patient', '_has:Observatio:patient:code=1', /not a resource type/],
  ['Patient', '_has:Observation:patien:code=1', /Did you mean patient/],
  ['Patient', '_has:Observation:device:code=1', /never refers to Patient/],
  ['Patient', '_has:Observation:patient:cod=1', /Did you mean code/],
  ['Patient', '_has=x', /not a reverse chain/],
  ['Patient', '_text=', /has no value/],
  ['Patient', '_text=...', /no word/],
  ['Patient', '_text=a NOT b', /NOT/],
  ['Patient', '_content=(a)', /brackets/],
  ['Patient', '_text:contains=a', /takes no modifier/],
  ['Location', 'near=1', /not a position/],
  ['Location', 'near=91|0', /on the earth/],
  ['Location', 'near=44|20|5|furlong', /unit/],
  ['Patient', 'identifier:of-type=a|b', /not a type and a value/],
  ['Patient', 'gender:of-type=a|b|c', /modifier :of-type/],
  ['Patient', 'organization:below=a b', /not a reference/],
  ['Observation', 'subject:Patient:below=1', /modifier/],
  ['Observation', 'performer:in=x', /modifier :in/],
  ['Patient', '_filter=gender eq male and nam eq x', /_filter: nam: is not a search parameter.*Did you mean name/],
  ['Patient', '_filter=name', /one of eq, ne, .* is missing at character 5/],
  ['Patient', '_filter=name is x', /is missing at character 6/],
  ['Patient', '_filter=name eq', /value is missing/],
  ['Patient', '_filter=(name eq x', /\) is missing/],
  ['Patient', '_filter=name eq x)', /the end is missing at character 10/],
  ['Patient', '_filter=name eq "x', /value is missing/],
  ['Patient', '_filter=name eq "\\x"', /no JSON string/],
  ['Patient', '_filter=name eq x and', /name of a parameter is missing/],
  ['Patient', '_filter=name gt x', /name: gt does not compare what is of type string.*Use one of: eq, ne, co/],
  ['Patient', '_filter=gender co fe', /gender: co does not compare/],
  ['Patient', '_filter=gender eq femal', /Did you mean female/],
  ['Patient', '_filter=active pr maybe', /neither true nor false/],
  ['Patient', '_filter=birthdate eq soon', /not a date/],
  ['Patient', '_filter=name:exact eq x', /takes no modifier/],
  ['Patient', '_filter:not=name eq x', /takes no modifier/],
  ['Patient', '_filter=name[gender eq male].x eq 1', /name is not a reference/],
  ['Patient', '_filter=organization[name eq x] eq 1', /a dot and a parameter are missing/],
  ['Patient', '_filter=organization[gender eq male].name eq x', /not a search parameter of Organization/],
  ['Observation', '_filter=code-value-quantity eq 1$2', /parameter of its own/],
  ['Observation', '_filter=subject.nam eq x', /not a search parameter of/],
  ['Encounter', `_filter=${'part-of['.repeat(7)}status eq planned${'].status eq planned'.repeat(7)}`, /leads over more than 5/],
  ['Patient', `_filter=${'('.repeat(30)}name eq x`, /more than 20 brackets/],
  ['Patient', `_filter=${'name eq x or '.repeat(100)}name eq x`, /more than 100 conditions/],
  ['Patient', '_query=x', /named queries/],
  ['Patient', '_contained=true', /_contained: is asked of one type.*Medication\?_contained=true/],
  ['Patient', '_contained=maybe', /Use one of: true, false, both/],
  ['Patient', '_containedType=both', /Use one of: container, contained/],
  ['Patient', '_list=$current-problems', /\$current-problems lists no Patient.*Search Condition/],
  ['Condition', '_list=$current-wishes', /functional list is not known.*\$current-allergies/],
  ['Patient', '_list=a b', /name Lists/],
  ['Patient', '_summary=text&_include=Patient:organization', /cannot be asked together/],
  ['Observation', '_sort=code-value-quantity', /has no order/],
  ['Patient', '_sort=_text', /has no order/],
  ['Patient', '_count=-1', /not a count/],
  ['Patient', '_count=a', /not a count/],
  ['Patient', '_count=1&_count=2', /given twice/],
  ['Patient', '_count:exact=1', /takes no modifier/],
  ['Patient', '_sort=nam', /_sort: nam is not a search parameter.*Did you mean name/],
  ['Patient', '_summary=all', /not supported/],
  ['Patient', '_total=maybe', /not supported/],
  ['Patient', '_elements=a b', /top-level/],
  ['Patient', '_elements=gender,valueString', /is no element of Patient/],
  ['Patient', '_include=Patient:nothing', /not a reference parameter/],
  ['Patient', '_include=Patient:organizatio', /Did you mean organization/],
  ['Patient', '_include=Patient', /not an include/],
  ['Patient', '_include=Observation:subject', /Begin with Patient/],
  ['Patient', '_include:follow=Patient:organization', /Write :iterate/],
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

test('a filter is read from left to right, with brackets, and with words inside of words', () => {
  const shape = (text: string): string => {
    const shapeOf = (one: Expression): string => {
      if (one.is === 'comparison')
        return one.path.map(({ name, filter }) => (filter ? `${name}[${shapeOf(filter)}]` : name)).join('.') + ` ${one.operator} ${one.value}`
      return one.is === 'not' ? `not(${shapeOf(one.of)})` : `${one.is}(${one.of.map(shapeOf).join('; ')})`
    }
    const expression = readExpression(text)
    return expression instanceof Problem ? expression.says : shapeOf(expression)
  }
  assert.equal(shape('a eq 1 or b eq 2 and c eq 3'), 'and(or(a eq 1; b eq 2); c eq 3)')
  assert.equal(shape('a eq 1 or (b eq 2 and c eq 3)'), 'or(a eq 1; and(b eq 2; c eq 3))')
  assert.equal(shape('(a eq 1 or b eq 2) and c eq 3'), 'and(or(a eq 1; b eq 2); c eq 3)')
  assert.equal(shape('not (a eq 1) and b eq 2'), 'and(not(a eq 1); b eq 2)')
  assert.equal(shape('NOT(a EQ 1 AND b Eq 2)'), 'not(and(a eq 1; b eq 2))')
  assert.equal(shape('order eq 1 and notes eq or or not eq x'), 'or(and(order eq 1; notes eq or); not eq x)')
  assert.equal(shape('a eq "x) and \\"y\\" [" and b eq c|d'), 'and(a eq x) and "y" [; b eq c|d)')
  assert.equal(shape('a[b eq 1 and c eq x].d.e pr true'), 'a[and(b eq 1; c eq x)].d.e pr true')
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

test('_count=0 asks only for the number of matches', () => assert.equal(parse('Patient', '_count=0').summary, 'count'))

test('a search is plain data', () => {
  const search = parse(
    'Patient',
    'gender=|male&name:contains=a&birthdate=ap1980&organization=1&active:missing=true&_profile:below=http://a&organization.name=x&_has:Observation:patient:code=1&_text=a "b c" OR d' +
      '&_filter=name co a and (organization[active eq true].name ne x or not (gender eq male))',
  )
  assert.deepEqual(JSON.parse(JSON.stringify(search)), search)
})

test('a value that could be a personal number never stands in a refusal', () => {
  for (const query of [
    'birthdate=0101990710004',
    'organization=a 0101990710004',
    '0101990710004=1',
    'value-quantity=0101990710004x',
    '_has:0101990710004:a:b=1',
    '_has:Observation:0101990710004:b=1',
    'organization.0101990710004=1',
    '_list=0101990710004 x',
    'link:0101990710004.name=x',
    '_filter=0101990710004 eq 1',
    '_filter=birthdate eq 0101990710004',
    '_filter=organization.0101990710004 eq 1',
    '_filter=name eq 0101990710004 0101990710004',
  ]) {
    assert.throws(
      () => parse('Patient', query),
      (error) => error instanceof Refusal && !JSON.stringify([error.message, error.issues]).includes('0101990710004'),
    )
  }
  assert.throws(
    () => parse('Provenance', 'target.0101990710004=x'),
    (error) => error instanceof Refusal && !JSON.stringify(error.issues).includes('0101990710004'),
  )
})

test('every parameter that is offered can be searched by', () => {
  const values: Record<string, string> = { token: 'a', string: 'a', date: '2026', uri: 'http://a', number: '1', quantity: '1', reference: 'a', special: '1|1' }
  for (const type of fhir.types) {
    for (const { code, type: kind, components, codes, expression } of fhir.parameters(type)) {
      const value = components?.map((one) => values[one.type]).join('$') ?? codes?.[0] ?? values[kind]
      const sort = components !== undefined || kind === 'special' || expression === '' ? '' : `&_sort=${code}`
      assert.doesNotThrow(() => parse(type, `${code}=${value}${sort}`), `${type}?${code}`)
    }
  }
})

const comparison = fc.constantFrom(
  ...['code eq a|b', 'date ge 2026', 'date po 2026-01', 'status ne final', 'value-quantity gt 5', 'value-string ew ok', '_text co a', '_lastUpdated lt 2030'],
  ...['encounter[status eq finished].location pr true', 'code in http://a', 'derived-from re Media/1', 'code ss x', '_has:Provenance:target:recorded pr true'],
)

const related = new Set(['chain', 'has', 'hierarchy', 'codes', 'list'])

test('no query makes anything but a search or a refusal, and every search can be matched', () => {
  const codes = ['Patient', 'Observation', 'Encounter', 'ValueSet'].flatMap((type) => fhir.parameters(type).map(({ code }) => code))
  const name = fc.tuple(
    fc.constantFrom(
      ...codes,
      '_has:Observation:patient:code',
      '_has:Group:member:_id',
      '_list',
      '_filter',
      '_filter',
      '_sort',
      '_include',
      '_count',
      '__proto__',
      'constructor',
    ),
    fc.constantFrom(
      '',
      ':not',
      ':missing',
      ':exact',
      ':Patient',
      ':identifier',
      ':text',
      ':below',
      ':x',
      '.name',
      '.identifier:missing',
      ':Patient.name',
      ':of-type',
    ),
  )
  const value = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'a|b',
      '|',
      '\\',
      'ge2026-01',
      'lt',
      '5||mg',
      '5|a|b',
      'a$5',
      'a$$',
      '44|20|5|km',
      'a|b|c',
      '"a b" OR c',
      'true',
      'Patient/1',
      'http://a',
      '0000',
      '9999-12-31',
      '-1e999',
      ',',
      'a\\,b',
    ),
    fc
      .array(
        fc.constantFrom(...'( ) [ ] . " and or not code date subject:Patient name status value-quantity eq ne pr ge co po true final 2026 5 "a b"'.split(' ')),
        {
          maxLength: 12,
        },
      )
      .map((words) => words.join(' ')),
    fc
      .tuple(fc.constantFrom('', 'not ('), comparison, fc.constantFrom('and', 'or'), comparison)
      .map(([not, one, by, other]) => `${not}${one} ${by} ${other}${not && ')'}`),
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
        narrowing(stored)
        // A store must first resolve clauses about other resources.
        if (!singleClauses(stored.clauses).some(({ test }) => related.has(test))) matches(stored, fhir.extract(anObservation()), fhir)
      } catch (error) {
        assert.ok(error instanceof Refusal)
      }
    }),
    { numRuns: 2000 },
  )
})
