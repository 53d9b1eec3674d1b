import { Refusal } from '../../platform/refusal.ts'
import type { Resource } from '../types.ts'
import { parseXml } from '../xml/parse.ts'
import { printXml } from '../xml/print.ts'
import { isHolder, isPrimitive, type Shapes, xhtmlNamespace } from '../xml/shapes.ts'
import { pathsMs, tooLong } from './places.ts'
import { cannot, type Found, malformed, select } from './xml-select.ts'
import { isElement, readTree, textOf, writeTree, type XmlElement, type XmlNode } from './xml-tree.ts'

const operationsMax = 1000
type Operation = { element: XmlElement; at: string; namespaces: (prefix: string) => string | undefined }

/**
 * XML Patch (RFC 5261, https://hl7.org/fhir/R4/http.html#patch): writes the resource as XML, changes it node by node, and reads it again. A patch
 * need not add an element at the place that the schema gives it: the elements are sorted afterwards, and only the order of repetitions is the patch's.
 */
export function applyXmlPatch(shapes: Shapes, before: Resource, patch: string): unknown {
  const document = readTree(printXml(shapes, before, false))
  const narrative = narrativeOf(document)
  patchTree(document, patch)
  const root = document.children.find(isElement)
  if (root) putInOrder(shapes, root.name, root)
  const after = readAgain(shapes, document) as { text?: Record<string, unknown> }
  // Printing and reading a narrative may change how it is written, so a narrative that the patch leaves alone keeps its original text.
  const own = before['text'] as Record<string, unknown> | undefined
  if (after.text && own && narrative !== null && narrativeOf(document) === narrative) after.text['div'] = own['div']
  return after
}

/** Executes the operations of a patch one after the other on the document. */
export function patchTree(document: XmlElement, patch: string): void {
  let leftMs = pathsMs
  for (const operation of operationsOf(patch)) {
    const began = performance.now()
    acts[operation.element.name]?.(document, operation)
    leftMs -= performance.now() - began
    if (leftMs < 0) throw tooLong(operation.at)
  }
}

function operationsOf(patch: string): Operation[] {
  const root = readTree(patch).children.find(isElement) as XmlElement
  const elements = root.children.filter(isElement)
  if (elements.length === 0) throw malformed('diff', 'an XML Patch holds at least one operation', 'Send <diff><replace sel="…">…</replace></diff>.')
  if (elements.length > operationsMax) throw malformed('diff', `a patch has at most ${operationsMax} operations`, 'Send fewer.')
  return elements.map((element, index) => {
    const at = `diff[${index}]`
    if (!Object.hasOwn(acts, element.name)) throw malformed(at, 'the operation is not known', `Use one of: ${Object.keys(acts).join(', ')}.`)
    if (!element.attributes.has('sel')) throw malformed(at, 'the attribute sel is missing', 'Say which node is meant.')
    return { element, at, namespaces: (prefix) => element.declared.get(prefix) ?? root.declared.get(prefix) }
  })
}

const found = (document: XmlElement, { element, at, namespaces }: Operation): Found => select(document, element.attributes.get('sel') as string, namespaces, at)

