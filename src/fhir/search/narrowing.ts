import { fold } from '../../platform/text.ts'
import type { Clause, DateValue, NumberValue, Search, TokenValue } from './search.ts'

/**
 * Conditions a store may use to find fewer candidates. What satisfies the search satisfies every entry, by at least one of its
 * conditions; the other way does not hold, so `matches` still decides. A clause that cannot narrow (:not, :missing, ne) has no entry.
 */
export type Narrowing = { code: string; any: Condition[] }
export type Condition =
  | ({ is: 'token' } & TokenValue)
  | ({ is: 'identifier' } & TokenValue)
  | { is: 'string'; how: 'starts' | 'contains'; value: string }
  | { is: 'reference'; literals: string[] }
  | { is: 'uri'; value: string }
  | { is: 'uri-below'; value: string }
  /** Bounds for the bounds of an element: lowFrom ≤ low ≤ lowTo, highFrom ≤ high ≤ highTo, each where given. */
  | ({ is: 'date' | 'number' } & IntervalBounds)
type IntervalBounds = { lowFrom?: number; lowTo?: number; highFrom?: number; highTo?: number }

export function narrowing(search: Search): Narrowing[] {
  return search.clauses.flatMap((clause) => {
    const any = conditions(clause)
    return any === null ? [] : [{ code: clause.code, any }]
  })
}

function conditions(clause: Clause): Condition[] | null {
  switch (clause.test) {
    case 'token':
      return clause.isNot ? null : clause.values.map((value) => ({ is: 'token' as const, ...value }))
    case 'identifier':
      return clause.values.map((value) => ({ is: 'identifier' as const, ...value }))
    case 'reference':
      return clause.values.map(({ literals }) => ({ is: 'reference' as const, literals }))
    case 'string':
      // What is exactly equal also begins with it when both are folded, and the folded form is what a store can index.
      return clause.values.map((value) =>
        clause.how === 'exact' ? { is: 'string' as const, how: 'starts' as const, value: fold(value) } : { is: 'string' as const, how: clause.how, value },
      )
    case 'uri':
      if (clause.how === 'above') return null
      return clause.values.map((value) => ({ is: clause.how === 'is' ? ('uri' as const) : ('uri-below' as const), value }))
    case 'date':
      return intervals(clause.values, 'date')
    case 'number':
      return intervals(clause.values, 'number')
    default:
      return null
  }
}

function intervals(values: (DateValue | NumberValue)[], is: 'date' | 'number'): Condition[] | null {
  const all = values.map((value) => intervalBounds(value))
  return all.includes(null) ? null : all.map((bounds) => ({ is, ...bounds }))
}

function intervalBounds(value: DateValue | NumberValue): IntervalBounds | null {
  const { prefix, low, high } = value
  // Order takes a number as exact, a date as its interval; ge and le are widened to what both could mean.
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
