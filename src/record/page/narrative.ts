/**
 * Narrative (XHTML) as plain paragraphs and tables. The portal draws text and cells, never foreign markup, so nothing in a document can run or load
 * anything in the reader's browser.
 */
export type Narrative = { paragraphs: string[]; tables: string[][][] }

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

function decode(text: string): string {
  return text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,8});/gi, (all, name: string) => {
    if (name[0] !== '#') return entities[name.toLowerCase()] ?? all
    const code = name[1]?.toLowerCase() === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : ''
  })
}

const blocks = new Set(['p', 'div', 'li', 'ul', 'ol', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'br', 'hr', 'pre', 'blockquote', 'dt', 'dd', 'caption', 'table'])
const lengthMax = 400_000

export function readNarrative(xhtml: string): Narrative {
  const result: Narrative = { paragraphs: [], tables: [] }
  let text = ''
  let table: string[][] | null = null
  let depth = 0
  const endParagraph = () => {
    const line = text.replace(/\s+/g, ' ').trim()
    if (line !== '' && table === null) result.paragraphs.push(line)
    if (table === null) text = ''
  }
  const endCell = () => {
    const row = table?.at(-1)
    if (row) row.push(text.replace(/\s+/g, ' ').trim())
    text = ''
  }
  for (const [part, tag] of xhtml.slice(0, lengthMax).matchAll(/<!--[\s\S]*?-->|<\/?([a-z][a-z0-9]*)\b[^>]*>|[^<]+|</gi)) {
    if (tag === undefined) {
      if (!part.startsWith('<!--')) text += decode(part)
      continue
    }
    const name = tag.toLowerCase()
    const isEnd = part[1] === '/'
    if (name === 'table' && !isEnd) {
      endParagraph()
      if (depth++ === 0) table = []
    } else if (name === 'table' && isEnd && depth > 0) {
      if (--depth === 0 && table) {
        result.tables.push(table.filter((row) => row.length > 0))
        table = null
        text = ''
      }
    } else if (table !== null && depth === 1 && name === 'tr' && !isEnd) table.push([])
    else if (table !== null && depth === 1 && (name === 'td' || name === 'th')) {
      if (isEnd) endCell()
      else text = ''
    } else if (blocks.has(name)) {
      if (table === null) endParagraph()
      else text += ' '
    }
  }
  endParagraph()
  return result
}
