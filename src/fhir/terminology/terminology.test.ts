import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { preparedFhir } from '../../testing/fhir.ts'
import { createUnits } from '../units.ts'
import type { CodeSystemResource, Filter, TerminologyResource } from './resources.ts'
import { createTerminology } from './terminology.ts'

const { terminology } = preparedFhir()
const folder = mkdtempSync(join(tmpdir(), 'spona-terminology-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const own = createTerminology(folder, createUnits())

const r4 = (name: string) => `http://hl7.org/fhir/ValueSet/${name}`
const hl7 = (name: string) => `http://terminology.hl7.org/CodeSystem/${name}`

test('membership in the value sets of R4', () => {
  const cases: [string, { system?: string; code?: string }, string][] = [
    [r4('administrative-gender|4.0.1'), { code: 'male' }, 'in'],
    [r4('administrative-gender'), { code: 'Male' }, 'out'],
    [r4('administrative-gender'), { system: 'http://hl7.org/fhir/administrative-gender', code: 'female' }, 'in'],
    [r4('administrative-gender'), { system: 'http://example.org/gender', code: 'female' }, 'out'],
    [r4('administrative-gender|3.0.2'), { code: 'male' }, 'unknown'],
    ['http://terminology.hl7.org/ValueSet/v3-NullFlavor|4.0.1', { code: 'NI' }, 'in'],
    ['http://terminology.hl7.org/ValueSet/v3-NullFlavor|4.0.1', { code: 'none' }, 'out'],
    ['http://terminology.hl7.org/ValueSet/v3-NullFlavor|2014-03-26', { code: 'NI' }, 'unknown'],
    [r4('observation-category'), { system: hl7('observation-category'), code: 'laboratory' }, 'in'],
    [r4('mimetypes|4.0.1'), { code: 'text/plain; charset=utf-8' }, 'in'],
    [r4('mimetypes'), { code: 'application/dicom; variant=DICOM WADO-RS' }, 'in'],
    [r4('mimetypes'), { code: 'pdf' }, 'out'],
    [r4('mimetypes'), { code: 'xml' }, 'in'],
    [r4('all-languages'), { code: 'sr-Latn' }, 'in'],
    [r4('all-languages'), { code: 'serbian' }, 'out'],
    [r4('ucum-units'), { system: 'http://unitsofmeasure.org', code: 'mg/dL' }, 'in'],
    [r4('ucum-units'), { system: 'http://unitsofmeasure.org', code: 'mg/decilitre' }, 'out'],
    [r4('iso3166-1-2'), { code: 'RS' }, 'in'],
    [r4('iso3166-1-3'), { code: 'SRB' }, 'in'],
    [r4('iso3166-1-3'), { code: 'RS' }, 'out'],
    [r4('iso3166-1-N'), { code: '688' }, 'in'],
    // The state that existed until 2006; its code is in old documents.
    [r4('iso3166-1-3'), { code: 'SCG' }, 'unknown'],
    [r4('currencies'), { code: 'RSD' }, 'in'],
    [r4('currencies'), { code: 'DIN' }, 'out'],
    [r4('condition-code'), { system: 'http://snomed.info/sct', code: '22298006' }, 'unknown'],
    ['http://terminology.hl7.org/ValueSet/v3-ActEncounterCode', { system: hl7('v3-ActCode'), code: 'AMB' }, 'in'],
    ['http://terminology.hl7.org/ValueSet/v3-ActEncounterCode', { system: hl7('v3-ActCode'), code: 'ABUSE' }, 'out'],
    ['http://example.org/nobody-knows', { code: 'x' }, 'unknown'],
    [r4('administrative-gender'), {}, 'out'],
  ]
  for (const [valueSet, coding, verdict] of cases) assert.equal(terminology.member(valueSet, coding), verdict, `${coding.code} in ${valueSet}`)
})

const colours: CodeSystemResource = {
  resourceType: 'CodeSystem',
  url: 'http://example.org/colours',
  version: '1.2.0',
  status: 'active',
  content: 'complete',
  caseSensitive: false,
  property: [
    { code: 'warm', type: 'boolean' },
    { code: 'under', uri: 'http://hl7.org/fhir/concept-properties#parent', type: 'code' },
  ],
  concept: [
    {
      code: 'red',
      display: 'Red',
      property: [{ code: 'warm', valueBoolean: true }],
      concept: [{ code: 'crimson', display: 'Crimson', concept: [{ code: 'ruby', display: 'Ruby', property: [{ code: 'inactive', valueBoolean: true }] }] }],
    },
    { code: 'blue', display: 'Blue', property: [{ code: 'warm', valueBoolean: false }] },
    {
      code: 'purple',
      display: 'Purple',
      property: [
        { code: 'under', valueCode: 'red' },
        { code: 'under', valueCode: 'blue' },
      ],
    },
  ],
}
const valueSet = (name: string, compose: object): TerminologyResource =>
  ({ resourceType: 'ValueSet', url: `http://example.org/${name}`, status: 'active', compose }) as TerminologyResource
const filtered = (name: string, ...filter: Filter[]) => valueSet(name, { include: [{ system: colours.url, filter }] })

const filters: [string, Filter, string[]][] = [
  ['is-a', { property: 'concept', op: 'is-a', value: 'red' }, ['red', 'crimson', 'ruby', 'purple']],
  ['descendents', { property: 'concept', op: 'descendent-of', value: 'red' }, ['crimson', 'ruby', 'purple']],
  ['is-not-a', { property: 'concept', op: 'is-not-a', value: 'red' }, ['blue']],
  ['generalizes', { property: 'concept', op: 'generalizes', value: 'ruby' }, ['red', 'crimson', 'ruby']],
  ['equal', { property: 'warm', op: '=', value: 'true' }, ['red']],
  ['exists', { property: 'warm', op: 'exists', value: 'true' }, ['red', 'blue']],
  ['exists-not', { property: 'warm', op: 'exists', value: 'false' }, ['crimson', 'ruby', 'purple']],
  ['regex', { property: 'code', op: 'regex', value: '[a-z]u.*' }, ['ruby', 'purple']],
  ['in', { property: 'code', op: 'in', value: 'red,blue' }, ['red', 'blue']],
  ['not-in', { property: 'code', op: 'not-in', value: 'red,blue' }, ['crimson', 'ruby', 'purple']],
  ['parent', { property: 'parent', op: '=', value: 'blue' }, ['purple']],
  ['display', { property: 'display', op: '=', value: 'Ruby' }, ['ruby']],
]
const composed: [string, object, string[]][] = [
  ['all-active', { inactive: false, include: [{ system: colours.url }] }, ['red', 'crimson', 'blue', 'purple']],
  ['both', { include: [{ valueSet: ['http://example.org/is-a', 'http://example.org/not-in'] }] }, ['crimson', 'ruby', 'purple']],
  ['without', { include: [{ system: colours.url }], exclude: [{ valueSet: ['http://example.org/is-a'] }] }, ['blue']],
  ['listed', { include: [{ system: colours.url, concept: [{ code: 'RED' }] }] }, ['red']],
  ['cycle', { include: [{ valueSet: ['http://example.org/cycle'] }, { system: colours.url, concept: [{ code: 'blue' }] }] }, ['blue']],
  ['versioned', { include: [{ system: colours.url, version: '1.2' }] }, ['red', 'crimson', 'ruby', 'blue', 'purple']],
]

test('value sets of a package are composed as R4 says', () => {
  own.load('example#1', () => [
    colours,
    ...filters.map(([name, filter]) => filtered(name, filter)),
    ...composed.map(([name, compose]) => valueSet(name, compose)),
  ])
  const names = ['red', 'crimson', 'ruby', 'blue', 'purple']
  for (const [name, , members] of [...filters, ...composed]) {
    const found = names.filter((code) => own.member(`http://example.org/${name}`, { system: 'http://example.org/colours', code }) === 'in')
    assert.deepEqual(found, members, name)
  }
})

test('what this server cannot decide is unknown and not wrong', () => {
  const undecided = [
    filtered('reference-back', { property: 'code', op: 'regex', value: '(r)ed\\1' }),
    filtered('no-operator', { property: 'code', op: 'like', value: 'r' }),
    valueSet('other-version', { include: [{ system: colours.url, version: '7' }] }),
    valueSet('elsewhere', { include: [{ valueSet: ['http://example.org/missing'] }] }),
  ]
  own.load('undecided#1', () => undecided)
  for (const { url = '' } of undecided) assert.equal(own.member(url, { code: 'red' }), 'unknown', url)
})

test('a coding that names a version of its code system is judged by that one, and by no verdict on another', () => {
  const shades = (version: string, ...codes: string[]): CodeSystemResource => ({
    ...{ resourceType: 'CodeSystem', url: 'http://example.org/shades', version, status: 'active', content: 'complete' },
    concept: codes.map((code) => ({ code })),
  })
  const of = (name: string, include: object) => valueSet(name, { include: [{ system: 'http://example.org/shades', ...include }] })
  own.load('shades#1', () => [shades('1.0.0', 'dark'), shades('2.0.0', 'pale'), of('all-shades', {}), of('first-shades', { version: '1.0.0' })])
  const verdicts = (set: string, version?: string) =>
    ['dark', 'pale'].map((code) =>
      own.member(`http://example.org/${set}`, { system: 'http://example.org/shades', code, ...(version === undefined ? {} : { version }) }),
    )
  assert.deepEqual(verdicts('all-shades'), ['out', 'in'], 'the newest')
  assert.deepEqual(verdicts('all-shades', '1.0.0'), ['in', 'out'])
  assert.deepEqual(verdicts('all-shades', '2.0'), ['out', 'in'])
  assert.deepEqual(verdicts('all-shades', '3.0.0'), ['unknown', 'in'], 'a version that is not here may have had it')
  assert.deepEqual(verdicts('first-shades', '2.0.0'), ['in', 'out'], 'the value set names the version')
  const questions = own.within([])
  const checked = (version: string) =>
    questions.validateCode({
      valueSet: questions.valueSet('http://example.org/all-shades'),
      codings: [{ system: 'http://example.org/shades', version, code: 'dark' }],
    })
  assert.deepEqual([checked('1.0.0').result, checked('2.0.0').result], [true, false])
})

test('value sets and hierarchies that turn in circles or branch without end are answered at once', () => {
  const names = Array.from({ length: 18 }, (_one, at) => `branch-${at}`)
  const branching = names.map((name, at) => valueSet(name, { include: [0, 1, 2].map(() => ({ valueSet: [`http://example.org/branch-${at + 1}`] })) }))
  const two = { include: [{ valueSet: ['http://example.org/circle-b'] }] }
  const other = {
    include: [
      { valueSet: ['http://example.org/circle-a'] },
      { system: colours.url, concept: [{ code: 'red' }] },
      { system: 'urn:x', concept: [{ code: 'red' }] },
    ],
  }
  const loop = [
    { code: 'a', property: [{ code: 'under', valueCode: 'b' }] },
    { code: 'b', property: [{ code: 'under', valueCode: 'a' }] },
    ...Array.from({ length: 2000 }, (_one, at) => ({ code: `d${at}`, property: [{ code: 'under', valueCode: `d${at + 1}` }] })),
  ]
  const system: CodeSystemResource = { ...colours, url: 'http://example.org/loop', concept: loop }
  own.load('circles#1', () => [
    ...branching,
    valueSet('circle-a', two),
    valueSet('circle-b', other),
    system,
    valueSet('all-loop', { include: [{ system: 'http://example.org/loop' }] }),
  ])
  assert.equal(own.member('http://example.org/branch-0', { code: 'red' }), 'unknown')
  const questions = own.within([])
  const checked = questions.validateCode({ valueSet: questions.valueSet('http://example.org/circle-a'), codings: [{ code: 'red' }] })
  assert.equal(checked.coding.system, undefined, 'two systems have it, so none is guessed')
  const listed = questions.expand(questions.valueSet('http://example.org/all-loop'), { excludeNested: false, now: '2026-01-01T00:00:00Z' })
  assert.equal(listed.expansion?.contains?.length, loop.length, 'nothing is lost in the circle')
  assert.throws(() => questions.expand(questions.valueSet('http://example.org/circle-a'), { now: '2026-01-01T00:00:00Z' }), /includes itself/)
  assert.equal(questions.subsumes({ system: system.url as string, code: 'a' }, { system: system.url as string, code: 'b' }), 'subsumes')
})

test('a package that is taken away is no longer known; its newer version goes before its older one, and a release before its ballot', () => {
  const gender = (version: string, code: string): TerminologyResource => ({ ...colours, url: 'http://example.org/g', version, concept: [{ code }] })
  const all = valueSet('all-g', { include: [{ system: 'http://example.org/g' }] })
  own.load('g#9', () => [gender('9.0.0', 'nine'), all])
  own.load('g#10', () => [gender('10.0.0', 'ten')])
  own.load('g#10-ballot', () => [gender('10.0.0-ballot', 'draft')])
  assert.equal(own.member('http://example.org/all-g', { code: 'ten' }), 'in')
  assert.equal(own.member('http://example.org/all-g', { code: 'draft' }), 'out')
  own.unload('g#10')
  own.unload('g#10-ballot')
  assert.equal(own.member('http://example.org/all-g', { code: 'ten' }), 'out')
  assert.equal(own.member('http://example.org/all-g', { code: 'nine' }), 'in')
})

test('no package changes what the standard itself defines', () => {
  own.load('same-version#1', () => [{ ...colours, url: 'http://hl7.org/fhir/administrative-gender', version: '4.0.1', concept: [{ code: 'blue' }] }])
  assert.equal(own.describe({ system: 'http://hl7.org/fhir/administrative-gender', version: '4.0.1', code: 'blue' }).isKnown, false)
  own.load('other-release#5', () => [{ ...colours, url: 'http://hl7.org/fhir/administrative-gender', version: '5.0.0', concept: [{ code: 'blue' }] }])
  assert.equal(own.member(r4('administrative-gender'), { code: 'male' }), 'in')
  assert.equal(own.member(r4('administrative-gender'), { code: 'blue' }), 'out')
})

test('a code is described by its code system, with or without a value set', () => {
  assert.deepEqual(terminology.describe({ system: hl7('v3-ActCode'), code: 'AMB' }).display, 'ambulatory')
  assert.equal(terminology.describe({ system: hl7('v3-ActCode'), code: 'AMBX' }).isKnown, false)
  assert.equal(terminology.describe({ system: 'http://loinc.org', code: '1' }).isKnown, null)
  assert.equal(own.describe({ system: colours.url as string, code: 'ruby' }).isInactive, true)
  assert.equal(terminology.describe({ system: 'urn:ietf:bcp:47', code: 'sr-Cyrl' }).display, 'Serbian (Cyrillic)')
})

test('a large code system is compiled beforehand and tells the same as a small one', () => {
  const concept = Array.from({ length: 6000 }, (_one, at) => ({
    code: `c${at}`,
    display: `Концепт ${at}`,
    ...(at === 0 ? {} : { property: [{ code: 'parent', valueCode: `c${Math.floor((at - 1) / 10)}` }] }),
  }))
  own.load('larger#1', () => [
    { ...colours, url: 'http://example.org/larger', concept },
    valueSet('larger-below', { include: [{ system: 'http://example.org/larger', filter: [{ property: 'concept', op: 'is-a', value: 'c1' }] }] }),
  ])
  assert.equal(own.member('http://example.org/larger-below', { code: 'c111' }), 'in')
  assert.equal(own.member('http://example.org/larger-below', { code: 'c2' }), 'out')
  assert.equal(own.describe({ system: 'http://example.org/larger', code: 'c5999' }).display, 'Концепт 5999')
  const questions = own.within([])
  const found = questions.expand(questions.valueSet('http://example.org/larger-below'), { filter: 'koncept 111', now: '2026-01-01T00:00:00Z' })
  assert.deepEqual(
    found.expansion?.contains?.map(({ code }) => code),
    ['c111', 'c1111', 'c1112', 'c1113', 'c1114', 'c1115', 'c1116', 'c1117', 'c1118', 'c1119'],
  )
})
