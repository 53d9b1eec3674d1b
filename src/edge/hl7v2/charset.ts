import { Refusal } from '../../platform/refusal.ts'
import { table } from '../draft/table.ts'

// The upper half of IBM code page 852, which TextDecoder lacks (the WHATWG list of encodings leaves it out).
const cp852 = 'ÇüéâäůćçłëŐőîŹÄĆÉĹĺôöĽľŚśÖÜŤťŁ×čáíóúĄąŽžĘę¬źČş«»░▒▓│┤ÁÂĚŞ╣║╗╝Żż┐' + '└┴┬├─┼Ăă╚╔╩╦╠═╬¤đĐĎËďŇÍÎě┘┌█▄ŢŮ▀ÓßÔŃńňŠšŔÚŕŰýÝţ´\u00ad˝˛ˇ˘§÷¸°¨˙űŘř■\u00a0'

/** Names found in MSH-18 (HL7 table 0211 and what vendors write instead), letters and digits only. */
const names = table<Charset>({
  UNICODE: 'utf-8',
  UNICODEUTF8: 'utf-8',
  UTF8: 'utf-8',
  ASCII: 'ascii',
  USASCII: 'ascii',
  '8859': 'iso-8859-1',
})
const prefixes: [RegExp, (digits: string) => Charset | undefined][] = [
  [/^(?:ISO|ISOIR)?8859(\d{1,2})$/, (digits) => charsets.find((one) => one === `iso-8859-${Number(digits)}`)],
  [/^(?:CP|WINDOWS|WIN|MSWIN|X)(125[0-8])$/, (digits) => charsets.find((one) => one === `windows-${digits}`)],
  [/^(?:CP|IBM|DOS|PC)?(852|866)$/, (digits) => (digits === '852' ? 'cp852' : 'ibm866')],
]
export const charsets = [
  'utf-8',
  'ascii',
  'iso-8859-1',
  'iso-8859-2',
  'iso-8859-5',
  'iso-8859-15',
  'windows-1250',
  'windows-1251',
  'windows-1252',
  'cp852',
  'ibm866',
] as const

export type Charset = (typeof charsets)[number]

/** Null when the name is unknown. */
export function charsetNamed(name: string): Charset | null {
  const plain = name.toUpperCase().replace(/[^A-Z0-9]/g, '')
  if (names[plain] !== undefined) return names[plain]
  for (const [form, find] of prefixes) {
    const digits = form.exec(plain)?.[1]
    if (digits !== undefined) return find(digits) ?? null
  }
  return null
}

// The names for MSH-18: those of HL7 table 0211 where it has the set, else those that vendors write.
const written: Record<Charset, string> = {
  'utf-8': 'UNICODE UTF-8',
  ascii: 'ASCII',
  'iso-8859-1': '8859/1',
  'iso-8859-2': '8859/2',
  'iso-8859-5': '8859/5',
  'iso-8859-15': '8859/15',
  'windows-1250': 'CP1250',
  'windows-1251': 'CP1251',
  'windows-1252': 'CP1252',
  cp852: 'CP852',
  ibm866: 'CP866',
}
export const charsetName = (charset: Charset): string => written[charset]
export const hasCyrillic = (charset: Charset): boolean => ['utf-8', 'iso-8859-5', 'windows-1251', 'ibm866'].includes(charset)

/**
 * `fallback` is the character set that a system without MSH-18 is known to write. UTF-8 is tried before it, because text in another set is hardly
 * ever valid UTF-8.
 */
export function decode(bytes: Uint8Array, said: string, fallback: Charset): { text: string; charset: Charset } {
  const marked = markedText(bytes)
  if (marked !== null) return { text: marked, charset: 'utf-8' }
  const charset = said === '' ? null : charsetNamed(said)
  // A wrong name does no harm to ASCII, which every character set reads the same.
  if (said !== '' && charset === null && bytes.some((byte) => byte > 0x7f))
    throw new Refusal('incorrect', 'the character set of MSH-18 is not known here', {
      expression: 'MSH-18',
      hint: `Known are ${charsets.join(', ')}; write the name of HL7 table 0211, for example "UNICODE UTF-8" or "8859/2".`,
    })
  const text = charset === null || charset === 'ascii' ? utf8(bytes) : null
  if (text !== null) return { text, charset: charset ?? 'utf-8' }
  const used = charset === null || charset === 'ascii' ? fallback : charset
  return { text: decodeAs(bytes, used), charset: used }
}

export function decodeAs(bytes: Uint8Array, charset: Charset): string {
  if (charset === 'cp852')
    return Buffer.from(bytes)
      .toString('latin1')
      .replace(/[\u0080-\u00ff]/g, (byte) => cp852.charAt(byte.charCodeAt(0) - 0x80))
  if (charset !== 'utf-8' && charset !== 'ascii') return new TextDecoder(charset).decode(bytes)
  const text = utf8(bytes)
  if (text !== null) return text
  throw new Refusal('incorrect', 'the message says that it is UTF-8, and has bytes that are not', {
    expression: 'MSH-18',
    hint: 'Say the real character set in MSH-18, for example 8859/2 or CP1250, or send UTF-8.',
  })
}

/** Text in UTF-8 with its byte order mark, or in UTF-16, which is recognized only by its mark. */
function markedText(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? utf8(bytes) : null
}

function utf8(bytes: Uint8Array): string | null {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    return null
  }
}
const strictUtf8 = new TextDecoder('utf-8', { fatal: true })

const backwards = new Map<Charset, Map<string, number>>()

/** Text as bytes. A letter that the character set lacks is refused rather than replaced by a question mark. */
export function encode(text: string, charset: Charset): Uint8Array {
  if (charset === 'utf-8') return Buffer.from(text, 'utf8')
  const table = backwards.get(charset) ?? tableOf(charset)
  backwards.set(charset, table)
  return Uint8Array.from(text, (letter) => {
    const byte = table.get(letter)
    if (byte !== undefined) return byte
    throw new Refusal('unprocessable', `the letter ${letter} does not exist in ${charset}`, { hint: 'Send to this system in UTF-8, or in Latin letters.' })
  })
}

function tableOf(charset: Charset): Map<string, number> {
  const size = charset === 'ascii' ? 0x80 : 0x100
  const letters = [
    ...decodeAs(
      Uint8Array.from({ length: size }, (_, byte) => byte),
      charset,
    ),
  ]
  return new Map(letters.map((letter, byte) => [letter, byte]))
}
