import { inXml } from '../draft/draft.ts'
import type { Said } from './reason.ts'

/** A moment in the local time of the reader. */
export const momentOf = (instant: string): string => {
  const local = Temporal.Instant.from(instant).toZonedDateTimeISO('Europe/Belgrade')
  return `${local.day}. ${local.month}. ${local.year}. ${local.toPlainTime().toString({ smallestUnit: 'second' })}`
}

export const cellOf = ({ text, lang }: Said, kind = ''): string =>
  `<td${kind === '' ? '' : ` class="${kind}"`}${lang === undefined ? '' : ` lang="${lang}"`}>${inXml(text)}</td>`

/** A table that may be wider than a phone; keys can scroll it, too. */
export const scrolled = (name: string, rows: string, kind = ''): string =>
  `<div class="scroll" role="region" tabindex="0" aria-label="${inXml(name)}"><table${kind === '' ? '' : ` class="${kind}"`}>${rows}</table></div>`
