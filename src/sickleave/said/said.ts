import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { scriptAsked } from '../../platform/readers-script.ts'
import { Refusal } from '../../platform/refusal.ts'
import { formOf } from '../../platform/sentence-form.ts'
import { toLatin } from '../../platform/text.ts'

// Every "no" of the sick leave in the reader's language. The code says it in English, which is what a program without a language gets; here stands the
// same in Serbian, one line a sentence, with {} for what is filled in. What is filled in (a field, a role, a state) is said in Serbian as well.

type Known = { english: string; serbian: string }
const known = readFileSync(new URL('sentences.tsv', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line): Known => {
    const [english = '', serbian = ''] = line.split('\t')
    return { english, serbian }
  })
const exact = new Map(known.map(({ english, serbian }) => [english, serbian]))
/** The sentence that has most words of its own says most: "the leave reaches to {} already" before "{} is {}". */
const patterns = known
  .filter(({ english }) => english.includes('{}'))
  .toSorted((one, other) => other.english.length - one.english.length)
  .map(({ english, serbian }) => ({ form: formOf(english), serbian }))

/** In Serbian Cyrillic; null when nobody wrote it down. */
export function inSerbian(said: string): string | null {
  const whole = exact.get(said)
  if (whole !== undefined) return whole
  for (const { form, serbian } of patterns) {
    const filled = form.exec(said)?.slice(1)
    if (filled) return filled.reduce((text, value) => text.replace('{}', () => fillOf(value)), serbian).replaceAll('..', '.')
  }
  return null
}

/** A day as it is written in Serbian; what a program would compare stands in the English sentence. */
const asSerbianDay = (value: string): string | null => (/^\d{4}-\d\d-\d\d$/.test(value) ? `${value.split('-').reverse().join('.')}.` : null)

/** `116,091.04` is `116.091,04` in Serbian. */
const asSerbianSum = (value: string): string | null => (/^\d+\.\d\d$/.test(value) ? value.replace('.', ',').replace(/\B(?=(\d{3})+,)/g, '.') : null)

/** A sentence within a sentence, or a list: "viewer, operator". */
const fillOf = (value: string): string =>
  inSerbian(value) ??
  asSerbianDay(value) ??
  asSerbianSum(value) ??
  value
    .split(', ')
    .map((one) => exact.get(one) ?? one)
    .join(', ')

/** Where the code has a text in three scripts already. */
export function wordsFor(acceptLanguage: string | undefined): 'sr' | 'srLatn' | 'en' {
  const script = scriptAsked(acceptLanguage)
  return script === null ? 'en' : script === 'sr' ? 'sr' : 'srLatn'
}

type Details = { reason?: unknown; opens?: unknown }

/** A sentence of ours that was kept, as its reader would have got it. */
export function sayTo(acceptLanguage: string | undefined, text: string): string {
  const script = scriptAsked(acceptLanguage)
  if (script === null) return text
  const serbian = inSerbian(text) ?? text
  return script === 'sr-Latn' ? toLatin(serbian) : serbian
}

export function forReader(refusal: Refusal, acceptLanguage: string | undefined): Refusal {
  if (scriptAsked(acceptLanguage) === null) return refusal
  const say = (text: string): string => sayTo(acceptLanguage, text)
  const details = refusal.details as Details | undefined
  const denied =
    typeof details?.reason === 'string' && Array.isArray(details.opens)
      ? { ...details, reason: say(details.reason), opens: details.opens.map((one) => say(String(one))) }
      : details
  const issues = refusal.issues?.map(({ hint, ...one }) => ({ ...one, diagnostics: say(one.diagnostics), ...(hint ? { hint: say(hint) } : {}) }))
  return refusal.inOtherWords(say(refusal.message), { hint: refusal.hint && say(refusal.hint), issues, details: denied })
}

/** For the routes of this scope; what answers at last is the server's own, so that there is one form of a refusal. */
export function speakToReaders(app: FastifyInstance): void {
  app.setErrorHandler((error, { headers }) => {
    throw error instanceof Refusal ? forReader(error, headers['accept-language']) : error
  })
}
