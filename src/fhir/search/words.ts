import { fold } from '../../platform/text.ts'
import type { Extracted, Resource, SearchParameter } from '../types.ts'
import { Problem } from './problem.ts'

const url = (code: string, base: string) => `http://hl7.org/fhir/SearchParameter/${base}-${code.slice(1)}`
const withoutNarrative = new Set(['Binary', 'Bundle', 'Parameters'])

/** `_text` searches the narrative, `_content` all texts of the resource; R4 gives them no expression (search.html#text). */
export function wordParameters(type: string): SearchParameter[] {
  const content: SearchParameter = { code: '_content', type: 'string', expression: '', url: url('_content', 'Resource') }
  if (withoutNarrative.has(type)) return [content]
  return [content, { code: '_text', type: 'string', expression: '', url: url('_text', 'DomainResource') }]
}

export function wordsOf(resource: Resource, code: '_text' | '_content', out: Extracted[]): void {
  const texts: string[] = []
  if (code === '_text') texts.push(narrativeText(resource))
  else collect(resource, texts)
  const words = texts.flatMap(splitWords)
  if (words.length > 0) out.push({ code, kind: 'words', text: ` ${words.join(' ')} ` })
}

const splitWords = (text: string): string[] => fold(text).match(/[\p{L}\p{N}]+/gu) ?? []

function narrativeText(resource: Resource): string {
  const div = (resource['text'] as { div?: unknown } | undefined)?.div
  return typeof div === 'string' ? visible(div) : ''
}

/** Collects all texts inside a value, in order; from markup only the visible text. */
function collect(value: unknown, into: string[]): void {
  if (typeof value === 'string') into.push(value.startsWith('<div') ? visible(value) : value)
  else if (typeof value === 'number') into.push(String(value))
  else if (Array.isArray(value)) for (const one of value) collect(one, into)
  else if (typeof value === 'object' && value !== null) {
    if (JSON.isRawJSON(value)) into.push((value as { rawJSON: string }).rawJSON)
    // Encoded content (base64Binary beside its contentType) is not searched.
    else for (const [name, one] of Object.entries(value)) if (name !== 'resourceType' && !(name === 'data' && 'contentType' in value)) collect(one, into)
  }
}

// These elements may mark a single letter inside a word; any other element ends a word.
const inline = /<\/?(?:a|abbr|b|big|cite|code|em|i|q|small|span|strong|sub|sup|tt|u)(?:\s[^<>]*)?>/gi
const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', shy: '' }

/** Removes comments in one pass. A text that only looks like markup comes here, too, so an unclosed bracket must not start the search anew. */
function withoutComments(markup: string): string {
  const pieces: string[] = []
  for (let from = 0; ; ) {
    const begin = markup.indexOf('<!--', from)
    const end = begin < 0 ? -1 : markup.indexOf('-->', begin + 4)
    if (end < 0) return [...pieces, markup.slice(from)].join(' ')
    pieces.push(markup.slice(from, begin))
    from = end + 3
  }
}

function visible(markup: string): string {
  return withoutComments(markup)
    .replace(inline, '')
    .replace(/<[^<>]*>/g, ' ')
    .replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{1,12}));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return named[name] ?? whole
      const point = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal)
      return point <= 0x10ffff ? String.fromCodePoint(point) : ' '
    })
}

const wordsMax = 20

/**
 * Reads the query for words: every word must occur, words between quotes in that order; `OR` (in capitals) begins an alternative and `AND` may stand
 * between words. Whole words are compared, folded. In the result, all phrases of at least one list must occur.
 */
export function wordQuery(text: string): string[][] | Problem {
  if (/(?:^|[\s(])NOT(?:$|[\s)])/.test(text) || /[()*?~]/.test(text)) {
    return new Problem('not-supported', 'NOT, brackets and wildcards are not understood here', 'Write words, "words in order", and OR between alternatives.')
  }
  const lists: string[][] = []
  for (const alternative of text.split(/\s+OR\s+/)) {
    const list: string[] = []
    for (const [, quoted, bare] of alternative.matchAll(/"([^"]*)"|([^\s"]+)/g)) {
      if (bare === 'AND' || bare === 'OR') continue
      const words = splitWords(quoted ?? (bare as string))
      if (words.length > 0) list.push(words.join(' '))
    }
    if (list.length === 0) return new Problem('value', 'has no word to look for', 'Write at least one word of letters or digits.')
    lists.push(list)
  }
  if (lists.flat().length > wordsMax) return new Problem('value', `has more than ${wordsMax} words`, 'Give fewer words.')
  return lists
}
