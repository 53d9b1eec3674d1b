import type { Resource } from '../../fhir/fhir.ts'
import { toLatin } from '../../platform/text.ts'
import { codeOf, dateOf, detailOf, nameOf } from './facts.ts'

/** The language and script of the document's texts. */
export type Tongue = 'sr-Cyrl' | 'sr-Latn' | 'en'

/** Serbian when the reader prefers it to English; the default is English, since a summary is for abroad. */
export function tongueOf(acceptLanguage: string | undefined): Tongue {
  const [wanted = ''] = /\b(?:sr|en)\b[\w-]*/i.exec(acceptLanguage ?? '') ?? []
  if (!/^sr/i.test(wanted)) return 'en'
  return /latn/i.test(wanted) ? 'sr-Latn' : 'sr-Cyrl'
}

/** The Serbian texts are written in Cyrillic; Latin is derived from them. */
export const say = (tongue: Tongue, words: { sr: string; en: string }): string =>
  tongue === 'en' ? words.en : tongue === 'sr-Latn' ? toLatin(words.sr) : words.sr

const heads = { date: { sr: 'Датум', en: 'Date' }, what: { sr: 'Шта', en: 'What' }, detail: { sr: 'Подаци', en: 'Details' } }

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`)
const rowsMax = 200
const textMax = 300

export function tableOf(tongue: Tongue, resources: readonly Resource[]): string {
  const head = [heads.date, heads.what, heads.detail].map((words) => `<th>${escaped(say(tongue, words))}</th>`).join('')
  const rows = resources.slice(0, rowsMax).map((one) => {
    const cells = [(dateOf(one) ?? '').slice(0, 10), nameOf(codeOf(one)), detailOf(one)]
    return `<tr>${cells.map((text) => `<td>${escaped(text.slice(0, textMax))}</td>`).join('')}</tr>`
  })
  return div(tongue, `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`)
}

export const paragraphOf = (tongue: Tongue, words: { sr: string; en: string }): string => div(tongue, `<p>${escaped(say(tongue, words))}</p>`)

const div = (tongue: Tongue, inner: string): string => `<div xmlns="http://www.w3.org/1999/xhtml" lang="${tongue}" xml:lang="${tongue}">${inner}</div>`
