import { Refusal } from '../../platform/refusal.ts'
import { hasControls } from '../draft/characters.ts'
import { Element, none } from './element.ts'
import { withReferences } from './references.ts'

const depthMax = 100
const elementsMax = 1_000_000
const attributesMax = 64

/** A document and its elements by ID; of two with the same ID the last counts. */
export type Document = { root: Element; named: Map<string, Element> }

/**
 * XML 1.0 as far as health documents use it, in one pass over the text: no document type, hence only the five entities of XML; instructions are
 * ignored, nothing is fetched, and anything not well-formed is refused. Documents with undeclared prefixes are common, so prefixes are ignored. (Why
 * not a library: decision 0051.)
 */
export function readXml(text: string): Document {
  return new Reading(text).document()
}

class Reading {
  readonly #text: string
  readonly #hasReferences: boolean
  readonly #hasReturns: boolean
  readonly #hasEnds: boolean
  readonly #open: Element[] = []
  /** The names of the open elements as they were written, with prefixes. */
  readonly #names: Name[] = []
  readonly #named = new Map<string, Element>()
  /** The names of the attributes read so far of the present element. */
  readonly #taken: Name[] = []
  #root: Element | undefined
  #count = 0
  #at = 0
  /** The depth at which the open narrative begins: only inside it are spaces between elements words. */
  #narrativeAt = 0

  constructor(text: string) {
    this.#text = text
    this.#hasReferences = text.includes('&')
    this.#hasReturns = text.includes('\r')
    this.#hasEnds = text.includes(']]>')
  }

