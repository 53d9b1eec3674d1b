import { createRequire } from 'node:module'
import { bounded, TookTooLong } from '../../platform/bounded.ts'
import { withConstants } from '../runtime/fhirpath-constants.ts'
import { isObject, type Json } from './items.ts'
import type { CodingLike, Membership } from './run.ts'

type Evaluate = (node: unknown, variables: object) => unknown[]
type Inputs = { data?: unknown }[]
type Surroundings = {
  resolve(reference: string): Json | undefined
  member(valueSet: string, coding: CodingLike): Membership
  conforms(resource: Json, profile: string): boolean
}

type Engine = { compile(expression: unknown, model: unknown, options: unknown): Evaluate; parse(expression: string): unknown }
let engine: { fhirpath: Engine; r4: unknown } | undefined

// 100 ms and 15 MB that only rules of profiles need: opened with the first of them.
function opened(): { fhirpath: Engine; r4: unknown } {
  const require = createRequire(import.meta.url)
  engine ??= { fhirpath: require('fhirpath') as Engine, r4: require('fhirpath/fhir-context/r4') as unknown }
  return engine
}

const compiledMax = 2000
const compiled = new Map<string, Evaluate | null>()
// Evaluation is synchronous and one at a time, so what functions may ask stands here while it lasts.
let around: Surroundings

const valueOf = (node: unknown): unknown => (isObject(node) && 'data' in node ? node.data : node)

function codingsOf(value: unknown): CodingLike[] {
  if (typeof value === 'string') return [{ code: value }]
  if (!isObject(value)) return []
  return (Array.isArray(value.coding) ? value.coding.filter(isObject) : [value]) as CodingLike[]
}

const functions = {
  resolve: {
    arity: { 0: [] },
    fn: (inputs: Inputs) =>
      inputs.flatMap((input) => {
        const value = valueOf(input)
        const reference = isObject(value) ? value.reference : value
        return typeof reference === 'string' ? (around.resolve(reference) ?? []) : []
      }),
  },
  memberOf: {
    arity: { 1: ['String'] },
    fn: (inputs: Inputs, valueSet: string) =>
      inputs.slice(0, 1).map((input) => codingsOf(valueOf(input)).some((one) => around.member(valueSet, one) !== 'out')),
  },
  conformsTo: {
    arity: { 1: ['String'] },
    fn: (inputs: Inputs, profile: string) => inputs.slice(0, 1).map((input) => isObject(valueOf(input)) && around.conforms(valueOf(input) as Json, profile)),
  },
  // txt-1 and txt-2 are judged where the narrative stands.
  htmlChecks: { arity: { 0: [] }, fn: (inputs: Inputs) => inputs.slice(0, 1).map(() => true) },
}

/** `trace` writes what it is given into the log, unless somebody takes it: what a patient's data say has no place there. */
export const silent = (): void => {}

const expressionMax = 10_000
/** All costly rules of one validation together. Time of the clock, so it leaves room for a machine that has others to serve. */
const costlyMs = 4000
const compileMs = 10_000
let leftMs = costlyMs

/** Before each validation: what one resource's rules took is not taken from the next. */
export function renewTime(): void {
  leftMs = costlyMs
}

