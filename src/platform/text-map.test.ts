import assert from 'node:assert/strict'
import { test } from 'node:test'
import { distinct, TextMap } from './text-map.ts'

test('few keys and many are found, changed and listed alike', () => {
  for (const count of [1, 31, 32, 33, 500]) {
    const map = new TextMap<number>()
    const keys = Array.from({ length: count }, (_, at) => `urn:uuid:${String(at).padStart(12, '0')}`)
    for (const [at, key] of keys.entries()) {
      assert.equal(map.has(key), false)
      assert.equal(map.get(key), undefined)
      map.set(key, at)
    }
    map.set(keys[0] as string, -1)
    // As it comes from elsewhere: the same text, and another object.
    assert.equal(map.get(`${(keys[0] as string).slice(0, 9)}${'0'.repeat(12)}`), -1)
    assert.deepEqual(map.values(), [-1, ...keys.slice(1).map((_, at) => at + 1)])
    assert.deepEqual(
      [map.getOrInsertComputed(keys[0] as string, () => 7), map.getOrInsertComputed('new', () => 7), map.get('new'), map.size],
      [-1, 7, 7, count + 1],
    )
    assert.ok(keys.every((key) => map.has(key)) && !map.has('urn:uuid:') && map.get('') === undefined)
  }
})

test('a value that is undefined is there', () => {
  const map = new TextMap<undefined>()
  map.set('constructor', undefined)
  assert.deepEqual([map.has('constructor'), map.has('__proto__'), map.values()], [true, false, [undefined]])
})

test('each text is listed once, where it came first', () => {
  for (const count of [0, 1, 2, 40]) {
    const texts = Array.from({ length: count }, (_, at) => `t${at}`)
    assert.deepEqual(distinct([...texts, ...texts]), texts)
  }
})
