import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noteOutside, outsideMax } from './outside-references.ts'

const body = (...references: string[]) => Buffer.from(`{"a":"Ђ","references":[${references.map((one) => `{"reference":"${one}"}`).join(',')}]}`)

test('only the versions that are given say whom they refer to, each person and place once, and patients and visits are inside', () => {
  const chunk = Buffer.concat([
    body('Practitioner/first', 'Patient/1'),
    body('Practitioner/hidden'),
    body('Organization/last', 'Practitioner/first', 'Encounter/2'),
  ])
  const hidden = chunk.indexOf('{"a"', 10)
  const outside = new Set<string>()
  noteOutside(outside, [chunk.subarray(chunk.indexOf('{"a"', hidden + 1)), chunk.subarray(0, hidden)])
  assert.deepEqual([...outside], ['Organization/last', 'Practitioner/first'])
})

test('an answer notes no more references than it may include', () => {
  const many = Array.from({ length: outsideMax + 10 }, (_, n) => `Location/${n}`)
  const outside = new Set<string>()
  noteOutside(outside, [body(...many), body('Location/another')])
  assert.equal(outside.size, outsideMax)
})
