import { Refusal } from '../../platform/refusal.ts'
import { fhirNamespace, xhtmlNamespace } from '../xml/shapes.ts'
import { isElement, textOf, type XmlElement, type XmlNode } from './xml-tree.ts'

/** What a selector finds: a node in its parent, or an attribute. */
export type Found = { kind: 'node'; parent: XmlElement; node: XmlNode } | { kind: 'attribute'; of: XmlElement; name: string }

type Namespaces = (prefix: string) => string | undefined
/** `uri` undefined: any namespace. */
type Name = { name: string; uri: string | undefined }
type Predicate = { at: number } | { path: Step[]; value: string }
type Step = { test: 'element' | 'attribute' | 'text' | 'comment' | 'self'; name: Name | null; predicates: Predicate[] }

const selectorMax = 1000
/** Prefixes that may be used without a declaration: those of the specification's own examples. */
const usual: Record<string, string | undefined> = { f: fhirNamespace, fhir: fhirNamespace, h: xhtmlNamespace, xhtml: xhtmlNamespace }

/** The one node that a selector names (RFC 5261, section 4.1): steps of names with positions and values, from the root on. */
export function select(document: XmlElement, selector: string, namespaces: Namespaces, at: string): Found {
  const steps = stepsOf(selector, namespaces, at)
  const last = steps.at(-1) as Step
  const isAttribute = last.test === 'attribute'
  const found = walk(document, isAttribute ? steps.slice(0, -1) : steps)
  const all: Found[] = isAttribute ? found.flatMap(({ node }) => attributeOf(node, last)) : found.map((one) => ({ kind: 'node', ...one }))
  const [first, another] = all
  if (!first) throw cannot(at, 'the selector finds nothing in this resource', 'Read the resource and write a path that is there.')
  if (another) throw cannot(at, 'the selector finds more than one node', "Make it exact, for example by [1] or [f:system/@value='…'].")
  return first
}

type Placed = { parent: XmlElement; node: XmlNode }

function walk(document: XmlElement, steps: readonly Step[]): Placed[] {
  let found: Placed[] = []
  let from: XmlElement[] = [document]
  for (const step of steps) {
    found = from.flatMap((parent) => chosen(parent, step).map((node) => ({ parent, node })))
    from = found.map(({ node }) => node).filter(isElement)
  }
  return found
}

/** Positions count among the children of one parent, and anew after each predicate (XPath 1.0, section 2.4). */
function chosen(parent: XmlElement, { test, name, predicates }: Step): XmlNode[] {
  let nodes = parent.children.filter((node) => node.kind === test && (!isElement(node) || isNamed(node, name)))
  for (const predicate of predicates) {
    nodes = nodes.filter((node, index) => ('at' in predicate ? index + 1 === predicate.at : isElement(node) && hasValue(node, predicate.path, predicate.value)))
  }
  return nodes
}

const isNamed = (node: XmlElement, name: Name | null): boolean =>
  name === null || (node.name === name.name && (name.uri === undefined || node.uri === name.uri))

function hasValue(element: XmlElement, path: readonly Step[], value: string): boolean {
  const [first, ...rest] = path
  if (!first || first.test === 'self') return textOf(element) === value
  if (first.test === 'attribute') return element.attributes.get(first.name?.name ?? '') === value
  if (first.test === 'text') return textOf(element) === value
  return chosen(element, first).some((node) => isElement(node) && hasValue(node, rest, value))
}

function attributeOf(node: XmlNode, { name }: Step): Found[] {
  if (!isElement(node) || name === null || !node.attributes.has(name.name)) return []
  return [{ kind: 'attribute', of: node, name: name.name }]
}

const stepForm = /(?:(text|comment)\(\)|(@)?(?:([\p{L}_][\p{L}\p{N}_.-]*):)?([\p{L}_][\p{L}\p{N}_.-]*|\*)|(\.))/uy
const predicateForm = /\[\s*(?:(\d{1,6})|([^[\]'"=]{1,200}?)\s*=\s*(?:'([^']*)'|"([^"]*)"))\s*\]/uy

function stepsOf(selector: string, namespaces: Namespaces, at: string): Step[] {
  if (selector.length > selectorMax) throw malformed(at, `a selector has at most ${selectorMax} characters`, 'Write a simpler path.')
  const text = selector.trim().replace(/^\//, '')
  const steps: Step[] = []
  for (let place = 0; ; place++) {
    stepForm.lastIndex = place
    const form = stepForm.exec(text)
    if (!form) throw wrongForm(at)
    place = stepForm.lastIndex
    const step = stepOf(form, namespaces, at)
    steps.push(step)
    place = predicatesOf(text, place, step, namespaces, at)
    if (place === text.length) break
    // Nothing follows an attribute, a text or a comment.
    if (text[place] !== '/' || step.test !== 'element') throw wrongForm(at)
  }
  return steps
}

function stepOf([, kind, sign, prefix, name, dot]: RegExpExecArray, namespaces: Namespaces, at: string): Step {
  if (kind !== undefined) return { test: kind as 'text' | 'comment', name: null, predicates: [] }
  if (dot !== undefined) return { test: 'self', name: null, predicates: [] }
  if (sign !== undefined)
    return { test: 'attribute', name: { name: prefix === undefined ? String(name) : `${prefix}:${name}`, uri: undefined }, predicates: [] }
  const uri = namespaces(prefix ?? '') ?? (prefix === undefined ? undefined : usual[prefix])
  if (prefix !== undefined && uri === undefined)
    throw malformed(at, 'the selector uses a prefix that is not declared', 'Declare it, as in xmlns:f="http://hl7.org/fhir".')
  return { test: 'element', name: name === '*' ? null : { name: String(name), uri }, predicates: [] }
}

function predicatesOf(text: string, from: number, step: Step, namespaces: Namespaces, at: string): number {
  let place = from
  while (text[place] === '[') {
    predicateForm.lastIndex = place
    const form = predicateForm.exec(text)
    if (!form) throw wrongForm(at)
    const [, number, path, single, double] = form
    const steps = path === undefined ? [] : stepsOf(path, namespaces, at)
    step.predicates.push(number === undefined ? { path: steps, value: single ?? double ?? '' } : { at: Number(number) })
    place = predicateForm.lastIndex
  }
  return place
}

export const malformed = (expression: string, says: string, hint: string) => new Refusal('incorrect', says, { expression, hint })
export const cannot = (expression: string, says: string, hint: string) => new Refusal('unprocessable', says, { expression, hint })
const wrongForm = (at: string) =>
  malformed(at, 'the selector is not one of RFC 5261', "Write it like f:Patient/f:name[1]/f:family/@value or f:Patient/f:identifier[f:system/@value='…'].")
