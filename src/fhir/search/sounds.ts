import { fold } from '../../platform/text.ts'

/**
 * The standard's `phonetic` parameter leaves the algorithm open ("some kind of phonetic matching algorithm"): here two words sound
 * alike when they are written alike but for one slip (a letter too many, too few, another one, or two swapped), after the ways in
 * which the same Serbian or foreign name is spelled have become one. Short words allow no slip.
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
  [/dz/g, 'dj'],
  [/(.)\1+/g, '$1'],
]

const wordsIn = (text: string): string[] => fold(text).match(/[\p{L}\p{N}]+/gu) ?? []

/** The words of a name in the one form in which they are compared. */
export const soundsOf = (text: string): string[] => soundsOfWords(wordsIn(text))

function soundsOfWords(words: readonly string[]): string[] {
  return [...new Set(words.slice(0, wordsMax).map((word) => spellings.reduce((form, [pattern, into]) => form.replace(pattern, into), word.slice(0, wordMax))))]
}

/** Stands for the words of a name that are more than are kept; no word sounds so. */
const more = '*'

export function soundsOfName(text: string): string[] {
  const words = wordsIn(text)
  return words.length > wordsMax ? [...soundsOfWords(words), more] : soundsOfWords(words)
}

/** Of a name that has this word, one of these is among its sounds. */
export const soundsWith = (word: string): string[] => [...soundsOf(word), more]

/**
 * What two words that differ by one slip have in common: each word, and each word less one letter. So a store finds them by
 * equality alone.
 */
export function nearForms(sound: string): string[] {
  if (sound.length < slipLengthMin) return [sound]
  const forms = new Set([sound])
  for (let at = 0; at < sound.length; at++) forms.add(sound.slice(0, at) + sound.slice(at + 1))
  return [...forms]
}

/** At most one slip apart (the optimal string alignment distance is 0 or 1). */
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
