import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv'
import Ajv2020 from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { maskNumbers } from '../../platform/personal-number.ts'
import { Refusal, type RefusalIssue } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'

/**
 * What the catalogue says the contents of a service look like: a JSON Schema (draft 07 or 2020-12), or the canonical address of a FHIR
 * profile. Checked before a message is accepted, so that a sender hears at once what its receiver would refuse.
 */
type Check = (world: World, body: unknown) => RefusalIssue[]

const checks = new WeakMap<object, Check>()
const draft2020 = 'https://json-schema.org/draft/2020-12/schema'
/** Text longer than this fits no pattern: what a pattern costs grows faster than the text. */
const patternTextMax = 1000
const unboundedMax = 2
const nodesMax = 5000
const uniqueItemsMax = 1000
const issuesMax = 20

/** Refuses what cannot be compiled, or could cost whoever checks it more than a message may. */
export function requireStructure(structure: unknown): void {
  if (structure === null || structure === undefined) return
  const given = structure as Record<string, unknown>
  if (Object.keys(given).length === 1 && 'profile' in given) {
    if (typeof given['profile'] !== 'string' || !/^https?:\/\/[^\s|]{1,300}(?:\|[\w.-]{1,40})?$/.test(given['profile']))
      throw wrong('profile is no canonical address')
    return
  }
  requireBounded(given)
  try {
    compile(given)
  } catch (error) {
    throw wrong(`the schema cannot be used: ${maskNumbers((error as Error).message).slice(0, 300)}`)
  }
}

const wrong = (sentence: string) =>
  new Refusal('incorrect', sentence, {
    expression: 'structure',
    hint: 'A JSON Schema of draft 07 or 2020-12 that refers only to itself, or { "profile": canonical }.',
  })

/** The contents of a message against the structure of its service; nothing is checked when the catalogue names none. */
export function requireFits(world: World, structure: unknown, contentType: string, body: Buffer): void {
  if (typeof structure !== 'object' || structure === null) return
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(contentType))
    throw new Refusal('unsupported', 'the service takes JSON', { expression: 'content-type', hint: 'application/json, or a type that ends in +json.' })
  const issues = checkOf(structure)(world, parsed(body)).filter(({ severity }) => severity === 'error' || severity === 'fatal')
  if (issues.length === 0) return
  throw new Refusal('unprocessable', 'the contents do not have the structure of the service', {
    issues: issues.slice(0, issuesMax),
    hint: 'GET /bus/services says which.',
  })
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new Refusal('incorrect', 'the contents are no JSON', { expression: 'body' })
  }
}

function checkOf(structure: object): Check {
  let check = checks.get(structure)
  if (!check) checks.set(structure, (check = makeCheck(structure as Record<string, unknown>)))
  return check
}

function makeCheck(structure: Record<string, unknown>): Check {
  const { profile } = structure
  if (typeof profile === 'string' && Object.keys(structure).length === 1)
    return (world, body) => world.fhir.validate(body, { profiles: [profile] }).map(plainIssue)
  const validate = compile(structure)
  return (_world, body) => {
    try {
      return validate(body) ? [] : (validate.errors ?? []).map(issueOf)
    } catch (error) {
      if (error instanceof RangeError) return [{ severity: 'error', code: 'structure', diagnostics: 'the contents are nested too deeply' }]
      throw error
    }
  }
}

const plainIssue = ({ severity, code, expression, diagnostics, hint }: RefusalIssue): RefusalIssue => ({
  severity,
  code,
  diagnostics,
  ...(expression === undefined ? {} : { expression }),
  ...(hint === undefined ? {} : { hint }),
})

function issueOf({ instancePath, message = 'is wrong', keyword }: ErrorObject): RefusalIssue {
  const pointer = maskNumbers(instancePath || '/').slice(0, 200) // It holds names that the sender chose.
  return {
    severity: 'error',
    code: 'structure',
    expression: pointer,
    diagnostics: `${pointer} ${maskNumbers(message)} (${keyword})`.slice(0, 500),
  }
}

function compile(schema: Record<string, unknown>): ValidateFunction {
  const regExp = Object.assign((source: string, flags: string) => shortTextOnly(new RegExp(source, flags)), { code: 'new RegExp' })
  const options = { strict: false, allErrors: false, validateSchema: true, addUsedSchema: false, code: { regExp } } as const
  const ajv = schema['$schema'] === draft2020 ? new Ajv2020.default(options) : new Ajv.default(options)
  addFormats.default(ajv)
  return ajv.compile(schema)
}

const shortTextOnly = (pattern: RegExp) =>
  Object.assign(pattern, { test: (text: string) => text.length <= patternTextMax && RegExp.prototype.test.call(pattern, text) })

/** What each node of a schema may ask for, so that checking a body takes about as long as reading it. */
function requireBounded(schema: Record<string, unknown>): void {
  let nodes = 0
  const walk = (one: unknown, depth: number): void => {
    if (typeof one !== 'object' || one === null) return
    if (++nodes > nodesMax || depth > 60) throw wrong(`a schema has at most ${nodesMax} nodes, 60 deep`)
    const { pattern, patternProperties, uniqueItems, maxItems } = one as Record<string, unknown>
    const patterns = typeof patternProperties === 'object' && patternProperties !== null ? Object.keys(patternProperties) : []
    for (const source of typeof pattern === 'string' ? [pattern, ...patterns] : patterns) requireCheap(source)
    if (uniqueItems === true && !(typeof maxItems === 'number' && maxItems <= uniqueItemsMax))
      throw wrong(`uniqueItems needs maxItems of at most ${uniqueItemsMax} beside it`)
    for (const value of Object.values(one)) walk(value, depth + 1)
  }
  walk(schema, 0)
}

/** Patterns whose time could grow beyond the square of the text: repeated groups, references back, looks around, many that have no end. */
function requireCheap(source: string): void {
  const plain = source.replaceAll(/\\\\|\\[^0-9k]/g, 'x').replaceAll(/\[(?:[^\]])*\]/g, 'x')
  const isDear =
    source.length > 300 || /\)(?:[*+]|\{)/.test(plain) || /\\[0-9k]|\(\?[=!<]/.test(plain) || (plain.match(/[*+]|\{\d+,\}/g) ?? []).length > unboundedMax
  if (isDear) throw wrong(`a pattern has no repeated groups, no references back and at most ${unboundedMax} repetitions without an end`)
}
