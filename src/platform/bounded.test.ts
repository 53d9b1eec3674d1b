import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bounded, TookTooLong } from './bounded.ts'

test('an act that does not end is stopped, a loop and a pattern alike, and one that ends gives its answer', () => {
  assert.equal(
    bounded(1000, () => bounded(1000, () => 1) + 1),
    2,
  )
  assert.throws(() => bounded(30, () => /^(a+)+$/.test(`${'a'.repeat(60)}!`)), TookTooLong)
  const endless = () => {
    let at = 0
    while (at >= 0) at++
  }
  assert.throws(() => bounded(30, endless), TookTooLong)
  assert.throws(() => bounded(1000, () => assert.fail('its own error')), /its own error/)
})
