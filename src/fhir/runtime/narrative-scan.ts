import { empty, lines, notInLines, once, parts } from '../rules/narrative-nesting.ts'

export const unsafeStyle =
  /expression\s*\(|javascript:|url\s*\((?!\s*(?:[\w%-]+\.(?:png|gif|jpe?g)|data:\s*image\/(?:png|gif|jpeg);base64,[A-Za-z0-9+/=]*)\s*\))|@import|behavior\s*:|-moz-binding/i

/**
 * One pass over a narrative by its characters. It only decides that a narrative is certainly right. Whatever it does not understand goes to the rules
 * that find the fault (`narrative.ts`, `rules/narrative-links.ts`), so no narrative is refused by this scan alone. It is ten times as fast as their
 * regular expressions, and nearly all narratives end here.
 */
/** `with links`: right, except that its links to places in the same document are not yet checked. */
export type Scan = 'unsure' | 'plain' | 'with links'

const space = 32
const zero = 48
const surrogates = 0xd800
const quote = 34
const sharp = 35
const ampersand = 38
const apostrophe = 39
const slash = 47
const colon = 58
const lessThan = 60
const equals = 61
const greater = 62
const namespace = 'http://www.w3.org/1999/xhtml'
const start = `<div xmlns="${namespace}">`
const depthMax = 200

// HTML 4, chapters 7 to 11 and 15; rarer elements go to the slow rules.
const names = `div p b i em strong span br hr a img h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table caption col colgroup thead tbody tfoot tr th td
  pre code tt sub sup small big blockquote q cite abbr`.split(/\s+/)
const idOf = (name: string) => names.indexOf(name) + 1

function ofNames(some: readonly string[]): Uint8Array {
  const found = new Uint8Array(names.length + 1)
  for (const name of some) found[idOf(name)] = 1
  return found
}

const [div, p, a, img] = [idOf('div'), idOf('p'), idOf('a'), idOf('img')]
// A paragraph holds none of them (narrative.html#xhtml).
const isBlock = ofNames(['p', 'div', 'blockquote', 'table', 'ol', 'ul'])
// The nesting of XHTML (`rules/narrative-nesting.ts`), by numbers.
const isLine = ofNames(lines)
const isNoPartOfLines = ofNames(notInLines)
const isOnce = ofNames(once)
const isEmpty = ofNames(empty)
/** Bits: which of the elements that hold certain parts only an element may stand in; no bit, and it stands in none of them. */
const holders = Object.keys(parts)
const bitOf = (name: string) => 1 << holders.indexOf(name)
const asHolder = new Uint16Array(names.length + 1)
const inHolders = new Uint16Array(names.length + 1)
for (const [name, allowed] of Object.entries(parts)) {
  asHolder[idOf(name)] = bitOf(name)
  for (const part of allowed) inHolders[idOf(part)] = (inHolders[idOf(part)] as number) | bitOf(name)
}
const attributes = new Set('class style id title lang xml:lang dir width align valign span abbr axis headers scope rowspan colspan'.split(' '))
const attributesOf = new Map<number, Set<string>>([
  [a, new Set(['href', 'name'])],
  [img, new Set(['src', 'alt', 'height', 'width'])],
  [idOf('table'), new Set(['border', 'cellpadding', 'cellspacing', 'summary', 'frame', 'rules'])],
])

const size = 1024
/** A hash table of the names. The factor is searched until no two names collide, so that a tag needs only one comparison. */
const { ids, factor } = tableOf()

function tableOf(): { ids: Uint8Array; factor: number } {
  for (let candidate = 31; ; candidate++) {
    const found = new Uint8Array(size)
    const isFree = names.every((name, at) => {
      let hash = 0
      for (let i = 0; i < name.length; i++) hash = (hash * candidate + name.charCodeAt(i)) & (size - 1)
      if (found[hash] !== 0) return false
      found[hash] = at + 1
      return true
    })
    if (isFree) return { ids: found, factor: candidate }
  }
}

// All scans share these variables; scans never overlap.
const open = new Uint8Array(depthMax + 1)
const counts = new Uint8Array(names.length + 1)
let end = 0
let isSelfClosed = false
let isOfXhtml = false
let leadsInside = false

/** The number of the element whose name begins here, or 0. Sets `end` behind the name. */
function nameAt(html: string, from: number): number {
  let hash = 0
  let at = from
  for (;;) {
    const code = html.charCodeAt(at)
    if (!((code >= 97 && code <= 122) || (code >= 48 && code <= 57))) break
    hash = (hash * factor + code) & (size - 1)
    at++
  }
  const id = ids[hash] as number
  if (id === 0) return 0
  return isNamed(html, from, id) && end === at ? id : 0
}

/** Whether the name of this element stands here. Sets `end` behind it. */
function isNamed(html: string, from: number, id: number): boolean {
  const name = names[id - 1] as string
  for (let i = 0; i < name.length; i++) if (html.charCodeAt(from + i) !== name.charCodeAt(i)) return false
  end = from + name.length
  return true
}

const isSpace = (code: number) => code === space || code === 10 || code === 13 || code === 9

/**
 * True when all attributes are common ones of this element, each given once and without entities; then sets `end` behind the tag. False: the slow
 * rules must look.
 */
function attributesAt(html: string, from: number, id: number): boolean {
  let at = from
  let seen = ''
  for (;;) {
    const before = at
    while (isSpace(html.charCodeAt(at))) at++
    let code = html.charCodeAt(at)
    isSelfClosed = code === slash
    if (isSelfClosed) code = html.charCodeAt(++at)
    if (code === greater) {
      end = at + 1
      return true
    }
    if (isSelfClosed || at === before) return false
    const first = at
    while ((code >= 97 && code <= 122) || code === colon) code = html.charCodeAt(++at)
    const name = html.slice(first, at)
    const mark = html.charCodeAt(at + 1)
    if (code !== equals || (mark !== quote && mark !== apostrophe)) return false
    if (!attributes.has(name) && attributesOf.get(id)?.has(name) !== true && !(name === 'xmlns' && html.startsWith(namespace, at + 2))) return false
    const close = html.indexOf(mark === quote ? '"' : "'", at + 2)
    if (close < 0 || seen.includes(` ${name} `)) return false
    for (let i = at + 2; i < close; i++) {
      const one = html.charCodeAt(i)
      if (one === lessThan || one === ampersand) return false
    }
    seen += ` ${name} `
    if (name === 'xmlns') {
      if (close !== at + 2 + namespace.length) return false
      isOfXhtml = true
    }
    if (name === 'style' && unsafeStyle.test(html.slice(at + 2, close))) return false
    if (name === 'href' || name === 'src') {
      if (!isCommonAddress(html, at + 2) || unwritten.test(html.slice(at + 2, close))) return false
      leadsInside ||= html.charCodeAt(at + 2) === sharp
    }
    at = close + 1
  }
}

/** Characters that RFC 3986 has in no address. */
export const unwritten = /[\s<>"{}\\^`]/
const relative = /[\w%~-]+[/.?#"']/y

/** `http:`, `https:`, a place in the text or a relative address; the slow rules judge others. */
function isCommonAddress(html: string, at: number): boolean {
  if (html.charCodeAt(at) === sharp || html.startsWith('http://', at) || html.startsWith('https://', at)) return true
  relative.lastIndex = at
  return relative.test(html)
}

/** Whether the text between two places has no entities but the five of XML and numbered ones. */
function areEntitiesOfXml(html: string, from: number, to: number): boolean {
  for (let at = html.indexOf('&', from); at >= 0 && at < to; at = html.indexOf('&', at + 1)) {
    if (html.startsWith('amp;', at + 1) || html.startsWith('lt;', at + 1) || html.startsWith('gt;', at + 1) || html.startsWith('quot;', at + 1)) continue
    if (html.startsWith('apos;', at + 1)) continue
    if (html.charCodeAt(at + 1) !== sharp) return false
    let digits = at + 2
    while (html.charCodeAt(digits) >= 48 && html.charCodeAt(digits) <= 57) digits++
    if (digits === at + 2 || digits > at + 9 || html[digits] !== ';' || html.charCodeAt(at + 2) === zero) return false
    // Some numbers below the space and from the surrogates on are no characters of XML: the slow rules know which.
    const point = Number(html.slice(at + 2, digits))
    if (point < space || point >= surrogates) return false
  }
  return true
}

/** What stands in certain elements only does, and what holds certain parts only has no other. */
function isPart(id: number, holder: number): boolean {
  if (isEmpty[holder] === 1) return false
  return asHolder[holder] === 0 ? inHolders[id] === 0 : ((inHolders[id] as number) & (asHolder[holder] as number)) !== 0
}

function isBlank(html: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (!isSpace(html.charCodeAt(at))) return false
  return true
}

export function scanNarrative(html: string): Scan {
  isOfXhtml = html.startsWith(start)
  leadsInside = false
  if (isOfXhtml) end = start.length
  else if (!html.startsWith('<div ') || !attributesAt(html, 4, div) || isSelfClosed || !isOfXhtml) return 'unsure'
  const length = html.length
  let depth = 1
  let paragraph = 0
  let hasText = false
  let line = 0
  counts.fill(0)
  open[0] = div
  let ampersandAt = html.indexOf('&')
  if (html.includes(']]>')) return 'unsure'
  for (let at = end; at < length; at = end) {
    if (html.charCodeAt(at) !== lessThan) {
      const next = html.indexOf('<', at)
      if (next < 0) return 'unsure'
      const holder = open[depth - 1] as number
      if (asHolder[holder] !== 0 || isEmpty[holder] === 1) {
        if (!isBlank(html, at, next)) return 'unsure'
      } else if (!hasText) hasText = /\S/.test(html.slice(at, next))
      if (ampersandAt >= 0 && ampersandAt < next) {
        if (!areEntitiesOfXml(html, at, next)) return 'unsure'
        ampersandAt = html.indexOf('&', next)
      }
      at = next
    }
    if (html.charCodeAt(at + 1) === slash) {
      const id = open[--depth] as number
      if (!isNamed(html, at + 2, id) || html.charCodeAt(end) !== greater) return 'unsure'
      end++
      if (id === p) paragraph = 0
      line -= isLine[id] as number
      counts[id] = (counts[id] as number) - 1
      if (depth === 0) return end === length && hasText ? (leadsInside ? 'with links' : 'plain') : 'unsure'
      continue
    }
    const id = nameAt(html, at + 1)
    if (id === 0) return 'unsure'
    if (paragraph > 0 && isBlock[id] === 1) return 'unsure'
    if (!isPart(id, open[depth - 1] as number)) return 'unsure'
    if ((line > 0 && isNoPartOfLines[id] === 1) || (counts[id] !== 0 && isOnce[id] === 1)) return 'unsure'
    if (html.charCodeAt(end) === greater) {
      end++
      isSelfClosed = false
    } else if (!attributesAt(html, end, id)) return 'unsure'
    if (id === img) hasText = true
    if (isSelfClosed) continue
    if (depth >= depthMax) return 'unsure'
    open[depth++] = id
    line += isLine[id] as number
    counts[id] = (counts[id] as number) + 1
    if (id === p) paragraph = depth
  }
  return 'unsure'
}
