import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keysFrom } from '../../platform/keys.ts'
import { beginningOf, opaqueNumber } from './opaque-number.ts'

const keys = keysFrom(Buffer.alloc(32, 3))
const ofPaper = /^[5-9]\d{4}-2026-\d{8}$/

test('numbers of papers are all different, and those of one institution have nothing in common', () => {
  const one = Array.from({ length: 400 }, (_, at) => opaqueNumber(keys, 17, 2026, at + 1))
  const other = Array.from({ length: 400 }, (_, at) => opaqueNumber(keys, 18, 2026, at + 1))
  assert.equal(new Set([...one, ...other]).size, 800)
  assert.ok([...one, ...other].every((number) => ofPaper.test(number)))
  assert.ok(new Set(one.map((number) => number.slice(0, 5))).size > 390, 'no beginning says where it is from')
  assert.notDeepEqual(one, one.toSorted(), 'nor their order when they were made')
  assert.notEqual(opaqueNumber(keys, 17, 2027, 1).slice(-8), one[0]?.slice(-8))
})

test('the numbers of a block begin with five digits that no other institution has, and that are not its own', () => {
  const beginnings = Array.from({ length: 1_000 }, (_, institution) => beginningOf(keys, institution, 2026))
  assert.equal(new Set(beginnings).size, 1_000)
  assert.ok(beginnings.every((text) => /^[0-4]\d{4}$/.test(text)))
  assert.ok(beginnings.filter((text, institution) => Number(text) === institution).length < 3)
  assert.throws(() => beginningOf(keys, 50_000, 2026))
})
