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
  isRead = false

  constructor(name: string, attributes: Record<string, string>) {
    this.name = name
    this.attributes = attributes
  }

  get elements(): Element[] {
    return this.children.filter((child): child is Element => typeof child !== 'string')
  }

  all(name: string): Element[] {
    const found = this.elements.filter((child) => child.name === name)
    for (const child of found) child.isRead = true
    return found
  }

  /** Down a path, the first of each. */
  first(...path: string[]): Element | undefined {
    return path.reduce<Element | undefined>((at, name) => at?.all(name)[0], this)
  }

  attribute(name: string): string | undefined {
    const value = this.attributes[name]?.trim()
    return value === '' ? undefined : value
  }

  /** All text below, with single spaces. */
  get text(): string {
    return this.#raw().replace(/\s+/g, ' ').trim()
  }

  #raw(): string {
    return this.children.map((child) => (typeof child === 'string' ? child : child.#raw())).join(' ')
  }

  /** Nothing below is asked for any more, and nothing of it is a loss. */
  readAll(): void {
    this.isRead = true
    for (const child of this.elements) child.readAll()
  }
}

/**
 * A document as a tree. No document type, hence no entities but the five of XML, no instructions that are followed, nothing fetched.
 * Fragments with a prefix that nobody declared are met often, so names are read without their prefixes.
 */
export function parseDocument(bytes: Uint8Array | string): Element {
  const text = typeof bytes === 'string' ? bytes : decoded(bytes)
  if (text.length > bytesMax) throw new Refusal('too-large', `a document may have ${bytesMax} characters`)
  const parser = new SaxesParser({ xmlns: false, position: true })
  const open: Element[] = []
  let root: Element | undefined
  let count = 0
  parser.on('doctype', () => refuse('the document has a document type, and none is read', 'Send the document without <!DOCTYPE …>.'))
  parser.on('error', () =>
    refuse(`the document is no well-formed XML, line ${parser.line}`, 'Check that every element is closed and every & is written &amp;.'),
  )
  parser.on('opentag', (tag) => {
    if (++count > elementsMax || open.length >= depthMax)
      refuse('the document has too many elements, or they stand too deep', `Up to ${elementsMax} elements, ${depthMax} deep.`)
    const attributes = plainAttributes(tag.attributes as Record<string, string>)
    const element = new Element(localName(tag.name), attributes)
    const parent = open.at(-1)
    if (parent === undefined) root = element
    else parent.children.push(element)
    open.push(element)
  })
  parser.on('closetag', () => open.pop())
  const words = (said: string) => open.at(-1)?.children.push(said)
  parser.on('text', words)
  parser.on('cdata', words)
  parser.write(text).close()
  if (root === undefined) return refuse('the document is empty', 'Send one XML document.')
  return root
}

const localName = (name: string) => name.slice(name.indexOf(':') + 1)

function plainAttributes(given: Record<string, string>): Record<string, string> {
  const names = Object.keys(given)
  if (names.length > attributesMax) refuse(`an element may have ${attributesMax} attributes`, 'Check how the document was made.')
  const attributes: Record<string, string> = {}
  // The prefix of xsi:type matters no more than that of an element; a plain attribute goes before one with a prefix.
  for (const name of names) if (!name.startsWith('xmlns')) attributes[localName(name)] ??= given[name] as string
  return attributes
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
export function unreadIn(element: Element, path: string, found: string[] = []): string[] {
  const counts = new Map<string, number>()
  for (const child of element.elements) {
    const number = (counts.get(child.name) ?? 0) + 1
    counts.set(child.name, number)
    if (isOfNoMeaning.has(child.name) || child.attributes['nullFlavor'] !== undefined) continue
    const place = `${path}/${child.name}[${number}]`
    if (child.isRead) unreadIn(child, place, found)
    else if (saysSomething(child)) found.push(place)
  }
  return found
}

function saysSomething(element: Element): boolean {
  if (isOfNoMeaning.has(element.name)) return false
  const names = Object.keys(element.attributes).filter(
    (name) => !['nullFlavor', 'classCode', 'moodCode', 'typeCode', 'type', 'contextControlCode', 'inversionInd'].includes(name),
  )
  return names.length > 0 || element.children.some((child) => (typeof child === 'string' ? child.trim() !== '' : saysSomething(child)))
}
