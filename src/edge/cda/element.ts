import { SaxesParser } from 'saxes'
import { Refusal } from '../../platform/refusal.ts'

const bytesMax = 50_000_000
const depthMax = 100
const elementsMax = 1_000_000
const attributesMax = 64

/** An element of a document by its local name; it remembers whether anybody asked for it, for the loss report. */
export class Element {
  readonly name: string
  readonly attributes: Record<string, string>
  readonly children: (Element | string)[] = []
  /** Of the children those that are elements. */
  readonly elements: Element[] = []
  isRead = false

  constructor(name: string, attributes: Record<string, string>) {
    this.name = name
    this.attributes = attributes
  }

  add(child: Element): void {
    this.children.push(child)
    this.elements.push(child)
  }

  all(name: string): Element[] {
    let found: Element[] | undefined
    for (const child of this.elements) {
      if (child.name !== name) continue
      child.isRead = true
      if (found === undefined) found = [child]
      else found.push(child)
    }
    return found ?? []
  }

  /** Down a path, the first of each; its like beside it count as asked for. */
  first(...path: string[]): Element | undefined {
    return path.reduce<Element | undefined>((at, name) => at?.firstOf(name), this)
  }

  firstOf(name: string): Element | undefined {
    let found: Element | undefined
    for (const child of this.elements) {
      if (child.name !== name) continue
      child.isRead = true
      found ??= child
    }
    return found
  }

  attribute(name: string): string | undefined {
    const value = this.attributes[name]?.trim()
    return value === '' ? undefined : value
  }

  /** All text below, with single spaces. */
  get text(): string {
    const [only] = this.children
    if (only === undefined) return ''
    const all = this.children.length === 1 && typeof only === 'string' ? only : this.#gather([]).join(' ')
    return (hasOddSpace.test(all) ? all.replace(/\s+/g, ' ') : all).trim()
  }

  #gather(into: string[]): string[] {
    for (const child of this.children) {
      if (typeof child === 'string') into.push(child)
      else child.#gather(into)
    }
    return into
  }

  /** Whether there is any text below. */
  get hasText(): boolean {
    return this.children.some((child) => (typeof child === 'string' ? child.trim() !== '' : child.hasText))
  }

  /** Nothing below is asked for any more, and nothing of it is a loss. */
  readAll(): void {
    this.isRead = true
    for (const child of this.elements) child.readAll()
  }
}
const hasOddSpace = /[^\S ]|\s\s/

/** A document, and its elements that have an ID, the last of two with the same. */
export type Document = { root: Element; named: Map<string, Element> }

/**
 * A document as a tree. No document type, hence no entities but the five of XML, no instructions that are followed, nothing fetched.
 * Fragments with a prefix that nobody declared are met often, so names are read without their prefixes.
 */
export function parseDocument(bytes: Uint8Array | string): Document {
  const text = typeof bytes === 'string' ? bytes : decoded(bytes)
  if (text.length > bytesMax) throw new Refusal('too-large', `a document may have ${bytesMax} characters`)
  const parser = new SaxesParser({ xmlns: false, position: true })
  const open: Element[] = []
  const localOf = localNames()
  const named = new Map<string, Element>()
  let root: Element | undefined
  let count = 0
  let id: string | undefined
  let attributes: Record<string, string> = {}
  let attributesCount = 0
  parser.on('doctype', () => refuse('the document has a document type, and none is read', 'Send the document without <!DOCTYPE …>.'))
  parser.on('error', () =>
    refuse(`the document is no well-formed XML, line ${parser.line}`, 'Check that every element is closed and every & is written &amp;.'),
  )
  parser.on('attribute', ({ name, value }) => {
    if (++attributesCount > attributesMax) refuse(`an element may have ${attributesMax} attributes`, 'Check how the document was made.')
    // The prefix of xsi:type matters no more than that of an element; what comes first stays.
    if (name.startsWith('xmlns')) return
    attributes[name.includes(':') ? localOf(name) : name] ??= value
    if (name === 'ID') id = value
  })
  parser.on('opentag', ({ name }) => {
    if (++count > elementsMax || open.length >= depthMax)
      refuse('the document has too many elements, or they stand too deep', `Up to ${elementsMax} elements, ${depthMax} deep.`)
    const element = new Element(localOf(name), attributes)
    if (id !== undefined) named.set(id, element)
    attributes = {}
    attributesCount = 0
    id = undefined
    const parent = open.at(-1)
    if (parent === undefined) root = element
    else parent.add(element)
    open.push(element)
  })
  parser.on('closetag', () => open.pop())
  const words = (said: string) => open.at(-1)?.children.push(said)
  parser.on('text', words)
  parser.on('cdata', words)
  parser.write(text).close()
  if (root === undefined) return refuse('the document is empty', 'Send one XML document.')
  return { root, named }
}

