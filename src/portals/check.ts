import type { FastifyReply, FastifyRequest } from 'fastify'
import { access } from '../access/access.ts'
import { readCode } from '../platform/letter-code.ts'
import { toLatin } from '../platform/text.ts'
import { genuinenessOf } from '../sickleave/sickleave.ts'
import { staticPage } from './static-page.ts'

type State = 'genuine' | 'void' | 'unknown'
type Words = Record<State | 'title' | 'ask' | 'hint' | 'check' | 'certificate' | 'report' | 'ending' | 'nothing', string>

const cyrillic: Words = {
  title: 'Провера документа',
  ask: 'Код са документа',
  hint: 'Двадесет шест знакова испод QR кода; цртице и величина слова нису важне.',
  check: 'Провери',
  genuine: 'Документ је исправан.',
  void: 'Документ је поништен и више не важи.',
  unknown: 'Такав документ није издат.',
  certificate: 'Потврда о наступању привремене спречености за рад.',
  report: 'Извештај о привременој спречености за рад (дознака).',
  ending: 'Последње четири цифре броја на папиру морају бити',
  nothing: 'Ова страна не показује садржај документа ни чији је.',
}
const latin = Object.fromEntries(Object.entries(cyrillic).map(([name, text]) => [name, toLatin(text)])) as Words
const english: Words = {
  title: 'Check a document',
  ask: 'Code on the document',
  hint: 'Twenty-six characters below the QR code; dashes and capitals do not matter.',
  check: 'Check',
  genuine: 'The document is genuine.',
  void: 'The document is void and no longer counts.',
  unknown: 'No such document was issued.',
  certificate: 'Certificate of the onset of temporary incapacity for work.',
  report: 'Report of temporary incapacity for work.',
  ending: 'The last four digits of the number on the paper must be',
  nothing: 'This page shows neither what the document says nor whose it is.',
}
const languages: [string, Words][] = [
  ['sr-Cyrl', cyrillic],
  ['sr-Latn', latin],
  ['en', english],
]
const typedMax = 80

/** `/check/CODE`, for anybody who holds a paper: tells whether it is genuine, void or unknown, and the kind of document, and nothing else. */
export async function checkAnswer(
  request: FastifyRequest,
  reply: FastifyReply,
  pageHeaders: (reply: FastifyReply) => FastifyReply,
  styleSheets: string[],
): Promise<FastifyReply> {
  const { world } = request
  access.limit(world, 'check', request.ip)
  const asked = (request.params as { code?: string }).code ?? (request.query as { code?: unknown }).code
  const typed = typeof asked === 'string' ? asked.slice(0, typedMax) : null
  const found = typed === null ? null : await genuinenessOf(world.sql, readCode(typed))
  void reply.header('cache-control', 'no-store').header('vary', 'accept')
  if (!String(request.headers.accept ?? '').includes('text/html')) return reply.send(found ?? { state: null })
  const parts = languages.map(([lang, words], at) => {
    const heading = at === 0 ? 'h1' : 'h2'
    const said = found === null ? [] : [`<p class="status ${found.state === 'genuine' ? 'ok' : 'crit'}">${words[found.state]}</p>`]
    if (found?.kind) said.push(`<p>${words[found.kind]}</p>`, `<p>${words.ending} <strong class="num">${found.ending}</strong>.</p>`)
    const id = `code-${lang}`
    const form =
      `<form action="/check" method="get"><div class="field"><label for="${id}">${words.ask}</label><span class="hint" id="${id}-hint">${words.hint}</span>` +
      `<input class="input num" id="${id}" name="code" required maxlength="60" autocomplete="off" spellcheck="false" aria-describedby="${id}-hint"></div>` +
      `<p class="buttons"><button type="submit" class="button">${words.check}</button></p></form>`
    return `<section lang="${lang}"><${heading}>${words.title}</${heading}>${said.join('')}${form}<p class="soft">${words.nothing}</p></section>`
  })
  return pageHeaders(reply).send(
    staticPage({ language: 'sr-Cyrl', title: 'Спона · Провера документа · Check a document', kind: 'landing', content: parts.join('\n') }, styleSheets),
  )
}
