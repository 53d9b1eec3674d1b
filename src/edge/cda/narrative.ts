import { inXml } from '../draft/draft.ts'
import type { Element } from './element.ts'
import type { Words } from './types.ts'

// The narrative block of CDA (R2 4.3.5) to the XHTML that R4 allows (narrative.html#xhtml).
const tags: Record<string, string> = {
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
}
const inTable = new Set(['table', 'thead', 'tbody', 'tfoot', 'tr'])

export function narrative(text: Element | undefined): string | undefined {
  if (text === undefined || text.text === '') return undefined
  text.readAll()
  const inner = text.children.map((child) => render(child, 'div')).join('')
  return `<div xmlns="http://www.w3.org/1999/xhtml">${inner.trim()}</div>`
}

function render(node: Element | string, parent: string): string {
  // Spaces between the rows of a table are no text, and no text may stand there.
  if (typeof node === 'string') return inTable.has(parent) ? '' : inXml(printable(node))
  if (node.name === 'br') return '<br/>'
  if (node.name === 'list') return listOf(node)
  if (node.name === 'linkHtml') return link(node, parent)
  if (node.name === 'caption' && parent === 'table') return wrapped('caption', node)
  const tag = tags[node.name]
  if (tag === undefined || node.name === 'col' || node.name === 'colgroup') return node.children.map((child) => render(child, parent)).join('')
  return wrapped(tag, node)
}

function wrapped(tag: string, node: Element): string {
  const spans = ['colspan', 'rowspan'].flatMap((name) => (/^\d{1,3}$/.test(node.attributes[name] ?? '') ? [` ${name}="${node.attributes[name]}"`] : []))
  return `<${tag}${spans.join('')}>${node.children.map((child) => render(child, tag)).join('')}</${tag}>`
}

function listOf(node: Element): string {
  const tag = node.attributes['listType'] === 'ordered' ? 'ol' : 'ul'
  const items = node.elements.map((child) => (child.name === 'item' ? render(child, tag) : `<li>${render(child, 'li')}</li>`))
  return items.length === 0 ? '' : `<${tag}>${items.join('')}</${tag}>`
}

/** Only a plain address is a link; everything else (javascript:, data:) is its text. */
function link(node: Element, parent: string): string {
  const address = node.attributes['href'] ?? ''
  const text = node.children.map((child) => render(child, parent)).join('')
  return /^https?:\/\/[^\s"<>]+$/.test(address) ? `<a href="${inXml(address)}">${text}</a>` : text
}

// XML 1.0 has no control characters, and neither has JSON text that is shown.
const printable = (text: string) => text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')

/** The text of every element that entries may refer to. */
export function wordsIn(root: Element): Words {
  const words = new Map<string, string>()
  const walk = (element: Element): void => {
    const id = element.attributes['ID']
    if (id !== undefined) words.set(id, element.text)
    for (const child of element.elements) walk(child)
  }
  walk(root)
  return words
}