const namesMax = 1000
/** Names without their prefixes, each one string however often it comes, so that comparing it is comparing an address. */
function localNames(): (name: string) => string {
  const known = new Map<string, string>()
  return (name) => {
    const found = known.get(name)
    if (found !== undefined) return found
    // A key of an object is kept once for the whole process.
    const local = Object.keys({ [name.slice(name.indexOf(':') + 1)]: 0 })[0] as string
    if (known.size < namesMax) known.set(name, local)
    return local
  }
}

/** The encoding that the document declares; UTF-8 without one (XML 1.0, 4.3.3). */
function decoded(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 200)).toString('latin1')
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined
  const said = utf16 ?? /^\W*<\?xml[^>]*encoding=["']([\w.-]+)["']/.exec(head)?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(said, { fatal: true }).decode(bytes).replace(/^\s+(?=<)/, '')
  } catch {
    return refuse('the document is not in the encoding that it declares', 'Declare the real encoding in the first line, or send UTF-8.')
  }
}

function refuse(message: string, hint: string): never {
  throw new Refusal('incorrect', message, { hint })
}

// What says how the document was made, or repeats what stands elsewhere.
const isOfNoMeaning = new Set([
  'templateId',
  'typeId',
  'realmCode',
  'text',
  'originalText',
  'translation',
  'qualifier',
  'signatureCode',
  'awarenessCode',
  'repeatNumber',
  'sequenceNumber',
  'modeCode',
  'determinerCode',
  'statusCode',
])

/** The topmost elements that say something and were not asked for, by their path. */
export function unreadIn(element: Element, path: () => string, found: string[] = []): string[] {
  let numbers: Map<Element, number> | undefined
  const placeOf = (child: Element) => {
    numbers ??= numbersOf(element.elements)
    return `${path()}/${child.name}[${numbers.get(child)}]`
  }
  for (const child of element.elements) {
    if (isOfNoMeaning.has(child.name) || child.attributes['nullFlavor'] !== undefined) continue
    if (!child.isRead) {
      if (saysSomething(child)) found.push(placeOf(child))
    } else if (child.elements.length > 0) unreadIn(child, () => placeOf(child), found)
  }
  return found
}

/** Which one of its name each is. */
function numbersOf(elements: readonly Element[]): Map<Element, number> {
  const counts = new Map<string, number>()
  const numbers = new Map<Element, number>()
  for (const element of elements) {
    const number = (counts.get(element.name) ?? 0) + 1
    counts.set(element.name, number)
    numbers.set(element, number)
  }
  return numbers
}

const saysHow = new Set(['nullFlavor', 'classCode', 'moodCode', 'typeCode', 'type', 'contextControlCode', 'inversionInd'])
function saysSomething(element: Element): boolean {
  if (isOfNoMeaning.has(element.name)) return false
  if (Object.keys(element.attributes).some((name) => !saysHow.has(name))) return true
  return element.children.some((child) => (typeof child === 'string' ? child.trim() !== '' : saysSomething(child)))
}
