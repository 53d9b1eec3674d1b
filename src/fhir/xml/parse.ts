import { SaxesParser, type SaxesTagNS } from 'saxes'
import { Refusal, type RefusalIssue } from '../../platform/refusal.ts'
import { shown } from '../runtime/check.ts'
import { Div } from './div.ts'
import {
  fhirNamespace,
  isAttribute,
  isHolder,
  isNumeric,
  isPrimitive,
  isResourceType,
  type Property,
  type Shape,
  type Shapes,
  xhtmlNamespace,
} from './shapes.ts'

/** The depth that JSON may have (json.ts), more than any element of FHIR has. */
const depthMax = 128
const attributesMax = 32
const issuesMax = 50

type Json = Record<string, unknown>
type Frame = {
  /** `value`: an element of FHIR; `holder`: an element that contains a whole resource; `ignored`: an unknown element and everything in it. */
  kind: 'value' | 'holder' | 'ignored'
  property: Property
  structure: string
  shape: Shape | undefined
  index: number | null
  object: Json
  /** The value of a primitive, from its attribute. */
  text: string | null
  rank: number
  last: string
}

const extension: Property = { name: 'extension', type: 'Extension', isMany: true, rank: 0 }
const onlyExtensions: Shape = new Map([['extension', extension]])

/**
 * Parses XML into the object that parseJson would give for the same resource in JSON (https://hl7.org/fhir/R4/xml.html). Document types, entities
 * other than the five of XML and instructions are refused: a document never makes the parser load anything.
 */
export function parseXml(shapes: Shapes, text: string): unknown {
  if (text.trim() === '') throw new Refusal('incorrect', 'the body is empty where XML is expected', { hint: 'Send one FHIR resource as XML.' })
  const reader = new Reader(shapes, text)
  return reader.read()
}

class Reader {
  readonly #shapes: Shapes
  readonly #text: string
  readonly #parser = new SaxesParser({ xmlns: true, position: true })
  readonly #frames: Frame[] = []
  readonly #issues: RefusalIssue[] = []
  #root: unknown
  #div: Div | null = null

