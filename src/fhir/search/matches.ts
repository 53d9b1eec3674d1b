import { fold } from '../../platform/text.ts'
import type { Extracted } from '../types.ts'
import { soundsAlike } from './sounds.ts'
import { distanceKm } from './near.ts'
import type { Terminology } from '../terminology/terminology.ts'
import type { CanonicalUnit, Units } from '../units.ts'
import { type Clause, type DateValue, type NumberValue, type OfTypeValue, type Search, type StringHow, type TokenValue, ucum } from './search.ts'

/** What the comparison knows of units and code systems. */
export type Known = { units: Units; terminology: Pick<Terminology, 'isCaseless'> }

/**
 * Whether a resource with these extracted values satisfies the search: https://hl7.org/fhir/R4/search.html. A store may use conditions to
 * find fewer candidates, but only this function decides.
 */
export function matches(search: Search, extracted: Extracted[], known: Known): boolean {
  return search.clauses.every((clause) => holds(clause, extracted, known))
}

function holds(clause: Clause, extracted: readonly Extracted[], known: Known): boolean {
  switch (clause.test) {
    case 'missing':
      return extracted.some((one) => one.code === clause.code && isHeard(one)) !== clause.isMissing
    case 'any':
      return clause.clauses.some((one) => holds(one, extracted, known))
    case 'all':
      return clause.clauses.every((one) => holds(one, extracted, known))
    case 'none':
      return !clause.clauses.some((one) => holds(one, extracted, known))
    case 'inside':
      return true
    case 'unlike': {
      const [like] = clause.clauses
      return extracted.some((one) => one.code === like.code && hasValue(one) && !holds(like, [one], known))
    }
    case 'chain':
    case 'has':
    case 'hierarchy':
    case 'codes':
    case 'list':
    case 'compartment':
      throw new Error('what other resources decide was not found out before') // The store must have resolved it before: an error of ours.
    default: {
      const isNot = clause.test === 'token' && clause.isNot
      return extracted.some((one) => one.code === clause.code && fits(clause, one, known)) !== isNot
    }
  }
}

/** A name of a prefix alone is kept for the words with which its parts begin, and has none that is compared by its sound. */
const isHeard = (one: Extracted): boolean => one.kind !== 'sounds' || one.words.length > 0

/** A concept may be a text alone, and a reference an identifier alone: such values have no code or address that could differ from another. */
const hasValue = (one: Extracted): boolean => (one.kind === 'token' ? one.value !== null : one.kind !== 'reference' || one.reference !== null)

type OfOneValue = Exclude<
  Clause,
  { test: 'missing' | 'any' | 'all' | 'none' | 'inside' | 'unlike' | 'chain' | 'has' | 'hierarchy' | 'codes' | 'list' | 'compartment' }
>

function fits(clause: OfOneValue, one: Extracted, known: Known): boolean {
  switch (clause.test) {
    case 'token':
      return one.kind === 'token' && isAmongTokens(clause.values, one, known)
    case 'ids':
      return one.kind === 'token' && one.value !== null && isAmong(clause.ids, one.value)
    case 'of-type':
      return one.kind === 'token' && clause.values.some((wanted) => wanted.value === one.value && one.types?.some((type) => isType(wanted, type, known)))
    case 'identifier':
      return one.kind === 'reference' && clause.values.some((value) => isToken(value, one.system ?? null, one.value ?? null))
    case 'text': {
      const text = one.kind === 'token' || one.kind === 'reference' ? one.text : undefined
      if (text === undefined) return false
      const folded = fold(text)
      return clause.values.some((value) => folded.startsWith(value))
    }
    case 'string':
      return one.kind === 'string' && clause.values.some((value) => isString(clause.how, value, one.value, one.exact))
    case 'date':
      return one.kind === 'date' && clause.values.some((value) => isDate(value, one.low, one.high))
    case 'reference': {
      const literal = one.kind === 'reference' ? one.reference : null
      return (
        literal !== null &&
        clause.values.some(({ literals, family }) => (family === undefined ? isAmong(literals, literal) : `${literal}.`.startsWith(`${family}.`)))
      )
    }
    case 'uri':
      return one.kind === 'uri' && clause.values.some((value) => isUri(clause.how, value, one.value))
    case 'number':
      return (one.kind === 'number' || one.kind === 'quantity') && clause.values.some((value) => isQuantity(value, one, known.units))
    case 'composite':
      return one.kind === 'composite' && clause.values.some((parts) => parts.every((part) => holds(part, one.parts, known)))
    case 'near':
      return one.kind === 'position' && clause.values.some((value) => distanceKm(value, one) <= value.km)
    case 'sounds':
      return one.kind === 'sounds' && clause.values.some((wanted) => wanted.every((word) => one.words.some((heard) => soundsAlike(word, heard))))
    case 'words':
      return one.kind === 'words' && clause.any.some((list) => list.every((phrase) => one.text.includes(` ${phrase} `)))
  }
}

