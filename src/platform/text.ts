/**
 * Serbian scripts. Text for people is authored in Cyrillic, because Cyrillic → Latin is exact and the other way is not:
 * инјекција and надживети have н+ј and д+ж, which Latin writes like њ and џ.
 */
const latinOf: Record<string, string> = {
  а: 'a',
  б: 'b',
  в: 'v',
  г: 'g',
  д: 'd',
  ђ: 'đ',
  е: 'e',
  ж: 'ž',
  з: 'z',
  и: 'i',
  ј: 'j',
  к: 'k',
  л: 'l',
  љ: 'lj',
  м: 'm',
  н: 'n',
  њ: 'nj',
  о: 'o',
  п: 'p',
  р: 'r',
  с: 's',
  т: 't',
  ћ: 'ć',
  у: 'u',
  ф: 'f',
  х: 'h',
  ц: 'c',
  ч: 'č',
  џ: 'dž',
  ш: 'š',
}
const digraphs = new Set(['љ', 'њ', 'џ'])
const isUpper = (letter: string | undefined) => letter !== undefined && letter !== letter.toLowerCase()

/** Serbian Cyrillic to Latin, letter by letter; Љ becomes LJ inside a word of capitals, else Lj. */
export function toLatin(text: string): string {
  if (!/[Ѐ-ӿ]/.test(text)) return text
  let latin = ''
  for (let at = 0; at < text.length; at++) {
    const letter = text[at] as string
    const direct = latinOf[letter]
    // Small letters and what is no letter are nearly all of a text.
    if (direct !== undefined || letter < 'Ѐ') {
      latin += direct ?? letter
      continue
    }
    const small = letter.toLowerCase()
    const into = latinOf[small]
    if (into === undefined) latin += letter
    else if (digraphs.has(small) && (isUpper(text[at + 1]) || isUpper(text[at - 1]))) latin += into.toUpperCase()
    else latin += into[0]?.toUpperCase() + into.slice(1)
  }
  return latin
}

const cyrillicOf: Record<string, string> = { lj: 'љ', nj: 'њ', dž: 'џ' }
for (const [cyrillic, latin] of Object.entries(latinOf)) if (latin.length === 1) cyrillicOf[latin] = cyrillic

/** Latin to Cyrillic for names typed in a search box: a guess (nj → њ), never used to write text for people. */
export function toCyrillic(text: string): string {
  return text.replace(/lj|nj|dž|[a-zčćžšđ]/gi, (latin) => {
    const small = cyrillicOf[latin.toLowerCase()] ?? latin
    return isUpper(latin[0]) ? small[0]?.toUpperCase() + small.slice(1) : small
  })
}

const plain = /^[\x20-\x40\x5b-\x7e]*$/ // already lower-case ASCII

/** Letters of neighbours and of older spellings that no mark can be taken off. Macedonian ѓ and ќ stand for đ and ć. */
const others: Record<string, string> = {
  ...{ đ: 'dj', ѓ: 'dj', ќ: 'c', ß: 'ss', ł: 'l', ø: 'o', æ: 'ae', œ: 'oe', ı: 'i', ð: 'd', þ: 'th' },
  ...{ й: 'j', щ: 'st', ъ: '', ы: 'y', ь: '', э: 'e', ю: 'ju', я: 'ja', ё: 'jo', ѕ: 'dz', і: 'i', ї: 'ji', є: 'je', ґ: 'g' },
}
const otherLetters = new RegExp(`[${Object.keys(others).join('')}]`, 'g')

/** What search compares: lower case, Latin, no marks, đ → dj, ß → ss; so Ђорђевић = Đorđević = Djordjevic, and ǆ (one sign) = dž. */
export function fold(text: string): string {
  if (plain.test(text)) return text
  return toLatin(text.normalize('NFC'))
    .toLowerCase()
    .replace(otherLetters, (letter) => others[letter] as string)
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
}

const bareMax = 3

/**
 * The folded forms that a typed text may mean: who types without marks writes Dorde for Đorđe. Only a text of plain letters is read so;
 * who types a mark or Cyrillic would have written đ. At most three letters are doubted, from the left.
 */
export function spellings(text: string): string[] {
  const folded = fold(text)
  if (!/^[\x20-\x7e]*$/.test(text)) return [folded]
  const bare = [...folded.matchAll(/d(?![jz])/g)].slice(0, bareMax).map(({ index }) => index)
  let forms = [folded]
  // From the right, so that what was found stays where it is.
  for (const at of bare.reverse()) forms = forms.flatMap((form) => [form, `${form.slice(0, at)}dj${form.slice(at + 1)}`])
  return forms
}
