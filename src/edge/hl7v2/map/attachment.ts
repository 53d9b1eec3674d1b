import { isBase64 } from '../../draft/base64.ts'
import { type Json, some } from '../../draft/draft.ts'
import type { Segment, Value } from '../message.ts'
import type { Mapping } from './mapping.ts'
import { table } from '../../draft/table.ts'

const contents = table<string>({
  PDF: 'application/pdf',
  'X-PDF': 'application/pdf',
  JPEG: 'image/jpeg',
  JPG: 'image/jpeg',
  PNG: 'image/png',
  GIF: 'image/gif',
  TIFF: 'image/tiff',
  HTML: 'text/html',
  RTF: 'application/rtf',
  XML: 'application/xml',
  PLAIN: 'text/plain',
  TEXT: 'text/plain',
  'X-HL7-CDA-LEVEL-ONE': 'application/xml',
})

/** ED (source, type, subtype, encoding, data) or RP (pointer, application, type, subtype) as an Attachment. */
export function attachment(segment: Segment, value: Value, mapping: Mapping): Json | undefined {
  const isPointer = /^RP$/i.test(segment.text(2) ?? '')
  const [type, subtype] = isPointer ? [value.part(3), value.part(4)] : [value.part(2), value.part(3)]
  const title = segment.first(3)?.part(2)
  const found = isPointer ? pointerOf(value) : dataOf(value)
  if (found === undefined)
    mapping.draft.lose(`${segment.place}-5`, isPointer ? 'is no address that could be followed' : 'is not what its encoding says, and no file')
  value.skip(1, 2)
  // att-1: an attachment with data must say its content type.
  const contentType = mediaType(type, subtype) ?? (found?.['data'] === undefined ? undefined : (typeOf(String(found['data'])) ?? 'application/octet-stream'))
  return some({ contentType, ...found, title: found === undefined ? (title ?? 'could not be read') : title })
}

function mediaType(type: string | undefined, subtype: string | undefined): string | undefined {
  if (type !== undefined && /^[\w.+-]+\/[\w.+-]+$/.test(type)) return type
  if (subtype === undefined) return contents[type?.toUpperCase() ?? '']
  return contents[subtype.toUpperCase()] ?? (type === undefined ? undefined : `${type.toLowerCase()}/${subtype.toLowerCase()}`)
}

/** Only a URL can be followed from elsewhere; a path on the sender's own disk is left out. */
function pointerOf(value: Value): Json | undefined {
  const url = value.part(1)
  return url !== undefined && /^(?:https?|urn|ftps?|dicom|wado)[^\s"<>\\]*:[^\s"<>\\]+$/i.test(url) ? { url } : undefined
}

/** Base64 stays as it is, hexadecimal and text are converted to it. Data that claim to be base64 and are not are left out. */
function dataOf(value: Value): Json | undefined {
  const [encoding, data] = [value.part(4)?.toUpperCase(), value.part(5)?.replace(/\s+/g, '')]
  if (data === undefined) return bareData(value)
  if (encoding === 'BASE64') return isBase64(data) ? { data } : undefined
  if (encoding === 'HEX' && data.length % 2 === 0 && /^[0-9A-Fa-f]+$/.test(data)) return { data: Buffer.from(data, 'hex').toString('base64') }
  // Whatever encoding is declared: data that begin like a file in Base64 are already encoded.
  if (typeOf(data) !== undefined && isBase64(data)) return { data }
  return { data: Buffer.from(value.part(5) ?? '', 'utf8').toString('base64') }
}

/** A sender who leaves out the components still sends a file, when its beginning shows the type. */
function bareData(value: Value): Json | undefined {
  const data = value.length === 1 ? value.part(1)?.replace(/\s+/g, '') : undefined
  return data !== undefined && typeOf(data) !== undefined && isBase64(data) ? { data } : undefined
}

/** Files are also written in text fields: a PDF read as text would be letters that nobody could read. */
export const isBareFile = (raw: string): boolean => raw.startsWith('JVBERi0')

// How files begin in Base64.
const beginnings = [
  ['JVBERi', 'application/pdf'],
  ['/9j/', 'image/jpeg'],
  ['iVBORw0KGgo', 'image/png'],
  ['R0lGOD', 'image/gif'],
  ['SUkqA', 'image/tiff'],
  ['TU0AK', 'image/tiff'],
  ['e1xydGY', 'application/rtf'],
] as const
const typeOf = (data: string): string | undefined => beginnings.find(([beginning]) => data.startsWith(beginning))?.[1]
