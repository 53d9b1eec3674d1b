// How a route of the employers' side says in /openapi.json what it takes and answers.

export type Schema = { [key: string]: unknown }

export const text: Schema = { type: 'string' }
export const day: Schema = { type: 'string', format: 'date', description: 'Calendar day, 2026-03-31.' }
export const instant: Schema = { type: 'string', format: 'date-time' }
export const whole: Schema = { type: 'integer', minimum: 0 }
export const flag: Schema = { type: 'boolean' }
export const uuid: Schema = { type: 'string', format: 'uuid' }
export const pib: Schema = { type: 'string', pattern: '^\\d{9}$', description: 'Tax number of the employer.' }
export const oneOf = (...values: string[]): Schema => ({ type: 'string', enum: values })
export const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] })
export const list = (items: Schema): Schema => ({ type: 'array', items })
export const object = (properties: Record<string, Schema>, optional: string[] = []): Schema => ({
  type: 'object',
  additionalProperties: false,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
})

const outcome = {
  description: 'An OperationOutcome: what is wrong, where, and how to mend it.',
  content: { 'application/fhir+json': { schema: { type: 'object' } } },
}
type More = { body?: Schema; query?: Schema; status?: number; answer?: Schema; types?: string[]; consumes?: string[]; text?: string }

/** In the config of a route, where app.ts finds it: bodies are read and refused by the acts themselves, with sentences. */
export function route(summary: string, { body, query, status = 200, answer, types, consumes, text: description }: More) {
  const good = types
    ? { description: 'The file.', content: Object.fromEntries(types.map((type) => [type, { schema: { type: 'string' } }])) }
    : { description: 'As asked.', ...(answer ? { content: { 'application/json': { schema: answer } } } : {}) }
  const described = {
    summary,
    ...(description ? { description } : {}),
    ...(body ? { body } : {}),
    ...(consumes ? { consumes, body: { type: 'string' } } : {}),
    ...(query ? { querystring: query } : {}),
    response: { [status]: good, '4xx': outcome },
  }
  return { config: { described } }
}
export const nothing = (summary: string, body?: Schema) => route(summary, { status: 204, ...(body ? { body } : {}) })
