// The types of a published API for a program in TypeScript. They are made from /openapi.json, so that they cannot contradict it.

type Schema = Record<string, unknown> & { properties?: Record<string, Schema>; required?: string[]; items?: Schema; anyOf?: Schema[] }

function typeOf(schema: Schema, indent = ''): string {
  if (typeof schema['$ref'] === 'string') return schema['$ref'].slice(pointer.length)
  if (schema['const'] !== undefined) return literal(schema['const'])
  if (Array.isArray(schema['enum'])) return schema['enum'].map(literal).join(' | ')
  if (schema.anyOf) return schema.anyOf.map((one) => typeOf(one, indent)).join(' | ')
  switch (schema['type']) {
    case 'array':
      return `Array<${typeOf(schema.items ?? {}, indent)}>`
    case 'integer':
    case 'number':
      return 'number'
    case 'string':
    case 'boolean':
    case 'null':
      return schema['type']
    case 'object':
      return schema.properties ? objectOf(schema.properties, schema.required ?? [], indent) : 'Record<string, unknown>'
    default:
      return 'unknown'
  }
}

const literal = (value: unknown): string => (typeof value === 'string' ? `'${value}'` : String(value))

function objectOf(properties: Record<string, Schema>, required: readonly string[], indent: string): string {
  const inner = `${indent}  `
  const lines = Object.entries(properties).flatMap(([name, schema]) => [
    ...(typeof schema['description'] === 'string' ? [`${inner}/** ${schema['description']} */`] : []),
    `${inner}${/^\w+$/.test(name) ? name : `'${name}'`}${required.includes(name) ? '' : '?'}: ${typeOf(schema, inner)}`,
  ])
  return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${indent}}`
}

const pointer = '#/components/schemas/'

type Media = Record<string, { schema: Schema }>
type Described = {
  summary?: string
  parameters?: { name: string; in: string; required?: boolean; schema?: Schema }[]
  requestBody?: { content: Media }
  responses: Record<string, { content?: Media }>
}

type Document = { paths: Record<string, Record<string, Described>>; components: { schemas: Record<string, Schema> } }

/**
 * Writes one type that lists every operation with its path and query parameters, the body that is sent and the answer. The types that it uses stand
 * before it.
 */
export function operationsOf({ paths, components: { schemas } }: Document, below: string): string {
  const described = Object.entries(paths)
    .filter(([path]) => path.startsWith(below))
    .flatMap(([path, of]) => Object.entries(of).map(([method, one]) => [`${method.toUpperCase()} ${path.slice(below.length) || '/'}`, one] as const))
  const operations = described.map(([name, one]) => operationOf(name, one))
  const used = namesIn(described.map(([, one]) => [one.parameters, one.requestBody, goodOf(one)]))
  for (const name of used) for (const other of namesIn(schemas[name])) used.add(other)
  const named = [...used].sort().map((name) => `export type ${name} = ${typeOf(schemas[name] ?? {})}\n\n`)
  return `${named.join('')}export type Operations = {\n${operations.join('\n')}\n}\n`
}

const namesIn = (value: unknown) => new Set([...JSON.stringify(value).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name = '']) => name))
const goodOf = ({ responses }: Described) => Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1]

function operationOf(name: string, operation: Described): string {
  const { summary, parameters = [], requestBody } = operation
  const named = (place: string) => parameters.filter((one) => one.in === place)
  const objectIn = (place: string) =>
    objectOf(
      Object.fromEntries(named(place).map((one) => [one.name, one.schema ?? { type: 'string' }])),
      named(place).flatMap((one) => (one.required ? [one.name] : [])),
      '    ',
    )
  const content = goodOf(operation)?.content
  const json = content?.['application/json']?.schema
  const sent = requestBody?.content
  const body = sent ? (sent['application/json'] ? typeOf(sent['application/json'].schema, '    ') : 'string | Uint8Array') : 'undefined'
  const answer = json ? typeOf(json, '    ') : content ? 'Response' : 'undefined'
  return [
    `  /** ${summary ?? ''} */`,
    `  '${name}': {`,
    `    params: ${objectIn('path')}`,
    `    query: ${objectIn('query')}`,
    `    body: ${body}`,
    `    answer: ${answer}`,
    '  }',
  ].join('\n')
}
