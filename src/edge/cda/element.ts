/** An empty list, shared by all elements without children. */
export const none: readonly never[] = []

/** An element of a document by its local name. It remembers whether it was read, for the loss report. */
export class Element {
  readonly name: string
  /** Names and values, one after the other. */
  readonly #attributes: readonly string[]
  #elements: Element[] | undefined
  /** Elements and words in their order; only when there are words. */
  #mixed: (Element | string)[] | undefined
  isRead = false

  constructor(name: string, attributes: readonly string[]) {
    this.name = name
    this.#attributes = attributes
  }

  add(child: Element): void {
    if (this.#elements === undefined) this.#elements = [child]
    else this.#elements.push(child)
    this.#mixed?.push(child)
  }

  say(words: string): void {
    if (this.#mixed === undefined) this.#mixed = this.#elements === undefined ? [words] : [...this.#elements, words]
    else this.#mixed.push(words)
  }

  /** The child elements. */
  get elements(): readonly Element[] {
    return this.#elements ?? none
  }

  get children(): readonly (Element | string)[] {
    return this.#mixed ?? this.#elements ?? none
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

  /** Follows a path through the first element of each name; other elements with these names count as read, too. */
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
    const value = this.written(name)?.trim()
    return value === '' ? undefined : value
  }

  /** The value as it was written, with its spaces. */
  written(name: string): string | undefined {
    const all = this.#attributes
    for (let at = 0; at < all.length; at += 2) if (all[at] === name) return all[at + 1]
    return undefined
  }

  /** Whether it has an attribute other than these. */
  hasOther(names: ReadonlySet<string>): boolean {
    const all = this.#attributes
    for (let at = 0; at < all.length; at += 2) if (!names.has(all[at] as string)) return true
    return false
  }

  /** All text below it, with single spaces. */
  get text(): string {
    const { children } = this
    const [only] = children
    if (only === undefined) return ''
    const all = children.length === 1 && typeof only === 'string' ? only : this.#gather([]).join(' ')
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

  /** Marks everything below as read, so that nothing of it is a loss. */
  readAll(): void {
    this.isRead = true
    for (const child of this.elements) child.readAll()
  }
}
const hasOddSpace = /[^\S ]|\s\s/

// Elements about how the document was made, or that repeat what is elsewhere.
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

/** The paths of the topmost elements that have contents and were not read. */
export function unreadIn(element: Element, path: () => string, found: string[] = []): string[] {
  let numbers: Map<Element, number> | undefined
  const placeOf = (child: Element) => {
    numbers ??= numbersOf(element.elements)
    return `${path()}/${child.name}[${numbers.get(child)}]`
  }
  for (const child of element.elements) {
    if (isOfNoMeaning.has(child.name) || child.written('nullFlavor') !== undefined) continue
    if (!child.isRead) {
      if (saysSomething(child)) found.push(placeOf(child))
    } else if (child.elements.length > 0) unreadIn(child, () => placeOf(child), found)
  }
  return found
}

/** The number of each element among those of its name. */
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
  if (element.hasOther(saysHow)) return true
  return element.children.some((child) => (typeof child === 'string' ? child.trim() !== '' : saysSomething(child)))
}