  constructor(shapes: Shapes, text: string) {
    this.#shapes = shapes
    this.#text = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  }

  read(): unknown {
    const parser = this.#parser
    parser.on('error', () => {
      // The parser's own message may quote the text, which may hold a personal number.
      throw new Refusal('incorrect', `the body is not well-formed XML at ${this.#place()}`, { hint: 'Check tags, quotes and ampersands there.' })
    })
    parser.on('doctype', () => {
      throw new Refusal('incorrect', `a document type is not accepted, at ${this.#place()}`, { hint: 'Send the resource without <!DOCTYPE …> and entities.' })
    })
    parser.on('processinginstruction', () => {
      throw new Refusal('incorrect', `a processing instruction is not accepted, at ${this.#place()}`, { hint: 'Send the resource without <?…?>.' })
    })
    parser.on('opentag', (tag) => this.#open(tag))
    parser.on('closetag', (tag) => this.#close(tag))
    parser.on('text', (text) => this.#chars(text))
    parser.on('cdata', (text) => this.#chars(text))
    parser.write(this.#text).close()
    if (this.#issues.length > 0) throw new Refusal('incorrect', 'the XML is not a FHIR resource', { issues: this.#issues })
    return this.#root
  }

  #place(): string {
    return `line ${this.#parser.line}, column ${this.#parser.column + 1}`
  }

  #path(more = ''): string {
    const path = this.#frames.map(({ property, index }, at) => {
      const isInHolder = at > 0 && this.#frames[at - 1]?.kind === 'holder'
      return isInHolder ? '' : `${at > 0 ? '.' : ''}${property.name}${index === null ? '' : `[${index}]`}`
    })
    return path.join('') + (more === '' ? '' : `${this.#frames.length > 0 ? '.' : ''}${more}`)
  }

  #issue(expression: string, says: string, hint: string): void {
    this.#issues.push({ severity: 'error', code: 'structure', diagnostics: `${says} (${this.#place()})`, expression, hint })
    if (this.#issues.length >= issuesMax) throw new Refusal('incorrect', 'the XML is not a FHIR resource', { issues: this.#issues })
  }

  #open(tag: SaxesTagNS): void {
    if (this.#div) return this.#div.open(tag)
    if (Object.keys(tag.attributes).length > attributesMax) this.#issue(this.#path(), 'has too many attributes', 'Remove what FHIR does not know.')
    if (this.#frames.length >= depthMax) {
      throw new Refusal('incorrect', `the XML is nested more than ${depthMax} levels deep at ${this.#place()}`, { hint: 'Send a flatter document.' })
    }
    const parent = this.#frames.at(-1)
    if (!parent || parent.kind === 'holder') return this.#openResource(tag, parent)
    if (parent.kind === 'ignored') return this.#ignore(tag)
    const property = parent.shape?.get(tag.local)
    if (property?.type === 'xhtml' && tag.uri === xhtmlNamespace) {
      this.#checkOrder(parent, property)
      this.#div = new Div(this.#text, this.#parser.position, tag)
      return
    }
    if (!property || tag.uri !== fhirNamespace || isAttribute(parent.structure, property)) return this.#unknown(tag, parent)
    this.#checkOrder(parent, property)
    this.#push(tag, property, indexIn(parent.object, property))
  }

  #openResource(tag: SaxesTagNS, parent: Frame | undefined): void {
    if (tag.uri !== fhirNamespace || !isResourceType(tag.local)) {
      const says = tag.uri === fhirNamespace ? `${shown(tag.local)} is not a resource type of FHIR R4` : `${shown(tag.local)} is not in the namespace of FHIR`
      this.#issue(this.#path(parent ? '' : plain(tag.local)), says, `Write a resource with xmlns="${fhirNamespace}".`)
      return this.#ignore(tag)
    }
    if (parent?.object['resourceType'] !== undefined) this.#issue(this.#path(), 'holds more than one resource', 'Repeat the element for each resource.')
    const frame = this.#push(tag, { name: tag.local, type: tag.local, isMany: false, rank: 0 }, null, true)
    frame.object['resourceType'] = tag.local
  }

  #unknown(tag: SaxesTagNS, parent: Frame): void {
    const says = tag.uri === fhirNamespace ? 'is not an element of' : 'is not in the namespace of FHIR, in'
    this.#issue(this.#path(plain(tag.local)), `${shown(tag.local)} ${says} ${parent.structure}`, 'Check the spelling against R4, or use an extension.')
    this.#ignore(tag)
  }

  #ignore(tag: SaxesTagNS): void {
    const property = { name: tag.local, type: '', isMany: false, rank: 0 }
    this.#frames.push({ kind: 'ignored', property, structure: '', shape: undefined, index: null, object: {}, text: null, rank: 0, last: '' })
  }

