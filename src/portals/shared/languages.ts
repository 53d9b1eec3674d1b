/** Texts are written in Cyrillic and in English; Latin is derived from Cyrillic. */
export type Language = 'sr-Cyrl' | 'sr-Latn' | 'en'

export const languages: { tag: Language; name: string }[] = [
  { tag: 'sr-Cyrl', name: 'Ћирилица' },
  { tag: 'sr-Latn', name: 'Latinica' },
  { tag: 'en', name: 'English' },
]

/** Locale for React Aria's date fields and strings. */
export const localeOf: Record<Language, string> = { 'sr-Cyrl': 'sr-Cyrl-RS', 'sr-Latn': 'sr-Latn-RS', en: 'en-GB' }

/** The name of the reader's language in a sentence that the server has written in all three. */
export const keyIn = { 'sr-Cyrl': 'sr', 'sr-Latn': 'srLatn', en: 'en' } as const satisfies Record<Language, string>
