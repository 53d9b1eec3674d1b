// Runs a FHIR TestScript (https://hl7.org/fhir/R4/testscript.html) against a real address: its operations over HTTP, its assertions on the answers.
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fhirpath from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import { type Fhir, parseJson } from '../fhir/fhir.ts'
import { valuesAt } from './testscript-path.ts'

type Json = Record<string, any>
type Target = { base: string; token: string; fhir: Fhir }
type Came = { status: number; headers: Headers; text: string; body: Json | null }
/** `failed` are the assertions that do not hold; `unknown` those that only their author's own tool can judge. */
export type Result = { failed: string[]; held: number; unknown: number }

const types: Record<string, string | undefined> = { json: 'application/fhir+json', xml: 'application/fhir+xml' }
const statuses: Record<string, number | undefined> = {
  ...{ okay: 200, created: 201, noContent: 204, notModified: 304, bad: 400, forbidden: 403, notFound: 404, methodNotAllowed: 405 },
  ...{ conflict: 409, gone: 410, preconditionFailed: 412, unprocessable: 422 },
}

export function readDocument(fhir: Fhir, file: string): Json {
  const text = readFileSync(file, 'utf8')
  return (text.trimStart().startsWith('<') ? fhir.formats.parseXml(text) : parseJson(text)) as Json
}

export async function runTestScript(target: Target, file: string): Promise<Result> {
  const run = new Run(target, file)
  const { script } = run
  const actions = [
    ...(script['setup']?.action ?? []),
    ...(script['test'] ?? []).flatMap((test: Json) => test['action'] ?? []),
    ...(script['teardown']?.action ?? []),
  ]
  for (const { operation, assert } of actions as Json[]) {
    if (operation) await run.operate(operation)
    if (assert) run.check(assert)
  }
  return run.result
}

class Run {
  readonly script: Json
  readonly result: Result = { failed: [], held: 0, unknown: 0 }
  readonly #target: Target
  readonly #fixtures = new Map<string, { text: string; body: Json }>()
  readonly #came = new Map<string, Came>()
  readonly #placeholders = new Map<string, string>()
  #last: Came | null = null

  constructor(target: Target, file: string) {
    this.#target = target
    this.script = readDocument(target.fhir, file)
    for (const { id, resource } of this.script['fixture'] ?? []) {
      const path = join(dirname(file), String(resource?.reference))
      if (!existsSync(path)) continue
      const text = this.#made(readFileSync(path, 'utf8'))
      const body = this.#read(text)
      if (body) this.#fixtures.set(id, { text, body })
    }
  }

  /** `${CD16}` and `${D7}` stand for that many new letters and digits, which stay the same throughout one run. */
  #made(text: string): string {
    return text.replace(/\$\{(C?D)(\d{1,2})\}/g, (all, kind: string, length: string) => {
      const digits = () => String(BigInt(`0x${randomBytes(24).toString('hex')}`))
      const made = this.#placeholders.get(all) ?? `${kind === 'CD' ? 'a' : ''}${digits()}`.slice(0, Number(length))
      this.#placeholders.set(all, made)
      return made
    })
  }

  async operate(operation: Json): Promise<void> {
    const code = String(operation['type']?.code ?? operation['method'] ?? 'read')
    const source = operation['sourceId'] === undefined ? undefined : this.#fixtures.get(operation['sourceId'])
    const headers: Record<string, string> = { authorization: `Bearer ${this.#target.token}` }
    if (operation['accept']) headers['accept'] = types[operation['accept']] ?? operation['accept']
    if (source) headers['content-type'] = types[operation['contentType']] ?? operation['contentType'] ?? 'application/fhir+json'
    for (const { field, value } of operation['requestHeader'] ?? []) headers[String(field).toLowerCase()] = this.#fill(String(value))
    const answer = await fetch(this.#addressOf(operation, code), {
      method: methodOf(code, source !== undefined, operation['method']),
      headers,
      ...(source ? { body: this.#fill(source.text) } : {}),
    })
    const text = await answer.text()
    this.#last = { status: answer.status, headers: answer.headers, text, body: this.#read(text) }
    if (operation['responseId']) this.#came.set(operation['responseId'], this.#last)
  }

  #addressOf(operation: Json, code: string): string {
    if (operation['url']) return this.#fill(operation['url'])
    const own = this.#fixtures.get(operation['sourceId'])?.body['resourceType']
    const ofSource = code === 'create' && own !== undefined ? own : undefined
    const named = operation['resource'] ?? ofSource
    const type = named ? `/${named}` : ''
    const params = this.#fill(String(operation['params'] ?? ''))
    const isOfType = code === 'history' && !params.includes('_history') ? '/_history' : ''
    return `${this.#target.base}/fhir${type}${isOfType}${params}`
  }

  #read(text: string): Json | null {
    try {
      const body: unknown = text.startsWith('<') ? this.#target.fhir.formats.parseXml(text) : parseJson(text)
      return body as Json
    } catch {
      return null
    }
  }

  #fill(text: string): string {
    return text.replace(/\$\{([^}]+)\}/g, (all, name: string) => {
      const variable: Json | undefined = this.script['variable']?.find((one: Json) => one['name'] === name)
      if (!variable) return all
      const came = variable['sourceId'] === undefined ? this.#last : this.#came.get(variable['sourceId'])
      if (variable['headerField']) return came?.headers.get(variable['headerField']) ?? ''
      const body = came?.body ?? this.#fixtures.get(variable['sourceId'])?.body
      if (variable['path'] && body) return String(valuesAt(body, variable['path'])[0] ?? '')
      if (variable['expression'] && body) return String(evaluated(body, variable['expression'])[0] ?? '')
      return String(variable['defaultValue'] ?? all)
    })
  }

  check(assert: Json): void {
    const holds = assert['direction'] === 'request' ? null : this.#holds(assert)
    if (holds === null) this.result.unknown++
    else if (holds) this.result.held++
    else if (assert['warningOnly'] !== true) this.result.failed.push(`${assert['label'] ?? assert['description'] ?? 'an assertion'} (${this.#last?.status})`)
  }

  /** Null when the standard does not define this kind of assertion: it is an extension of its author's tool. */
  #holds(assert: Json): boolean | null {
    const came = (assert['sourceId'] ? this.#came.get(assert['sourceId']) : this.#last) ?? this.#last
    if (!came) return false
    const expected = assert['value'] === undefined ? undefined : this.#fill(String(assert['value']))
    if (assert['response']) return compare(String(came.status), assert['operator'] ?? 'equals', statusesOf(assert['response']))
    if (assert['responseCode']) return compare(String(came.status), assert['operator'] ?? 'equals', assert['responseCode'])
    if (assert['contentType']) return isContentType(came.headers.get('content-type') ?? '', assert['operator'], assert['contentType'])
    if (assert['resource']) return came.body?.['resourceType'] === assert['resource']
    if (assert['headerField']) return compare(came.headers.get(assert['headerField']) ?? '', assert['operator'] ?? 'equals', expected)
    if (assert['responseBody'])
      return assert['operator'] === 'matchesRegex' ? new RegExp(assert['responseBody']).test(came.text) : came.text.includes(assert['responseBody'])
    if (assert['minimumId']) return contains(came.body, this.#fixtures.get(assert['minimumId'])?.body)
    if (assert['path']) return compare(came.body ? String(valuesAt(came.body, assert['path'])[0] ?? '') : '', assert['operator'] ?? 'equals', expected)
    if (assert['expression']) return came.body !== null && isTrue(evaluated(came.body, assert['expression']))
    if (assert['validateProfileId']) return came.body !== null && this.#target.fhir.validate(came.body).every(({ severity }) => severity !== 'error')
    return null
  }
}

