import { type Script, scriptAsked } from '../readers-script.ts'
import { Refusal } from '../refusal.ts'
import { toLatin } from '../text.ts'
import { inSerbian } from './catalogue.ts'

/** Values that are words themselves, such as a state or the name of a field, in Serbian Cyrillic. */
export type SaidValues = Readonly<Record<string, string>>

const serbianOf = (script: Script, sentence: string, values: SaidValues) => {
  const write = (text: string) => (script === 'sr-Latn' ? toLatin(text) : text)
  return inSerbian(sentence, { script: write, alsoSaid: (value) => write(values[value] ?? value) })
}

/** A sentence that was kept, such as why a message stands aside, in the language that its reader's browser names (`Accept-Language`). */
export function sayTo(acceptLanguage: string | undefined, sentence: string | null, values: SaidValues): string | null {
  const script = scriptAsked(acceptLanguage)
  return script === null || sentence === null ? sentence : (serbianOf(script, sentence, values)?.sentence ?? sentence)
}

/**
 * The same refusal for its reader: its kind, its place and its code in the catalogue are the same. What to do is the catalogue's, unless `hint` is at
 * hand in the reader's script. Programs name no language and get the English sentence, which is what the catalogue is looked up by.
 */
export function forReader(refusal: Refusal, acceptLanguage: string | undefined, values: SaidValues, hint: string | null = null): Refusal {
  const script = scriptAsked(acceptLanguage)
  const said = script === null ? null : serbianOf(script, refusal.message, values)
  if (said === null) return refusal
  const { kind, known, expression, issues, details, retryAfterSeconds } = refusal
  return new Refusal(kind, said.sentence, {
    hint: hint ?? said.remedy,
    ...(known === undefined ? {} : { known }),
    ...(expression === undefined ? {} : { expression }),
    ...(issues === undefined ? {} : { issues }),
    ...(details === undefined ? {} : { details }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  })
}
