import { createRequire } from 'node:module'
import { bounded, TookTooLong } from '../../platform/bounded.ts'
import { withConstants } from '../runtime/fhirpath-constants.ts'
import { isObject, type Json } from './items.ts'
import type { CodingLike, Membership } from './run.ts'

type Evaluate = (node: unknown, variables: object) => unknown[]
type Inputs = { data?: unknown }[]
export type Surroundings = {
  resolve(reference: string): Json | undefined
  member(valueSet: string, coding: CodingLike): Membership
  /** Also for an element. An object conforms to a profile that is not known here. */
  conforms(object: Json, profile: string): boolean
}

type Engine = { compile(expression: unknown, model: unknown, options: unknown): Evaluate; parse(expression: string): unknown }
let engine: { fhirpath: Engine; r4: unknown } | undefined

// The engine takes 100 ms and 15 MB and only rules of profiles need it, so the first of them loads it.
function opened(): { fhirpath: Engine; r4: unknown } {
  const require = createRequire(import.meta.url)
  engine ??= { fhirpath: require('fhirpath') as Engine, r4: require('fhirpath/fhir-context/r4') as unknown }
  return engine
}

const compiledMax = 2000
const compiled = new Map<string, Evaluate | null>()
// Evaluation is synchronous and never overlaps, so this variable holds the surroundings of the present one for the functions.
let around: Surroundings | undefined

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
        return typeof reference === 'string' ? (around?.resolve(reference) ?? []) : []
      }),
  },
  memberOf: {
    arity: { 1: ['String'] },
    fn: (inputs: Inputs, valueSet: string) =>
      inputs.slice(0, 1).map((input) => codingsOf(valueOf(input)).some((one) => around?.member(valueSet, one) !== 'out')),
  },
  conformsTo: {
    arity: { 1: ['String'] },
    fn: (inputs: Inputs, profile: string) =>
      inputs.slice(0, 1).map((input) => {
        const isIt = isObject(valueOf(input)) && around?.conforms(valueOf(input) as Json, profile) === true
        // When the time is over, a negative result means nothing.
        if (!isIt && leftMs <= 0) throw new TookTooLong(profile)
        return isIt
      }),
  },
  // The check of the narrative itself covers txt-1 and txt-2.
  htmlChecks: { arity: { 0: [] }, fn: (inputs: Inputs) => inputs.slice(0, 1).map(() => true) },
}

/** Given to the engine as its `trace` function: the engine would write to the log, where a patient's data have no place. */
export const silent = (): void => {}

const expressionMax = 10_000
/** The time of all costly rules of one validation together. It is wall time, so it allows for a machine that is busy with other work. */
const costlyMs = 4000
const compileMs = 10_000
let leftMs = costlyMs

/** Called before each validation, so that the rules of one resource do not use up the time of the next. */
export function renewTime(): void {
  leftMs = costlyMs
}

/** Functions that may read their input more than once, or that match a pattern. Any other takes time in proportion to the resource. */
const costly =
  /\||\b(?:matches|matchesFull|replaceMatches|repeat|aggregate|descendants|children|distinct|isDistinct|union|combine|intersect|exclude|subsetOf|supersetOf|resolve|conformsTo)\s*\(/
const nesting = /\b(?:where|all|exists|select|iif|trace)\s*\(\s*[^\s)]/g
/** Inside a loop these look through another list in each round. */
const looking = /%|\b(?:in|contains)\b/
function isCostly(expression: string): boolean {
  if (costly.test(expression)) return true
  const loops = expression.match(nesting)?.length ?? 0
  return loops > 1 || (loops === 1 && looking.test(expression))
}

/** Packages bring rules, and one that never ends would stop the server, so all costly rules share a time limit. */
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
 * R4's rules use `as` as a filter by type on any number of items, and write String for string; later grammars allow it one item
 * only. So `as` becomes `ofType`. String literals and delimited names also match, and stay as they are.
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

/** A copy with plain numbers in place of exact ones (1.50), which the engine does not know. */
const plainForms = new WeakMap<object, unknown>()
export function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const known = plainForms.get(value)
  if (known !== undefined) return known
  const copy = JSON.parse(JSON.stringify(value)) as unknown
  if (typeof copy === 'object' && copy !== null) plainForms.set(value, copy).set(copy, copy)
  return copy
}

/** Whether a rule holds. Null when it cannot be evaluated; 'too-costly' when it took too long. */
export type Verdict = boolean | null | 'too-costly'

/** The rule uses a function or a variable that is not available here, so it cannot be evaluated. */
const isAboutUnknown = (error: unknown): boolean => error instanceof Error && /^Not implemented|undefined environment variable/.test(error.message)

/**
 * A rule "must evaluate to true when run on the element" (R4 conformance-rules.html#constraints). An empty answer breaks it, and so does an error of
 * FHIRPath, such as `single()` of two items. Several items count as true.
 */
export function holdsFor(expression: string, element: unknown, path: string, resource: Json, root: Json, surroundings: Surroundings): Verdict {
  const evaluate = compile(expression, path)
  if (evaluate === null) return null
  // A rule may ask for a profile with rules of its own, which are then evaluated inside the first rule.
  const outer = around
  around = surroundings
  try {
    const given = { resource: plain(resource), rootResource: plain(root), context: plain(element) }
    const result = timed(expression, () => evaluate(plain(element), given))
    return result.length === 1 ? result[0] !== false : result.length > 1
  } catch (error) {
    if (error instanceof TookTooLong) return 'too-costly'
    return isAboutUnknown(error) ? null : false
  } finally {
    around = outer
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

/** What is wrong with an expression's grammar, as part of a sentence, or null. The results are kept, because definitions repeat their expressions. */
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
