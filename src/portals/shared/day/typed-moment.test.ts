import assert from 'node:assert/strict'
import { test } from 'node:test'
import { typedMoment } from './typed-moment.ts'

const is = (text: string) => typedMoment(text, '2026-11-30')

test('a moment is taken as the pages write it, in Belgrade’s time, in winter and in summer, and as logs write it', () => {
  assert.equal(is('28.11.2026. 11:00'), '2026-11-28T10:00:00Z')
  assert.equal(is('28.7.26 9:05:07'), '2026-07-28T07:05:07Z')
  assert.equal(is('28 Nov 2026, 11:00'), '2026-11-28T10:00:00Z')
  assert.equal(is('28.11.2026.'), '2026-11-27T23:00:00Z', 'a day alone begins at midnight')
  assert.equal(is(' 2026-11-28T10:00:00Z '), '2026-11-28T10:00:00Z')
  assert.equal(is('2026-11-28T11:00+01:00'), '2026-11-28T10:00:00Z')
  assert.equal(is('25.10.2026. 03:30'), '2026-10-25T02:30:00Z', 'after the clocks went back')
})

test('a text that is no moment is not read as one', () => {
  for (const text of ['', 'јуче', '31.2.2026. 10:00', '28.11.2026. 25:00', '28.11.2026. 11', '11:00']) assert.equal(is(text), null, text)
})