  #push(tag: SaxesTagNS, property: Property, index: number | null, isResource = false): Frame {
    const { type } = property
    const kind = !isResource && isHolder(type) ? 'holder' : 'value'
    const shape = isPrimitive(type) ? onlyExtensions : this.#shapes.of(type)
    const frame: Frame = { kind, property, structure: type, shape, index, object: {}, text: null, rank: -1, last: '' }
    this.#frames.push(frame)
    for (const { local, prefix, uri, value } of Object.values(tag.attributes)) {
      if (prefix === 'xmlns' || local === 'xmlns' || uri.startsWith('http://www.w3.org/')) continue
      if (uri !== '') this.#issue(this.#path(), `the attribute ${shown(local)} is of a foreign namespace`, 'Remove it, or use an extension.')
      else this.#attribute(frame, local, value)
    }
    return frame
  }

  #attribute(frame: Frame, name: string, value: string): void {
    if (value === '') {
      frame.rank = 0
      return this.#issue(this.#path(), `the attribute ${shown(name)} must not be empty`, 'Give it a value or remove it.')
    }
    if (isPrimitive(frame.structure)) {
      if (name === 'value') frame.text = value
      else if (name === 'id') frame.object['id'] = value
      else this.#issue(this.#path(), `${shown(name)} is not an attribute of a value`, 'Only id and value are.')
      return
    }
    const property = frame.shape?.get(name)
    if (property && isAttribute(frame.structure, property)) frame.object[name] = value
    else this.#issue(this.#path(), `${shown(name)} is not an attribute here`, 'Write it as an element, as the R4 schema does.')
  }

  /** Checks the order of the schema: each element at its place, repetitions side by side, one form of a choice. */
  #checkOrder(parent: Frame, property: Property): void {
    if (property.rank < parent.rank) {
      this.#issue(this.#path(property.name), `${property.name} must stand before ${parent.last}`, 'Keep the order of the R4 schema.')
    } else if (property.rank === parent.rank && (!property.isMany || property.name !== parent.last)) {
      const says = property.name === parent.last ? `${property.name} may be there only once` : `${property.name} and ${parent.last} exclude each other`
      this.#issue(this.#path(property.name), says, 'Keep one of them.')
    }
    parent.rank = Math.max(parent.rank, property.rank)
    parent.last = property.name
  }

  #close(tag: SaxesTagNS): void {
    if (this.#div) {
      const div = this.#div.close(tag, this.#parser.position)
      if (div === null) return
      this.#div = null
      ;(this.#frames.at(-1) as Frame).object['div'] = div
      return
    }
    const frame = this.#frames.at(-1) as Frame
    if (frame.kind === 'holder' && frame.object['resourceType'] === undefined && frame.rank === -1) this.#empty('has no resource', 'Put one resource into it.')
    else if (frame.kind === 'value' && frame.text === null && frame.rank === -1 && !isResourceType(frame.structure))
      this.#empty('is empty', 'Give it a value or children, or remove it.')
    this.#frames.pop()
    const parent = this.#frames.at(-1)
    if (frame.kind === 'ignored') {
      if (parent) parent.rank = Math.max(parent.rank, 0)
      return
    }
    if (!parent) this.#root = frame.object
    else if (parent.kind === 'holder') parent.object = frame.object
    else if (isPrimitive(frame.structure)) addPrimitive(parent.object, frame)
    else add(parent.object, frame.property, frame.object)
  }

  #empty(says: string, hint: string): void {
    this.#issue(this.#path(), says, hint)
  }

  #chars(text: string): void {
    if (this.#div) return this.#div.text(text)
    if (/\S/.test(text)) this.#issue(this.#path(), 'text stands between the elements', 'Put values into the attribute value.')
  }
}

/** A name as an expression may show it. A name that is no plain word might contain anything, so it is left out. */
const plain = (name: string): string => (/^[A-Za-z]{1,64}$/.test(name) ? name : '')

function indexIn(object: Json, { name, isMany }: Property): number | null {
  if (!isMany) return null
  const items = object[name] ?? object[`_${name}`]
  return Array.isArray(items) ? items.length : 0
}

function add(object: Json, { name, isMany }: Property, value: unknown): void {
  if (!isMany) object[name] = value
  else if (Array.isArray(object[name])) object[name].push(value)
  else object[name] = [value]
}

/**
 * JSON keeps the ids and extensions of primitives in a property beside them; in a list, null fills the gaps
 * (https://hl7.org/fhir/R4/json.html#primitive).
 */
function addPrimitive(object: Json, { property, structure, text, object: beside }: Frame): void {
  const { name, isMany } = property
  const value = text === null ? undefined : valueOf(structure, text)
  const hasBeside = Object.keys(beside).length > 0
  if (!isMany) {
    if (value !== undefined) object[name] = value
    if (hasBeside) object[`_${name}`] = beside
    return
  }
  let values = object[name] as unknown[] | undefined
  let besides = object[`_${name}`] as unknown[] | undefined
  const count = values?.length ?? besides?.length ?? 0
  if (value !== undefined && !values) object[name] = values = new Array(count).fill(null)
  if (hasBeside && !besides) object[`_${name}`] = besides = new Array(count).fill(null)
  values?.push(value ?? null)
  besides?.push(hasBeside ? beside : null)
}

const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** A text that is no number or boolean stays a text, and the validator reports it with its place. */
function valueOf(type: string, text: string): unknown {
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  if (!isNumeric(type)) return text
  // FHIR allows a plus before a whole number (datatypes.html), but JSON does not; a decimal may have none.
  const plain = type === 'decimal' ? text : text.replace(/^\+(?=[1-9])/, '')
  if (!number.test(plain)) return text
  return String(Number(plain)) === plain ? Number(plain) : JSON.rawJSON(plain)
}