const fewMax = 16
const sets = new WeakMap<readonly string[], Set<string>>()

/** Membership in a list. Lists made by following relations may be long, so these become a set. */
function isAmong(list: readonly string[], value: string): boolean {
  if (list.length <= fewMax) return list.includes(value)
  let set = sets.get(list)
  if (set === undefined) {
    set = new Set(list)
    sets.set(list, set)
  }
  return set.has(value)
}

const isType = (wanted: OfTypeValue, { system, code }: { system?: string; code?: string }, known: Known) =>
  code !== undefined && (wanted.system === undefined || wanted.system === system) && isSameCode(wanted.type, code, system ?? null, known)

/** R4 matches codes in any case unless their system is case-sensitive (search, 3.1.1.4.10, CodeSystem.caseSensitive). */
const isSameCode = (wanted: string, code: string, system: string | null, { terminology }: Known): boolean =>
  wanted === code || (system !== null && wanted.length === code.length && wanted.toLowerCase() === code.toLowerCase() && terminology.isCaseless(system))

function isToken(wanted: TokenValue, system: string | null, value: string | null): boolean {
  if (wanted.system !== undefined && wanted.system !== system) return false
  return wanted.value === undefined ? value !== null : wanted.value === value
}

type OfToken = Extracted & { kind: 'token' }

/** Identifiers are compared as they are written; only codes belong to a code system that may ignore case. */
const isWantedToken = (wanted: TokenValue, { system, value, types }: OfToken, known: Known): boolean =>
  isToken(wanted, system, value) ||
  (wanted.value !== undefined &&
    value !== null &&
    types === undefined &&
    (wanted.system === undefined || wanted.system === system) &&
    isSameCode(wanted.value, value, system, known))

const tokenSets = new WeakMap<readonly TokenValue[], Set<string> | null>()

/** A value set may stand for thousands of codes, so these are looked up in a set, each with its system and alone. */
function isAmongTokens(wanted: readonly TokenValue[], one: OfToken, known: Known): boolean {
  const set = wanted.length <= fewMax ? null : tokenSetOf(wanted)
  if (set === null) return wanted.some((value) => isWantedToken(value, one, known))
  const { system, value, types } = one
  if (set.has(`${system}|${value}`) || set.has(`|${value}`)) return true
  if (system === null || value === null || types !== undefined) return false
  const lower = value.toLowerCase()
  return (set.has(` ${system}|${lower}`) || set.has(` |${lower}`)) && known.terminology.isCaseless(system)
}

/** Null when a value is not a plain code, with or without a system. */
function tokenSetOf(wanted: readonly TokenValue[]): Set<string> | null {
  let set = tokenSets.get(wanted)
  if (set === undefined) {
    const isSimple = wanted.every((one) => one.system !== null && one.value !== undefined)
    // The form in lower case begins with a space, which no system does.
    const forms = ({ system, value = '' }: TokenValue) => [`${system ?? ''}|${value}`, ` ${system ?? ''}|${value.toLowerCase()}`]
    set = isSimple ? new Set(wanted.flatMap(forms)) : null
    tokenSets.set(wanted, set)
  }
  return set
}

function isString(how: StringHow, wanted: string, folded: string, exact: string | undefined): boolean {
  switch (how) {
    case 'exact':
      return (exact ?? folded) === wanted
    case 'is':
      return folded === wanted
    case 'ends':
      return folded.endsWith(wanted)
    case 'starts':
      return folded.startsWith(wanted)
    case 'contains':
      return folded.includes(wanted)
  }
}

