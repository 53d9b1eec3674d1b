import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mayHoldNumber, mayTellNumber } from './personal-number.ts'

const officer = '00000000-0000-4000-8000-005055512345'

test('a number of a person is found in a sentence, together or in groups', () => {
  for (const text of ['ЈМБГ 0101985710018', '0101 985 710 018', '0101985-710018', 'ЛБО 12345678903.', `види ${officer} и 12345678903`])
    assert.ok(mayTellNumber(text), text)
})

test('dates, the digits of an UUID and numbers of documents are nobody’s', () => {
  for (const text of ['од 12.03.2026 14.500 динара', 'од 01.03.2026-15. 3. 2026.', officer]) assert.ok(!mayTellNumber(text), text)
  for (const text of [officer, '181-500-123-2026-1', 'https://195.178.100.100:8443/hook']) assert.ok(!mayHoldNumber(text), text)
  assert.ok(mayHoldNumber('88-12345678903'))
})
