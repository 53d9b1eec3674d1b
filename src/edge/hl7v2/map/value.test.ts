import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { exactNumber } from '../../draft/numbers.ts'
import { ana, headOf, mappedHl7, segment } from '../../../testing/hl7.ts'

const order = 'OBR|1||F1|X^Преглед^L|||20260301073000'
const result = (type: string, value: string, more: Record<number, string> = {}) => segment('OBX', { 1: '1', 2: type, 3: 'A^а^L', 5: value, 11: 'F', ...more })
const valueOf = async (type: string, value: string) => {
  const { first, losses } = await mappedHl7([headOf('ORU^R01'), ana, order, result(type, value)])
  const observation = first('Observation')
  const [name = ''] = Object.keys(observation).filter((one) => one.startsWith('value'))
  return [name, observation[name], losses]
}

describe('a value is read by its type', () => {
  for (const [type, sent, name, value] of [
    ['SN', '^2^+', 'valueString', '2+'],
    ['SN', '<=^0.25', 'valueQuantity', { value: 0.25, comparator: '<=' }],
    ['SN', '^1^:^128', 'valueRatio', { numerator: { value: 1 }, denominator: { value: 128 } }],
    ['DR', '20260101^20260110', 'valuePeriod', { start: '2026-01-01', end: '2026-01-10' }],
    ['CQ', '5^mL', 'valueQuantity', { value: 5, unit: 'mL', system: 'http://unitsofmeasure.org', code: 'mL' }],
    ['TM', '1530', 'valueTime', '15:30:00'],
    ['DT', '202601', 'valueDateTime', '2026-01'],
    ['NA', '1^2^3', 'valueString', '1^2^3'],
    ['PN', 'Јовић^Марко', 'valueString', 'Јовић^Марко'],
    ['TN', '(011)555', 'valueString', '(011)555'],
  ] as const)
    test(`${type} ${sent}`, async () => assert.deepEqual(await valueOf(type, sent), [name, value, []]))
})

describe('a unit', () => {
  const lostOf = async (type: string, value: string, unit = 'mmol/L') =>
    (await mappedHl7([headOf('ORU^R01'), ana, order, result(type, value, { 6: unit })])).losses

  for (const [type, value] of [
    ['CWE', 'NEG^Negative^L'],
    ['ST', 'negativan'],
    ['SN', '^1^:^128'],
    ['CE', 'A^a^L~B^b^L'],
    ['TX', 'први~други'],
  ] as const)
    test(`beside ${type} ${value} is told as a loss`, async () => assert.deepEqual(await lostOf(type, value), ['OBX[1]-6']))

  for (const [type, value] of [
    ['NM', '5.1'],
    ['ST', '5.1'],
    ['SN', '^1^-^5'],
    ['NM', '1~2'],
    ['ST', '5-10'],
    ['NM', ''],
  ] as const)
    test(`beside ${type} ${value || 'without a value'} is none`, async () => assert.deepEqual(await lostOf(type, value), []))
})

describe('a number keeps its original digits', () => {
  for (const [sent, written] of [
    ['6.40', '6.40'],
    ['7', '7'],
    ['+0.50', '0.50'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['007.0', '7.0'],
    ['-0.10', '-0.10'],
  ] as const)
    test(`${sent} is written ${written}`, () => assert.equal(JSON.stringify(exactNumber(sent)), written))

  test('in a result and in its bounds, and the record reads them', async () => {
    const { mapped } = await mappedHl7([headOf('ORU^R01'), ana, order, result('NM', '6.40', { 6: 'mmol/L', 7: '3.90-6.10' })])
    assert.match(JSON.stringify(mapped.bundle), /"value":6\.40,.*"value":3\.90,.*"value":6\.10,/)
  })
})

describe('times', () => {
  const timed = async (head: string, obr: string, obx = '') =>
    (await mappedHl7([head, ana, obr, result('NM', '1', { 14: obx })])).first('Observation')['effectiveDateTime']

  test('a result without a time of its own has that of its order', async () => {
    assert.equal(await timed(headOf('ORU^R01'), order), '2026-03-01T07:30:00+01:00')
    assert.equal(await timed(headOf('ORU^R01'), order, '202603010800'), '2026-03-01T08:00:00+01:00')
    assert.equal(await timed(headOf('ORU^R01'), 'OBR|1||F1|X^х^L'), undefined)
  })

  test('the zone of MSH-7 holds for all times without one, unless it is only that of the country at that time of the year', async () => {
    assert.equal(await timed(headOf('ORU^R01', '20260301101500-0500'), order), '2026-03-01T07:30:00-05:00')
    assert.equal(await timed(headOf('ORU^R01', '20260301101500-0500'), order, '20260301080000+0100'), '2026-03-01T08:00:00+01:00')
    assert.equal(await timed(headOf('ORU^R01', '20260301101500+0100'), 'OBR|1||F1|X^х^L|||20250715073000'), '2025-07-15T07:30:00+02:00')
  })
})
