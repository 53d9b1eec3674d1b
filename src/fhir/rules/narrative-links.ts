import { isObject, type Json } from '../profile/items.ts'
import type { Check } from '../runtime/check.ts'
import { unwritten } from '../runtime/narrative-scan.ts'
import { xhtmlNamespace } from '../xml/shapes.ts'

// No attribute contains a `<`, so the search for the end of a tag stops at the next tag: otherwise a text of unfinished tags would take the square
// of its length.
const link = /<a\s[^<>]*?href\s*=\s*(?:"([^"]*)"|'([^']*)')/gi
const image = /<img\s[^<>]*?src\s*=\s*(?:"([^"]*)"|'([^']*)')/gi
const anchor = /\s(?:id|name)\s*=\s*(?:"([^"]*)"|'([^']*)')/gi
/** The first two run what they name, the others name what no browser can fetch. */
const unlinkable = /^(?:javascript|vbscript|urn|cid):/i

/** narrative.html: a link has a scheme that a browser follows, or leads to a place in the same document. */
export function checkLinks(div: string, check: Check, path: string): void {
  if (!(div.includes('<a') || div.includes('<img'))) return
  let anchors: Set<string> | undefined
  for (const [, double, single] of div.matchAll(link)) {
    const href = double ?? single ?? ''
    if (href === '' || unwritten.test(href)) check.add('invalid', path, 'a link is no address', 'Write an address, or leave the link out.')
    const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:/.exec(href)?.[0]
    if (scheme !== undefined && unlinkable.test(href)) {
      check.add('invalid', path, `a link has the scheme ${scheme}, which cannot be followed`, 'Link by https: or to a place in the text.')
    } else if (href.startsWith('#') && href.length > 1) {
      anchors ??= anchorsOf(check.bundle ?? check.root)
      if (!anchors.has(href.slice(1))) check.add('invalid', path, 'a link leads to no place in the text', 'Add an element with this id or remove the link.')
    }
  }
  for (const [, double, single] of div.matchAll(image)) {
    const src = double ?? single ?? ''
    if (!src.startsWith('data:') && unwritten.test(src)) check.add('invalid', path, 'an image has no address', 'Write an address without spaces.')
    if (src.startsWith('#') && check.resolve(src) === undefined)
      check.add('invalid', path, 'an image refers to no contained resource', 'Contain the image or give its address.')
  }
}

const opening = /^\s*<(?:\w+:)?div\s[^<>]*?xmlns(?::\w+)?\s*=\s*(?:"([^"]*)"|'([^']*)')/
const named = /&(?!(?:amp|lt|gt|quot|apos|#\w+);)/
const paragraph = /<p(?=[\s/>])[^<>]*>/g
const block = /<(p|div|blockquote|table|ol|ul)(?=[\s/>])/

const spaces = /<[^<>]*?\sxmlns\s*=\s*(?:"([^"]*)"|'([^']*)')/g
const strangeSpaces = (div: string): boolean => [...div.matchAll(spaces)].some(([, double, single]) => (double ?? single) !== xhtmlNamespace)

/** The name space is that of XHTML, entities are those of XML, and a paragraph holds no blocks (narrative.html#xhtml). */
export function formProblem(div: string): string | null {
  const space = opening.exec(div)
  if ((space?.[1] ?? space?.[2]) !== xhtmlNamespace) return 'the name space is not http://www.w3.org/1999/xhtml'
  if (div.indexOf('xmlns', div.indexOf('>')) > 0 && strangeSpaces(div)) return 'an element is of another name space than XHTML'
  if (div.includes('&') && named.test(div)) return 'an entity is not one of XML'
  if (!div.includes('<p')) return null
  for (const { 0: tag, index } of div.matchAll(paragraph)) {
    if (tag.endsWith('/>')) continue
    const end = index + tag.length - 1
    const close = div.indexOf('</p', end)
    const inside = block.exec(div.slice(end, close < 0 ? undefined : close))?.[1]
    if (inside !== undefined) return `a <${inside}> stands in a paragraph`
  }
  return null
}

/** The ids of all elements in narratives and of all resources: places that a link may lead to. */
function anchorsOf(root: Json): Set<string> {
  const found = new Set<string>()
  const visit = (value: unknown, depth: number): void => {
    if (depth > 64) return
    if (Array.isArray(value)) return value.forEach((one) => visit(one, depth + 1))
    if (!isObject(value)) return
    for (const name in value) {
      const inner = value[name]
      if (name === 'div' && typeof inner === 'string') for (const [, double, single] of inner.matchAll(anchor)) found.add(double ?? single ?? '')
      else if (name === 'id' && typeof inner === 'string') found.add(inner)
      else visit(inner, depth + 1)
    }
  }
  visit(root, 0)
  return found
}
