import assert from 'node:assert/strict'
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { FastifyInstance } from 'fastify'

// Holds what is really asked and answered against /openapi.json, as somebody who only has the document would read it.

type Content = Record<string, { schema: object }>
type Operation = {
  parameters?: { name: string; in: string; required?: boolean; schema?: object }[]
  requestBody?: { content: Content }
  responses: Record<string, { content?: Content }>
}
export type Exchange = { method: string; url: string; body: unknown; type: string | null; status: number; answer: string; answerType: string | null }
export type Contract = {
  /** `GET /sickleave/employer/{pib}/events`, all of them below the given addresses. */
  operations: readonly string[]
  /** `GET /sickleave/employer/{pib}/events 200` */
  seen: Set<string>
  hold(exchange: Exchange): void
}

export async function contractOf(app: FastifyInstance, below: readonly string[]): Promise<Contract> {
  const { paths, components } = (await app.inject('/openapi.json')).json() as { paths: Record<string, Record<string, Operation>>; components: object }
  const ajv = new Ajv2020.default({ strict: false, allErrors: true })
  addFormats.default(ajv)
  const compiled = new Map<string, ValidateFunction>()
  const fits = (schema: object, value: unknown, what: string): void => {
    const key = JSON.stringify(schema)
    const validate = compiled.get(key) ?? ajv.compile({ ...schema, components })
    compiled.set(key, validate)
    if (!validate(value)) assert.fail(`${what}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(value).slice(0, 600)}`)
  }
  const own = Object.entries(paths).filter(([path]) => below.some((start) => path.startsWith(start)))
  const operations = own.flatMap(([path, of]) => Object.keys(of).map((method) => `${method.toUpperCase()} ${path}`))
  const seen = new Set<string>()
  return {
    operations,
    seen,
    hold({ method, url, body, type, status, answer, answerType }) {
      const { pathname, searchParams } = new URL(url, 'http://x')
      const found = own
        .filter(([path, of]) => of[method.toLowerCase()] && patternOf(path).test(pathname))
        .sort(([a], [b]) => a.split('{').length - b.split('{').length)[0]
      // An address that nothing answers is refused with these two, and is in no document.
      if (!found) return assert.ok(status === 404 || status === 405, `${method} ${pathname} is not documented and answered ${status}`)
      const [path, of] = found
      const operation = of[method.toLowerCase()] as Operation
      const name = `${method} ${path}`
      seen.add(`${name} ${status}`)
      if (status < 400) holdQuestion(operation, searchParams, body, type, name, fits)
      const documented = operation.responses[status] ?? operation.responses[`${String(status)[0]}XX`]
      assert.ok(documented, `${name} answered ${status}, which is not documented`)
      if (status === 204 || !documented.content) return assert.equal(answer, '', `${name} ${status} has a body that is not documented`)
      const media = (answerType ?? '').split(';')[0] ?? ''
      const content = documented.content[media]
      assert.ok(content, `${name} ${status} answered ${media}, documented is ${Object.keys(documented.content).join()}`)
      if (media.endsWith('json')) fits(content.schema, JSON.parse(answer), `${name} ${status}`)
    },
  }
}

const patternOf = (path: string) => new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+').replaceAll('.', '\\.')}/?$`)

/** What was accepted must be in the document: a field that is accepted and not documented would be a secret. */
function holdQuestion(
  { parameters = [], requestBody }: Operation,
  query: URLSearchParams,
  body: unknown,
  type: string | null,
  name: string,
  fits: (schema: object, value: unknown, what: string) => void,
): void {
  const asked = parameters.filter((one) => one.in === 'query')
  for (const key of query.keys())
    assert.ok(
      asked.some((one) => one.name === key),
      `${name} takes ${key}, which is not documented`,
    )
  for (const one of asked) assert.ok(!one.required || query.has(one.name), `${name} was answered without ${one.name}, which is documented as required`)
  if (body === undefined) return
  const content = requestBody?.content[type ?? 'application/json']
  assert.ok(content, `${name} takes a body of ${type}, which is not documented`)
  if (typeof body !== 'string') fits(content.schema, JSON.parse(JSON.stringify(body)), `${name} was sent`)
}
