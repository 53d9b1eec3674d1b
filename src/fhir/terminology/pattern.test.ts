import assert from 'node:assert/strict'
import { test } from 'node:test'
import { patternFrom } from './pattern.ts'

const takes = [
  'a',
  'ab|cd',
  '(?:ab|c)*d',
  'a+b?c{2}',
  '[^a-c]x{1,3}',
  '\\d{2,}-\\w',
  '(a|ab)(c|bcd)(d*)',
  '[\\]a]\\.',
  'a.{0,2}b',
  '(a*)*b',
  '\\u{10FFFF}?x',
  '()|y',
  '\\p{Lu}',
  '^a$',
  '^ab|cd$',
  '^a.$',
]
const values = [
  '',
  'a',
  'ab',
  'cd',
  'ababcd',
  'd',
  'aabcc',
  'acc',
  'zxx',
  'ax',
  '12-q',
  '1-q',
  'abcd',
  'acdd',
  '].',
  'a.',
  'axyb',
  'axyzb',
  'aaab',
  'x',
  'y',
  'Š',
  'zxxxx',
]

test('a pattern takes the values that the language’s own regular expressions take', () => {
  for (const text of takes) {
    const pattern = patternFrom(text)
    assert.ok(pattern, text)
    for (const value of values) assert.equal(pattern(value), new RegExp(`^(?:${text})$`, 'u').test(value), `${text} on ${value}`)
  }
})

test('a pattern with very many ways ends at once, and what cannot be followed that way is not followed', () => {
  const began = performance.now()
  for (const text of ['((a)|(a))*b', '((a+)(b?))*c', `${'a?'.repeat(60)}${'a'.repeat(60)}c`, `${'.*'.repeat(80)}x`, '(((.)*z|.)*y|a)*x']) {
    assert.equal(patternFrom(text)?.('a'.repeat(200)), false, text)
  }
  assert.ok(performance.now() - began < 2000)
  for (const text of ['(a)\\1', '(?=a)a', 'a^b', '(^a$)', '(a{99}){99}', 'a{', '[a', 'a)', '(', '*a', '\\', '('.repeat(90) + ')'.repeat(90)])
    assert.equal(patternFrom(text), null, text)
})
