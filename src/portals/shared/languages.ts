/** Cyrillic is what we write, Latin is derived from it, English is written beside it. */
export type Language = 'sr-Cyrl' | 'sr-Latn' | 'en'

export const languages: { tag: Language; name: string }[] = [
  { tag: 'sr-Cyrl', name: 'Ћирилица' },
  { tag: 'sr-Latn', name: 'Latinica' },
  { tag: 'en', name: 'English' },
]

/** Locale for React Aria's date fields and strings. */
export const localeOf: Record<Language, string> = { 'sr-Cyrl': 'sr-Cyrl-RS', 'sr-Latn': 'sr-Latn-RS', en: 'en-GB' }

/** Under which name a sentence stands for this reader, where the server has written it in all three. */
export const keyIn = { 'sr-Cyrl': 'sr', 'sr-Latn': 'srLatn', en: 'en' } as const satisfies Record<Language, string>