/** What may take more than one pass over its input, or a pattern's backtracking; the rest ends with the resource that it reads. */
const costly =
  /\||\b(?:matches|matchesFull|replaceMatches|repeat|aggregate|descendants|children|distinct|isDistinct|union|combine|intersect|exclude|subsetOf|supersetOf|resolve)\s*\(/
const nesting = /\b(?:where|all|exists|select|iif|trace)\s*\(\s*[^\s)]/g
/** In one loop, what looks through another list each time. */
const looking = /%|\b(?:in|contains)\b/
function isCostly(expression: string): boolean {
  if (costly.test(expression)) return true
  const loops = expression.match(nesting)?.length ?? 0
  return loops > 1 || (loops === 1 && looking.test(expression))
}

/** Rules come with packages, and one that never ends would stop the server: the costly ones have a common limit. */
function timed<T>(expression: string, act: () => T): T {
  if (!isCostly(expression)) return act()
  if (leftMs <= 0) throw new TookTooLong(expression)
  const begun = performance.now()
  try {
    return bounded(leftMs, act)
  } finally {
    leftMs -= performance.now() - begun
  }
}

/**
 * R4's rules are written for an `as` that leaves what is of the type, of one or of many, and says String for string; later grammars allow it one item
 * only. What such a rule means is `ofType`. Strings and delimited names are left as they are.
 */
const casts = /'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`|\s+as\s+((?:FHIR\.|System\.)?[A-Za-z]+)\b|\.as\s*\(/g
const withoutCasts = (expression: string): string =>
  expression.replace(casts, (all, type: string | undefined) => (type !== undefined ? `.ofType(${type})` : all.startsWith('.as') ? '.ofType(' : all))

function compile(expression: string, path: string): Evaluate | null {
  const key = `${path} ${expression}`
  const known = compiled.get(key)
  if (known !== undefined) return known
  if (compiled.size >= compiledMax) compiled.clear()
  let evaluate: Evaluate | null
  try {
    if (expression.length > expressionMax) throw new TookTooLong(path)
    const { readable, constants } = withConstants(withoutCasts(expression))
    const source = path.includes('.') ? { base: path, expression: readable } : readable
    const { fhirpath, r4 } = opened()
    const compiledOne = bounded(compileMs, () => fhirpath.compile(source, r4, { userInvocationTable: functions, traceFn: silent }))
    evaluate = (node, variables) => compiledOne(node, { ...constants, ...variables })
  } catch {
    evaluate = null
  }
  compiled.set(key, evaluate)
  return evaluate
}

/** FHIRPath knows plain numbers only; exact ones (1.50) are given as such, in a copy. */
const plainForms = new WeakMap<object, unknown>()
export function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const known = plainForms.get(value)
  if (known !== undefined) return known
  const copy = JSON.parse(JSON.stringify(value)) as unknown
  if (typeof copy === 'object' && copy !== null) plainForms.set(value, copy)
  return copy
}

/** Whether a rule holds; null: it cannot be evaluated, or not in the time that there is. */
export type Verdict = boolean | null | 'too-costly'

/** A function or a variable that is not here: what the rule says cannot be told. */
const isAboutUnknown = (error: unknown): boolean => error instanceof Error && /^Not implemented|undefined environment variable/.test(error.message)

/**
 * A rule "must evaluate to true when run on the element" (R4 conformance-rules.html#constraints): an empty answer does not, nor one that FHIRPath
 * forbids, as `single()` of two. Several items are something that is there.
 */
export function holdsFor(expression: string, element: unknown, path: string, resource: Json, root: Json, surroundings: Surroundings): Verdict {
  const evaluate = compile(expression, path)
  if (evaluate === null) return null
  around = surroundings
  try {
    const given = { resource: plain(resource), rootResource: plain(root), context: plain(element) }
    const result = timed(expression, () => evaluate(plain(element), given))
    return result.length === 1 ? result[0] !== false : result.length > 1
  } catch (error) {
    if (error instanceof TookTooLong) return 'too-costly'
    return isAboutUnknown(error) ? null : false
  }
}

const problems = new Map<string, string | null>()
const longFrom = 500

/** What the grammar makes of an expression. */
export type ExpressionNode = { type: string; text?: string; children?: ExpressionNode[] }

/** Null where it is no expression. */
export function expressionTree(expression: string): ExpressionNode | null {
  if (expression.length > expressionMax || expressionProblem(expression) !== null) return null
  return opened().fhirpath.parse(withConstants(expression).readable) as ExpressionNode
}

/** The sentence of what is wrong with an expression's grammar, or null. Definitions repeat their expressions. */
export function expressionProblem(expression: string): string | null {
  const known = problems.get(expression)
  if (known !== undefined) return known
  if (problems.size >= compiledMax) problems.clear()
  let problem: string | null = null
  try {
    const parse = () => opened().fhirpath.parse(withConstants(expression).readable)
    if (expression.length < longFrom) parse()
    else bounded(compileMs, parse)
  } catch {
    problem = 'is not a FHIRPath expression'
  }
  problems.set(expression, problem)
  return problem
}
