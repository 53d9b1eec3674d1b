export type Script = 'sr' | 'sr-Latn'

/** The first language of ours that is asked for (`Accept-Language`); without one, null: English, which is what a program gets. */
export function scriptAsked(acceptLanguage: string | undefined): Script | null {
  for (const part of (acceptLanguage ?? '').slice(0, 200).toLowerCase().split(',')) {
    const tag = part.trim()
    if (tag.startsWith('sr-latn')) return 'sr-Latn'
    if (tag.startsWith('sr')) return 'sr'
    if (tag.startsWith('en')) return null
  }
  return null
}
