import { inSerbian } from '../../platform/errors/catalogue.ts'
import { toLatin } from '../../platform/text.ts'
import type { Reason } from '../store/items.ts'
import type { Language } from './words.ts'

/** The faults of a cell: how a table's sentence about a line and a column ends. */
const ofCells: Readonly<Record<string, string>> = {
  'is empty, and the mapping demands a value': 'празна је, а мапирање тражи вредност',
  'has not the form that the mapping demands': 'нема облик који мапирање тражи',
  'holds a code that the mapping does not translate': 'има шифру коју мапирање не преводи',
  'is no number': 'није број',
  'is neither of the words for yes and no': 'није ни реч за да ни реч за не',
}

/** Any other value, such as the name of a column, is not translated. */
function ofCell(value: string, script: (text: string) => string): string {
  const form = /^is no date of the form (.+)$/.exec(value)?.[1]
  if (form !== undefined) return `${script('није датум облика')} ${form}`
  const words = ofCells[value]
  return words === undefined ? value : script(words)
}

export type Said = { text: string; lang?: 'en' }

/**
 * The reason why an item stands aside, in the language of the page. A sentence that the catalogue of errors lacks, such as one of a local system or a
 * profile, stays as it is and is marked as English.
 */
export function reasonIn(language: Language, { sentence, hint = '' }: Pick<Reason, 'sentence' | 'hint'>): { sentence: Said; hint: Said } {
  const asSaid = (text: string): Said => (text === '' || language === 'en' ? { text } : { text, lang: 'en' })
  const script = (text: string): string => (language === 'sr-Latn' ? toLatin(text) : text)
  const found = language === 'en' ? null : inSerbian(sentence, { script, alsoSaid: (value) => ofCell(value, script) })
  if (!found) return { sentence: asSaid(sentence), hint: asSaid(hint) }
  return { sentence: { text: found.sentence }, hint: hint === '' || hint === found.cure ? { text: found.remedy } : asSaid(hint) }
}
