import type { FastifyRequest } from 'fastify'
import { Refusal } from '../../platform/refusal.ts'
import { readBody } from './formats.ts'

const wordsMax = 1000

/**
 * The parameters of an operation, from the address and, by POST, from a Parameters resource or a form (R4 operations, section 3.2.0.1): each as name
 * and text, in order. A parameter without a simple value (a resource, parts, nothing) is refused.
 */
export function wordsOf(request: FastifyRequest): [string, string][] {
  const at = request.raw.url?.indexOf('?') ?? -1
  const words: [string, string][] = at < 0 ? [] : [...new URLSearchParams((request.raw.url as string).slice(at + 1))]
  if (request.method === 'POST' && typeof request.body === 'string' && request.body.length > 0) words.push(...wordsOfBody(request))
  if (words.length > wordsMax) throw new Refusal('incorrect', `an operation takes at most ${wordsMax} parameters`)
  return words
}

type Parameter = { name?: unknown } & Record<string, unknown>

function wordsOfBody(request: FastifyRequest): [string, string][] {
  if (/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')) return [...new URLSearchParams(request.body as string)]
  const body = readBody(request) as { resourceType?: unknown; parameter?: unknown }
  if (body?.resourceType !== 'Parameters' || !(body.parameter === undefined || Array.isArray(body.parameter))) {
    throw new Refusal('incorrect', 'an operation is asked by a Parameters resource', {
      expression: 'Parameters',
      hint: 'Send {"resourceType":"Parameters","parameter":[…]}.',
    })
  }
  return ((body.parameter ?? []) as Parameter[]).map(wordOf)
}

function wordOf(parameter: Parameter, at: number): [string, string] {
  const expression = `Parameters.parameter[${at}]`
  const values = Object.entries(parameter ?? {}).filter(([key]) => key.startsWith('value'))
  const [value] = values.map(([, given]) => textOf(given))
  if (typeof parameter?.name === 'string' && values.length === 1 && value !== null && value !== undefined) return [parameter.name, value]
  throw new Refusal('incorrect', 'a parameter of this operation has a name and one simple value', {
    expression,
    hint: 'Write it like {"name":"_since","valueInstant":"…"}.',
  })
}

/** The text of a value; a Reference stands for its `reference`. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value)
  const reference = (value as { reference?: unknown } | null)?.reference
  return typeof reference === 'string' ? reference : null
}
