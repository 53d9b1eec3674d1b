import type { FastifyRequest } from 'fastify'
import { Refusal } from '../../platform/refusal.ts'
import { readBody } from './formats.ts'

/** What a parameter of an operation may be. Complex ones come by POST only (R4, operations 3.2.0.1.1). */
export type Kind = 'text' | 'flag' | 'number' | 'Coding' | 'CodeableConcept' | 'resource'
export type Allowed = Record<string, Kind>

type Given = { name: string; value: unknown }
/** The given parameters, each already of the kind that the operation allows. */
export type Input = {
  text(name: string): string | undefined
  texts(name: string): string[]
  flag(name: string): boolean | undefined
  number(name: string): number | undefined
  object<T extends object>(name: string): T | undefined
  objects<T extends object>(name: string): T[]
}

const valuesMax = 200
const textMax = 4000
const formal = new Set(['_format', '_pretty'])

/** Reads an operation's parameters from the query and, by POST, from a Parameters resource. An unknown parameter is refused by name. */
export function readInput(request: FastifyRequest, allowed: Allowed, from: 'all' | 'query' = 'all'): Input {
  const given = [...fromQuery(request), ...(request.method === 'POST' && from === 'all' ? fromBody(request, allowed) : [])]
  if (given.length > valuesMax) throw new Refusal('incorrect', `more than ${valuesMax} parameters`, { hint: 'Send fewer at once.' })
  const values = new Map<string, unknown[]>()
  for (const { name, value } of given) {
    if (formal.has(name)) continue
    const kind = Object.hasOwn(allowed, name) ? allowed[name] : undefined
    if (kind === undefined) throw unknownName(name, allowed)
    const known = values.get(name) ?? []
    known.push(checked(name, kind, value))
    values.set(name, known)
  }
  const one = (name: string): unknown => {
    const [first, second] = values.get(name) ?? []
    if (second !== undefined) throw new Refusal('incorrect', `the parameter ${name} is given more than once`, { expression: name, hint: 'Give it once.' })
    return first
  }
  return {
    text: (name) => one(name) as string | undefined,
    texts: (name) => (values.get(name) ?? []) as string[],
    flag: (name) => one(name) as boolean | undefined,
    number: (name) => one(name) as number | undefined,
    object: <T extends object>(name: string) => one(name) as T | undefined,
    objects: <T extends object>(name: string) => (values.get(name) ?? []) as T[],
  }
}

function fromQuery(request: FastifyRequest): Given[] {
  const url = request.raw.url ?? ''
  const at = url.indexOf('?')
  return at < 0 ? [] : [...new URLSearchParams(url.slice(at + 1))].map(([name, value]) => ({ name, value }))
}

/** Reads the body. A resource, for example a ValueSet, may itself be the body of an operation that takes one (R4 operations, section 3.2.0.1.1). */
function fromBody(request: FastifyRequest, allowed: Allowed): Given[] {
  if (request.body === undefined || request.body === null || request.body === '') return []
  const body = (readBody(request) ?? {}) as { resourceType?: unknown; parameter?: unknown }
  const name = String(body.resourceType).replace(/^[A-Z]/, (first) => first.toLowerCase())
  if (Object.hasOwn(allowed, name) && allowed[name] === 'resource') return [{ name, value: body }]
  const parameters = body.parameter ?? []
  if (body.resourceType !== 'Parameters' || !Array.isArray(parameters)) {
    throw new Refusal('incorrect', 'the body is no Parameters resource', {
      expression: 'Parameters',
      hint: 'Send {"resourceType":"Parameters","parameter":[…]}.',
    })
  }
  return parameters.map((parameter: Record<string, unknown>, at) => {
    const expression = `Parameters.parameter[${at}]`
    if (typeof parameter !== 'object' || parameter === null || typeof parameter['name'] !== 'string') {
      throw new Refusal('incorrect', 'a parameter has no name', { expression, hint: 'Each parameter needs a name and a value.' })
    }
    const value = Object.keys(parameter).find((key) => /^value[A-Z]/.test(key) || key === 'resource')
    if (value === undefined && !Object.hasOwn(allowed, parameter['name'])) throw unknownName(parameter['name'], allowed)
    if (value === undefined) throw new Refusal('incorrect', 'a parameter has no value', { expression, hint: 'Give it a value[x] or a resource.' })
    return { name: parameter['name'], value: parameter[value] }
  })
}

function checked(name: string, kind: Kind, value: unknown): unknown {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (kind === 'text' && typeof value === 'string' && value.length > 0 && value.length <= textMax) return value
  if (kind === 'flag' && (value === true || value === 'true')) return true
  if (kind === 'flag' && (value === false || value === 'false')) return false
  if (kind === 'number' && /^(?:0|[1-9]\d{0,8})$/.test(String(value))) return Number(value)
  if ((kind === 'Coding' || kind === 'CodeableConcept' || kind === 'resource') && isObject) return value
  throw new Refusal('incorrect', `the parameter ${name} is no ${words[kind]}`, { expression: name, hint: hints[kind] })
}

const words: Record<Kind, string> = {
  text: 'text that may stand here',
  flag: 'boolean',
  number: 'whole number from 0 up',
  Coding: 'Coding',
  CodeableConcept: 'CodeableConcept',
  resource: 'resource',
}
const byPost = 'Send it by POST, in a Parameters resource.'
const hints: Record<Kind, string> = {
  text: `Send a text of 1 to ${textMax} characters.`,
  flag: 'Send true or false.',
  number: 'Send digits only.',
  Coding: byPost,
  CodeableConcept: byPost,
  resource: byPost,
}

function unknownName(name: string, allowed: Allowed): Refusal {
  const shown = /^[\w-]{1,40}$/.test(name) ? name : 'of this name'
  return new Refusal('incorrect', `this operation does not support the parameter ${shown}`, {
    expression: shown,
    hint: `It supports ${Object.keys(allowed).join(', ')}.`,
  })
}
