import type { CodeSystem } from './code-system.ts'
import type { Grammar } from './grammars.ts'
import { passes } from './filters.ts'
import type { Source } from './library.ts'
import { type Coding, type Contains, type Include, splitCanonical, type ValueSetResource } from './resources.ts'

/** `unknown`: the definitions here do not suffice to decide. The coding is then never called wrong. */
export type Verdict = 'in' | 'out' | 'unknown'

export type Known = Source & { grammars: ReadonlyMap<string, Grammar> }

const depthMax = 20
/** The most value sets that one verdict looks into: sets that import each other twice would otherwise be walked a million times. */
const stepsMax = 2000
export type Effort = { left: number }

const not = (verdict: Verdict): Verdict => (verdict === 'unknown' ? 'unknown' : verdict === 'in' ? 'out' : 'in')
/** `in` when one of the verdicts is. */
function any(verdicts: Iterable<Verdict>): Verdict {
  let found: Verdict = 'out'
  for (const verdict of verdicts) {
    if (verdict === 'in') return 'in'
    if (verdict === 'unknown') found = 'unknown'
  }
  return found
}
const all = (verdicts: Verdict[]): Verdict => not(any(verdicts.map(not)))

/** Whether the coding is a member of the value set. This is decided from the definition, without expanding it. */
export function memberOf(
  known: Known,
  valueSet: ValueSetResource | null,
  coding: Coding,
  trail: readonly string[] = [],
  effort: Effort = { left: stepsMax },
): Verdict {
  if (valueSet === null) return 'unknown'
  if (coding.code === undefined) return 'out'
  const own = valueSet.url ?? ''
  // A value set that imports itself gains no members by that.
  if (own !== '' && trail.includes(own)) return 'out'
  if (trail.length > depthMax || --effort.left < 0) return 'unknown'
  const { compose, expansion } = valueSet
  if (compose?.include === undefined) return expansion?.contains ? listed(expansion.contains, coding) : 'unknown'
  const path = [...trail, own]
  const includes = compose.include.map((include) => included(known, include, coding, path, effort))
  const excludes = (compose.exclude ?? []).map((exclude) => included(known, exclude, coding, path, effort))
  const active = compose.inactive === false ? not(inactive(known, compose.include, coding)) : 'in'
  return all([any(includes), not(any(excludes)), active])
}

const listed = (contains: Contains[], coding: Coding): Verdict =>
  any(contains.map((one) => (isOne(one, coding) ? 'in' : one.contains ? listed(one.contains, coding) : 'out')))

const isOne = (one: Coding, { system, code }: Coding): boolean => one.code === code && (system === undefined || one.system === system)

function included(known: Known, include: Include, coding: Coding, path: readonly string[], effort: Effort): Verdict {
  const parts: Verdict[] = (include.valueSet ?? []).map((url) => memberOf(known, known.valueSet(url), coding, path, effort))
  if (include.system !== undefined) parts.unshift(ofSystem(known, include, coding))
  return parts.length === 0 ? 'out' : all(parts)
}

/** The canonical of an include's code system, with the version if the include names one. */
export const systemOf = (include: Include): string => (include.version === undefined ? (include.system as string) : `${include.system}|${include.version}`)

function ofSystem(known: Known, include: Include, coding: Coding): Verdict {
  const { url } = splitCanonical(include.system as string)
  if (coding.system !== undefined && coding.system !== url) return 'out'
  const code = coding.code as string
  const { system, isOther } = judging(known, include, coding)
  if (include.concept !== undefined) {
    const isCaseless = system?.about.caseSensitive === false
    return isListed(include.concept, code, isCaseless) ? 'in' : 'out'
  }
  const grammar = known.grammars.get(url)
  if (grammar) return include.filter === undefined ? (grammar.isCode(code) ? 'in' : 'out') : 'unknown'
  if (system === null) return 'unknown'
  const at = system.find(code)
  if (at < 0) return system.isComplete && !isOther ? 'out' : 'unknown'
  const verdict = all((include.filter ?? []).map((filter) => verdictOf(passes(system, at, filter))))
  return isOther && verdict === 'out' ? 'unknown' : verdict
}

/**
 * The version of the code system that judges a coding: the one that the value set names, else the coding's own (datatypes.html#Coding). If that is not
 * here, another version stands in (`isOther`): a code that it has is in, but one that it lacks may be new or may have been removed.
 */
function judging(known: Known, include: Include, { version }: Coding): { system: CodeSystem | null; isOther: boolean } {
  const named = systemOf(include)
  const own = version === undefined || named.includes('|') ? null : known.codeSystem(`${named}|${version}`)
  if (own !== null) return { system: own, isOther: false }
  return { system: known.codeSystem(named), isOther: version !== undefined && !named.includes('|') }
}

const fewMax = 16
const lists = new WeakMap<object, Set<string>>()

/** Looks a code up in a set when the list is long: it may be asked for each member of another value set. */
function isListed(concepts: readonly { code: string }[], code: string, isCaseless: boolean): boolean {
  const plain = (text: string) => (isCaseless ? text.toLowerCase() : text)
  if (concepts.length <= fewMax) return concepts.some((one) => plain(one.code) === plain(code))
  let set = lists.get(concepts)
  if (set === undefined) {
    set = new Set(concepts.map((one) => plain(one.code)))
    lists.set(concepts, set)
  }
  return set.has(plain(code))
}

const verdictOf = (passed: boolean | null): Verdict => (passed === null ? 'unknown' : passed ? 'in' : 'out')

function inactive(known: Known, includes: Include[], coding: Coding): Verdict {
  for (const include of includes) {
    if (include.system === undefined || (coding.system !== undefined && coding.system !== include.system)) continue
    const { system } = judging(known, include, coding)
    const at = system?.find(coding.code as string) ?? -1
    if (system && at >= 0 && system.isInactive(at)) return 'in'
  }
  return 'out'
}
