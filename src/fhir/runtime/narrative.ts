import { strayAttribute } from '../rules/narrative-attributes.ts'
import { nestingProblem } from '../rules/narrative-nesting.ts'
import { checkLinks, formProblem } from '../rules/narrative-links.ts'
import { hasImpossibleReference } from '../xml/escape.ts'
import type { Check } from './check.ts'
import { scanNarrative, unsafeStyle } from './narrative-scan.ts'

/**
 * What Narrative.div may contain (https://hl7.org/fhir/R4/narrative.html#xhtml, txt-1 and txt-2): the formatting elements of HTML 4,
 * well-formed, and nothing that runs or loads code. The list names what is allowed, so anything not thought of is refused.
 */
const elements = new Set(
  `a abbr acronym address area b bdo big blockquote br caption cite code col colgroup dd del dfn div dl dt em h1 h2 h3 h4 h5 h6 hr
   i img ins kbd li map ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt ul var`.split(/\s+/),
)
const attributes = new Set(
  `abbr accesskey align alt axis bgcolor border cellpadding cellspacing char charoff charset cite class clear color colspan compact
   coords datetime dir frame headers height href hreflang id idref ismap lang longdesc name nohref nowrap rel rev rowspan rules scope shape
   span src start style summary tabindex target title type usemap valign value width xml:lang xml:space xmlns`.split(/\s+/),
)
const depthMax = 200

