// How a route of the employers' side describes in /openapi.json what it takes and answers.

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
/** A schema that stands in the document only once, under this name. */
export const named = (title: string, schema: Schema): Schema => ({ title, ...schema })

/** The employee's name, where no day of birth is needed. */
export const personName = named('PersonName', object({ family: text, given: text }))

const issue = object(
  {
    ...{ severity: oneOf('fatal', 'error', 'warning', 'information'), code: text },
    details: object(
      {
        coding: list(object({ system: text, code: { ...text, description: 'Cause and cure stand at /errors#CODE.' } })),
        text: { ...text, description: 'How to mend it.' },
      },
      ['coding', 'text'],
    ),
    diagnostics: { ...text, description: 'What is wrong, in a sentence.' },
    expression: { ...list(text), description: 'Where: a field of the body, a row and column of a file, evidence:KIND.' },
  },
  ['details', 'expression'],
)
const outcome = named(
  'OperationOutcome',
  object(
    {
      resourceType: { type: 'string', const: 'OperationOutcome' },
      issue: { ...list(named('OutcomeIssue', issue)), minItems: 1 },
      extension: {
        ...list(named('OutcomeFact', object({ url: text, valueString: text }))),
        description: 'Facts for a program, as JSON in valueString: the rows of a file, what is to be signed.',
      },
    },
    ['extension'],
  ),
)
const refused = (description: string) => ({ description, content: { 'application/fhir+json': { schema: outcome } } })
/** The refusals of all these routes. Some routes never give some of them (a conflict where nothing changes). */
const refusals = {
  400: refused('The question or the body is not understood: which field, and what it should be.'),
  401: refused('Nobody is signed in, or the token is over.'),
  403: refused('Your role for this employer does not let you; the answer says which would.'),
  404: refused('This employer has no such thing. What is another employer’s is answered the same.'),
  409: refused('It has changed meanwhile, or stands already: look again, then decide.'),
  413: refused('The body is larger than is accepted here.'),
  415: refused('This content type is not accepted here.'),
  422: refused('Understood, and it cannot be: each reason with its place.'),
  429: refused('Too often from one account or address; retry-after says when.'),
  503: refused('The employers’ side or the database is away for a moment; retry-after says when.'),
}
type More = { body?: Schema; query?: Schema; status?: number; answer?: Schema; types?: string[]; consumes?: string[]; text?: string }

/** The config of a route, where app.ts finds the description. Bodies are read and refused by the acts themselves, with sentences. */
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
    response: { [status]: good, ...refusals },
  }
  return { config: { described } }
}
export const nothing = (summary: string, body?: Schema) => route(summary, { status: 204, ...(body ? { body } : {}) })
