import { fold } from '../../platform/text.ts'

/**
 * The comparison of the `phonetic` parameter, which the standard leaves open ("some kind of phonetic matching algorithm"). First the different
 * spellings of Serbian and foreign names are made one. Then two words sound alike when at most one slip separates them: a letter too many, too few,
 * another one, or two swapped. Words shorter than this allow no slip.
 */
export const slipLengthMin = 4
const wordMax = 40
const wordsMax = 12

const spellings: [RegExp, string][] = [
  [/ph/g, 'f'],
  [/th/g, 't'],
  [/ck/g, 'k'],
  [/sch|sh/g, 's'],
  [/zh/g, 'z'],
  [/ch/g, 'c'],
  [/x/g, 'ks'],
  [/w/g, 'v'],
  [/q/g, 'k'],
  [/y/g, 'i'],
  // A letter of Serbian that Latin writes with two: one slip in it is one slip. Đ and dž are often taken for each other.
  [/d[jz]/g, 'đ'],
  [/lj/g, 'ļ'],
  [/nj/g, 'ņ'],
  [/(.)\1+/g, '$1'],
]

const wordsIn = (text: string): string[] => fold(text).match(/[\p{L}\p{N}]+/gu) ?? []

/** The words of a name, each in the form that is compared. */
export const soundsOf = (text: string): string[] => soundsOfWords(wordsIn(text))

function soundsOfWords(words: readonly string[]): string[] {
  return [...new Set(words.slice(0, wordsMax).map((word) => spellings.reduce((form, [pattern, into]) => form.replace(pattern, into), word.slice(0, wordMax))))]
}

/** Stands for the words of a name beyond the limit; no word sounds like this. */
const more = '*'

export function soundsOfName(text: string): string[] {
  const words = wordsIn(text)
  return words.length > wordsMax ? [...soundsOfWords(words), more] : soundsOfWords(words)
}

/** The folded word with which a text begins; null when it does not begin with a letter or a digit. */
export const firstWord = (text: string): string | null => /^[\p{L}\p{N}]+/u.exec(fold(text))?.[0] ?? null

/**
 * The word itself, and the word without each one of its letters: two words that differ by one slip share one of these forms, so a store finds
 * them by equality alone.
 */
export function nearForms(sound: string): string[] {
  if (sound.length < slipLengthMin) return [sound]
  const forms = new Set([sound])
  for (let at = 0; at < sound.length; at++) forms.add(sound.slice(0, at) + sound.slice(at + 1))
  return [...forms]
}

/** Whether at most one slip separates the two (the optimal string alignment distance is 0 or 1). */
export function soundsAlike(one: string, other: string): boolean {
  if (one === other) return true
  if (Math.min(one.length, other.length) < slipLengthMin || Math.abs(one.length - other.length) > 1) return false
  const [short, long] = one.length <= other.length ? [one, other] : [other, one]
  let at = 0
  while (at < short.length && short[at] === long[at]) at++
  if (short.length < long.length) return short.slice(at) === long.slice(at + 1)
  if (short.slice(at + 1) === long.slice(at + 1)) return true
  return short[at] === long[at + 1] && short[at + 1] === long[at] && short.slice(at + 2) === long.slice(at + 2)
}
