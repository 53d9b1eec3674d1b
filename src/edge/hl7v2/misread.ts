import { Refusal } from '../../platform/refusal.ts'
import { type Charset, charsetNamed, decodeAs } from './charset.ts'

// A wrongly declared character set is seldom noticed: any byte is some letter of it. Letters that the languages here do not have reveal it, and the
// message is refused instead of being filed under a garbled name.

const letters = /[čćđšžČĆĐŠŽАБВГДЂЕЖЗИЈКЛЉМНЊОПРСТЋУФХЦЧЏШабвгдђежзијклљмнњопрстћуфхцчџш]/g
const beyondAscii = /[^\u0000-\u007f]/g
const candidates: readonly Charset[] = ['utf-8', 'windows-1250', 'cp852', 'windows-1251', 'iso-8859-2', 'iso-8859-5']
/** No word mixes two scripts. */
const mixed = /[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]/
const words = /[A-Za-z\u0400-\u04ff]+/g
/** Control characters that only a wrong character set produces: nobody writes them. */
const c1 = /[\u0080-\u009f]/
/** Symbols in the place of letters: what letters of another character set become in this one. */
const markInWord = /[†‡‰¬¦§¤¨¸ˇ˘˙˛˝©®×]\p{Ll}|\p{Ll}[†‡¬¦§¤¨¸ˇ˘˙˛˝]/u

export const isBeyondAscii = (bytes: Uint8Array): boolean => bytes.some((byte) => byte > 0x7f)

/** Null when the bytes can have been meant as they were read; otherwise the likely character set, when it can be told. */
export function misread(bytes: Uint8Array, used: Charset, read: string | null): { likely: Charset | undefined } | null {
  const likely = likelyOf(bytes, used, read ?? '')
  if (likely !== undefined) return { likely }
  const isWrong = read === null || (used !== 'utf-8' && (c1.test(read) || isOfTwoScripts(read)))
  if (!isWrong) return null
  return { likely: used !== 'utf-8' && readAs(bytes, 'utf-8') !== null ? 'utf-8' : undefined }
}

/** A typing error leaves one mixed word among others; a wrong character set mixes most of them. */
function isOfTwoScripts(text: string): boolean {
  if (!mixed.test(text)) return false
  const cyrillic = (text.match(words) ?? []).filter((word) => /[\u0400-\u04ff]/.test(word))
  return cyrillic.filter((word) => mixed.test(word)).length * 2 >= cyrillic.length
}

export function readAs(bytes: Uint8Array, charset: Charset): string | null {
  try {
    return decodeAs(bytes, charset)
  } catch {
    return null
  }
}

/** How many letters of the languages here it has; none when words mix two scripts. */
const lettersIn = (text: string): number => (mixed.test(text) ? 0 : (text.match(letters)?.length ?? 0))
const isOfLetters = (text: string): boolean => lettersIn(text) === text.match(beyondAscii)?.length

/**
 * Another character set in which everything beyond ASCII is letters, when that is hardly an accident: UTF-8 hardly ever is one; the others need at
 * least two letters, or one when a symbol stands inside a word.
 */
function likelyOf(bytes: Uint8Array, used: Charset, read: string): Charset | undefined {
  if (isOfLetters(read)) return undefined
  const more = markInWord.test(read) || c1.test(read) ? 1 : 2
  return candidates.find((one) => {
    const text = one === used ? null : readAs(bytes, one)
    return text !== null && isOfLetters(text) && (one === 'utf-8' || lettersIn(text) >= lettersIn(read) + more)
  })
}

/** Refuses a message whose letters are not in its character set; `said` is the value of MSH-18. */
export function mustBeAsSaid(bytes: Uint8Array, text: string, used: Charset, said: string): void {
  const wrong = misread(bytes, used, text)
  if (wrong === null) return
  const isSaid = charsetNamed(said) === used
  throw new Refusal('incorrect', `the letters of the message are not written in ${used}`, {
    expression: 'MSH-18',
    hint: `${isSaid ? 'MSH-18 says so' : `MSH-18 names no other, and the edge's local.charset is ${used}`}${wrong.likely === undefined ? '' : `; they look like ${wrong.likely}`}. Say in MSH-18 what is written, for example 8859/2 or CP1250, or send UTF-8.`,
  })
}
