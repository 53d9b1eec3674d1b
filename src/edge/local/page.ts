import { hash } from 'node:crypto'
import { inXml } from '../draft/draft.ts'
import type { Aside } from './aside.ts'
import { findForm, type Found, foundTable } from './find.ts'
import { cellOf, momentOf, scrolled } from './parts.ts'
import { keyDaysMin, type Status } from './status.ts'
import { type Language, languages, wordsIn } from './words.ts'
import { reasonIn, type Said } from './reason.ts'
import { troubleIn } from './trouble.ts'
import { strangeIn } from './unframed.ts'

const style = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif;--ground:#fff;--text:#1b1b1b;--link:#0b57d0;--good:#1b6e3c;--mind:#8a5a00;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--ground:#121212;--text:#ececec;--link:#a8c7fa;--good:#7ddc9f;--mind:#ffc55c;--bad:#ffb4ab}}
body{background:var(--ground);color:var(--text);margin:0;padding:1rem;max-width:52rem}h1{font-size:1.25rem;margin:0 0 .5rem}p.state{font-size:1.1rem;font-weight:600;border-left:.4rem solid;padding-left:.75rem}
.well,.working{color:var(--good)}.attention{color:var(--mind)}.cut,.full{color:var(--bad)}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .75rem .3rem 0;vertical-align:top;border-bottom:1px solid color-mix(in srgb,currentColor 20%,transparent)}
th{font-weight:500}td.number{font-variant-numeric:tabular-nums}nav,search{display:block;margin-top:1rem}input,button{font:inherit;color:inherit;background:var(--ground);border:1px solid currentColor;padding:.25rem .5rem;max-width:100%;box-sizing:border-box}nav a{margin-right:1rem;color:var(--link)}.scroll{overflow-x:auto}
@media(max-width:40rem){.list tr:first-child{position:absolute;left:-99rem}.list tr,.list th,.list td{display:block;border:0;padding:.1rem 0;overflow-wrap:anywhere}.list tr{border-bottom:1px solid color-mix(in srgb,currentColor 20%,transparent);padding:.5rem 0}}`
/** Refreshes the page when something changed, without losing the place where a person reads. */
const script = `new EventSource('/events').addEventListener('status',()=>fetch(location.href).then(r=>r.text()).then(t=>{const d=new DOMParser().parseFromString(t,'text/html');document.querySelector('main').replaceWith(d.querySelector('main'))}).catch(()=>{}))`
const hashOf = (text: string) => `'sha256-${hash('sha256', text, 'base64')}'`

/** Any page of the local system may embed it; it holds no data of patients. */
export const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src ${hashOf(style)}; script-src ${hashOf(script)}; connect-src 'self'; base-uri 'none'; form-action 'self'`,
}

type Page = { status: Status; aside: readonly Aside[]; language: Language; isSmall: boolean; found?: Found | undefined }

