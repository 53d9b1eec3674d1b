import { resourceTypes } from '../resource-types.ts'

/** One property in JSON and XML. Each form of a choice, such as `valueQuantity`, is a property of its own at the place of the choice. */
export type Property = {
  name: string
  /** A primitive (`date`), a datatype, a backbone (`Patient.contact`), `Resource` or `xhtml`. */
  type: string
  isMany: boolean
  /** The place in the schema's sequence; all forms of a choice have the same. */
  rank: number
}
export type Shape = ReadonlyMap<string, Property>
export type Shapes = { of(type: string): Shape | undefined }

const capital = (word: string) => (word[0] as string).toUpperCase() + word.slice(1)

/** Reads the text that compile/shape-source wrote; the shape of a structure is parsed when it is first needed. */
export function shapesFrom(text: string): Shapes {
  let lines: Map<string, string> | undefined
  const opened = new Map<string, Shape>()
  return {
    of(type) {
      const known = opened.get(type)
      if (known) return known
      lines ??= new Map(text.split('\n').map((line) => [line.slice(0, line.indexOf(' ')), line]))
      const line = lines.get(type)
      if (line === undefined) return undefined
      const shape = shapeOf(line)
      opened.set(type, shape)
      return shape
    },
  }
}

function shapeOf(line: string): Shape {
  const [, ...words] = line.split(' ')
  const shape = new Map<string, Property>()
  words.forEach((word, rank) => {
    const [, name = '', mark, types = '', many] = /^(\w+)([:?])([^*]*)(\*?)$/.exec(word) as RegExpExecArray
    for (const type of types.split('|')) {
      const property = mark === '?' ? name + capital(type) : name
      shape.set(property, { name: property, type, isMany: many === '*', rank })
    }
  })
  return shape
}

const resources: ReadonlySet<string> = new Set(resourceTypes)
export const isResourceType = (type: string): boolean => resources.has(type)

/** Whether an element of this type contains a whole resource; in some places the definitions name the type of that resource. */
export const isHolder = (type: string): boolean => type === 'Resource' || isResourceType(type)

export const isPrimitive = (type: string): boolean => /^[a-z]\w*$/.test(type) && type !== 'xhtml'
const numeric = new Set(['decimal', 'integer', 'unsignedInt', 'positiveInt'])
export const isNumeric = (type: string): boolean => numeric.has(type)

/** Whether XML writes the property as an attribute: the id of an element (that of a resource is an element) and the url of an extension. */
export const isAttribute = (structure: string, { name, type }: Property): boolean =>
  (name === 'id' && type === 'elementId') || (name === 'url' && structure === 'Extension')

export const fhirNamespace = 'http://hl7.org/fhir'
export const xhtmlNamespace = 'http://www.w3.org/1999/xhtml'
