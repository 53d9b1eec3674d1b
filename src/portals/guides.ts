import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../platform/refusal.ts'
import { toHtml } from './markdown.ts'
import { staticPage } from './static-page.ts'

const folder = new URL('../../docs/guides/', import.meta.url)
const names = (): string[] => globSync('edge-*.md', { cwd: folder }).map((name) => basename(name, '.md'))

/** `/guides/`: the guides of the edge, the same files in docs/ that the tests run. They are in English, like all of docs/. */
export function guideAnswer(
  request: FastifyRequest,
  reply: FastifyReply,
  pageHeaders: (reply: FastifyReply) => FastifyReply,
  styleSheets: string[],
): FastifyReply {
  const asked = (request.params as { name?: string }).name ?? 'edge-certificate'
  if (asked === 'laboratory.json') return reply.type('application/json').send(readFileSync(new URL('edge/laboratory.json', folder), 'utf8'))
  const name = names().find((one) => one === asked.replace(/\.md$/, ''))
  if (name === undefined) throw new Refusal('not-found', 'there is no such guide', { hint: `There are ${names().join(', ')}.` })
  const text = readFileSync(new URL(`${name}.md`, folder), 'utf8')
  const title = /^# (.*)$/m.exec(text)?.[1] ?? name
  return pageHeaders(reply)
    .header('cache-control', 'no-cache')
    .send(
      staticPage(
        {
          language: 'en',
          title: `${title} · Spona`,
          kind: 'page document-text',
          content: `<nav><a href="/vendor/">Spona</a> · <a href="/errors?lang=en">Errors</a></nav>${toHtml(text, linkOf)}`,
        },
        styleSheets,
      ),
    )
}

/** Links between guides lead to pages of this server; null for a link out of the folder, which is shown as text. */
function linkOf(target: string): string | null {
  if (target === 'edge/laboratory.json') return '/guides/laboratory.json'
  const [, name] = /^(edge-[\w-]+)\.md$/.exec(target) ?? []
  if (name !== undefined) return `/guides/${name}`
  return target.endsWith('errors.md') ? '/errors?lang=en' : null
}