/** `json` and `xml` are FHIR's own formats. With an operator the type is compared as a text, or by a part of it. */
function isContentType(actual: string, operator: unknown, wanted: string): boolean {
  if (operator === undefined) return actual.includes(types[wanted] ?? wanted)
  return operator === 'equals' ? actual.split(';')[0] === wanted : actual.includes(wanted)
}

const statusesOf = (names: string): string =>
  names
    .split(',')
    .map((name) => String(statuses[name.trim()] ?? name))
    .join(',')

function methodOf(code: string, hasBody: boolean, method: unknown): string {
  if (typeof method === 'string') return method.toUpperCase()
  const known = { create: 'POST', update: 'PUT', updateCreate: 'PUT', delete: 'DELETE', patch: 'PATCH', batch: 'POST', transaction: 'POST' }
  return (known as Record<string, string | undefined>)[code] ?? (hasBody ? 'POST' : 'GET')
}

function compare(actual: string, operator: string, expected: string | undefined): boolean {
  const list = (expected ?? '').split(',').map((one) => one.trim())
  if (operator === 'in') return list.includes(actual)
  if (operator === 'notIn') return !list.includes(actual)
  if (operator === 'notEmpty') return actual !== ''
  if (operator === 'empty') return actual === ''
  if (operator === 'contains') return actual.includes(expected ?? '')
  if (operator === 'notContains') return !actual.includes(expected ?? '')
  if (operator === 'greaterThan') return Number(actual) > Number(expected)
  if (operator === 'lessThan') return Number(actual) < Number(expected)
  if (operator === 'notEquals') return !list.includes(actual)
  // A list of statuses means any one of them.
  return expected === undefined ? actual !== '' : actual === expected || list.includes(actual)
}

const evaluated = (body: Json, expression: string): unknown[] => fhirpath.evaluate(JSON.parse(JSON.stringify(body)), expression, {}, r4) as unknown[]

const isTrue = (values: unknown[]): boolean => values.length > 0 && values.every((value) => value !== false)

/** Whether the answer contains everything of the fixture; the order in lists does not matter. */
function contains(actual: unknown, wanted: unknown): boolean {
  if (wanted === undefined || wanted === null) return true
  if (typeof wanted !== 'object') return actual === wanted
  if (JSON.isRawJSON(wanted)) return JSON.stringify(actual) === JSON.stringify(wanted)
  if (Array.isArray(wanted)) return Array.isArray(actual) && wanted.every((one) => actual.some((other) => contains(other, one)))
  if (typeof actual !== 'object' || actual === null) return false
  return Object.entries(wanted).every(([name, inner]) => contains((actual as Json)[name], inner))
}
