import type { Knowledge } from '../profile/run.ts'
import type { Issue } from '../types.ts'
import type { Entries } from './bundle-entries.ts'

export const depthMax = 64
/** The most issues that one answer reports; a resource may have thousands of mistakes. */
export const issuesMax = 100

/** A value as it may stand in a message: only short and harmless text, no markup, no digits that could be a personal number. */
export function shown(value: unknown): string {
  if (JSON.isRawJSON(value as object)) return 'this number'
  if (typeof value === 'number' || typeof value === 'boolean') return String(value).length > 8 ? `this ${typeof value}` : String(value)
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value !== 'string') return 'an object'
  if (/[<>&"'`]|\d{6}|\p{C}/u.test(value)) return 'this text'
  return value.length > 40 ? `'${value.slice(0, 40)}…'` : `'${value}'`
}

// All validations share these arrays. They never overlap: each runs to its end before another begins.
const names: string[] = new Array(depthMax + 2).fill('')
const indexes: number[] = new Array(depthMax + 2).fill(-1)

/**
 * The place and the findings of a validation. The path is kept as one name and one index a level and is written out only for an issue,
 * so that a valid resource costs no string.
 */
export class Check {
  issues: Issue[] = []
  count = 0
  /** The resource in whose `contained` a reference `#id` is looked up. */
  root: Record<string, unknown> = {}
  /** The innermost resource, which FHIRPath calls %resource. */
  current: Record<string, unknown> = {}
  /** The level of the path where `current` stands. Names cannot tell it: `CapabilityStatement.rest.resource` is no resource. */
  currentDepth = 0
  inContained = false
  /** The innermost Bundle, in whose entries references are looked up. */
  bundle: Record<string, unknown> | undefined
  /** Entries of the Bundles that references were looked up in. */
  bundles: Map<Record<string, unknown>, Entries> | undefined
  /** Strict: reports what the reference validator reports. A write also accepts deviations that many systems send and that nothing here misreads. */
  readonly isStrict: boolean
  readonly known: Knowledge | undefined
  readonly names = names
  readonly at = indexes

  constructor(known?: Knowledge, isStrict = false) {
    this.known = known
    this.isStrict = isStrict
  }

  /** The resource behind a reference, when it came along. A subclass with the full check overrides this. */
  resolve(_: string): Record<string, unknown> | undefined {
    return undefined
  }

  path(depth: number, name = '', index = -1): string {
    let path = this.names[0] as string
    for (let level = 1; level <= depth; level++) {
      path += `.${this.names[level]}`
      if ((this.at[level] as number) >= 0) path += `[${this.at[level]}]`
    }
    if (name !== '') path += `.${name}`
    return index >= 0 ? `${path}[${index}]` : path
  }

  add(code: string, expression: string, diagnostics: string, hint: string, severity: Issue['severity'] = 'error'): void {
    this.count++
    if (this.issues.length < issuesMax) this.issues.push({ severity, code, expression, diagnostics, hint })
    // An error beyond the limit replaces the last issue, or the list might hold warnings only.
    else if (severity === 'error') this.issues[issuesMax - 1] = { severity, code, expression, diagnostics, hint }
  }

  /** Reports a deviation from the specification that many systems send and that nothing here misreads. */
  warn(depth: number, name: string, index: number, diagnostics: string, hint: string): void {
    this.add('value', this.path(depth, name, index), diagnostics, hint, this.isStrict ? 'error' : 'warning')
  }

  notObject(value: unknown, depth: number): void {
    this.add('structure', this.path(depth), `must be a JSON object, found ${kindOf(value)}`, 'Write the element as an object: {…}.')
  }

  deep(depth: number): void {
    const hint = `Nest elements at most ${depthMax} levels deep.`
    this.add('too-costly', this.path(depth), `is nested more than ${depthMax} levels deep`, hint)
  }

  unknown(object: object, depth: number, name: string): void {
    if (name === 'rawJSON' && JSON.isRawJSON(object)) return this.notObject(0, depth)
    const harmless = /^_?[A-Za-z][A-Za-z0-9]{0,39}$/.test(name) ? name : ''
    const what = harmless ? `the property '${harmless}' is not known here` : 'there is a property whose name is not known here'
    const hint = 'Remove it, correct its spelling, or carry it in an extension.'
    this.add('structure', this.path(depth, harmless), what, hint)
  }

  empty(depth: number): void {
    this.add('invariant', this.path(depth), 'an element must have a value or children (ele-1)', 'Leave the element out when there is nothing to say.')
  }

  missing(depth: number, name: string): void {
    const choice = name.endsWith('[x]')
    const hint = choice ? `Add one of the forms of ${name}.` : `Add ${name}; if it is not known, a data-absent-reason extension says so.`
    this.add('required', this.path(depth, choice ? name.slice(0, -3) : name), `${name} is required and missing`, hint)
  }

  choice(depth: number, name: string): void {
    const hint = 'Keep one of the forms and remove the others.'
    this.add('structure', this.path(depth, name.slice(0, -3)), `${name} may be given in one form only`, hint)
  }

  /** True when the value is an array with items; reports an issue otherwise. */
  array(value: unknown, depth: number, name: string): value is unknown[] {
    if (Array.isArray(value)) {
      if (value.length > 0) return true
      this.add('structure', this.path(depth, name), 'an array must not be empty', 'Leave the property out instead.')
    } else {
      this.add('structure', this.path(depth, name), `must be an array, found ${kindOf(value)}`, 'Put the value in square brackets: [ … ].')
    }
    return false
  }

  value(depth: number, name: string, index: number, diagnostics: string, hint: string): void {
    this.add('value', this.path(depth, name, index), diagnostics, hint)
  }

  unbound(depth: number, name: string, index: number, value: unknown, set: Codes): void {
    const hint = set.codes.size <= 30 ? `Use one of: ${[...set.codes].join(', ')}.` : `Use a code of ${set.url}.`
    this.add('code-invalid', this.path(depth, name, index), `${shown(value)} is not in the required value set ${set.url}`, hint)
  }

  invariant(depth: number, key: string, human: string): void {
    this.add('invariant', this.path(depth), `${human} (${key})`, `Correct the element so that the rule ${key} holds.`)
  }
}

/** An expanded value set: codes alone for elements of type code, `system|code` for Coding and CodeableConcept. */
export type Codes = { url: string; codes: Set<string>; tokens: Set<string> }

/** A string as it is, anything else as an empty text: an exact number has no prototype and would throw in a template. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
export const tokenOf = ({ system, code }: Record<string, unknown>): string => `${textOf(system)}|${textOf(code)}`

export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object') return JSON.isRawJSON(value) ? 'a number' : 'an object'
  return typeof value === 'string' ? 'a string' : `a ${typeof value}`
}
