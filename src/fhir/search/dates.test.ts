import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dateBounds } from './dates.ts'

const iso = (text: string) => {
  const bounds = dateBounds(text)
  return bounds === null ? null : [new Date(bounds.low).toISOString(), new Date(bounds.high).toISOString()]
}

/** Dates with the bounds of their intervals. A date without a zone is a day of Belgrade. */
const cases: [string, string, string][] = [
  ['2026', '2025-12-31T23:00:00.000Z', '2026-12-31T22:59:59.999Z'],
  ['2026-02', '2026-01-31T23:00:00.000Z', '2026-02-28T22:59:59.999Z'],
  ['2026-03-01', '2026-02-28T23:00:00.000Z', '2026-03-01T22:59:59.999Z'],
  ['2026-07-01', '2026-06-30T22:00:00.000Z', '2026-07-01T21:59:59.999Z'],
  // The day on which summer time begins has 23 hours, the one on which it ends 25.
  ['2026-03-29', '2026-03-28T23:00:00.000Z', '2026-03-29T21:59:59.999Z'],
  ['2026-10-25', '2026-10-24T22:00:00.000Z', '2026-10-25T22:59:59.999Z'],
  ['2026-03-01T08:30:00+01:00', '2026-03-01T07:30:00.000Z', '2026-03-01T07:30:00.999Z'],
  ['2026-03-01T08:30:00.5Z', '2026-03-01T08:30:00.500Z', '2026-03-01T08:30:00.599Z'],
  ['2026-03-01T08:30:00.123Z', '2026-03-01T08:30:00.123Z', '2026-03-01T08:30:00.123Z'],
  ['2026-03-01T08:30:00.123456Z', '2026-03-01T08:30:00.123Z', '2026-03-01T08:30:00.123Z'],
  ['2026-03-01T08:30Z', '2026-03-01T08:30:00.000Z', '2026-03-01T08:30:59.999Z'],
  ['2026-03-01T08:30:00', '2026-03-01T07:30:00.000Z', '2026-03-01T07:30:00.999Z'],
  ['2024-02-29', '2024-02-28T23:00:00.000Z', '2024-02-29T22:59:59.999Z'],
]
for (const [text, low, high] of cases) test(`${text} is ${low} to ${high}`, () => assert.deepEqual(iso(text), [low, high]))

for (const text of [
  '',
  '26',
  '2026-13',
  '2026-00',
  '2023-02-29',
  '2026-04-31',
  '0000',
  '2026-3-1',
  '2026-03-01T25:00:00Z',
  '2026-03-01 08:30',
  '2026-03-01T08:30:00+1',
  'x',
]) {
  test(`'${text}' is not a date`, () => assert.equal(dateBounds(text), null))
}

test('years before there were time zones have bounds, too', () => {
  const bounds = dateBounds('0050')
  assert.ok(bounds !== null && bounds.low < bounds.high)
})
