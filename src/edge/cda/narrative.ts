import { withoutControls } from '../draft/characters.ts'
import { inXml } from '../draft/draft.ts'
import type { Element } from './element.ts'
import { table } from '../draft/table.ts'

// The narrative block of CDA (R2 4.3.5) to the XHTML that R4 allows (narrative.html#xhtml).
const tags = table<string>({
  paragraph: 'p',
  content: 'span',
  item: 'li',
  table: 'table',
  thead: 'thead',
  tbody: 'tbody',
  tfoot: 'tfoot',
  tr: 'tr',
  th: 'th',
  td: 'td',
  sub: 'sub',
  sup: 'sup',
  caption: 'b',
  footnote: 'span',
})
const inTable = new Set(['table', 'thead', 'tbody', 'tfoot', 'tr'])

export function narrative(text: Element | undefined): string | undefined {
  if (text === undefined || !text.hasText) return undefined
  text.readAll()
  const inner = rendered(text, 'div')
  return `<div xmlns="http://www.w3.org/1999/xhtml">${inner.trim()}</div>`
}

function rendered(node: Element, parent: string): string {
  let made = ''
  for (const child of node.children) made += render(child, parent)
  return made
}

function render(node: Element | string, parent: string): string {
  // Between the rows of a table there is only white space, and text is not allowed there.
  if (typeof node === 'string') return inTable.has(parent) ? '' : inXml(withoutControls(node))
  if (node.name === 'br') return '<br/>'
  if (node.name === 'list') return listOf(node)
  if (node.name === 'linkHtml') return link(node, parent)
  if (node.name === 'caption' && parent === 'table') return wrapped('caption', node)
  const tag = tags[node.name]
  if (tag === undefined || node.name === 'col' || node.name === 'colgroup') return rendered(node, parent)
  return wrapped(tag, node)
}

function wrapped(tag: string, node: Element): string {
  return `<${tag}${span('colspan', node)}${span('rowspan', node)}>${rendered(node, tag)}</${tag}>`
}
function span(name: string, node: Element): string {
  const given = node.written(name)
  return given !== undefined && /^\d{1,3}$/.test(given) ? ` ${name}="${given}"` : ''
}

function listOf(node: Element): string {
  const tag = node.written('listType') === 'ordered' ? 'ol' : 'ul'
  const items = node.elements.map((child) => (child.name === 'item' ? render(child, tag) : `<li>${render(child, 'li')}</li>`))
  return items.length === 0 ? '' : `<${tag}>${items.join('')}</${tag}>`
}

/** Only a plain web address becomes a link; any other target (javascript:, data:) leaves only the text. */
function link(node: Element, parent: string): string {
  const address = node.written('href') ?? ''
  const text = rendered(node, parent)
  return /^https?:\/\/[^\s"<>]+$/.test(address) ? `<a href="${inXml(address)}">${text}</a>` : text
}
