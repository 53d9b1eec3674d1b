import { inHtml } from './static-page.ts'

type LinkOf = (target: string) => string | null

/**
 * Renders the part of Markdown that the guides use: headings, paragraphs, tables, lists, fenced blocks, and within a line code, strong and links. Anything
 * else stays text.
 */
export function toHtml(source: string, linkOf: LinkOf): string {
  const blocks: string[] = []
  const lines = source.split('\n')
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] as string
    const taken = [fence, heading, table, list, paragraph].find((read) => read.begins(line)) ?? paragraph
    const { html, next } = taken.read(lines, at, (text) => inLine(text, linkOf))
    if (html !== '') blocks.push(html)
    at = next
  }
  return blocks.join('\n')
}

function inLine(text: string, linkOf: LinkOf): string {
  return text
    .split(/(`[^`]+`)/)
    .map((part) =>
      part.startsWith('`') && part.length > 1
        ? `<code translate="no">${inHtml(part.slice(1, -1))}</code>`
        : inHtml(part)
            .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
            .replace(/\[([^\]]+)\]\(([^)\s]+)\)/g, (_whole, words: string, target: string) => {
              const to = linkOf(target)
              return to === null ? words : `<a href="${to}">${words}</a>`
            }),
    )
    .join('')
}

type Block = { begins(line: string): boolean; read(lines: string[], at: number, inline: (text: string) => string): { html: string; next: number } }

const while_ = (lines: string[], at: number, holds: (line: string) => boolean): number => {
  let next = at
  while (next < lines.length && holds(lines[next] as string)) next++
  return next
}

const fence: Block = {
  begins: (line) => line.startsWith('```'),
  read(lines, at) {
    const end = while_(lines, at + 1, (line) => line !== '```')
    return { html: `<pre class="table-scroll" tabindex="0" translate="no">${inHtml(lines.slice(at + 1, end).join('\n'))}</pre>`, next: end + 1 }
  },
}

const heading: Block = {
  begins: (line) => /^#{1,3} /.test(line),
  read(lines, at, inline) {
    const [, marks = '#', words = ''] = /^(#+) (.*)$/.exec(lines[at] as string) ?? []
    return { html: `<h${marks.length}>${inline(words)}</h${marks.length}>`, next: at + 1 }
  },
}

const cellsOf = (line: string): string[] =>
  line
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'))

const table: Block = {
  begins: (line) => line.startsWith('|'),
  read(lines, at, inline) {
    const next = while_(lines, at, (line) => line.startsWith('|'))
    const [head = '', , ...rows] = lines.slice(at, next)
    const row = (line: string, cell: 'th' | 'td') =>
      `<tr>${cellsOf(line)
        .map((text) => (cell === 'th' ? `<th scope="col">${inline(text)}</th>` : `<td>${inline(text)}</td>`))
        .join('')}</tr>`
    const body = rows.map((line) => row(line, 'td')).join('')
    return { html: `<div class="table-scroll" tabindex="0"><table><thead>${row(head, 'th')}</thead><tbody>${body}</tbody></table></div>`, next }
  },
}

const list: Block = {
  begins: (line) => /^[-*] /.test(line),
  read(lines, at, inline) {
    const next = while_(lines, at, (line) => /^[-*] |^ {2}/.test(line))
    const items = lines
      .slice(at, next)
      .join('\n')
      .split(/^[-*] /m)
      .slice(1)
    return { html: `<ul>${items.map((item) => `<li>${inline(item.replace(/\s+/g, ' ').trim())}</li>`).join('')}</ul>`, next }
  },
}

const paragraph: Block = {
  begins: () => true,
  read(lines, at, inline) {
    const next = Math.max(
      at + 1,
      while_(lines, at, (line) => line.trim() !== '' && ![fence, heading, table, list].some((one) => one.begins(line))),
    )
    const text = lines.slice(at, next).join(' ').trim()
    return { html: text === '' ? '' : `<p>${inline(text)}</p>`, next }
  },
}
