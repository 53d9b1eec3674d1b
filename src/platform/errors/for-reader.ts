import { type Script, scriptAsked } from '../readers-script.ts'
import type { Refusal } from '../refusal.ts'
import { toLatin } from '../text.ts'
import { inSerbian } from './catalogue.ts'

/** Values that are words themselves, such as a state or the name of a field, in Serbian Cyrillic. */
export type SaidValues = Readonly<Record<string, string>>

const serbianOf = (script: Script, sentence: string, values: SaidValues) => {
  const write = (text: string) => (script === 'sr-Latn' ? toLatin(text) : text)
  return inSerbian(sentence, { script: write, alsoSaid: (value) => write(values[value] ?? value) })
}

/** A stored sentence, such as why a message stands aside, in the language that the reader's browser asks for (`Accept-Language`). */
export function sayTo(acceptLanguage: string | undefined, sentence: string | null, values: SaidValues): string | null {
  const script = scriptAsked(acceptLanguage)
  return script === null || sentence === null ? sentence : (serbianOf(script, sentence, values)?.sentence ?? sentence)
}

/**
 * The refusal in its reader's language; kind, place and code stay the same. The hint is the catalogue's cure, unless `hint` is given in the reader's
 * script. Programs ask for no language and get the English sentence, by which the catalogue is looked up.
 */
export function forReader(refusal: Refusal, acceptLanguage: string | undefined, values: SaidValues, hint: string | null = null): Refusal {
  const script = scriptAsked(acceptLanguage)
  const said = script === null ? null : serbianOf(script, refusal.message, values)
  return said === null ? refusal : refusal.inOtherWords(said.sentence, { hint: hint ?? said.remedy })
}
