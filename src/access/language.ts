import type { FastifyReply, FastifyRequest } from 'fastify'
import { readCookie, writeCookie } from './cookies.ts'
import type { Language } from './denial.ts'
import { languages } from './sign-in-words.ts'

const name = 'spona_language'
const yearSeconds = 31_536_000
const isLanguage = (text: unknown): text is Language => languages.includes(text as Language)

/** `language` is of this page's own links; `lang`, with the names that the portals use, is for links from elsewhere. */
function asked(request: FastifyRequest): unknown {
  const { language, lang } = (request.query ?? {}) as { language?: unknown; lang?: unknown }
  return language ?? (lang === 'sr-Cyrl' ? 'sr' : lang)
}

/** What the visitor chose by a link now or before; else Serbian in Cyrillic, whatever the browser was installed with. */
export function languageOfVisitor(request: FastifyRequest): Language {
  const now = asked(request)
  if (isLanguage(now)) return now
  const before = readCookie(request, name)
  return isLanguage(before) ? before : 'sr'
}

export function rememberLanguage(request: FastifyRequest, reply: FastifyReply): void {
  const now = asked(request)
  if (isLanguage(now)) writeCookie(request, reply, { name, value: now, seconds: yearSeconds })
}
