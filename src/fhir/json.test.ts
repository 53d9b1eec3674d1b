import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { Refusal } from '../platform/refusal.ts'
import { corpus } from '../testing/fhir.ts'
import { parseJson, printJson } from './json.ts'

const exact = ['{"a":1.50}', '[1e3,1E+2,-0,-0.10,100.0]', '12345678901234567890', '{"a":[{"b":0.000000000000000000010}]}', '[1e999]', '{"a":"1.50","b":1.50}']
for (const text of exact) test(`${text} comes out as it went in`, () => assert.equal(printJson(parseJson(text)), text))

test('a number a double prints the same is a plain number', () => {
  assert.deepEqual(parseJson('{"a":1.5,"b":-3,"c":0,"d":1e21}'), { a: 1.5, b: -3, c: 0, d: JSON.rawJSON('1e21') })
})

test('a text that looks like the inner mark of an exact number stays a text', () => {
  const text = '{"a":"\\u0000#1.50","b":2.0}'
  assert.equal(printJson(parseJson(text)), text)
})

test('__proto__ is a property like any other', () => {
  const parsed = parseJson('{"__proto__":{"admin":true},"b":1.50}') as Record<string, unknown>
  assert.ok(Object.hasOwn(parsed, '__proto__'))
  assert.equal(({} as Record<string, unknown>).admin, undefined)
})

test('a byte order mark is tolerated', () => assert.deepEqual(parseJson('\ufeff{"a":1}'), { a: 1 }))

const refused: [string, RegExp][] = [
  ['', /empty/],
  [' \n', /empty/],
  ['{"a":1,"a":2}', /twice/],
  ['[{"b":{"a":1,"c":2,"a":1}}]', /twice/],
  ['{"a":\n 01}', /line 2, column 3/],
  ['{1.50:1}', /not valid JSON/],
  ['{1.50 :1}', /not valid JSON/],
  ['[1.50', /not valid JSON/],
  ['[1.0 2.0]', /line 1, column 6/],
  ['{"a":1} x', /not valid JSON/],
  ["{'a':1}", /not valid JSON/],
  ['{"a":NaN}', /not valid JSON/],
  ['['.repeat(100_000), /nested more than 128/],
  ['{"a":'.repeat(100_000), /nested more than 128/],
  [`${'['.repeat(129)}${']'.repeat(129)}`, /nested more than 128/],
]
for (const [text, says] of refused) {
  test(`${text.slice(0, 30)} is refused with a sentence`, () => {
    assert.throws(
      () => parseJson(text),
      (error) => error instanceof Refusal && error.kind === 'incorrect' && says.test(error.message),
    )
  })
}

test('a depth of 128 is accepted', () => {
  const text = `${'['.repeat(128)}${']'.repeat(128)}`
  assert.equal(printJson(parseJson(text)), text)
})

test('brackets inside strings are not depth', () => {
  const text = JSON.stringify({ a: '[{'.repeat(500), b: 'x\\"[[\\\\' })
  assert.equal(printJson(parseJson(text)), text)
})

test('a syntax error never quotes the document', () => {
  assert.throws(
    () => parseJson('{"jmbg": 0101990710004x}'),
    (error: Error) => !error.message.includes('0101990710004'),
  )
})

test('whatever JSON there is, it comes out as it went in', () => {
  fc.assert(
    fc.property(fc.json({ noUnicodeString: false }), (text) => {
      const compact = JSON.stringify(JSON.parse(text))
      assert.equal(printJson(parseJson(compact)), compact)
    }),
    { numRuns: 300 },
  )
})

const suite = corpus('bad-input/json-parsing')

test('the JSON test suite is accepted and refused as it says', { skip: suite.skip }, () => {
  for (const file of readdirSync(suite.folder)) {
    const text = readFileSync(join(suite.folder, file), 'utf8')
    // A parser gets decoded text, so files with broken UTF-8 do not concern it.
    if (file.startsWith('y_') && file !== 'y_object_duplicated_key.json' && file !== 'y_object_duplicated_key_and_value.json')
      assert.doesNotThrow(() => parseJson(text), file)
    else if (file.startsWith('n_') && !text.includes('\ufffd')) assert.throws(() => parseJson(text), Refusal, file)
    else {
      try {
        parseJson(text)
      } catch (error) {
        assert.ok(error instanceof Refusal, file)
      }
    }
  }
})

test('it makes no difference where a text is cut into blocks to be looked at', () => {
  const document = String.raw`{"a\"\\":[1.50,"x\\",-12,1e3,"č\"1.50:{"],"":{"long":"${'\\"['.repeat(9000)}","digits":1${'0'.repeat(20_000)}},"c":[[]]}`
  const twice = '{"x":1,"x":2}'
  const deep = `${'['.repeat(129)}${']'.repeat(129)}`
  for (let before = 16_384 - 60; before <= 16_384; before++) {
    const room = ' '.repeat(before)
    assert.equal(printJson(parseJson(room + document)), document)
    assert.throws(() => parseJson(room + twice), /twice/)
    assert.throws(() => parseJson(room + deep), new RegExp(`line 1, column ${before + 129}$`))
  }
})
