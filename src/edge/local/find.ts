import { inXml } from '../draft/draft.ts'
import type { Fate } from './fates.ts'
import { cellOf, momentOf, scrolled } from './parts.ts'
import { reasonIn, type Said } from './reason.ts'
import type { Language, wordsIn } from './words.ts'

/** The number that was asked for, and the items under it. */
export type Found = { number: string; fates: readonly Fate[]; days: number }
type Words = ReturnType<typeof wordsIn>

/** The search form. It stands outside the part of the page that refreshes itself: somebody may be typing. */
export function findForm(found: Found | undefined, words: Words, language: Language): string {
  return `<search><form><input type="hidden" name="lang" value="${language}"><label for="find">${inXml(words.findWhat)}</label><br><input id="find" name="find" maxlength="${numberMax}" autocomplete="off" value="${inXml(found?.number ?? '')}"> <button>${inXml(words.find)}</button></form></search>`
}
export const numberMax = 200

/** The fates of the items in the words of the page, without their contents. */
export function foundTable({ number, fates, days }: Found, words: Words, language: Language): string {
  const title = `${words.foundOf} ${number}`
  if (fates.length === 0) return `<h2>${inXml(title)}</h2><p>${inXml(words.foundNone.replace('DAYS', String(days)))}</p>`
  const rows = fates.map(({ id, source, name, state, came, sent, ended, reason }) => {
    const said = reason === null ? null : reasonIn(language, reason)
    const times = [
      `${words.came} ${momentOf(came)}`,
      sent === null ? '' : `${words.sentAt} ${momentOf(sent.at)}`,
      ended === null ? '' : `${words.ended} ${momentOf(ended)}`,
    ]
    const cells: Said[] = [
      { text: `${source} ${name}` },
      { text: `${words[`is ${state}`]}${reason?.place === undefined ? '' : `: ${reason.place}`}` },
      { text: times.filter(Boolean).join('; ') },
      said?.sentence ?? { text: '' },
      said?.hint ?? { text: '' },
    ]
    return `<tr><th scope="row"><code>${inXml(id)}</code></th>${cells.map((cell) => cellOf(cell)).join('')}</tr>`
  })
  const head = [words.item, words.message, words.state, words.when, words.why, words.hint].map((cell) => `<th scope="col">${inXml(cell)}</th>`).join('')
  return `<h2>${inXml(title)}</h2>${scrolled(title, `<tr>${head}</tr>${rows.join('')}`, 'list')}`
}
