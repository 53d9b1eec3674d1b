import { no, type Read } from './cms.ts'
import { whatWasAdded } from './pdf-added.ts'

// The one signature of a PDF that was given out for signing (ISO 32000-1 section 12.8; PAdES, ETSI EN 319 142-1). It covers every byte.

export type PdfSignature = { cms: Buffer; covered: Buffer }

const ranges = /\/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]/g
const kinds = new Set(['ETSI.CAdES.detached', 'adbe.pkcs7.detached'])
/** How much a signing program may add: the chain of its certificate, and a picture of a signature. */
const addedBytesMax = 2 * 1024 * 1024

export function readPdf(pdf: Buffer, given: Buffer): Read<PdfSignature> {
  if (!pdf.subarray(0, given.length).equals(given)) return no(otherDocument)
  const added = pdf.subarray(given.length)
  if (added.length > addedBytesMax) return no(`what was added to the document is more than ${addedBytesMax / 1024 / 1024} MB`)
  const text = added.toString('latin1')
  const found = [...text.matchAll(ranges)]
  if (found.length === 0) return no('the document bears no signature')
  if (found.length > 1) return no('the document bears more than one signature; one person signs a request')
  const [from = 0, length = 0, second = 0, rest = 0] = (found[0] ?? []).slice(1).map(Number)
  if (second + rest < pdf.length) return no('something was added after the signature; what was signed is the document before it')
  const gap = pdf.subarray(length, second).toString('latin1')
  if (from !== 0 || second + rest > pdf.length || length < given.length || !/^<[0-9A-Fa-f]*>$/.test(gap))
    return no('the signature does not cover every byte of the document')
  const kind = /\/SubFilter\s*\/([\w.]+)/.exec(text)?.[1] ?? ''
  if (!kinds.has(kind))
    return no(`the signature is of the kind ${kind === '' ? 'none' : kind.slice(0, 30)}; PAdES (ETSI.CAdES.detached) or adbe.pkcs7.detached is needed`)
  const wrong = whatWasAdded(given.toString('latin1'), text)
  if (wrong !== null) return no(wrong)
  return { ok: true, value: { cms: whole(Buffer.from(gap.slice(1, -1), 'hex')), covered: Buffer.concat([pdf.subarray(0, length), pdf.subarray(second)]) } }
}

export const otherDocument = 'what is signed is not the document that was given out for this request as it stands now'

/** Cuts a signature at its end: the reserved room is larger, and the signature's own length tells where it ends (X.690 section 8.1.3). */
function whole(der: Buffer): Buffer {
  const first = der[1] ?? 0
  if (first < 0x80) return der.subarray(0, 2 + first)
  const digits = first & 0x7f
  return digits === 0 || digits > 4 ? der : der.subarray(0, 2 + digits + der.readUIntBE(2, digits))
}
