import assert from 'node:assert/strict'
import { test } from 'node:test'
import { typedDay } from './typed-day.ts'

const today = '2026-11-30'

test('a day is read however somebody wrote it: with dots, slashes, words of either language and script, or as machines write it', () => {
  for (const text of [
    ...['3.11.26', '03.11.2026.', '3. 11. 2026.', '3/11/2026', '03-11-2026', ' 2026-11-03 '],
    ...['3. новембар 2026.', '3. новембра 2026', '3. novembra 2026.', '3 Nov 2026', '3 November 2026'],
  ])
    assert.equal(typedDay(text, today), '2026-11-03', text)
  assert.equal(typedDay('1. мај 2026.', today), '2026-05-01')
  assert.equal(typedDay('1 May 2026', today), '2026-05-01')
  assert.equal(typedDay('9 Aug 2026', today), '2026-08-09')
  assert.equal(typedDay('9. avgust 2026.', today), '2026-08-09')
})

test('two digits of a year are the near ones: a child of this century, a grandparent of the last', () => {
  assert.equal(typedDay('1.2.20', today), '2020-02-01')
  assert.equal(typedDay('1.2.36', today), '2036-02-01')
  assert.equal(typedDay('1.2.68', today), '1968-02-01')
})

test('a text that is no day is not read as one', () => {
  for (const text of ['', '30.02.2026.', '3.13.2026', '11.2026.', 'сутра', '3. foo 2026', '2026-02-30', '3.11.2026 и 4.11.2026'])
    assert.equal(typedDay(text, today), null, text)
  assert.equal(typedDay('29.02.2028.', today), '2028-02-29')
})
