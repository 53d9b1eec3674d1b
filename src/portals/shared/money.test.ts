import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dinarsOf, formatPara, paraOf } from './money.ts'

test('a sum is read as it is written in either language, with thousands or without', () => {
  for (const text of ['90.849,38', '90849,38', '90849.38', '90,849.38', ' 90 849,38 ']) assert.equal(paraOf(text), 9_084_938, text)
  assert.equal(paraOf('90.849'), 9_084_900)
  assert.equal(paraOf('1.000.000'), 100_000_000)
  assert.equal(paraOf('7,5'), 750)
  for (const para of [0, 5, 99, 1_375, 3_422_100]) {
    assert.equal(paraOf(dinarsOf(para)), para)
    for (const language of ['sr-Latn', 'en'] as const) assert.equal(paraOf(formatPara(language, para)), para)
  }
})

test('a text that is no sum is not read as one', () => {
  for (const text of ['', 'сто', '1,2,3', '12.34.56', '-5', '1e3', '90849,385,1']) assert.ok(Number.isNaN(paraOf(text)), text)
})
