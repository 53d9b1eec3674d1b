/**
 * What stands in what, as XHTML 1.0 has it and the reference validator says it: rows in tables, items in lists, nothing but running text in a
 * paragraph, a heading or a word that is emphasized, and nothing at all in a line break.
 */
const words = `a b em i strong small big sub sup code tt dfn q var abbr acronym cite bdo kbd samp`.split(/\s+/)
export const lines: readonly string[] = ['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'pre', 'address', 'span', 'caption', 'dd', 'dt', ...words]
export const notInLines: readonly string[] = ['div', 'pre', 'table', 'ul', 'ol']
/** These are not nested in themselves. */
export const once: readonly string[] = words
export const empty: readonly string[] = ['br', 'hr', 'img', 'area']
/** Elements with certain parts only; all but `area` stand nowhere else. */
export const parts: Readonly<Record<string, readonly string[]>> = {
  table: ['caption', 'colgroup', 'col', 'thead', 'tfoot', 'tbody', 'tr'],
  thead: ['tr'],
  tfoot: ['tr'],
  tbody: ['tr'],
  tr: ['td', 'th'],
  colgroup: ['col'],
  ul: ['li'],
  ol: ['li'],
  dl: ['dt', 'dd'],
  map: ['area'],
}
const depthMax = 200
const isFree = new Set(['area'])
const partsOnly = new Set(Object.values(parts).flat())

// No attribute holds a `<`, so what never ends is given up at the next one.
const tag = /<(\/?)([a-z][a-z0-9]*)(?:[^<>"']|"[^"<]*"|'[^'<]*')*>/y
const comment = '<!--'
const commentEnd = '-->'

/** The first thing that stands where XHTML has no place for it; text that is no XHTML at all is for others to judge. */
export function nestingProblem(html: string): string | null {
  const open: string[] = []
  for (let end = 0, at = html.indexOf('<'); at >= 0; at = html.indexOf('<', end)) {
    const problem = textProblem(open.at(-1), html.slice(end, at))
    if (problem !== null) return problem
    if (html.startsWith(comment, at)) {
      end = html.indexOf(commentEnd, at) + commentEnd.length
      if (end < commentEnd.length) return null
      continue
    }
    tag.lastIndex = at
    const found = tag.exec(html)
    if (found === null) return null
    end = tag.lastIndex
    const [whole, close, name = ''] = found
    if (close === '/') {
      if (open.pop() !== name) return null
      continue
    }
    const misplacing = misplaced(name, open)
    if (misplacing !== null) return misplacing
    if (!whole.endsWith('/>')) open.push(name)
    if (open.length > depthMax) return null
  }
  return null
}

function textProblem(holder: string | undefined, text: string): string | null {
  if (holder === undefined || !/\S/.test(text)) return null
  if (empty.includes(holder)) return `<${holder}> holds text`
  return parts[holder] === undefined || holder === 'colgroup' ? null : `text stands in <${holder}>, which has certain parts only`
}

function misplaced(name: string, open: readonly string[]): string | null {
  const holder = open.at(-1)
  if (holder === undefined) return null
  if (empty.includes(holder)) return `<${holder}> holds <${name}>`
  const allowed = parts[holder]
  const isOutside = allowed === undefined ? partsOnly.has(name) && !isFree.has(name) : !allowed.includes(name)
  if (isOutside) return `<${name}> stands in <${holder}>`
  const line = notInLines.includes(name) ? open.find((one) => lines.includes(one)) : undefined
  if (line !== undefined) return `<${name}> stands in <${line}>, which holds running text`
  return once.includes(name) && open.includes(name) ? `<${name}> stands in another of its kind` : null
}
