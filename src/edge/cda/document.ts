import { Refusal } from '../../platform/refusal.ts'
import { type Document, readXml } from './xml.ts'

const charactersMax = 50_000_000

/** A document as a tree, whatever encoding it declares. */
export function parseDocument(bytes: Uint8Array | string): Document {
  const text = typeof bytes === 'string' ? bytes : decoded(bytes)
  if (text.length > charactersMax) throw new Refusal('too-large', `a document may have ${charactersMax} characters`)
  return readXml(text)
}

/** The encoding that the document declares; UTF-8 without one (XML 1.0, 4.3.3). */
function decoded(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 200)).toString('latin1')
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined
  const said = utf16 ?? /^\W*<\?xml[^>]*encoding=["']([\w.-]+)["']/.exec(head)?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(said, { fatal: true }).decode(bytes).replace(/^\s+(?=<)/, '')
  } catch {
    throw new Refusal('incorrect', 'the document is not in the encoding that it declares', {
      hint: 'Declare the real encoding in the first line, or send UTF-8.',
    })
  }
}
