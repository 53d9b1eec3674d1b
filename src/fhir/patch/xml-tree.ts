import { SaxesParser, type SaxesTagNS } from 'saxes'
import { Refusal } from '../../platform/refusal.ts'
import { attributeText } from '../xml/escape.ts'
import { fhirNamespace, xhtmlNamespace } from '../xml/shapes.ts'

export type XmlElement = {
  kind: 'element'
  name: string
  uri: string
  attributes: Map<string, string>
  /** Prefixes declared on this element, for selectors that use them; the empty prefix is the default namespace. */
  declared: ReadonlyMap<string, string>
  children: XmlNode[]
}
export type XmlNode = XmlElement | { kind: 'text'; text: string } | { kind: 'comment'; text: string }

/** The depth that the reader of resources allows (xml/parse.ts). */
const depthMax = 128

export const isElement = (node: XmlNode): node is XmlElement => node.kind === 'element'
export const textOf = ({ children }: XmlElement): string => children.map((one) => (one.kind === 'text' ? one.text : '')).join('')

/** Reads an XML document into a tree that can be changed. A holder contains the root, because comments may stand beside the root. */
export function readTree(text: string): XmlElement {
  const holder: XmlElement = { kind: 'element', name: '', uri: '', attributes: new Map(), declared: new Map(), children: [] }
  const open = [holder]
  const parser = new SaxesParser({ xmlns: true, position: true })
  const refuse = (says: string, hint: string) => {
    throw new Refusal('incorrect', `${says} at line ${parser.line}, column ${parser.column + 1}`, { hint })
  }
  // The parser's own message may quote the text, which may hold a personal number.
  parser.on('error', () => refuse('the body is not well-formed XML', 'Check tags, quotes and ampersands there.'))
  parser.on('doctype', () => refuse('a document type is not accepted', 'Send it without <!DOCTYPE …> and entities.'))
  parser.on('processinginstruction', () => refuse('a processing instruction is not accepted', 'Send it without <?…?>.'))
  const add = (node: XmlNode) => (open.at(-1) as XmlElement).children.push(node)
  parser.on('opentag', (tag) => {
    if (open.length > depthMax) refuse(`the XML is nested more than ${depthMax} levels deep`, 'Send a flatter document.')
    const element = elementOf(tag)
    add(element)
    open.push(element)
  })
  parser.on('closetag', () => void open.pop())
  parser.on('text', (given) => void (open.length > 1 && add({ kind: 'text', text: given })))
  parser.on('cdata', (given) => void add({ kind: 'text', text: given }))
  parser.on('comment', (given) => void add({ kind: 'comment', text: given }))
  parser.write(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text).close()
  return holder
}

function elementOf({ local, uri, attributes, ns }: SaxesTagNS): XmlElement {
  // Declarations and hints for editors (xsi) are no content and are dropped; the language (xml:lang) is kept.
  const kept = Object.values(attributes).filter(({ prefix, name }) => (prefix === '' && name !== 'xmlns') || prefix === 'xml')
  return {
    ...{ kind: 'element', name: local, uri, children: [], declared: new Map(Object.entries(ns)) },
    attributes: new Map(kept.map(({ name, value }) => [name, value])),
  }
}

/** Elements that HTML closes by itself. Any other empty element needs an end tag, or a browser takes what follows for its content. */
const isVoid = new Set('area base br col embed hr img input link meta source track wbr'.split(' '))

/** The tree as text. An element without a namespace gets that of its parent, because patches are often written without any. */
export function writeTree(node: XmlNode, outer = ''): string {
  if (node.kind === 'text') return escaped(node.text)
  if (node.kind === 'comment') return `<!--${node.text}-->`
  const uri = node.uri === '' ? outer || fhirNamespace : node.uri
  const attributes = [...node.attributes].map(([name, value]) => ` ${name}="${attributeText(value)}"`).join('')
  const start = `<${node.name}${uri === outer ? '' : ` xmlns="${attributeText(uri)}"`}${attributes}`
  if (node.children.length === 0 && (uri !== xhtmlNamespace || isVoid.has(node.name))) return `${start}/>`
  return `${start}>${node.children.map((child) => writeTree(child, uri)).join('')}</${node.name}>`
}

const references: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' }
const escaped = (text: string): string => text.replace(/[&<>\r]/g, (one) => references[one] as string)
