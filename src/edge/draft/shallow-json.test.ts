import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../platform/refusal.ts'
import { parseShallow } from './shallow-json.ts'

test('JSON of up to a hundred levels is read as it is, and brackets in strings are text', () => {
  for (const text of ['{"a":["]}[{\\"[[[",{"b":"\\\\"}],"c":null}', '"[["', '12.50', `${'['.repeat(100)}1${']'.repeat(100)}`, `{"x":"${'[{'.repeat(500)}"}`])
    assert.deepEqual(parseShallow(Buffer.from(text)), JSON.parse(text))
})

test('deeper JSON is refused before it takes memory, and broken JSON and broken UTF-8 each give their own error', () => {
  const before = process.memoryUsage.rss()
  for (const text of ['['.repeat(5_000_000), '{"a":'.repeat(101), `["\\"",${'['.repeat(100)}`])
    assert.throws(
      () => parseShallow(Buffer.from(text)),
      (error) => error instanceof Refusal && /levels deep/.test(error.message),
    )
  assert.ok(process.memoryUsage.rss() - before < 100_000_000)
  for (const text of ['{"a":"', '"\\', '[1,]', '', ']']) assert.throws(() => parseShallow(Buffer.from(text)), SyntaxError)
  assert.throws(() => parseShallow(Buffer.of(0x22, 0xff, 0x22)), TypeError)
})