const tag = /<(?:!--(?!>|->)(?:[^-]|-(?!-))*--|(\/?)([A-Za-z][A-Za-z0-9]*)((?:\s+[A-Za-z_:][\w:.-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?))>/y
const attribute = /([A-Za-z_:][\w:.-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/g
const entity = /&(?!(?:[A-Za-z][A-Za-z0-9]{1,31}|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)/
const address = new Set(['href', 'src', 'cite', 'longdesc', 'usemap'])
const safeAddress = /^(?:https?:|ftp:|mailto:|tel:|urn:|cid:|data:\s*image\/(?:png|gif|jpeg);|[#/.?]|[\w%~-]+(?:[/.?#]|$))/i

function attributesProblem(text: string): string | null {
  attribute.lastIndex = 0
  const seen = new Set<string>()
  for (let found = attribute.exec(text); found !== null; found = attribute.exec(text)) {
    const [, written = '', double, single] = found
    // XML distinguishes capitals from small letters; a browser does not, and would follow an HREF.
    const name = written.toLowerCase()
    if (!attributes.has(name)) return /^on/i.test(name) ? 'an event handler is not allowed' : 'an attribute is not in the allowed set'
    if (seen.has(name)) return 'an attribute is given twice'
    seen.add(name)
    const raw = double ?? single ?? ''
    // References are decoded first, so that "java&#115;cript:" is read as a browser reads it.
    const value = raw.includes('&') ? raw.replace(/&#(?:x([0-9a-f]{1,6})|(\d{1,7}));?/gi, (_, hex, ten) => decoded(hex, ten)).replace(/&colon;/gi, ':') : raw
    if (address.has(name) && value !== '' && !safeAddress.test(value.trim())) return 'a link has an address of a kind that is not allowed'
    if (name === 'style' && unsafeStyle.test(value)) return 'a style may not load or run anything'
  }
  return null
}

function decoded(hex: string | undefined, ten: string | undefined): string {
  const point = hex === undefined ? Number(ten) : Number.parseInt(hex, 16)
  // Tabs and line ends are dropped, as browsers drop them inside addresses.
  return point > 0x20 && point <= 0x10ffff ? String.fromCodePoint(point) : ''
}

/** Null when the text is a harmless, well-formed XHTML div. */
export function narrativeProblem(html: string): string | null {
  if (html.includes('&#') && hasImpossibleReference(html)) return 'has a reference to a character that XML cannot hold'
  if (!html.startsWith('<div')) return html.trimStart().startsWith('<div') ? outside(html.trim()) : 'must begin with <div'
  return outside(html.trimEnd())
}

const slash = 47
const greater = 62

/** The end of `<name>` or `</name>`; -1 when the tag contains more than its name. */
function plainTagEnd(html: string, at: number): number {
  const first = html.charCodeAt(at + 1) === slash ? at + 2 : at + 1
  let end = first
  for (;;) {
    const code = html.charCodeAt(end) | 32
    const isLetter = code >= 97 && code <= 122
    if (!isLetter && !(end > first && code >= 48 && code <= 57)) break
    end++
  }
  return end > first && html.charCodeAt(end) === greater ? end : -1
}

/** Text must not contain it: XML reserves it for the end of a CDATA section (XML 1.0, 2.4). Attributes and comments may. */
const sectionEnd = ']]>'

function outside(html: string): string | null {
  const open: string[] = []
  let at = 0
  let hasContent = false
  let ampersand = html.indexOf('&')
  const hasSectionEnd = html.includes(sectionEnd)
  while (at < html.length) {
    if (html[at] !== '<') {
      const next = html.indexOf('<', at)
      if (next < 0 || open.length === 0) return 'there is text outside the div'
      if (ampersand >= 0 && ampersand < next) {
        if (ampersand < at) ampersand = html.indexOf('&', at)
        if (ampersand >= 0 && ampersand < next && entity.test(html.slice(at, next))) return 'an ampersand must be written as &amp;'
      }
      if (hasSectionEnd && html.slice(at, next).includes(sectionEnd)) return 'has ]]> in its text, which is written as ]]&gt;'
      hasContent ||= /\S/.test(html.slice(at, next))
      at = next
      continue
    }
    // Most tags have no attributes: these are read without the regular expression.
    const end = plainTagEnd(html, at)
    if (end > 0 && open.length > 0) {
      const isClosing = html.charCodeAt(at + 1) === slash
      const name = html.slice(isClosing ? at + 2 : at + 1, end)
      if (!elements.has(name)) return 'an element is not in the allowed set of HTML'
      hasContent ||= name === 'img'
      if (!isClosing) open.push(name)
      else if (open.pop() !== name) return 'a closing tag does not match its opening tag'
      if (open.length > depthMax) return 'is nested too deeply'
      at = end + 1
      continue
    }
    tag.lastIndex = at
    const found = tag.exec(html)
    if (found === null) return 'is not well-formed XHTML'
    if (at > 0 && open.length === 0) return 'there is markup outside the div'
    at = tag.lastIndex
    const [, close, name, attributeText = '', selfClosed] = found
    if (name === undefined) continue
    if (!elements.has(name)) return 'an element is not in the allowed set of HTML'
    hasContent ||= name === 'img'
    if (close === '/') {
      if (open.pop() !== name) return 'a closing tag does not match its opening tag'
    } else {
      const problem = attributeText === '' ? null : attributesProblem(attributeText)
      if (problem !== null) return problem
      if (selfClosed !== '/') open.push(name)
      if (open.length > depthMax) return 'is nested too deeply'
    }
  }
  if (open.length > 0) return 'a tag is not closed'
  return hasContent ? null : 'has no text'
}

export function checkNarrative(value: unknown, check: Check, depth: number, name: string): void {
  if (typeof value !== 'string') {
    check.value(depth, name, -1, 'must be a JSON string with XHTML', 'Put the XHTML into one JSON string.')
    return
  }
  const scan = scanNarrative(value)
  if (scan === 'plain') return
  if (check.isStrict && scan === 'unsure') {
    const says = formProblem(value)
    if (says !== null) check.add('invalid', check.path(depth, name), says, 'Write XHTML that an XML reader understands.')
    const stray = strayAttribute(value)
    if (stray !== null)
      check.add('invariant', check.path(depth, name), `an attribute stands on <${stray.element}> that has none of this name (txt-1)`, 'Remove it.')
    const misplaced = nestingProblem(value)
    if (misplaced !== null) check.add('structure', check.path(depth, name), misplaced, 'Nest the elements as XHTML 1.0 has them.')
    if (/<\/?(?:ins|del)[\s/>]/.test(value))
      check.add('invariant', check.path(depth, name), 'ins and del are none of the elements of a narrative (txt-1)', 'Mark what was changed otherwise.')
  }
  if (check.isStrict) checkLinks(value, check, check.path(depth, name))
  const problem = scan === 'unsure' ? narrativeProblem(value) : null
  if (problem === null) return
  const hint = 'Use one <div xmlns="http://www.w3.org/1999/xhtml"> with plain formatting; no scripts, handlers, frames or forms.'
  check.add('invariant', check.path(depth, name), `the narrative ${problem} (txt-1, txt-2)`, hint)
}
