import { fold } from '../../platform/text.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { CodeSystem } from './code-system.ts'
import { passes } from './filters.ts'
import { type Effort, type Known, memberOf, systemOf, type Verdict } from './membership.ts'
import { type Contains, type Designation, type Include, splitCanonical, type ValueSetResource } from './resources.ts'

/** One member of a value set, with the value set's own names for it, if any. */
export type Member = {
  system: string
  code: string
  display?: string
  designation?: Designation[]
  /** The concept in its code system, if the system is here. */
  from?: { system: CodeSystem; at: number }
}

export type Wanted = {
  /** Folded words that must all occur in the code, the display or a designation. */
  words: string[]
  activeOnly: boolean
}

/** The most concepts that one expansion looks at: about a second of work. */
const looksMax = 1_000_000
const excludesPerLook = 4
const depthMax = 20

/** The members in the order of the definition, without duplicates. A definition that cannot be decided here is refused: no part is guessed. */
export function* membersOf(known: Known, valueSet: ValueSetResource, wanted: Wanted): Generator<Member> {
  const seen = new Set<string>()
  const isSimple = (valueSet.compose?.include?.length ?? 0) === 1 && valueSet.compose?.include?.[0]?.valueSet === undefined
  for (const member of walk(known, valueSet, wanted, [], { left: looksMax })) {
    if (!isSimple) {
      const key = `${member.system}|${member.code}`
      if (seen.has(key)) continue
      seen.add(key)
    }
    yield member
  }
}

function look(effort: Effort): void {
  if (--effort.left < 0) throw tooCostly('the value set is too large to be walked through in one request')
}

function* walk(known: Known, valueSet: ValueSetResource, wanted: Wanted, trail: readonly string[], effort: Effort): Generator<Member> {
  const own = valueSet.url ?? ''
  if (own !== '' && trail.includes(own)) {
    throw new Refusal('unprocessable', `the value set ${own} includes itself`, { issues: [problem('processing', `the value set ${own} includes itself`)] })
  }
  if (trail.length > depthMax) throw tooCostly('the value set imports others more than 20 deep')
  const { compose, expansion } = valueSet
  if (compose?.include === undefined) {
    if (!expansion?.contains) throw undecided(`the value set ${own} has neither a definition nor an expansion`)
    yield* fromList(known, expansion.contains, wanted)
    return
  }
  const path = [...trail, own]
  for (const include of compose.include) {
    for (const member of fromInclude(known, include, wanted, path, effort)) {
      look(effort)
      if (isHidden(member, wanted, compose.inactive === false)) continue
      if (isExcluded(known, compose.exclude ?? [], member, path, effort)) continue
      yield member
    }
  }
}

const isHidden = ({ from }: Member, { activeOnly }: Wanted, isActiveSet: boolean): boolean =>
  (activeOnly || isActiveSet) && from !== undefined && from.system.isInactive(from.at)

function isExcluded(known: Known, excludes: Include[], { system, code }: Member, path: readonly string[], effort: Effort): boolean {
  if (excludes.length === 0) return false
  // Every member is compared with every exclude, so many excludes count as additional looks.
  effort.left -= Math.floor(excludes.length / excludesPerLook)
  const verdict: Verdict = memberOf(known, { resourceType: 'ValueSet', compose: { include: excludes } }, { system, code }, path, effort)
  look(effort)
  if (verdict === 'unknown') throw undecided('what the value set excludes cannot be decided with the definitions that are here')
  return verdict === 'in'
}

function* fromInclude(known: Known, include: Include, wanted: Wanted, path: readonly string[], effort: Effort): Generator<Member> {
  const [first, ...others] = include.valueSet ?? []
  const imported = include.system === undefined ? others : (include.valueSet ?? [])
  const members = include.system === undefined ? fromValueSet(known, first, wanted, path, effort) : fromSystem(known, include, wanted, effort)
  for (const member of members) {
    const verdicts = imported.map((url) => memberOf(known, known.valueSet(url), member, path, effort))
    look(effort)
    if (verdicts.includes('unknown')) throw undecided(`one of the value sets ${imported.join(', ')} cannot be decided here`)
    if (!verdicts.includes('out')) yield member
  }
}