/** Compares two intervals: that of the parameter and that of the element. */
function isDate({ prefix, low, high }: DateValue, from: number, to: number): boolean {
  const isWithin = low <= from && to <= high
  switch (prefix) {
    case 'eq':
      return isWithin
    case 'ne':
      return !isWithin
    case 'gt':
      return to > high
    case 'lt':
      return from < low
    case 'ge':
      return to > high || isWithin
    case 'le':
      return from < low || isWithin
    case 'sa':
      return from > high
    case 'eb':
      return to < low
    case 'ap':
      return from <= high && to >= low
  }
}

/** gt, lt, ge, le, sa and eb take the number as exact, the others as the interval of its precision. */
function isNumber({ prefix, number, low, high }: NumberValue, from: number, to: number): boolean {
  switch (prefix) {
    case 'gt':
      return to > number
    case 'lt':
      return from < number
    case 'ge':
      return to >= number
    case 'le':
      return from <= number
    case 'sa':
      return from > number
    case 'eb':
      return to < number
    default:
      return isDate({ prefix, low, high }, from, to)
  }
}

function isQuantity(wanted: NumberValue, one: Extracted & { kind: 'number' | 'quantity' }, units: Units): boolean {
  if (one.kind === 'quantity' && wanted.system === ucum && one.system === ucum && wanted.unit !== one.unit) return isSameAmount(wanted, one, units)
  if (!isNumber(wanted, one.low, one.high)) return false
  if (wanted.unit === undefined) return true
  if (one.kind === 'number') return false
  // number||unit finds the unit by its code or its text; number|system|code by the code of that system.
  if (wanted.system === undefined) return one.unit === wanted.unit || one.label === wanted.unit
  return one.system === wanted.system && one.unit === wanted.unit
}

/** 5.4 g is 5400 mg: units of one dimension are compared in base units, together with the interval of the precision. */
function isSameAmount(wanted: NumberValue, one: Extracted & { kind: 'quantity' }, units: Units): boolean {
  const mine = units.canonical(wanted.unit as string)
  const theirs = one.unit === null ? null : units.canonical(one.unit)
  if (mine === null || theirs === null || mine.unit !== theirs.unit) return false
  const { prefix, number, low, high } = wanted
  const base = { prefix, number: inBase(number, mine), low: inBase(low, mine), high: inBase(high, mine) }
  return isNumber(base, inBase(one.low, theirs), inBase(one.high, theirs))
}

const digits = 12

/** Rounds to more digits than any measurement has, so that 0.0054 g equals 5.4 mg in binary, too. */
function inBase(value: number, { factor, offset }: CanonicalUnit): number {
  return Math.abs(value) === Number.MAX_VALUE ? value : Number((value * factor + offset).toPrecision(digits))
}

function isUri(how: 'is' | 'below' | 'above', wanted: string, uri: string): boolean {
  if (how === 'below') return uri.startsWith(wanted)
  return how === 'above' ? wanted.startsWith(uri) : uri === wanted
}

/** The values that order the result: the lowest value of each sort parameter when ascending, the highest when descending. */
export function sortKey(search: Search, extracted: Extracted[]): (string | number | null)[] {
  return search.sort.map(({ code, isDescending }) => {
    let best: string | number | null = null
    for (const one of extracted) {
      if (one.code !== code) continue
      const value = comparable(one, isDescending)
      if (value === null) continue
      if (best === null || (isDescending ? value > best : value < best)) best = value
    }
    return best
  })
}

const isIdentifier = /(?:^|-)identifier$/

function comparable(one: Extracted, isDescending: boolean): string | number | null {
  switch (one.kind) {
    case 'token':
      // The text of an identifier describes its type and says nothing about the order.
      return one.text === undefined || isIdentifier.test(one.code) ? one.value : fold(one.text)
    case 'reference':
      return one.reference
    case 'string':
    case 'uri':
      return one.value
    case 'sounds':
      return isHeard(one) ? one.words.join(' ') : null
    case 'date':
    case 'number':
    case 'quantity':
      return isDescending ? one.high : one.low
    default:
      return null
  }
}
