import assert from 'node:assert/strict'
import { test } from 'node:test'
import { typedMonths } from './typed-month.ts'

test('months are taken as people write them, and what is none is left to be refused', () => {
  assert.deepEqual(typedMonths(' 1.2026, 02.2026.; 3/2026  2026-11'), ['2026-01', '2026-02', '2026-03', '2026-11'])
  assert.deepEqual(typedMonths('јануар 13.2026'), ['јануар', '2026-13'])
  assert.deepEqual(typedMonths(''), [])
})
