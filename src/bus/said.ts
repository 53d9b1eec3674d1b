import { forReader, type SaidValues, sayTo } from '../platform/errors/for-reader.ts'
import type { Refusal } from '../platform/refusal.ts'

// What the bus says to people, in the words of the catalogue of errors; what a member said in its own words stays as it was said.

const states: SaidValues = {
  requested: '„тражи приступ“',
  approved: '„одобрен“',
  active: '„активан“',
  suspended: '„обустављен“',
  revoked: '„искључен“',
}

export const sayOfBus = (acceptLanguage: string | undefined, sentence: string | null): string | null => sayTo(acceptLanguage, sentence, states)
export const refusalOfBus = (refusal: Refusal, acceptLanguage: string | undefined): Refusal => forReader(refusal, acceptLanguage, states)
