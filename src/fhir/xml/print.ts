import { attributeText, narrativeText } from './escape.ts'
import { fhirNamespace, isAttribute, isHolder, isPrimitive, type Property, type Shapes } from './shapes.ts'

type Json = Record<string, unknown>
type Out = { text: string; shapes: Shapes; isPretty: boolean }

/** A resource as XML (https://hl7.org/fhir/R4/xml.html): the same content as its JSON, in the order of the schema. */
export function printXml(shapes: Shapes, resource: Json, isPretty: boolean): string {
  const out: Out = { text: '<?xml version="1.0" encoding="UTF-8"?>', shapes, isPretty }
  printResource(out, resource, 0, ` xmlns="${fhirNamespace}"`)
  return isPretty ? `${out.text}\n` : out.text
}

/** Prints a Bundle whose entries come one by one: the part before them, each entry, the part after them. */
export function printBundleParts(shapes: Shapes, isPretty: boolean) {
  const part = (write: (out: Out) => void): string => {
    const out: Out = { text: '', shapes, isPretty }
    write(out)
    return out.text
  }
  const children = (out: Out, members: Json) => printChildren(out, 'Bundle', members, 1)
  return {
    head: (members: Json) =>
      part((out) => {
        out.text = '<?xml version="1.0" encoding="UTF-8"?>'
        newLine(out, 0)
        out.text += `<Bundle xmlns="${fhirNamespace}">`
        children(out, members)
      }),
    entry: (entry: unknown) => part((out) => children(out, { entry: [entry] })),
    tail: (members: Json) =>
      part((out) => {
        children(out, members)
        newLine(out, 0)
        out.text += '</Bundle>'
      }),
  }
}

function newLine(out: Out, depth: number): void {
  if (out.isPretty) out.text += `\n${'  '.repeat(depth)}`
}

function printResource(out: Out, resource: Json, depth: number, namespace = ''): void {
  const type = String(resource['resourceType'])
  newLine(out, depth)
  out.text += `<${type}${namespace}`
  endElement(out, type, type, resource, depth)
}

function printChildren(out: Out, structure: string, value: Json, depth: number): boolean {
  const shape = out.shapes.of(structure)
  const names = new Set(Object.keys(value).map((name) => (name.startsWith('_') ? name.slice(1) : name)))
  const properties = [...names].map((name) => shape?.get(name)).filter((one) => one !== undefined && !isAttribute(structure, one)) as Property[]
  properties.sort((a, b) => a.rank - b.rank)
  for (const property of properties) printProperty(out, property, value, depth)
  return properties.length > 0
}

function printProperty(out: Out, property: Property, holder: Json, depth: number): void {
  const value = holder[property.name]
  const beside = holder[`_${property.name}`]
  if (!Array.isArray(value) && !Array.isArray(beside)) return printValue(out, property, value, beside, depth)
  const values = Array.isArray(value) ? value : []
  const besides = Array.isArray(beside) ? beside : []
  for (let at = 0; at < Math.max(values.length, besides.length); at++) printValue(out, property, values[at], besides[at], depth)
}

function printValue(out: Out, { name, type }: Property, value: unknown, beside: unknown, depth: number): void {
  if (isPrimitive(type)) return printPrimitive(out, name, value, beside as Json | null | undefined, depth)
  if (type === 'xhtml') {
    newLine(out, depth)
    out.text += narrativeText(String(value))
    return
  }
  if (typeof value !== 'object' || value === null) return
  newLine(out, depth)
  out.text += `<${name}`
  if (!isHolder(type)) return endElement(out, type, name, value as Json, depth)
  out.text += '>'
  printResource(out, value as Json, depth + 1)
  newLine(out, depth)
  out.text += `</${name}>`
}

/** Writes the rest of an element after `<name`: its attributes, its children, its end. */
function endElement(out: Out, structure: string, name: string, value: Json, depth: number): void {
  const shape = out.shapes.of(structure)
  for (const key of ['id', 'url']) {
    const property = shape?.get(key)
    if (property && value[key] !== undefined && isAttribute(structure, property)) out.text += ` ${key}="${attributeText(String(value[key]))}"`
  }
  const before = out.text.length
  out.text += '>'
  if (printChildren(out, structure, value, depth + 1)) {
    newLine(out, depth)
    out.text += `</${name}>`
  } else out.text = `${out.text.slice(0, before)}/>`
}

function printPrimitive(out: Out, name: string, value: unknown, beside: Json | null | undefined, depth: number): void {
  if ((value === undefined || value === null) && !beside) return
  newLine(out, depth)
  out.text += `<${name}`
  if (beside?.['id'] !== undefined) out.text += ` id="${attributeText(String(beside['id']))}"`
  if (value !== undefined && value !== null) out.text += ` value="${attributeText(typeof value === 'string' ? value : JSON.stringify(value))}"`
  const extensions = beside?.['extension']
  if (!Array.isArray(extensions)) {
    out.text += '/>'
    return
  }
  out.text += '>'
  printProperty(out, { name: 'extension', type: 'Extension', isMany: true, rank: 0 }, { extension: extensions }, depth + 1)
  newLine(out, depth)
  out.text += `</${name}>`
}
