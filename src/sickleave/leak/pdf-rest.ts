import { inflateSync } from 'node:zlib'

/**
 * Everything in a PDF that its reader does not see: titles, dates, metadata (XMP), names of the structure, the signature, streams of any kind, with
 * strings in any encoding (ISO 32000-1, 7.3.4 and 7.9.2.2). The trial searches all of it for secret words.
 */
export function pdfRest(pdf: Buffer): string {
  const latin = pdf.toString('latin1')
  const parts = [latin, pdf.toString('utf8')]
  for (const [, hex = ''] of latin.matchAll(/<([0-9A-Fa-f\s]{2,})>/g)) parts.push(...readings(Buffer.from(hex.replaceAll(/\s/g, ''), 'hex')))
  for (const [, text = ''] of latin.matchAll(/\(((?:[^()\\]|\\[^])*)\)/g)) parts.push(...readings(Buffer.from(unescaped(text), 'latin1')))
  for (const body of streamsOf(pdf, latin)) parts.push(...readings(body))
  return parts.join('\n')
}

/** The kinds and the number of a PDF's parts: two papers that nobody may tell apart must have the same. */
export function pdfShape(pdf: Buffer): string {
  const latin = pdf.toString('latin1').replaceAll(/\bstream\r?\n[^]*?endstream/g, 'stream')
  const kinds = [...latin.matchAll(/\/(Type|Subtype|S)\s*\/(\w+)/g)].map(([, , name]) => name).sort()
  return JSON.stringify({ objects: latin.match(/ 0 obj\b/g)?.length, kinds, names: [...new Set(latin.match(/\/[A-Z]\w*/g))].sort() })
}

const readings = (bytes: Buffer): string[] => [
  bytes.toString('utf8'),
  bytes.toString('latin1'),
  Buffer.from(bytes)
    .subarray(0, bytes.length & ~1)
    .swap16()
    .toString('utf16le'),
]

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }
const unescaped = (text: string) =>
  text.replaceAll(/\\([0-7]{1,3}|[^])/g, (_whole, one: string) => (/^[0-7]/.test(one) ? String.fromCharCode(Number.parseInt(one, 8)) : (escapes[one] ?? one)))

function* streamsOf(pdf: Buffer, latin: string): Generator<Buffer> {
  for (const found of latin.matchAll(/>>\s*stream\r?\n/g)) {
    const from = found.index + found[0].length
    const raw = pdf.subarray(from, latin.indexOf('endstream', from))
    yield raw
    try {
      yield inflateSync(raw)
    } catch {
      // Not compressed: its bytes were added as they are.
    }
  }
}
