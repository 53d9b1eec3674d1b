import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ageAt, dayOf, formatDate, formatEnd, formatLongDate, formatMoment, formatMonth, formatRange, formatResult, formatTime, formatUnit } from './format.ts'

test('dates are two digits with a final dot in Serbian and a month in words in English', () => {
  assert.equal(formatDate('sr-Cyrl', '2026-11-03'), '03.11.2026.')
  assert.equal(formatDate('sr-Latn', '2026-11-03'), '03.11.2026.')
  assert.equal(formatDate('en', '2026-11-03'), '3 Nov 2026')
  assert.equal(formatLongDate('sr-Cyrl', '2026-11-03'), '3. новембар 2026.')
  assert.equal(formatLongDate('sr-Latn', '2026-08-03'), '3. avgust 2026.')
  assert.equal(formatLongDate('en', '2026-11-03'), '3 November 2026')
  assert.equal(formatMonth('sr-Cyrl', '2026-11-03'), 'новембар 2026.')
})

test('a date that stops at the year or the month is shown as far as it goes', () => {
  assert.equal(formatDate('sr-Cyrl', '1985'), '1985.')
  assert.equal(formatDate('sr-Cyrl', '2009-05'), '05.2009.')
  assert.equal(formatDate('en', '2009-05'), 'May 2009')
  assert.equal(formatDate('sr-Cyrl', 'крајем лета'), 'крајем лета')
})

test('instants are shown in Belgrade, on both sides of the change to winter time and of midnight', () => {
  assert.equal(formatMoment('sr-Cyrl', '2026-10-25T00:30:00Z'), '25.10.2026. 02:30')
  assert.equal(formatMoment('sr-Cyrl', '2026-10-25T01:30:00Z'), '25.10.2026. 02:30')
  assert.equal(formatDate('sr-Cyrl', '2026-11-22T23:05:00Z'), '23.11.2026.')
  assert.equal(formatTime('2026-11-22T23:05:00Z'), '00:05')
  assert.equal(dayOf('2026-11-22T23:05:00Z'), '2026-11-23')
  assert.equal(formatMoment('en', '2026-11-03T13:05:09Z', { seconds: true }), '3 Nov 2026, 14:05:09')
})

test('an end today is shown as an hour, a later end as a day', () => {
  assert.equal(formatEnd('sr-Cyrl', '2026-11-23T15:43:00Z', '2026-11-23T04:00:00Z'), '16:43')
  assert.equal(formatEnd('sr-Cyrl', '2026-12-31', '2026-11-23T04:00:00Z'), '31.12.2026.')
})

test('an age turns on the birthday, and without a day there is none', () => {
  assert.equal(ageAt('1972-03-15', '2026-03-14T12:00:00Z'), 53)
  assert.equal(ageAt('1972-03-15', '2026-03-14T23:30:00Z'), 54)
  assert.equal(ageAt('1972', '2026-03-14'), null)
})

test('results keep the digits of the laboratory, take the decimal comma and never a thousands dot', () => {
  assert.equal(formatResult('sr-Cyrl', '5.0'), '5,0')
  assert.equal(formatResult('en', '5,0'), '5.0')
  assert.equal(formatResult('sr-Cyrl', '1000'), '1000')
  assert.equal(formatResult('sr-Cyrl', '125000'), '125\u202f000')
  assert.equal(formatResult('sr-Cyrl', '<0.5'), '<0,5')
  assert.equal(formatResult('sr-Cyrl', 'негативно'), 'негативно')
})

test('a range has the decimals of the result beside it, and one limit is said in the script of the reader', () => {
  assert.equal(formatRange('sr-Cyrl', 4, 6, '8.2'), '4,0–6,0')
  assert.equal(formatRange('sr-Cyrl', null, 5.2, null), 'до 5,2')
  assert.equal(formatRange('sr-Latn', null, 5.2, '5.40'), 'do 5,20')
  assert.equal(formatRange('sr-Latn', 60, null), 'od 60')
  assert.equal(formatRange('en', 60, null), 'from 60')
  assert.equal(formatRange('en', null, null), null)
})

test('UCUM units become what people write', () => {
  assert.equal(formatUnit('sr-Cyrl', 'umol/L'), 'µmol/L')
  assert.equal(formatUnit('sr-Cyrl', '10*9/L'), '10⁹/L')
  assert.equal(formatUnit('sr-Cyrl', 'm[IU]/L'), 'mIU/L')
  assert.equal(formatUnit('sr-Cyrl', 'mL/min/{1.73_m2}'), 'mL/min/1,73 m²')
  assert.equal(formatUnit('en', '{INR}'), '')
})
