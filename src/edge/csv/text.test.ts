import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../platform/refusal.ts'
import { type Charset, encode } from '../hl7v2/charset.ts'
import { textOfTable } from './text.ts'

const row = 'Karton;Prezime\r\nT1;Đorđević Žika Čarapić'

test('a table in another character set than its mapping names is refused with the likely one, and never garbled', () => {
  const hint = (text: string, written: Charset, declared: Charset): string => {
    try {
      return textOfTable(encode(text, written), declared)
    } catch (error) {
      assert.ok(error instanceof Refusal)
      assert.equal(error.message, 'the bytes are not in the character set that the mapping names')
      return `${error.hint}`
    }
  }
  for (const [written, declared] of [
    ['windows-1250', 'utf-8'],
    ['cp852', 'utf-8'],
    ['utf-8', 'windows-1250'],
    ['utf-8', 'cp852'],
    ['cp852', 'windows-1250'],
    ['utf-8', 'windows-1251'],
    ['windows-1250', 'windows-1251'],
  ] as const)
    assert.match(hint(row, written, declared), new RegExp(`says ${declared}, and the letters look like ${written}`), `${written} as ${declared}`)
  assert.match(hint('A;Ђорђе Љубић', 'windows-1251', 'utf-8'), /look like windows-1251/)
  for (const right of ['utf-8', 'windows-1250', 'cp852', 'iso-8859-2'] as const) assert.equal(hint(row, right, right), row)
  // Letters of neighbouring languages and symbols are left as they are.
  assert.equal(hint('A;Müller § 5 °C', 'windows-1250', 'windows-1250'), 'A;Müller § 5 °C')
  assert.equal(hint('A;Jäger Schröder', 'windows-1250', 'windows-1250'), 'A;Jäger Schröder')
  assert.equal(hint('A;Müller', 'utf-8', 'utf-8'), 'A;Müller')
  assert.equal(textOfTable(Buffer.from(`\ufeff${row}`), 'windows-1250').replace('\ufeff', ''), row, 'a mark says more than the mapping')
})
