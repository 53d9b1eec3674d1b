import { Refusal } from '../../platform/refusal.ts'
import { type Charset, decode, decodeAs } from '../hl7v2/charset.ts'

// Tables say nothing about their character set, so the mapping does; and whoever exports one from another program forgets it. Letters that are not those of
// the languages here show it, and are told instead of being filed as somebody's name.

const letters = /[čćđšžČĆĐŠŽАБВГДЂЕЖЗИЈКЛЉМНЊОПРСТЋУФХЦЧЏШабвгдђежзијклљмнњопрстћуфхцчџш]/g
const beyondAscii = /[^\u0000-\u007f]/g
const candidates: readonly Charset[] = ['utf-8', 'windows-1250', 'cp852', 'windows-1251']
/** No word is written in two scripts. */
const mixed = /[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]/

/** The text of a table, in the character set that its mapping names. */
export function textOfTable(bytes: Uint8Array, charset: Charset): string {
  const isMarked = bytes[0] === 0xef || bytes[0] === 0xff || bytes[0] === 0xfe
  if (!isMarked && bytes.some((byte) => byte > 0x7f)) {
    const read = readAs(bytes, charset)
    const other = likely(bytes, charset, read ?? '')
    if (read === null || other !== undefined)
      throw new Refusal('incorrect', 'the bytes are not in the character set that the mapping names', {
        expression: 'format.charset',
        hint: `The mapping says ${charset}${other === undefined ? '' : `, and the letters look like ${other}`}. Write the table in it, or name the real one in format.charset.`,
      })
  }
  return decode(bytes, charset, charset).text
}

function readAs(bytes: Uint8Array, charset: Charset): string | null {
  try {
    return decodeAs(bytes, charset)
  } catch {
    return null
  }
}

/** Letters of the languages here, unless they stand in words of two scripts. */
const lettersIn = (text: string): number => (mixed.test(text) ? 0 : (text.match(letters)?.length ?? 0))
const isOfLetters = (text: string): boolean => lettersIn(text) === text.match(beyondAscii)?.length

/** Another in which everything beyond ASCII is letters, where that is no accident: UTF-8 hardly ever is one, of the others two letters more are wanted. */
function likely(bytes: Uint8Array, declared: Charset, read: string): Charset | undefined {
  if (isOfLetters(read)) return undefined
  return candidates.find((one) => {
    const text = one === declared ? null : readAs(bytes, one)
    return text !== null && isOfLetters(text) && (one === 'utf-8' || lettersIn(text) >= lettersIn(read) + 2)
  })
}
