import { Refusal } from '../../platform/refusal.ts'
import { charsetNamed, charsets, decodeAs } from '../hl7v2/charset.ts'
import { isBeyondAscii, misread, readAs } from '../hl7v2/misread.ts'
import { type Document, readXml } from './xml.ts'

const charactersMax = 50_000_000

/** Parses a document in whatever encoding it declares. */
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
  return readIn(bytes, said).replace(/^\s+(?=<)/, '')
}

function readIn(bytes: Uint8Array, said: string): string {
  const named = charsetNamed(said)
  if (named === null || named === 'utf-8' || !isBeyondAscii(bytes)) return strict(bytes, named === null ? said : 'utf-8')
  // A UTF-8 mark takes precedence over the declaration, since many programs put it before another one; and a document in ASCII with other letters is
  // tried as UTF-8.
  const isMarked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  const other = isMarked || named === 'ascii' ? readAs(bytes, 'utf-8') : null
  if (other !== null) return other
  const charset = named === 'ascii' ? 'windows-1252' : named
  const text = decodeAs(bytes, charset)
  const wrong = misread(bytes, charset, text)
  return wrong === null ? text : refuseEncoding(said, wrong.likely)
}

/** Reads the encodings that every browser knows, and UTF-16. */
function strict(bytes: Uint8Array, said: string): string {
  let decoder: TextDecoder
  try {
    decoder = new TextDecoder(said, { fatal: true })
  } catch {
    throw new Refusal('incorrect', `the document declares the encoding ${said}, which is not known here`, {
      hint: `Known are ${charsets.join(', ')} and UTF-16. Send UTF-8.`,
    })
  }
  try {
    return decoder.decode(bytes)
  } catch {
    return refuseEncoding(said, undefined)
  }
}

function refuseEncoding(said: string, likely: string | undefined): never {
  throw new Refusal('incorrect', 'the document is not in the encoding that it declares', {
    hint: `It declares ${said}${likely === undefined ? '' : `, and the letters look like ${likely}`}. Declare the real encoding in the first line, or send UTF-8.`,
  })
}
