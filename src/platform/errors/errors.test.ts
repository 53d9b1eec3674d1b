import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { answerOf, Refusal } from '../refusal.ts'
import { findError, knownErrors } from './catalogue.ts'
import { catalogueText } from './page.ts'
import { scan } from './scan.ts'

const sources = ['bus', 'edge', 'vendor'].flatMap((slice) => globSync(`src/${slice}/**/*.ts`)).filter((name) => !/\.test\.ts$|\/simulation\//.test(name))
const said = sources.flatMap((name) => scan(readFileSync(name, 'utf8')).map((one) => ({ ...one, name })))

test('every sentence that bus, edge and vendor refuse with has its cause and cure in both languages, and nothing else is there', () => {
  const key = ({ kind, sentence }: { kind: string; sentence: string }) => `${kind}: ${sentence}`
  const known = new Set(knownErrors().map(key))
  const missing = said.filter((one) => !known.has(key(one))).map((one) => `${key(one)} (${one.name})`)
  assert.deepEqual(missing, [], 'write a line for it in src/platform/errors/catalogue.tsv')
  const used = new Set(said.map(key))
  assert.deepEqual(
    [...known].filter((one) => !used.has(one)),
    [],
    'nobody says this any more',
  )
  assert.ok(said.length > 200, 'the sources were read')
  for (const { sentence, said: serbian, cure, remedy } of knownErrors()) {
    assert.ok(serbian && cure && remedy, sentence)
    assert.match(serbian, /[\u0400-\u04ff]/, sentence)
    assert.equal(serbian.split('{}').length, sentence.split('{}').length, sentence)
  }
  const codes = knownErrors().map(({ code }) => code)
  assert.equal(new Set(codes).size, codes.length)
})

test('a sentence is found with its values in it, the most exact one first', () => {
  assert.equal(findError('conflict', 'the member is approved')?.code, 'conflict-the-member-is-x')
  assert.equal(findError('forbidden', 'the member is revoked')?.sentence, 'the member is revoked')
  assert.equal(findError('forbidden', 'the member is suspended; its queue is kept')?.sentence, 'the member is {}; its queue is kept')
  assert.equal(findError('too-many', '5 runs are open')?.sentence, '{} runs are open')
  assert.equal(findError('incorrect', 'something that nobody says'), null)
})

test('an answer carries the code under which its cause and cure stand, beside its own hint', () => {
  const { body } = answerOf(new Refusal('conflict', 'the run has ended', { hint: 'POST /vendor/runs begins another.' }), 'r')
  assert.deepEqual(body.issue[0]?.details, {
    coding: [{ system: 'urn:spona:errors', code: 'conflict-the-run-has-ended' }],
    text: 'POST /vendor/runs begins another.',
  })
  assert.equal(answerOf(new Refusal('conflict', 'something of its own'), 'r').body.issue[0]?.details, undefined)
})

test('the scanner reads quotes, templates and hints, and leaves out what is put together elsewhere', () => {
  const source =
    "throw new Refusal('busy', `a ${b ? `x` : 1} c`, { hint: 'Wait.' })\nnew Refusal('gone', 'it\\'s over')\nnew Refusal('gone', sentence)\nno('over', 'it has ended', hint)"
  assert.deepEqual(scan(source), [
    { kind: 'busy', sentence: 'a {} c', hint: 'Wait.' },
    { kind: 'gone', sentence: "it's over", hint: null },
    { kind: 'forbidden', sentence: 'it has ended', hint: null },
  ])
})

test('the page in docs is what the catalogue says', () => {
  assert.equal(readFileSync('docs/errors.md', 'utf8'), catalogueText(), 'npm run -s spona -- vendor errors > docs/errors.md')
})
