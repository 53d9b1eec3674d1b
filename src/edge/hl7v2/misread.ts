import { Refusal } from '../../platform/refusal.ts'
import { type Charset, charsetNamed, decodeAs } from './charset.ts'

// A character set that is declared wrongly is seldom noticed: any byte is some letter of it. Letters that are not those of the languages here show it, and
// are told instead of being filed as somebody's name.

const letters = /[čćđšžČĆĐŠŽАБВГДЂЕЖЗИЈКЛЉМНЊОПРСТЋУФХЦЧЏШабвгдђежзијклљмнњопрстћуфхцчџш]/g
const beyondAscii = /[^\u0000-\u007f]/g
const candidates: readonly Charset[] = ['utf-8', 'windows-1250', 'cp852', 'windows-1251', 'iso-8859-2', 'iso-8859-5']
/** No word is written in two scripts. */
const mixed = /[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]/
const words = /[A-Za-z\u0400-\u04ff]+/g
/** Control characters that only a wrong character set makes of bytes: nobody writes them. */
const c1 = /[\u0080-\u009f]/
/** Marks in the place of letters: what the letters of another character set are in this one. */
const markInWord = /[†‡‰¬¦§¤¨¸ˇ˘˙˛˝©®×]\p{Ll}|\p{Ll}[†‡¬¦§¤¨¸ˇ˘˙˛˝]/u

export const isBeyondAscii = (bytes: Uint8Array): boolean => bytes.some((byte) => byte > 0x7f)

/** Null when the bytes can have been meant as they were read; otherwise, when it can be told, what they look like. */
export function misread(bytes: Uint8Array, used: Charset, read: string | null): { likely: Charset | undefined } | null {
  const likely = likelyOf(bytes, used, read ?? '')
  if (likely !== undefined) return { likely }
  const isWrong = read === null || (used !== 'utf-8' && (c1.test(read) || isOfTwoScripts(read)))
  if (!isWrong) return null
  return { likely: used !== 'utf-8' && readAs(bytes, 'utf-8') !== null ? 'utf-8' : undefined }
}

/** A slip of the keyboard leaves one such word among others; a wrong character set makes them of most. */
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

/** Letters of the languages here, unless they stand in words of two scripts. */
const lettersIn = (text: string): number => (mixed.test(text) ? 0 : (text.match(letters)?.length ?? 0))
const isOfLetters = (text: string): boolean => lettersIn(text) === text.match(beyondAscii)?.length

/**
 * Another in which everything beyond ASCII is letters, where that is no accident: UTF-8 hardly ever is one, of the others two letters more are wanted, or
 * one where a mark stands inside of a word.
 */
function likelyOf(bytes: Uint8Array, used: Charset, read: string): Charset | undefined {
  if (isOfLetters(read)) return undefined
  const more = markInWord.test(read) || c1.test(read) ? 1 : 2
  return candidates.find((one) => {
    const text = one === used ? null : readAs(bytes, one)
    return text !== null && isOfLetters(text) && (one === 'utf-8' || lettersIn(text) >= lettersIn(read) + more)
  })
}

/** A message in 8-bit letters: `said` is what stands in MSH-18. */
export function mustBeAsSaid(bytes: Uint8Array, text: string, used: Charset, said: string): void {
  const wrong = misread(bytes, used, text)
  if (wrong === null) return
  const isSaid = charsetNamed(said) === used
  throw new Refusal('incorrect', `the letters of the message are not written in ${used}`, {
    expression: 'MSH-18',
    hint: `${isSaid ? 'MSH-18 says so' : `MSH-18 names no other, and the edge's local.charset is ${used}`}${wrong.likely === undefined ? '' : `; they look like ${wrong.likely}`}. Say in MSH-18 what is written, for example 8859/2 or CP1250, or send UTF-8.`,
  })
}
