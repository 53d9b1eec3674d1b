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
 * XML Patch (RFC 5261, https://hl7.org/fhir/R4/http.html#patch): the resource as XML, changed node by node, and read again as if it had come in that
 * form. Elements need not be added at the place that the schema gives them: only the order of what repeats is said by the patch.
 */
export function applyXmlPatch(shapes: Shapes, before: Resource, patch: string): unknown {
  const document = readTree(printXml(shapes, before, false))
  const narrative = narrativeOf(document)
  patchTree(document, patch)
  const root = document.children.find(isElement)
  if (root) putInOrder(shapes, root.name, root)
  const after = readAgain(shapes, document) as { text?: Record<string, unknown> }
  // Written as XML a narrative says the same in other words; one that the patch leaves alone keeps its own.
  const own = before['text'] as Record<string, unknown> | undefined
  if (after.text && own && narrative !== null && narrativeOf(document) === narrative) after.text['div'] = own['div']
  return after
}

/** The operations of a patch, done one after the other on what stands in the holder. */
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
    // A declaration of a prefix is no content of a resource.
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

/** Not by splice: more nodes than a call takes arguments would end it. */
function put(parent: XmlElement, index: number, instead: number, nodes: readonly XmlNode[]): void {
  parent.children = [...parent.children.slice(0, index), ...nodes, ...parent.children.slice(index + instead)]
}

function addAttribute(element: XmlElement, name: string, value: string, at: string): void {
  if (!/^[A-Za-z][\w.-]{0,63}$/.test(name)) throw malformed(at, 'type names no attribute', 'Write type="@value".')
  if (element.attributes.has(name)) throw cannot(at, 'the attribute is there already', 'Use replace.')
  element.attributes.set(name, value)
}

/** One node of the same kind; only a text may be replaced by nothing. */
function replacementOf(node: XmlNode, { children }: XmlElement, at: string): XmlNode[] {
  const same = children.filter(({ kind }) => kind === node.kind)
  const isOnly = same.length === 1 || node.kind === 'text'
  const isPure = children.every((one) => one.kind === node.kind || (one.kind === 'text' && one.text.trim() === ''))
  if (!isOnly || !isPure)
    throw malformed(at, 'a node is replaced by one of its kind', 'Put one element for an element into it, text for a text or an attribute.')
  return same
}

/** The narrative of the resource as it would be written; null when it has none. */
function narrativeOf(document: XmlElement): string | null {
  const inside = (holder: XmlElement | undefined, name: string) => holder?.children.find((one): one is XmlElement => isElement(one) && one.name === name)
  const div = inside(inside(document.children.find(isElement), 'text'), 'div')
  return div ? writeTree(div, xhtmlNamespace) : null
}

/** Each element at its place in the schema; text that stands between them is left where the reader will find it. */
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
