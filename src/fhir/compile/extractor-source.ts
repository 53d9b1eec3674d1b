import { resourceTypes } from '../resource-types.ts'
import type { SearchParameter, SearchParameterType } from '../types.ts'
import type { Compartment, SearchParameterDefinition } from './definitions.ts'
import { choiceProperty, type Field, type Model } from './model.ts'
import { type Expression, parsePath } from './path-parser.ts'
import type { Expansion } from './value-sets.ts'

type ExtractorSource = { source: string; notCompiled: string[] }

type Sink = (value: string, type: string, field: Field | null) => string
type Writer = { model: Model; expand: (url: string) => Expansion | null; level: number; notCompiled: string[] }

const indexed = new Set<string>(['token', 'string', 'date', 'reference', 'uri', 'number', 'quantity'])

class NotTranslated extends Error {}

/**
 * One function a resource type that pushes every value of every search parameter: nested loops over plain property reads, because
 * the types on the way are known from the definitions. FHIRPath itself is only the oracle of the test.
 */
export function extractorSource(
  model: Model,
  expand: (url: string) => Expansion | null,
  definitions: SearchParameterDefinition[],
  compartment: Compartment,
): ExtractorSource {
  const writer: Writer = { model, expand, level: 0, notCompiled: [] }
  const lines: string[] = []
  const lists: string[] = []
  for (const type of resourceTypes) {
    const parameters = parametersOf(type, model, definitions)
    const compiled = parameters.map((parameter) => ({ parameter, body: bodyOf(parameter, type, writer) }))
    const known = compiled.filter(({ body }) => body !== null)
    lines.push(`${type}(r, out) {\n${known.map(({ parameter, body }) => `// ${parameter.code}\n${body}`).join('\n')}\n},`)
    lists.push(`${type}: ${JSON.stringify(known.map(({ parameter }) => parameter))},`)
  }
  const source = `const extractors = { __proto__: null,\n${lines.join('\n')}\n}
const parameters = { __proto__: null,\n${lists.join('\n')}\n}
const compartment = { __proto__: null,\n${compartmentSource(compartment, definitions, writer)}\n}`
  return { source, notCompiled: writer.notCompiled }
}

function parametersOf(type: string, model: Model, definitions: SearchParameterDefinition[]): SearchParameter[] {
  const isDomain = model.get(type)?.fields.has('text') === true
  const bases = new Set([type, 'Resource', ...(isDomain ? ['DomainResource'] : [])])
  return definitions
    .filter((one) => indexed.has(one.type) && one.expression !== undefined && one.base.some((base) => bases.has(base)))
    .map((one) => ({
      code: one.code,
      type: one.type as SearchParameterType,
      ...(one.type === 'reference' && one.target !== undefined ? { targets: one.target } : {}),
      expression: branchesOf(one.expression as string, type).join(' | '),
      url: one.url,
    }))
    .filter((one) => one.expression !== '')
}

/** A shared parameter has one branch for each of its types: `AllergyIntolerance.code | Condition.code | …`. */
function branchesOf(expression: string, type: string): string[] {
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

// deceased is the one parameter that is a condition: "there is a date, or the boolean is true".
const conditions: Record<string, string> = {
  'http://hl7.org/fhir/SearchParameter/Patient-deceased': `x.token_boolean(out, "deceased", r.deceasedDateTime !== undefined || r.deceasedBoolean === true)`,
}

function bodyOf(parameter: SearchParameter, type: string, writer: Writer): string | null {
  const condition = conditions[parameter.url]
  if (condition !== undefined) return condition
  const sink: Sink = (value, valueType, field) => {
    const system = parameter.type === 'token' && valueType === 'code' ? `, ${systemOf(field, writer)}` : ''
    return `x.${converterName(parameter.type, valueType)}(out, ${JSON.stringify(parameter.code)}, ${value}${system})`
  }
  try {
    return walk(parsePath(parameter.expression), type, sink, writer)
  } catch (error) {
    if (!(error instanceof NotTranslated)) throw error
    writer.notCompiled.push(`${type}.${parameter.code}: ${error.message}`)
    return null
  }
}

/** The code system of a `code` element is that of its required value set, when there is just one. */
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
// Forms of a choice that a parameter of this type cannot speak of: Observation.effective as a Timing is a date, Goal.start as a concept is not.
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

function walk(node: Expression, root: string, sink: Sink, writer: Writer): string {
  switch (node.kind) {
    case 'operator':
      if (node.operator === '|') return `${walk(node.left, root, sink, writer)}\n${walk(node.right, root, sink, writer)}`
      if (node.operator === 'as' && node.right.kind === 'name') return walk(node.left, root, only(node.right.name, sink), writer)
      throw new NotTranslated(node.operator)
    case 'name':
      if (node.on === null) return sink('r', root, null)
      return walk(node.on, root, (value, type) => step(value, type, node.name, sink, writer), writer)
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

// The one use is Bundle.entry[0].resource: the document's Composition, the message's header.
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
      // A primitive in an array may be null when it has extensions only.
      if (field.isMany) return `if (${value}.${property} !== undefined) for (const ${item} of ${value}.${property}) if (${item} !== null) { ${inner} }`
      return `{ const ${item} = ${value}.${property}; if (${item} !== undefined) { ${inner} } }`
    })
    .join('\n')
}

/** Literal references by which a resource belongs to a patient, the subject-like parameters first. */
function compartmentSource(compartment: Compartment, definitions: SearchParameterDefinition[], writer: Writer): string {
  const rank = (code: string) => (code === 'patient' || code === 'subject' || code === 'beneficiary' ? 0 : 1)
  return compartment.resource
    .filter(({ code, param }) => resourceTypes.includes(code) && param !== undefined)
    .map(({ code: type, param = [] }) => {
      const parameters = parametersOf(type, writer.model, definitions)
      const bodies = [...param]
        .sort((a, b) => rank(a) - rank(b))
        .map((code) => parameters.find((one) => one.code === code))
        .filter((one) => one?.type === 'reference')
        .map((one) => walk(parsePath(one?.expression ?? ''), type, (value, valueType) => (valueType === 'Reference' ? `x.patient(out, ${value})` : ''), writer))
      return `${type}(r, out) {\n${bodies.join('\n')}\n},`
    })
    .join('\n')
}