  document(): Document {
    const text = this.#text
    if (hasControls(text) || !text.isWellFormed()) {
      this.#at = Math.max(0, text.search(oddCharacter))
      this.#broken()
    }
    if (text.startsWith('<?xml') && isSpace(text.charCodeAt(5))) this.#declaration()
    while (this.#at < text.length) {
      const from = this.#at
      const mark = text.indexOf('<', from)
      this.#at = mark < 0 ? text.length : mark
      if (this.#at > from) this.#words(from, this.#at)
      if (mark < 0) break
      const next = text.charCodeAt(mark + 1)
      if (next === slash) this.#close()
      else if (next === exclamation) this.#declared()
      else if (next === question) this.#instruction()
      else this.#element()
    }
    if (this.#open.length > 0) this.#broken()
    if (this.#root === undefined) return refuse('the document is empty', 'Send one XML document.')
    return { root: this.#root, named: this.#named }
  }

  /** Character data (XML 1.0, 2.4). */
  #words(from: number, to: number): void {
    const depth = this.#open.length
    const isBlank = this.#isBlank(from, to)
    if (depth === 0 && !isBlank) this.#broken()
    if (depth === 0 || (isBlank && this.#narrativeAt === 0)) return
    const raw = this.#text.slice(from, to)
    if (this.#hasEnds && raw.includes(']]>')) this.#broken()
    const plain = this.#hasReturns ? withoutReturns(raw) : raw
    const said = this.#hasReferences ? this.#resolved(plain) : plain
    if (said !== '') (this.#open[depth - 1] as Element).say(said)
  }

  #isBlank(from: number, to: number): boolean {
    const text = this.#text
    for (let at = from; at < to; at++) if (!isSpace(text.charCodeAt(at))) return false
    return true
  }

  #resolved(text: string): string {
    return text.includes('&') ? (withReferences(text) ?? this.#broken()) : text
  }

  #element(): void {
    const depth = this.#open.length
    if (depth === 0 && this.#root !== undefined) this.#broken()
    this.#at++
    const name = this.#name()
    const attributes = this.#attributes()
    const element = new Element(name.local, attributes)
    if (++this.#count > elementsMax || depth >= depthMax)
      refuse('the document has too many elements, or they stand too deep', `Up to ${elementsMax} elements, ${depthMax} deep.`)
    if (depth === 0) this.#root = element
    else (this.#open[depth - 1] as Element).add(element)
    const id = this.#id
    if (id !== undefined) this.#named.set(id, element)
    this.#id = undefined
    if (this.#text.charCodeAt(this.#at) === slash) {
      this.#at += 2
      return
    }
    this.#at++
    this.#open.push(element)
    this.#names.push(name)
    if (this.#narrativeAt === 0 && name.local === 'text') this.#narrativeAt = depth + 1
  }

  #id: string | undefined

  /** Reads attributes up to `>` or `/>` as a list of names and values. Of a repeated name the first stays (XML 1.0, 3.1 allows each name once). */
  #attributes(): readonly string[] {
    const text = this.#text
    if (text.charCodeAt(this.#at) === greater) return none
    const taken = this.#taken
    taken.length = 0
    let found: string[] | undefined
    for (;;) {
      const from = this.#at
      this.#spaces()
      const next = text.charCodeAt(this.#at)
      if (next === greater || (next === slash && text.charCodeAt(this.#at + 1) === greater)) return found ?? none
      if (from === this.#at) this.#broken()
      const name = this.#name()
      if (isTaken(taken, name)) this.#broken()
      if (taken.push(name) > attributesMax) refuse(`an element may have ${attributesMax} attributes`, 'Check how the document was made.')
      const value = this.#value()
      if (name.isOfSpaces) continue
      found ??= []
      if (!hasName(found, name.local)) found.push(name.local, value)
      if (name.local === 'ID' && name.raw === 'ID') this.#id = value
    }
  }

  #value(): string {
    const text = this.#text
    this.#spaces()
    if (text.charCodeAt(this.#at) !== equals) this.#broken()
    this.#at++
    this.#spaces()
    const quote = text.charCodeAt(this.#at)
    if (quote !== doubleQuote && quote !== singleQuote) this.#broken()
    const from = ++this.#at
    const to = text.length
    let [at, hasMark] = [from, false]
    for (; at < to; at++) {
      const code = text.charCodeAt(at)
      if (code === quote) break
      if (code === less) this.#broken()
      if (code < space || code === ampersand) hasMark = true
    }
    if (at === to) this.#broken()
    this.#at = at + 1
    const raw = text.slice(from, at)
    // Line ends and tabs in a value become spaces (XML 1.0, 3.3.3).
    return hasMark ? this.#resolved(raw.replace(/\r\n|[\r\n\t]/g, ' ')) : raw
  }

  #name(): Name {
    const text = this.#text
    const from = this.#at
    let at = from
    while (isNameCode(text.charCodeAt(at))) at++
    this.#at = at
    const raw = text.slice(from, at)
    return known.get(raw) ?? this.#newName(raw)
  }

  #newName(raw: string): Name {
    if (!nameForm.test(raw)) this.#broken()
    // The engine keeps each property key once for the whole process, so that comparing names is comparing addresses.
    const local = Object.keys({ [raw.slice(raw.indexOf(':') + 1)]: 0 })[0] as string
    const name = { raw, local, isOfSpaces: raw.startsWith('xmlns') }
    if (known.size < knownMax) known.set(raw, name)
    return name
  }

  #close(): void {
    const name = this.#names.pop()
    if (name === undefined || !this.#text.startsWith(name.raw, this.#at + 2)) return this.#broken()
    this.#at += 2 + name.raw.length
    this.#spaces()
    if (this.#text.charCodeAt(this.#at) !== greater) this.#broken()
    this.#at++
    this.#open.pop()
    if (this.#narrativeAt > this.#open.length) this.#narrativeAt = 0
  }

  /** A comment, a CDATA section, or a document type. */
  #declared(): void {
    const text = this.#text
    const from = this.#at
    if (text.startsWith('<!--', from)) {
      const end = text.indexOf('--', from + 4)
      if (end < 0 || text.charCodeAt(end + 2) !== greater) this.#broken()
      this.#at = end + 3
    } else if (text.startsWith('<![CDATA[', from)) {
      const end = text.indexOf(']]>', from)
      const inside = this.#open.at(-1)
      if (end < 0 || inside === undefined) return this.#broken()
      const said = withoutReturns(text.slice(from + 9, end))
      if (said !== '') inside.say(said)
      this.#at = end + 3
    } else if (text.startsWith('<!DOCTYPE', from)) refuse('the document has a document type, and none is read', 'Send the document without <!DOCTYPE …>.')
    else this.#broken()
  }

  /** Skips a processing instruction: a document gives no orders. */
  #instruction(): void {
    const end = this.#text.indexOf('?>', this.#at + 2)
    const [target = ''] = this.#text.slice(this.#at + 2, end < 0 ? this.#at + 2 : end).split(/[ \t\r\n]/, 1)
    if (!nameForm.test(target) || /^xml$/i.test(target)) this.#broken()
    this.#at = end + 2
  }

  #declaration(): void {
    const found = declarationForm.exec(this.#text)
    if (found === null) return this.#broken()
    this.#at = found[0].length
  }

  #spaces(): void {
    const text = this.#text
    while (isSpace(text.charCodeAt(this.#at))) this.#at++
  }

  #broken(): never {
    const line = this.#text.slice(0, this.#at).split(/\r\n?|\n/).length
    return refuse(`the document is no well-formed XML, line ${line}`, 'Check that every element is closed and every & is written &amp;.')
  }
}

type Name = { raw: string; local: string /** It declares a space of names. */; isOfSpaces: boolean }
// All documents use the same few hundred names.
const known = new Map<string, Name>()
const knownMax = 5000

const [space, exclamation, doubleQuote, ampersand, singleQuote, slash, less, equals, greater, question] = [
  0x20, 0x21, 0x22, 0x26, 0x27, 0x2f, 0x3c, 0x3d, 0x3e, 0x3f,
]
const isSpace = (code: number) => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09

// The ASCII characters that a name may have (XML 1.0, 2.3); other characters are checked once for each name.
const ofNames = new Uint8Array(128)
for (const mark of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:_-.') ofNames[mark.charCodeAt(0)] = 1
const isNameCode = (code: number) => (code < 128 ? ofNames[code] === 1 : code >= 128)
const nameStart =
  ':A-Z_a-z\\xc0-\\xd6\\xd8-\\xf6\\xf8-\\u02ff\\u0370-\\u037d\\u037f-\\u1fff\\u200c\\u200d\\u2070-\\u218f\\u2c00-\\u2fef\\u3001-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\ufffd\\u{10000}-\\u{effff}'
const nameForm = new RegExp(`^[${nameStart}][${nameStart}\\-.0-9\\xb7\\u0300-\\u036f\\u203f\\u2040]*$`, 'u')
const declarationForm =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.[0-9]+"|'1\.[0-9]+')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"[A-Za-z][\w.-]*"|'[A-Za-z][\w.-]*'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>/
const oddCharacter = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

/** Every line end becomes one line feed (XML 1.0, 2.11). */
const withoutReturns = (text: string) => (text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text)

function isTaken(names: readonly Name[], name: Name): boolean {
  for (const one of names) if (one.raw === name.raw) return true
  return false
}

function hasName(attributes: readonly string[], name: string): boolean {
  for (let at = 0; at < attributes.length; at += 2) if (attributes[at] === name) return true
  return false
}

function refuse(message: string, hint: string): never {
  throw new Refusal('incorrect', message, { hint })
}