function* fromValueSet(known: Known, url: string | undefined, wanted: Wanted, path: readonly string[], effort: Effort): Generator<Member> {
  if (url === undefined) return
  const valueSet = known.valueSet(url)
  if (valueSet === null) throw missing('value set', url)
  yield* walk(known, valueSet, wanted, path, effort)
}

function* fromSystem(known: Known, include: Include, wanted: Wanted, effort: Effort): Generator<Member> {
  const { url } = splitCanonical(include.system as string)
  const system = known.codeSystem(systemOf(include))
  const grammar = known.grammars.get(url)
  if (include.concept !== undefined) {
    for (const { code, display, designation } of include.concept) {
      const at = system?.find(code) ?? -1
      const named = display ?? (grammar?.isCode(code) ? grammar.displayOf(code, 'en') : undefined)
      const member: Member = { system: url, code, ...(named === undefined ? {} : { display: named }), ...(designation ? { designation } : {}) }
      if (system && at >= 0) member.from = { system, at }
      if (isAbout(member, wanted.words)) yield member
    }
    return
  }
  if (grammar) throw tooCostly(`${grammar.name} is a rule and not a list: its codes cannot be enumerated`)
  if (system === null) throw missing('code system', systemOf(include))
  if (!system.isComplete && system.about.content !== 'fragment') throw undecided(`only a part of the code system ${url} is here`)
  const numbers = wanted.words.length > 0 ? system.search(wanted.words) : Array.from({ length: system.size }).keys()
  for (const at of numbers) {
    look(effort)
    if (passesAll(system, at, include)) yield { system: url, code: system.codeOf(at), from: { system, at } }
  }
}

function passesAll(system: CodeSystem, at: number, { filter = [] }: Include): boolean {
  for (const one of filter) {
    const passed = passes(system, at, one)
    if (passed === null) throw undecided(`the filter ${one.property} ${one.op} ${one.value} cannot be decided here`)
    if (!passed) return false
  }
  return true
}

function* fromList(known: Known, contains: Contains[], wanted: Wanted): Generator<Member> {
  for (const { system = '', code, display, designation, contains: inner } of contains) {
    if (code !== undefined) {
      const found = known.codeSystem(system)
      const at = found?.find(code) ?? -1
      const member: Member = { system, code, ...(display === undefined ? {} : { display }), ...(designation ? { designation } : {}) }
      if (found && at >= 0) member.from = { system: found, at }
      if (isAbout(member, wanted.words)) yield member
    }
    if (inner) yield* fromList(known, inner, wanted)
  }
}

/** Searches a concept that the value set lists itself by the same rules as CodeSystem.search. */
function isAbout({ code, display, designation = [], from }: Member, words: string[]): boolean {
  if (words.length === 0) return true
  const concept = from?.system.concept(from.at)
  const own = [code, display, concept?.display, ...[...designation, ...(concept?.designation ?? [])].map(({ value }) => value)]
  const text = fold(own.filter((one) => one !== undefined).join('\t'))
  return words.every((word) => text.includes(word))
}

const problem = (code: string, diagnostics: string, hint?: string) => ({ severity: 'error' as const, code, diagnostics, ...(hint ? { hint } : {}) })

export function tooCostly(why: string): Refusal {
  const hint = 'Ask for a part of it: with filter, or with count and offset.'
  return new Refusal('unprocessable', why, { issues: [problem('too-costly', why, hint)] })
}

const undecided = (why: string): Refusal =>
  new Refusal('unprocessable', why, { issues: [problem('not-supported', why, 'Load a package that has the code system (spona fhir package add).')] })

export function missing(what: 'code system' | 'value set' | 'concept map', url: string): Refusal {
  const why = `the ${what} ${url.slice(0, 200)} is not known here`
  return new Refusal('not-found', why, { issues: [problem('not-found', why, 'Load a package that has it, store it, or send it with the request.')] })
}
