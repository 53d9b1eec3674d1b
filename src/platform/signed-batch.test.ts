import assert from 'node:assert/strict'
import { test } from 'node:test'
import { areParts, batchText, isPart, type Part, partsOf } from './signed-batch.ts'

const signed = (count: number): { parts: Part[]; batch: string } => {
  const { root, parts } = partsOf(Array.from({ length: count }, (_, at) => `text ${at}`))
  return { parts, batch: batchText(root, count) }
}

test('all the texts of a batch are under its root together exactly when each is alone, whatever their number', () => {
  for (const count of [1, 2, 3, 7, 8, 9, 400]) {
    const { parts, batch } = signed(count)
    assert.ok(areParts(parts, batch), String(count))
    assert.ok(parts.every((part) => isPart(part, batch)))
  }
})

test('one text, way, place or number that is not as it was signed, and none of them hold together', () => {
  const { parts, batch } = signed(5)
  const first = parts[0] as Part
  const other = Buffer.alloc(32).toString('base64')
  const wrong: [string, Part[], unknown][] = [
    ['another text', [{ ...first, text: 'text 9' }, ...parts.slice(1)], batch],
    ['another way', [{ ...first, path: [other, ...first.path.slice(1)] }, ...parts.slice(1)], batch],
    ['a shorter way', [{ ...first, path: first.path.slice(1) }, ...parts.slice(1)], batch],
    ['another place', [{ ...first, index: 1 }, ...parts.slice(1)], batch],
    ['another order', parts.toReversed(), batch],
    ['one is missing', parts.slice(1), batch],
    ['another root', parts, signed(6).batch],
    ['no root', parts, undefined],
  ]
  for (const [what, given, batchGiven] of wrong) assert.equal(areParts(given, batchGiven), false, what)
})