export function pageOf({ status, aside, language, isSmall, found }: Page): string {
  const words = wordsIn(language)
  const { queue, centre, disk } = status
  const said = (sentence: string | null): Said | null => (sentence === null ? null : reasonIn(language, { sentence }).sentence)
  const rows: [string, string | number | Said | null][] = [
    [words.waiting, queue.waiting],
    [words.oldest, queue.waiting === 0 ? null : Math.round(queue.oldestSeconds / 60)],
    [words.inRecord, queue.notYetInRecord],
    [words.quarantined, queue.quarantined],
    [words.parked, queue.parked],
    [words.contact, centre.lastContact === null ? words.never : momentOf(centre.lastContact)],
    [words.cutSince, centre.cutSince === null ? null : momentOf(centre.cutSince)],
    [words.why, said(centre.why)],
    [words.refuses, said(centre.refuses)],
    [words.says, said(centre.says)],
    [words.key, centre.keyDays !== null && centre.keyDays < keyDaysMin ? centre.keyDays : null],
    [words.clock, centre.clockSeconds === 0 ? null : centre.clockSeconds],
    [words.disk, disk.availableMb === null ? null : `${disk.availableMb} ${words.free}`],
  ]
  const table = rows
    .map(([name, value]) =>
      value === null ? '' : `<tr><th scope="row">${inXml(name)}</th>${cellOf(typeof value === 'object' ? value : { text: String(value) }, 'number')}</tr>`,
    )
    .join('')
  const links = languages
    .map(
      (one) =>
        `<a href="?lang=${one}${found === undefined ? '' : `&amp;find=${encodeURIComponent(found.number)}`}" lang="${one}"${one === language ? ' aria-current="true"' : ''}>${names[one]}</a>`,
    )
    .join('')
  const more = isSmall
    ? ''
    : `${found === undefined ? '' : foundTable(found, words, language)}${scrolled(words.title, table)}${asideTable(aside, words, language)}${undeliveredTable(status, words, language)}${unframedTable(status, words, language)}${noticeList(status, words)}`
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${inXml(words.title)} – ${inXml(status.member)}</title><style>${style}</style></head>
<body><main><h1>${inXml(words.title)}${isSmall ? '' : ` – ${inXml(status.member)}`}</h1><p class="state ${status.state}" role="status">${inXml(words[status.state])}</p>${more}</main>${isSmall ? '' : `${findForm(found, words, language)}<nav>${links}</nav>`}<script>${script}</script></body></html>`
}

const names: Record<Language, string> = { 'sr-Cyrl': 'Ћирилица', 'sr-Latn': 'Latinica', en: 'English' }

function noticeList({ notices }: Status, words: ReturnType<typeof wordsIn>): string {
  if (notices.length === 0) return ''
  const items = notices.map(({ at, sentence }) => `<li><span lang="en">${inXml(sentence)}</span> <small>${inXml(momentOf(at))}</small></li>`)
  return `<h2>${inXml(words.notices)}</h2><ul>${items.join('')}</ul>`
}

function asideTable(aside: readonly Aside[], words: ReturnType<typeof wordsIn>, language: Language): string {
  if (aside.length === 0) return ''
  const rows = aside.map(({ id, source, name, reason }) => {
    const said = reasonIn(language, reason)
    const cells = [{ text: `${source} ${name}` }, said.sentence, { text: reason.place ?? '' }, said.hint]
    return `<tr><th scope="row"><code>${inXml(id)}</code></th>${cells.map((cell) => cellOf(cell)).join('')}</tr>`
  })
  const head = [words.item, words.message, words.why, words.place, words.hint].map((cell) => `<th scope="col">${inXml(cell)}</th>`).join('')
  return `<h2>${inXml(words.aside)}</h2>${scrolled(words.aside, `<tr>${head}</tr>${rows.join('')}`, 'list')}`
}

function undeliveredTable({ undelivered }: Status, words: ReturnType<typeof wordsIn>, language: Language): string {
  if (undelivered.length === 0) return ''
  const rows = undelivered.map((one) => {
    const { reason, hint } = troubleIn(language, one)
    // On a phone the cells stand below each other, without column heads.
    const counts = [one.waiting > 0 ? `${words.stillWaiting}: ${one.waiting}` : '', one.refused > 0 ? `${words.refusedNow}: ${one.refused}` : '']
    const cells = [{ text: `${counts.filter(Boolean).join(', ')}, ${words.since} ${momentOf(one.since)}` }, reason, hint]
    return `<tr><th scope="row">${inXml(one.name === null ? one.service : `${one.name} (${one.service})`)}</th>${cells.map((cell) => cellOf(cell)).join('')}</tr>`
  })
  const head = [words.service, words.count, words.why, words.hint].map((cell) => `<th scope="col">${inXml(cell)}</th>`).join('')
  return `<h2>${inXml(words.undelivered)}</h2>${scrolled(words.undelivered, `<tr>${head}</tr>${rows.join('')}`, 'list')}`
}

function unframedTable({ unframed }: Status, words: ReturnType<typeof wordsIn>, language: Language): string {
  if (unframed.length === 0) return ''
  const rows = unframed.map((one) => {
    const { reason, hint } = strangeIn(language, one)
    const cells = [`${words.connections}: ${one.connections}, ${words.last} ${momentOf(one.lastAt)}`, reason, hint]
    return `<tr><th scope="row">${inXml(one.name)}</th>${cells.map((text) => cellOf({ text })).join('')}</tr>`
  })
  const head = [words.port, words.count, words.why, words.hint].map((cell) => `<th scope="col">${inXml(cell)}</th>`).join('')
  return `<h2>${inXml(words.unframed)}</h2>${scrolled(words.unframed, `<tr>${head}</tr>${rows.join('')}`, 'list')}`
}
