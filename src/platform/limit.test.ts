import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Buckets } from './limit.ts'

test('a burst passes, then the rate holds, and the answer says how long to wait', () => {
  const buckets = new Buckets({ perSecond: 2, burst: 3 })
  assert.deepEqual(
    [0, 0, 0, 0].map(() => buckets.take('a', 1000)),
    [0, 0, 0, 1],
  )
  assert.equal(buckets.take('b', 1000), 0, 'another caller has a bucket of its own')
  assert.equal(buckets.take('a', 1500), 0, 'half a second fills one at two a second')
  assert.ok(buckets.take('a', 1500) > 0)
})

test('a bucket never holds more than its burst, however long nobody asked', () => {
  const buckets = new Buckets({ perSecond: 100, burst: 2 })
  buckets.take('a', 0)
  assert.deepEqual(
    [0, 0, 0].map(() => buckets.take('a', 3_600_000)),
    [0, 0, 1],
  )
})

test('a clock that goes back gives nothing away', () => {
  const buckets = new Buckets({ perSecond: 1, burst: 1 })
  buckets.take('a', 10_000)
  assert.ok(buckets.take('a', 5000) > 0)
})
