import type { SaxesTagNS } from 'saxes'
import { xhtmlNamespace } from './shapes.ts'

/**
 * A narrative inside an XML document, kept as it was written but for CDATA sections: JSON holds it as one text. Only where its elements carry a
 * prefix, which would mean nothing outside the document, is it written anew.
 */
export class Div {
  readonly #source: string
  readonly #start: number
  readonly #isPrefixed: boolean
  #depth = 1
  #written = ''

  /** `end` is where the opening tag ends; no attribute holds a `<`, so the last one before it opens the tag. */
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

  /** The whole text when this was the last end, else null. */
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

/** A CDATA section is a way of writing text in an XML document (XML 1.0, 2.7), and a narrative in JSON has none: its text is written with references. */
const withoutSections = (text: string): string =>
  text.replace(/<!--[^]*?-->|<!\[CDATA\[([^]*?)\]\]>/g, (whole, section: string | undefined) => (section === undefined ? whole : escaped(section)))

const references: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string): string => text.replace(/[&<>"]/g, (one) => references[one] as string)
