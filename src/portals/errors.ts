import type { FastifyReply, FastifyRequest } from 'fastify'
import { knownErrors } from '../platform/errors/catalogue.ts'
import { type PublicText, publicText, sendPublicText } from '../platform/public-text.ts'
import { toLatin } from '../platform/text.ts'
import { inHtml, staticPage } from './static-page.ts'

type Words = { title: string; lead: string; said: string; cure: string; guides: string }
const cyrillic: Words = {
  title: 'Грешке: узроци и решења',
  lead: 'Свака грешка магистрале, повезника и пробног окружења носи ознаку (issue.details.coding). {} стоји за оно што се попуњава.',
  said: 'Шта пише',
  cure: 'Шта учинити',
  guides: 'Упутства',
}
const latin = Object.fromEntries(Object.entries(cyrillic).map(([name, text]) => [name, toLatin(text)])) as Words
const english: Words = {
  title: 'Errors: causes and cures',
  lead: 'Each error of the bus, the edge and the sandbox carries its code (issue.details.coding). {} stands for what is filled in.',
  said: 'What is said',
  cure: 'What to do',
  guides: 'Guides',
}
const languages: Record<string, Words> = { 'sr-Cyrl': cyrillic, 'sr-Latn': latin, en: english }
const names: Record<string, string> = { 'sr-Cyrl': 'Ћирилица', 'sr-Latn': 'Latinica', en: 'English' }

/** The finished pages by language, and the JSON for programs; the style sheets never change in one build. */
const made = new Map<string, PublicText>()

/** `/errors`: the page that the codes of errors lead to; JSON for programs. */
export function errorsAnswer(
  request: FastifyRequest,
  reply: FastifyReply,
  pageHeaders: (reply: FastifyReply) => FastifyReply,
  styleSheets: string[],
): FastifyReply {
  void reply.header('cache-control', 'no-cache').header('vary', 'accept, accept-language')
  if (!String(request.headers.accept ?? '').includes('text/html')) {
    const forPrograms = made.getOrInsertComputed('json', () => publicText(JSON.stringify({ system: 'urn:spona:errors', errors: knownErrors() })))
    return sendPublicText(request, reply.type('application/json; charset=utf-8'), forPrograms)
  }
  const asked = (request.query as { lang?: unknown }).lang
  const language = typeof asked === 'string' && Object.hasOwn(languages, asked) ? asked : 'sr-Cyrl'
  const page = made.getOrInsertComputed(`${language} ${styleSheets.join(' ')}`, () => publicText(pageIn(language, styleSheets)))
  return sendPublicText(request, pageHeaders(reply), page)
}

function pageIn(language: string, styleSheets: string[]): string {
  const words = languages[language] as Words
  const inScript = language === 'sr-Latn' ? toLatin : (text: string) => text
  const rows = knownErrors().map(({ code, sentence, said, cure, remedy }) => {
    const serbian = language === 'en' ? '' : `<br>${inHtml(inScript(said))}`
    const what = language === 'en' ? cure : inScript(remedy)
    return `<tr id="${code}"><th scope="row"><span lang="en">${inHtml(sentence)}</span>${serbian}<br><a href="#${code}"><code translate="no">${code}</code></a></th><td>${inHtml(what)}</td></tr>`
  })
  const links = Object.entries(names).map(([tag, name]) => `<a href="?lang=${tag}" lang="${tag}"${tag === language ? ' aria-current="page"' : ''}>${name}</a>`)
  return staticPage(
    {
      language,
      title: `${words.title} · Spona`,
      kind: 'page document-text',
      content: `<h1>${words.title}</h1><nav>${links.join(' · ')} · <a href="/guides/">${words.guides}</a></nav><p>${words.lead}</p>
<div class="table-scroll" tabindex="0" role="group" aria-label="${words.title}"><table><thead><tr><th scope="col">${words.said}</th><th scope="col">${words.cure}</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div>`,
    },
    styleSheets,
  )
}
