import { hasControls } from '../draft/characters.ts'
import { type Charset, decodeAs } from './charset.ts'
import { table } from '../draft/table.ts'

export type Delimiters = { field: string; component: string; repetition: string; escape: string; subcomponent: string; truncation: string }

/**
 * HL7 v2.8 chapter 2.7: \F\ \S\ \T\ \R\ \E\ \P\ are the delimiters, \Xdd..\ bytes of the message's character set, \.br\ and the like lines and
 * spaces, \H\ and \N\ emphasis, which FHIR's strings lack. Anything else is not an escape and stays as it is.
 */
export function unescape(text: string, delimiters: Delimiters, charset: Charset): string {
  const mark = delimiters.escape
  let at = text.indexOf(mark)
  if (mark === '' || at < 0) return text
  let out = text.slice(0, at)
  while (at >= 0) {
    const end = text.indexOf(mark, at + 1)
    const meaning = end < 0 ? null : meaningOf(text.slice(at + 1, end), delimiters, charset)
    const next = meaning === null ? at + 1 : end + 1
    const after = text.indexOf(mark, next)
    out += (meaning ?? mark) + text.slice(next, after < 0 ? undefined : after)
    at = after
  }
  return out
}

const lineBreaks = /^\.(?:br|sp(\d*)|fi|nf|ce)$/i
const indents = /^\.(?:in|ti|sk)([+-]?\d*)$/i
const spacesMax = 200
const linesMax = 50

function meaningOf(code: string, delimiters: Delimiters, charset: Charset): string | null {
  switch (code) {
    case 'F':
      return delimiters.field
    case 'S':
      return delimiters.component
    case 'T':
      return delimiters.subcomponent
    case 'R':
      return delimiters.repetition
    case 'E':
      return delimiters.escape
    case 'P':
      return delimiters.truncation
    case 'H':
    case 'N':
      return ''
  }
  if (/^X(?:[0-9A-Fa-f]{2})+$/.test(code)) return bytesOf(code.slice(1), charset)
  const lines = lineBreaks.exec(code)
  if (lines) return '\n'.repeat(Math.min(Number(lines[1] || 1), linesMax))
  const indent = indents.exec(code)
  return indent ? ' '.repeat(Math.min(Math.max(Number(indent[1] || 1), 0), spacesMax)) : null
}

/** Bytes that are not valid in the character set stay as they were written, so that nothing is made up. */
function bytesOf(hex: string, charset: Charset): string | null {
  const bytes = Buffer.from(hex, 'hex')
  try {
    const text = decodeAs(bytes, charset)
    return hasControls(text) ? null : text
  } catch {
    return null
  }
}

/** The reverse: delimiters become escapes, line ends become \.br\; control characters are dropped, since a message may not contain them. */
export function escaped(text: string): string {
  return text.replace(/[|^&~\\]|\r\n?|\n|[\u0000-\u001f]/g, (found) => escapes[found] ?? (/[\r\n]/.test(found) ? '\\.br\\' : ''))
}
const escapes = table<string>({ '|': '\\F\\', '^': '\\S\\', '&': '\\T\\', '~': '\\R\\', '\\': '\\E\\' })
