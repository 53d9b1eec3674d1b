import { hash } from 'node:crypto'
import { letterCodeOfText, spacedCode } from '../../platform/letter-code.ts'
import { Refusal } from '../../platform/refusal.ts'
import { toLatin } from '../../platform/text.ts'
import { inXml } from '../draft/draft.ts'
import type { Language } from '../local/words.ts'
import type { EdgeConfig } from '../process/config.ts'
import { originalOf } from '../store/items.ts'
import type { Store } from '../store/store.ts'
import type { Vault } from '../store/vault.ts'

// The paper that a patient gets when a certificate was issued without a connection. Like the centre's slip it gives neither diagnosis nor cause. Of
// the personal number it shows only the last digits, for comparison with the person. Its code is made from the sealed certificate. When the centre
// has got that, its public page says whether the paper is valid.

const cyrillic = {
  title: 'Потврда о наступању привремене спречености за рад',
  without: 'Издата без везе са централним системом',
  number: 'Број',
  issuedAt: 'Издата',
  issuer: 'Установа (ознака на магистрали)',
  doctor: 'Број лиценце лекара',
  name: 'Име и презиме (уписује лекар)',
  ending: 'Последње цифре личног броја',
  firstDay: 'Први дан спречености',
  until: 'Очекивани последњи дан',
  signature: 'Потпис лекара и печат установе',
  check: 'Исправност се проверава на овој адреси, чим установа поново добије везу. До тада страна каже да такав документ није издат.',
  qr: 'Кôд са адресом за проверу исправности документа',
}
type Words = typeof cyrillic
const english: Words = {
  title: 'Certificate of the onset of temporary incapacity for work',
  without: 'Issued without a line to the central system',
  number: 'Number',
  issuedAt: 'Issued',
  issuer: 'Institution (code on the bus)',
  doctor: 'Licence number of the doctor',
  name: 'Name and surname (written in by the doctor)',
  ending: 'Last digits of the personal number',
  firstDay: 'First day of incapacity',
  until: 'Expected last day',
  signature: 'Signature of the doctor and stamp of the institution',
  check: 'This address says whether the paper is genuine, as soon as the institution has a line again. Until then it says that no such document was issued.',
  qr: 'Code with the address that checks whether the document is genuine',
}
const latin = Object.fromEntries(Object.entries(cyrillic).map(([name, text]) => [name, toLatin(text)])) as Words
const words: Record<Language, Words> = { 'sr-Cyrl': cyrillic, 'sr-Latn': latin, en: english }

const style =
  'body{font:12pt/1.5 system-ui,sans-serif;max-width:17cm;margin:1cm auto;padding:0 1rem;color:#000;background:#fff}h1{font-size:16pt;margin:0 0 .3cm}p.without{border:.06cm solid;padding:.2cm .4cm;font-weight:600}table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.15cm .5cm .15cm 0;border-bottom:.02cm solid}th{font-weight:400;width:45%}td{font-weight:600}svg{width:4cm;height:4cm}.code{font-family:monospace;overflow-wrap:anywhere}.sign{margin-top:1.5cm;border-top:.02cm solid;width:8cm}@media print{body{margin:0}}'

export const paperHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${hash('sha256', style, 'base64')}'; base-uri 'none'; form-action 'none'`,
}

type Payload = { number: string; at: string; doctor: string; person: Record<string, string>; body: { from: string; until: string } }
type Printing = { store: Store; vault: Vault; config: Pick<EdgeConfig, 'member' | 'centre'> }

/** The page of a certificate that was issued here, while its original is kept. */
export async function paperOf({ store, vault, config }: Printing, id: string, language: Language): Promise<string> {
  const row = store.one<{ seq: number; id: string }>(
    'select item.seq, item.id from certificate join item on item.seq = certificate.seq where certificate.id = ?',
    id,
  )
  const original = row && originalOf(store, vault, row)
  if (!original) throw new Refusal('gone', 'the certificate is not kept here any more', { hint: 'The centre has it, with its documents.' })
  const { certificate } = JSON.parse(original.toString('utf8')) as { certificate: string }
  const payload = JSON.parse(Buffer.from(certificate.split('.')[1] ?? '', 'base64url').toString('utf8')) as Payload
  const code = letterCodeOfText(certificate)
  const address = `${config.centre.url.replace(/\/+$/, '')}/check/${code}`
  const { toString } = await import('qrcode')
  const picture = await toString(address, { type: 'svg', margin: 2 })
  return pageOf({ payload, code, address, picture, member: config.member, language })
}

type Page = { payload: Payload; code: string; address: string; picture: string; member: string; language: Language }

function pageOf({ payload, code, address, picture, member, language }: Page): string {
  const say = words[language]
  const number = Object.values(payload.person)[0] ?? ''
  const rows: [string, string][] = [
    [say.number, payload.number],
    [say.issuedAt, momentIn(payload.at)],
    [say.issuer, member],
    [say.doctor, payload.doctor],
    [say.name, ''],
    [say.ending, `… ${number.slice(-4)}`],
    [say.firstDay, dayIn(payload.body.from)],
    [say.until, dayIn(payload.body.until)],
  ]
  const table = rows.map(([name, value]) => `<tr><th scope="row">${inXml(name)}</th><td>${inXml(value)}</td></tr>`).join('')
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${inXml(say.title)} – ${inXml(payload.number)}</title><style>${style}</style></head>
<body><main><h1>${inXml(say.title)}</h1><p class="without">${inXml(say.without)}</p><table>${table}</table><p class="sign">${inXml(say.signature)}</p>
<p>${inXml(say.check)}</p><div role="img" aria-label="${inXml(say.qr)}">${picture}</div><p class="code">${inXml(spacedCode(code))}<br>${inXml(address)}</p></main></body></html>`
}

const dayIn = (day: string): string => day.split('-').reverse().map(Number).join('. ').concat('.')

function momentIn(at: string): string {
  const local = Temporal.Instant.from(at).toZonedDateTimeISO('Europe/Belgrade')
  return `${dayIn(local.toPlainDate().toString())} ${local.toPlainTime().toString({ smallestUnit: 'minute' })}`
}
