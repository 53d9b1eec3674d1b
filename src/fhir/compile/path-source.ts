import { choiceProperty, type Field, type Model } from './model.ts'
import type { Expression } from './path-parser.ts'
import type { Expansion } from './value-sets.ts'

type Sink = (value: string, type: string, field: Field | null) => string
export type Writer = {
  model: Model
  expand: (url: string) => Expansion | null
  level: number
  notCompiled: string[]
  /** The element where a path without a root begins: the one whose parts a composite compares. */
  element: { value: string; type: string } | null
}

export class NotTranslated extends Error {}

export function basesOf(type: string, model: Model): Set<string> {
  const isDomain = model.get(type)?.fields.has('text') === true
  return new Set([type, 'Resource', ...(isDomain ? ['DomainResource'] : [])])
}

/** The branches of this type. An expression for several types has one for each: `AllergyIntolerance.code | Condition.code | …`. */
export function branchesOf(expression: string, type: string): string[] {
  const branches: string[] = []
  let depth = 0
  let from = 0
  for (let at = 0; at <= expression.length; at++) {
    const sign = expression[at]
    if (sign === '(') depth++
    else if (sign === ')') depth--
    else if (sign === undefined || (sign === '|' && depth === 0)) {
      branches.push(expression.slice(from, at).trim())
      from = at + 1
    }
  }
  return branches.filter((branch) => {
    const root = /^\(*(\w+)/.exec(branch)?.[1]
    return root === type || root === 'Resource' || root === 'DomainResource'
  })
}

/** The types and codes that the values of a parameter may have; `isOpen` when some values may have any code. */
export type Seen = { types: Set<string>; codes: Set<string>; isOpen: boolean }
const closedMax = 400

export function sinkOf(parameter: { code: string; type: string }, writer: Writer, seen?: Seen): Sink {
  return (value, valueType, field) => {
    const converter = converterName(parameter.type, valueType)
    if (seen !== undefined && converter !== 'nothing') note(seen, valueType, field, writer)
    const system = parameter.type === 'token' && valueType === 'code' ? `, ${systemOf(field, writer)}` : ''
    return `x.${converter}(out, ${JSON.stringify(parameter.code)}, ${value}${system})`
  }
}

function note(seen: Seen, valueType: string, field: Field | null, writer: Writer): void {
  seen.types.add(valueType)
  const expansion = valueType === 'code' && field?.binding !== undefined ? writer.expand(field.binding) : null
  const codes = valueType === 'boolean' ? ['true', 'false'] : [...(expansion ?? [])].map((token) => token.slice(token.indexOf('|') + 1))
  if (codes.length === 0 || codes.length > closedMax) seen.isOpen = true
  for (const code of codes.slice(0, closedMax)) seen.codes.add(code)
}

/** The code system of a `code` element is that of its required value set, when the set has codes of one system only. */
function systemOf(field: Field | null, writer: Writer): string {
  const expansion = field?.binding === undefined ? null : writer.expand(field.binding)
  const systems = new Set([...(expansion ?? [])].map((token) => token.slice(0, token.indexOf('|'))))
  return systems.size === 1 ? JSON.stringify([...systems][0]) : 'null'
}

const sameShape: Record<string, string> = {
  id: 'string',
  markdown: 'string',
  uri: 'string',
  url: 'string',
  canonical: 'string',
  oid: 'string',
  uuid: 'string',
  dateTime: 'date',
  instant: 'date',
  positiveInt: 'decimal',
  unsignedInt: 'decimal',
  integer: 'decimal',
  Age: 'Quantity',
  Duration: 'Quantity',
  Count: 'Quantity',
  Distance: 'Quantity',
  elementId: 'string',
}
const converters = new Set(
  `token_string token_code token_boolean token_Coding token_CodeableConcept token_Identifier token_ContactPoint
   string_string string_HumanName string_Address string_CodeableConcept date_date date_Period date_Timing
   reference_Reference reference_string reference_Resource uri_string number_decimal number_Range quantity_Quantity quantity_Money
   quantity_Range quantity_SampledData`.split(/\s+/),
)
// Forms of a choice from which a parameter of this type can take no value: Goal.start as a concept is no date.
const silent = new Set([
  'date_string',
  'date_CodeableConcept',
  'date_boolean',
  'date_Quantity',
  'date_Range',
  'string_Reference',
  'string_boolean',
  'token_Period',
  'token_Quantity',
  'token_Range',
  'token_Reference',
  'number_Quantity',
  'quantity_string',
  'reference_Attachment',
])

function converterName(parameterType: string, valueType: string): string {
  const name = `${parameterType}_${sameShape[valueType] ?? valueType}`
  if (converters.has(name)) return name
  if (silent.has(name)) return 'nothing'
  throw new NotTranslated(name)
}

export function walk(node: Expression, root: string, sink: Sink, writer: Writer): string {
  switch (node.kind) {
    case 'operator':
      if (node.operator === '|') return `${walk(node.left, root, sink, writer)}\n${walk(node.right, root, sink, writer)}`
      if (node.operator === 'as' && node.right.kind === 'name') return walk(node.left, root, only(node.right.name, sink), writer)
      throw new NotTranslated(node.operator)
    case 'name':
      if (node.on === null && writer.element !== null) return step(writer.element.value, writer.element.type, node.name, sink, writer)
      if (node.on === null) return sink('r', root, null)
      return walk(node.on, root, (value, type) => step(value, type, node.name, sink, writer), writer)
    case 'variable':
      if (node.name === 'resource') return sink('r', root, null)
      throw new NotTranslated(node.name)
    case 'index':
      return walkIndexed(node, root, sink, writer)
    case 'call':
      return walkCall(node, root, sink, writer)
    default:
      throw new NotTranslated(node.kind)
  }
}

const only =
  (wanted: string, sink: Sink): Sink =>
  (value, type, field) =>
    type === wanted ? sink(value, type, field) : ''

// The definitions use an index in one place only, Bundle.entry[0].resource: the Composition of a document, the header of a message.
function walkIndexed(node: Expression & { kind: 'index' }, root: string, sink: Sink, writer: Writer): string {
  if (node.on.kind !== 'name') throw new NotTranslated('index')
  const { on, name } = node.on
  return walk(
    on as Expression,
    root,
    (value, type) => {
      const inner = type === root ? writer.model.get(type)?.fields.get(name) : undefined
      const itemType = inner?.types[0]?.code
      if (inner === undefined || itemType === undefined) throw new NotTranslated('index')
      const item = `a${writer.level++}`
      return `{ const ${item} = ${value}.${name}?.[${node.at}]; if (${item} !== undefined) { ${sink(item, itemType, inner)} } }`
    },
    writer,
  )
}

function walkCall(node: Expression & { kind: 'call' }, root: string, sink: Sink, writer: Writer): string {
  const [first] = node.parameters
  if (node.on === null || first === undefined) throw new NotTranslated(node.name)
  if ((node.name === 'ofType' || node.name === 'as') && first.kind === 'name') return walk(node.on, root, only(first.name, sink), writer)
  if (node.name !== 'where' || first.kind !== 'operator') throw new NotTranslated(node.name)
  const { operator, left, right } = first
  if (operator === 'is' && left.kind === 'call' && left.name === 'resolve' && right.kind === 'name') {
    return walk(
      node.on,
      root,
      (value, type, field) => {
        return `if (x.refersTo(${value}, ${JSON.stringify(right.name)})) { ${sink(value, type, field)} }`
      },
      writer,
    )
  }
  if (operator === '=' && left.kind === 'name' && left.on === null && right.kind === 'literal') {
    return walk(
      node.on,
      root,
      (value, type, field) => {
        return `if (${value}.${left.name} === ${JSON.stringify(right.value)}) { ${sink(value, type, field)} }`
      },
      writer,
    )
  }
  throw new NotTranslated('where')
}

function step(value: string, type: string, name: string, sink: Sink, writer: Writer): string {
  const field = writer.model.get(type)?.fields.get(name)
  if (field === undefined) throw new NotTranslated(`${type}.${name}`)
  return field.types
    .map((one) => {
      const property = field.isChoice ? choiceProperty(field, one) : name
      const item = `a${writer.level++}`
      const inner = sink(item, one.code, field)
      if (inner === '') return ''
      // An item of a primitive array may be null: it has extensions only.
      if (field.isMany) return `if (${value}.${property} !== undefined) for (const ${item} of ${value}.${property}) if (${item} !== null) { ${inner} }`
      return `{ const ${item} = ${value}.${property}; if (${item} !== undefined) { ${inner} } }`
    })
    .join('\n')
}
