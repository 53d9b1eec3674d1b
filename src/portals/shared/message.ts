/**
 * A message in Serbian Cyrillic and in English, side by side, so that neither is changed without the other.
 * `{name}` is replaced by a value. The value `count` chooses the form of a plural: Serbian has one (1, 21, 101),
 * few (2–4, 22) and other (0, 5–20, 111).
 */
export type Message = { sr: Form; en: Form }
export type Form = string | { one: string; few?: string; other: string }
export type Values = Record<string, string | number>

const rules = { sr: new Intl.PluralRules('sr'), en: new Intl.PluralRules('en') }

export function fill(language: 'sr' | 'en', form: Form, values: Values = {}): string {
  const text = typeof form === 'string' ? form : plural(language, form, Number(values.count))
  const filled = text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name]
    if (value === undefined) return whole
    return typeof value === 'number' ? formatCount(language, value) : value
  })
  // A Serbian date ends with a full stop. At the end of a sentence one full stop is enough.
  return filled.replace(/(\d{4}\.)\.(?!\.)/g, '$1')
}

function plural(language: 'sr' | 'en', form: Exclude<Form, string>, count: number): string {
  const rule = rules[language].select(count)
  if (rule === 'one') return form.one
  if (rule === 'few') return form.few ?? form.other
  return form.other
}

/** Writes a count with separators of thousands: a dot in Serbian, a comma in English. Doses and results never get one. */
export function formatCount(language: 'sr' | 'en', count: number): string {
  return String(count).replace(/\B(?=(\d{3})+(?!\d))/g, language === 'sr' ? '.' : ',')
}

/** Keeps the literal types of a catalogue while checking its shape. */
export const messages = <T extends Record<string, Message>>(catalogue: T): T => catalogue
