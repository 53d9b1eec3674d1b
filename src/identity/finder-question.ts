import { fold } from '../platform/text.ts'

/** Reads what a user typed into the one field of the finder. Pure. */
export type Question = {
  /** The words of the name, folded. */
  words: string[]
  /** `1972` or `1972-03-15`: the birth date begins with it. */
  born: string | null
  /** The whole text, when it can only be a number. */
  number: string | null
}

export const queryMax = 100
const wordsMax = 6
const wordLengthMax = 40

export function readQuestion(query: string, yearNow: number): Question {
  const text = query.normalize('NFC').trim()
  const compact = text.replace(/[\s-]/g, '')
  const isDate = findDate(text) !== null && !/\p{L}/u.test(text)
  if (!isDate && (/^\d{6,20}$/.test(compact) || /^[PpПп]\d{13}$/.test(compact))) return { words: [], born: null, number: text }

  const date = findDate(text)
  const rest = date === null ? text : text.replace(date.found, ' ')
  const words: string[] = []
  let born = date?.iso ?? null
  for (const word of fold(rest).split(/[^\p{L}\p{N}]+/u)) {
    const isYear = /^(18|19|20)\d{2}$/.test(word) && Number(word) <= yearNow
    if (isYear && born === null) born = word
    else if (/\p{L}/u.test(word)) words.push(word.slice(0, wordLengthMax))
  }
  return { words: [...new Set(words)].slice(0, wordsMax), born, number: null }
}

/** `15.03.1972.`, `15. 3. 1972` or `1972-03-15`. */
function findDate(text: string): { found: string; iso: string } | null {
  const iso = /\b(\d{4})-(\d{2})-(\d{2})\b/.exec(text)
  if (iso) return { found: iso[0], iso: iso[0] }
  const local = /\b(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4})\b\.?/.exec(text)
  if (!local) return null
  const [found, day = '', month = '', year = ''] = local
  return { found, iso: `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}` }
}

/** The number of slips between two words: a letter wrong, missing or added, or two swapped (optimal string alignment). */
export function distance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let least = Math.min((last[j] as number) + 1, (row[j - 1] as number) + 1, (last[j - 1] as number) + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, (beforeLast[j - 2] as number) + 1)
      row.push(least)
    }
    beforeLast = last
    last = row
  }
  return last[b.length] as number
}

const plainD = (word: string) => word.replaceAll('dj', 'd')

/** How far a word of a name is from the typed word: 0 when they are the same, up to 2 for slips, 3 when the word only begins with it; null for another word. */
export function farness(typed: string, word: string): number | null {
  if (typed === word) return 0
  if (plainD(typed) === plainD(word)) return 0.5 // Đ typed as plain D.
  const slips = Math.min(distance(typed, word), distance(plainD(typed), plainD(word)))
  if (slips <= (typed.length >= 8 ? 2 : 1) && typed.length >= 3) return slips
  return typed.length >= 2 && word.startsWith(typed) ? 3 : null
}