const acts: Record<string, (document: XmlElement, operation: Operation) => void> = {
  add(document, operation) {
    const { element, at } = operation
    const [type, position] = [element.attributes.get('type'), element.attributes.get('pos')]
    const target = found(document, operation)
    if (target.kind === 'attribute') throw cannot(at, 'nothing can be added to an attribute', 'Select the element that has it.')
    const { node, parent } = target
    if (position === 'before' || position === 'after') {
      return put(parent, parent.children.indexOf(node) + (position === 'after' ? 1 : 0), 0, element.children)
    }
    if (position !== undefined && position !== 'prepend') throw malformed(at, 'pos is not known', 'Use one of: before, after, prepend; or leave it out.')
    if (!isElement(node)) throw cannot(at, 'the selector finds no element to add to', 'Select an element.')
    if (type === undefined) put(node, position === 'prepend' ? 0 : node.children.length, 0, element.children)
    else if (type.startsWith('@')) addAttribute(node, type.slice(1), textOf(element), at)
    // The declaration of a prefix is not content of the resource, so nothing is done.
    else if (!type.startsWith('namespace::')) throw malformed(at, 'type is not known', 'Use @ and the name of an attribute.')
  },

  replace(document, operation) {
    const { element, at } = operation
    const target = found(document, operation)
    if (target.kind === 'attribute') {
      target.of.attributes.set(target.name, textOf(element))
      return
    }
    const { node, parent } = target
    put(parent, parent.children.indexOf(node), 1, replacementOf(node, element, at))
  },

  remove(document, operation) {
    const target = found(document, operation)
    if (target.kind === 'attribute') return void target.of.attributes.delete(target.name)
    const { node, parent } = target
    if (parent === document) throw cannot(operation.at, 'a patch does not delete the resource', 'Use DELETE.')
    parent.children.splice(parent.children.indexOf(node), 1)
  },
}

/** Not by splice: it takes the nodes as arguments, and too many arguments make a call fail. */
function put(parent: XmlElement, index: number, instead: number, nodes: readonly XmlNode[]): void {
  parent.children = [...parent.children.slice(0, index), ...nodes, ...parent.children.slice(index + instead)]
}

function addAttribute(element: XmlElement, name: string, value: string, at: string): void {
  if (!/^[A-Za-z][\w.-]{0,63}$/.test(name)) throw malformed(at, 'type names no attribute', 'Write type="@value".')
  if (element.attributes.has(name)) throw cannot(at, 'the attribute is there already', 'Use replace.')
  element.attributes.set(name, value)
}

/** The one node of the same kind that replaces `node`; only a text may be replaced by nothing. */
function replacementOf(node: XmlNode, { children }: XmlElement, at: string): XmlNode[] {
  const same = children.filter(({ kind }) => kind === node.kind)
  const isOnly = same.length === 1 || node.kind === 'text'
  const isPure = children.every((one) => one.kind === node.kind || (one.kind === 'text' && one.text.trim() === ''))
  if (!isOnly || !isPure)
    throw malformed(at, 'a node is replaced by one of its kind', 'Put one element for an element into it, text for a text or an attribute.')
  return same
}

/** The narrative of the resource as text; null when it has none. */
function narrativeOf(document: XmlElement): string | null {
  const inside = (holder: XmlElement | undefined, name: string) => holder?.children.find((one): one is XmlElement => isElement(one) && one.name === name)
  const div = inside(inside(document.children.find(isElement), 'text'), 'div')
  return div ? writeTree(div, xhtmlNamespace) : null
}

/** Sorts elements by their place in the schema. Stray text comes first, and reading the document again reports it. */
function putInOrder(shapes: Shapes, structure: string, element: XmlElement): void {
  if (isHolder(structure) && element.name !== structure) {
    for (const inner of element.children.filter(isElement)) putInOrder(shapes, inner.name, inner)
    return
  }
  const shape = shapes.of(isPrimitive(structure) ? 'Element' : structure)
  if (!shape) return
  const rankOf = (node: XmlNode): number => (isElement(node) ? (shape.get(node.name)?.rank ?? Infinity) : -1)
  element.children = element.children.toSorted((one, other) => rankOf(one) - rankOf(other) || 0)
  for (const inner of element.children.filter(isElement)) {
    const type = shape.get(inner.name)?.type
    if (type !== undefined && type !== 'xhtml') putInOrder(shapes, type, inner)
  }
}

function readAgain(shapes: Shapes, document: XmlElement): unknown {
  try {
    return parseXml(shapes, document.children.map((node) => writeTree(node)).join(''))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new Refusal('unprocessable', `after the patch ${error.message}`, { ...(error.issues ? { issues: error.issues } : {}) })
  }
}
