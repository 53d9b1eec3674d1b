import type { SaxesTagNS } from 'saxes'
import { xhtmlNamespace } from './shapes.ts'

/**
 * A narrative inside an XML document. It is kept as it was written except for CDATA sections, because JSON holds it as one text. When its elements
 * have a prefix, which would mean nothing outside the document, it is written anew.
 */
export class Div {
  readonly #source: string
  readonly #start: number
  readonly #isPrefixed: boolean
  #depth = 1
  #written = ''

  /** `end` is the end of the opening tag. No attribute contains a `<`, so the last one before `end` opens the tag. */
  constructor(source: string, end: number, tag: SaxesTagNS) {
    this.#source = source
    this.#start = source.lastIndexOf('<', end - 1)
    this.#isPrefixed = tag.prefix !== ''
    if (this.#isPrefixed) this.#write(tag)
  }

  open(tag: SaxesTagNS): void {
    this.#depth++
    if (this.#isPrefixed) this.#write(tag)
  }

  text(text: string): void {
    if (this.#isPrefixed) this.#written += escaped(text)
  }

  /** The whole text when this tag closes the div, otherwise null. */
  close(tag: SaxesTagNS, position: number): string | null {
    this.#depth--
    if (this.#isPrefixed) this.#written += `</${tag.local}>`
    if (this.#depth > 0) return null
    const text = this.#isPrefixed ? this.#written : withoutSections(this.#source.slice(this.#start, position).replace(/\r\n?/g, '\n'))
    return /^<div[^>]*\sxmlns\s*=/.test(text) ? text : text.replace(/^<div/, `<div xmlns="${xhtmlNamespace}"`)
  }

  #write(tag: SaxesTagNS): void {
    const attributes = Object.values(tag.attributes).filter(({ prefix, name }) => prefix !== 'xmlns' && name !== 'xmlns')
    this.#written += `<${tag.local}${attributes.map(({ name, value }) => ` ${name}="${escaped(value)}"`).join('')}>`
  }
}

/** Replaces CDATA sections, which only XML documents have (XML 1.0, 2.7), by their escaped text. */
const withoutSections = (text: string): string =>
  text.replace(/<!--[^]*?-->|<!\[CDATA\[([^]*?)\]\]>/g, (whole, section: string | undefined) => (section === undefined ? whole : escaped(section)))

const references: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string): string => text.replace(/[&<>"]/g, (one) => references[one] as string)
