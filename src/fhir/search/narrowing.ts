import { fold } from '../../platform/text.ts'
import { type Clause, type DateValue, type NumberValue, type Search, type TokenValue, ucum } from './search.ts'
import { nearForms } from './sounds.ts'

/**
 * Conditions by which a store may find fewer candidates. A resource that matches the search fulfils at least one condition of every entry. A
 * candidate that fulfils them need not match, so `matches` still decides. A clause that cannot narrow (:not, :missing, ne) has no entry.
 */
export type Narrowing = { code: string; any: Condition[] }
export type Condition = OfOneValue & {
  /** The parameters that the condition is about, when they are not the one of the entry. */
  of?: string[]
}
type OfOneValue =
  /** A code in any case, because some code systems ignore case. */
  | ({ is: 'token' } & TokenValue)
  | ({ is: 'identifier' } & TokenValue)
  | { is: 'string'; how: 'starts' | 'contains'; value: string }
  | { is: 'reference'; literals: string[] }
  | { is: 'ids'; ids: string[] }
  /** For each word that is searched for, its forms: one of these must be a form of a word of the name. */
  | { is: 'sounds'; near: string[][] }
  /** All of these words occur in the narrative. */
  | { is: 'words'; words: string[] }
  | { is: 'uri'; value: string }
  | { is: 'uri-below'; value: string }
  /** Bounds for the two ends of an element's interval: lowFrom ≤ low ≤ lowTo, highFrom ≤ high ≤ highTo, each if given. */
  | ({ is: 'date' | 'number' } & IntervalBounds)
type IntervalBounds = { lowFrom?: number; lowTo?: number; highFrom?: number; highTo?: number }

export function narrowing(search: Search): Narrowing[] {
  return search.clauses.flatMap((clause) => (clause.test === 'composite' ? partsOf(clause) : entryOf(clause)))
}

function entryOf(clause: Clause): Narrowing[] {
  const any = conditions(clause)
  return any === null ? [] : [{ code: clause.code, any }]
}

/** A composite has its parts in one element, so each part is also somewhere in the resource, under its own parameter. */
function partsOf({ components, values }: Extract<Clause, { test: 'composite' }>): Narrowing[] {
  return components.flatMap((code, at) => {
    const each = values.map((parts) => conditions(parts[at] as Clause))
    return each.includes(null) ? [] : [{ code, any: each.flat() as Condition[] }]
  })
}

function conditions(clause: Clause): Condition[] | null {
  switch (clause.test) {
    case 'token':
      return clause.isNot ? null : clause.values.map((value) => ({ is: 'token' as const, ...value }))
    case 'inside':
      return clause.values.map((value) => ({ is: 'token' as const, value }))
    case 'ids':
      return [{ is: 'ids', ids: clause.ids }]
    case 'of-type':
      return clause.values.map(({ value }) => ({ is: 'token' as const, value }))
    case 'words':
      // Only words of the narrative are indexed; for `_content` all candidates are read.
      return clause.code === '_text' ? clause.any.map((list) => ({ is: 'words' as const, words: [...new Set(list.flatMap((one) => one.split(' ')))] })) : null
    case 'any': {
      const each = clause.clauses.map(conditionsInside)
      return each.includes(null) ? null : merged(each.flat() as Condition[])
    }
    case 'all':
      // One of the clauses is enough: no match is lost by it, and alternatives beside it need a single list.
      return clause.clauses.map(conditionsInside).find((one) => one !== null) ?? null
    case 'sounds':
      return clause.values.map((words) => ({ is: 'sounds' as const, near: words.map(nearForms) }))
    case 'identifier':
      return clause.values.map((value) => ({ is: 'identifier' as const, ...value }))
    case 'reference':
      return clause.values.map(({ literals }) => ({ is: 'reference' as const, literals }))
    case 'string':
      // A text that is exactly equal also begins with the value when both are folded, and a store indexes the folded form.
      return clause.values.map((value) => ({
        is: 'string' as const,
        how: clause.how === 'contains' || clause.how === 'ends' ? 'contains' : 'starts',
        value: clause.how === 'exact' ? fold(value) : value,
      }))
    case 'uri':
      if (clause.how === 'above') return null
      return clause.values.map((value) => ({ is: clause.how === 'is' ? ('uri' as const) : ('uri-below' as const), value }))
    case 'date':
      return intervals(clause.values, 'date')
    case 'number':
      // An amount may have another unit of the same dimension, so its number alone tells nothing.
      return clause.values.some(({ system }) => system === ucum) ? null : intervals(clause.values, 'number')
    default:
      return null
  }
}

const conditionsInside = (clause: Clause): Condition[] | null =>
  conditions(clause)?.map((condition) => ({ ...condition, of: condition.of ?? [clause.code] })) ?? null

/** Joins conditions with the same reference on several parameters into one. */
function merged(all: Condition[]): Condition[] {
  const kept = new Map<unknown, Condition>()
  for (const condition of all) {
    const key = condition.is === 'reference' ? condition.literals : condition
    const known = kept.get(key)
    kept.set(key, known === undefined ? condition : { ...known, of: [...(known.of ?? []), ...(condition.of ?? [])] })
  }
  return [...kept.values()]
}

function intervals(values: (DateValue | NumberValue)[], is: 'date' | 'number'): Condition[] | null {
  const all = values.map((value) => intervalBounds(value))
  return all.includes(null) ? null : all.map((bounds) => ({ is, ...bounds }))
}

function intervalBounds(value: DateValue | NumberValue): IntervalBounds | null {
  const { prefix, low, high } = value
  // Comparisons of order take a number as exact and a date as its interval; ge and le are widened to include both readings.
  const [from, to] = 'number' in value && prefix !== 'eq' && prefix !== 'ap' ? [value.number, value.number] : [low, high]
  switch (prefix) {
    case 'eq':
      return { lowFrom: from, highTo: to }
    case 'gt':
      return { highFrom: to }
    case 'ge':
      return { highFrom: from }
    case 'lt':
      return { lowTo: from }
    case 'le':
      return { lowTo: to }
    case 'sa':
      return { lowFrom: to }
    case 'eb':
      return { highTo: from }
    case 'ap':
      return { highFrom: from, lowTo: to }
    case 'ne':
      return null
  }
}
