import type { Designation } from './resources.ts'

/** The languages of an Accept-Language or a displayLanguage, in order of preference. */
export function languagesOf(text: string): string[] {
  const liked = text.split(',').map((one) => {
    const [tag = '', ...more] = one.split(';').map((part) => part.trim())
    const weight = more.find((part) => part.startsWith('q='))
    return { tag: tag.toLowerCase(), weight: weight === undefined ? 1 : Number(weight.slice(2)) || 0 }
  })
  return liked
    .filter(({ tag, weight }) => tag !== '' && tag !== '*' && weight > 0)
    .toSorted((one, other) => other.weight - one.weight)
    .map(({ tag }) => tag)
    .slice(0, 10)
}

/** `sr-Latn` satisfies a wish for `sr`, and `sr` one for `sr-Latn`. */
const speaks = (wanted: string, has: string): boolean => has === wanted || has.startsWith(`${wanted}-`) || wanted.startsWith(`${has}-`)

/** The name of a concept in the wanted language; otherwise its display. */
export function nameIn(
  language: string | undefined,
  display: string | undefined,
  designations: readonly Designation[],
  own: string | undefined,
): string | undefined {
  if (language === undefined) return display
  for (const wanted of languagesOf(language)) {
    if (display !== undefined && speaks(wanted, (own ?? 'en').toLowerCase())) return display
    const found = designations.find((one) => one.language !== undefined && speaks(wanted, one.language.toLowerCase()))
    if (found) return found.value
  }
  return display
}

const plain = (text: string): string => text.trim().replace(/\s+/g, ' ').toLowerCase()

/** Whether the text is one of the concept's names, in any language. Case and spaces do not matter. */
export const isName = (text: string, display: string | undefined, designations: readonly Designation[]): boolean =>
  [display, ...designations.map(({ value }) => value)].some((one) => one !== undefined && plain(one) === plain(text))
