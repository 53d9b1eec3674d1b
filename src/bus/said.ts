import { inSerbian } from '../platform/errors/catalogue.ts'
import { type Script, scriptAsked } from '../platform/readers-script.ts'
import { Refusal } from '../platform/refusal.ts'
import { toLatin } from '../platform/text.ts'

// What the bus says to people, in the words of the catalogue of errors. Programs name no language and get the English sentence, which is what the
// catalogue is looked up by; what a member said in its own words stays as it was said.

const states: Readonly<Record<string, string>> = {
  requested: '„тражи приступ“',
  approved: '„одобрен“',
  active: '„активан“',
  suspended: '„обустављен“',
  revoked: '„искључен“',
}

const serbianOf = (script: Script, sentence: string) => {
  const write = (text: string) => (script === 'sr-Latn' ? toLatin(text) : text)
  return inSerbian(sentence, { script: write, alsoSaid: (value) => write(states[value] ?? value) })
}

/** A sentence that was kept, such as why a message stands aside. */
export function sayTo(acceptLanguage: string | undefined, sentence: string | null): string | null {
  const script = scriptAsked(acceptLanguage)
  return script === null || sentence === null ? sentence : (serbianOf(script, sentence)?.sentence ?? sentence)
}

/** The same refusal for its reader: its kind, its place and its code in the catalogue are the same, and what to do is the catalogue's. */
export function forReader(refusal: Refusal, acceptLanguage: string | undefined): Refusal {
  const script = scriptAsked(acceptLanguage)
  const said = script === null ? null : serbianOf(script, refusal.message)
  if (said === null) return refusal
  const { kind, known, expression, issues, details, retryAfterSeconds } = refusal
  return new Refusal(kind, said.sentence, {
    hint: said.remedy,
    ...(known === undefined ? {} : { known }),
    ...(expression === undefined ? {} : { expression }),
    ...(issues === undefined ? {} : { issues }),
    ...(details === undefined ? {} : { details }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  })
}
