import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Extracted, Resource } from '../types.ts'
import { wordsOf } from './words.ts'

const wordsIn = (note: string, more: object = {}): string => {
  const out: Extracted[] = []
  wordsOf({ resourceType: 'Observation', note: [{ text: note }], ...more } as unknown as Resource, '_content', out)
  return out.map((one) => (one as { text: string }).text).join('')
}

test('words of markup are read as a person sees them, and encoded content has none', () => {
  assert.equal(wordsIn('<div>one<!-- two --> th<b class="x">re</b>e<br/>four &lt;five</div>'), ' one three four five ')
  assert.equal(wordsIn('one', { content: [{ attachment: { contentType: 'text/plain', data: 'dHdv' } }] }), ' one text plain ')
})

test('text that only looks like markup is read in a time that grows with its length', () => {
  const began = performance.now()
  for (const piece of ['<', '<b ', '<!--', '<a <']) wordsIn(`<div${piece.repeat(200_000)}`)
  assert.ok(performance.now() - began < 3000)
})
