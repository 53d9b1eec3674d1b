import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../platform/refusal.ts'
import { type Charset, charsets, encode } from '../hl7v2/charset.ts'
import { parseDocument } from './document.ts'

const document = (encoding: string, name: string) => `<?xml version="1.0" encoding="${encoding}"?><a n="${name}"/>`
const read = (written: Charset, declared: string, name: string): string => {
  try {
    return parseDocument(encode(document(declared, name), written)).root.attribute('n') ?? ''
  } catch (error) {
    assert.ok(error instanceof Refusal)
    return `${error.message}. ${error.hint}`
  }
}

test('a document is read in the encoding that it declares, including those that HL7 v2 knows', () => {
  for (const [charset, declared] of [
    ['utf-8', 'UTF-8'],
    ['utf-8', 'US-ASCII'],
    ['windows-1250', 'windows-1250'],
    ['iso-8859-2', 'ISO-8859-2'],
    ['cp852', 'cp852'],
    ['cp852', 'IBM852'],
  ] as const)
    assert.equal(read(charset, declared, 'Čarapić Đorđe Žika Šćepan'), 'Čarapić Đorđe Žika Šćepan', declared)
  for (const [charset, declared] of [
    ['windows-1251', 'windows-1251'],
    ['iso-8859-5', 'ISO-8859-5'],
  ] as const)
    assert.equal(read(charset, declared, 'Љубица Ђурђевић'), 'Љубица Ђурђевић', declared)
  assert.equal(read('windows-1252', 'ISO-8859-1', 'François Müller 5 °C'), 'François Müller 5 °C')
  assert.equal(parseDocument(Buffer.from(`\ufeff${document('windows-1250', 'Ђорђе')}`)).root.attribute('n'), 'Ђорђе')
})

test('letters in another encoding than the declared one are refused with both names, and an unknown encoding with the names of the known ones', () => {
  for (const [written, declared, name, looks] of [
    ['cp852', 'windows-1250', 'Petrović Đorđe', 'cp852'],
    ['cp852', 'windows-1250', 'Petrović Ana', 'cp852'],
    ['windows-1250', 'ISO-8859-2', 'Žika Šarić', 'windows-1250'],
    ['windows-1250', 'ISO-8859-1', 'Đorđević Čarapić', 'windows-1250'],
    ['windows-1250', 'windows-1251', 'Đorđević Čarapić', 'windows-1250'],
    ['utf-8', 'windows-1250', 'Đorđević', 'utf-8'],
    ['utf-8', 'ISO-8859-2', 'Љубица Đorđević °', 'utf-8'],
  ] as const)
    assert.match(
      read(written, declared, name),
      new RegExp(`^the document is not in the encoding that it declares. It declares ${declared}, and the letters look like ${looks}\\.`),
      `${written} as ${declared}`,
    )
  const unknown = read('ascii', 'EBCDIC-37', 'A')
  assert.match(unknown, /^the document declares the encoding EBCDIC-37, which is not known here\. Known are/)
  for (const charset of charsets) assert.ok(unknown.includes(charset))
})
