import assert from 'node:assert/strict'
import { test } from 'node:test'
import { preparedFhir } from '../../testing/fhir.ts'

const fhir = preparedFhir()
const coded = (system: string, code: string) => ({ coding: [{ system: `http://terminology.hl7.org/CodeSystem/${system}`, code }] })
const population = (code: string) => coded('measure-population', code)
const criteria = { language: 'text/fhirpath', expression: 'true' }
const counted = (code: string, count = 1) => ({ code: population(code), count })
const two = [counted('numerator'), counted('denominator', 2)]
const defined = { population: ['numerator', 'denominator', 'measure-observation'].map((code) => ({ code: population(code), criteria })) }

function report(group: object, more: { scoring?: string; groups?: object[]; report?: object } = {}): object {
  const { scoring = 'proportion', groups = [defined] } = more
  const measure = { resourceType: 'Measure', id: 'm', status: 'draft', scoring: coded('measure-scoring', scoring), group: groups }
  return {
    ...{ resourceType: 'MeasureReport', status: 'complete', type: 'summary', measure: '#m', period: { start: '2025', end: '2025' } },
    ...{ contained: [measure], group: [group], ...more.report },
  }
}
const errors = (resource: object) =>
  fhir
    .validate(resource, { isStrict: true })
    .filter(({ severity }) => severity === 'error')
    .map(({ expression }) => expression.replace('MeasureReport.', ''))

const scored = (measureScore: object, more: object = {}) => ({ population: two, measureScore, ...more })
const half = { value: 0.5 }
const named = (text: string) => ({ code: { coding: [{ system: 'http://rules.test/groups', code: text }] } })

const cases: [string, object, string[]][] = [
  ['a proportion is a number between 0 and 1', report(scored(half)), []],
  ['and not a percentage', report(scored({ value: 50 })), ['group[0].measureScore']],
  ['nor has it a unit', report(scored({ ...half, unit: 'patients' })), ['group[0].measureScore']],
  ['a score has a value', report(scored({ comparator: '<' })), ['group[0].measureScore']],
  ['a ratio may be any number', report(scored({ value: 3 }), { scoring: 'ratio' }), []],
  ['what is pending has its score, too', report({ population: two }, { report: { status: 'pending' } }), ['group[0].measureScore']],
  ['all populations are reported, but for what is observed', report({ ...scored(half), population: two.slice(0, 1) }), ['group[0]']],
  ['each population is reported once', report({ ...scored(half), population: [...two, two[0]] }), ['group[0].population[2]']],
  [
    'each group is reported once',
    report(scored(half, named('a')), { groups: [{ ...defined, ...named('a') }], report: { group: [scored(half, named('a')), scored(half, named('a'))] } }),
    ['group[1]'],
  ],
  ['the only group needs no code', report(scored(half, named('a'))), []],
  ['all groups are reported', report(scored(half), { report: { group: undefined } }), ['MeasureReport']],
  [
    'a summary names no subjects',
    report({ ...scored(half), population: [{ ...two[0], subjectResults: { display: 'x' } }, two[1]] }),
    ['group[0].population[0]'],
  ],
  ['a list of subjects names them', report(scored(half), { report: { type: 'subject-list' } }), ['group[0].population[0]', 'group[0].population[1]']],
]

for (const [title, resource, expected] of cases) test(title, () => assert.deepEqual(errors(JSON.parse(JSON.stringify(resource)) as object), expected))
