import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { distance, farness, readQuestion } from './finder-question.ts'

const questions: [query: string, words: string[], born: string | null, number: string | null][] = [
  ['Ђорђевић Милан', ['djordjevic', 'milan'], null, null],
  ['  Đorđević,  Milan 1972 ', ['djordjevic', 'milan'], '1972', null],
  ['djordjevic 15.03.1972.', ['djordjevic'], '1972-03-15', null],
  ['Петровић 5. 3. 1972', ['petrovic'], '1972-03-05', null],
  ['1972-03-15 petrovic', ['petrovic'], '1972-03-15', null],
  ['1972-03-15', [], '1972-03-15', null],
  ['1972', [], '1972', null],
  ['0101985710113', [], null, '0101985710113'],
  ['1234 5678 903', [], null, '1234 5678 903'],
  ['P-2026-48392017-5', [], null, 'P-2026-48392017-5'],
  ['п2026483920175', [], null, 'п2026483920175'],
  ['Jovanović-Petrović Ana', ['jovanovic', 'petrovic', 'ana'], null, null],
  [`'; drop table x --`, ['drop', 'table', 'x'], null, null],
  ['', [], null, null],
]

for (const [query, words, born, number] of questions) {
  test(`the query «${query}» is read as ${JSON.stringify({ words, born, number })}`, () => {
    assert.deepEqual(readQuestion(query, 2026), { words, born, number })
  })
}

const slips: [typed: string, word: string, far: number | null][] = [
  ['milan', 'milan', 0],
  ['dordevic', 'djordjevic', 0.5],
  ['mlian', 'milan', 1],
  ['milam', 'milan', 1],
  ['mian', 'milan', 1],
  ['millan', 'milan', 1],
  ['ana', 'anastasija', 3],
  ['ana', 'anja', 1],
  ['jovanovci', 'jovanovic', 1],
  ['jovanoivci', 'jovanovic', 2],
  ['milan', 'goran', null],
  ['an', 'en', null],
]

for (const [typed, word, far] of slips) {
  test(`${typed} is ${far === null ? 'not ' : ''}a way to look for ${word}${far === null ? '' : `, ${far} away`}`, () =>
    assert.equal(farness(typed, word), far))
}

test('the distance of two words is the same both ways and never more than the longer word', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      assert.equal(distance(a, b), distance(b, a))
      assert.ok(distance(a, b) <= Math.max(a.length, b.length))
      assert.equal(distance(a, b) === 0, a === b)
    }),
  )
})
