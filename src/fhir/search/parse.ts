import { Refusal, type RefusalIssue } from '../../platform/refusal.ts'
import type { Fhir } from '../types.ts'
import { clauseOf } from './clause.ts'
import { controls } from './control.ts'
import { filterOf } from './filter.ts'
import { listOf } from './lists.ts'
import { Problem, safeName } from './problem.ts'
import { conditionOf } from './relation.ts'
import { type Clause, countDefault, type Search } from './search.ts'

const clausesMax = 100
const repeatable = new Set(['_include', '_revinclude', '_sort', '_elements'])

/** `mayLookInside`: the caller can answer with contained resources. */
type Options = { lenient: boolean; mayLookInside?: boolean }

/**
 * Reads the pairs of a query string into a Search. A search over several types may only use parameters that all of them have; the order of the answers
 * and the includes are the same for all.
 */
export function parseSearch(fhir: Fhir, type: string | readonly string[] | null, pairs: [string, string][], options: Options): Search {
  if (type === null || typeof type === 'string') return parseOne(fhir, type, pairs, options)
  const isShared = ([name]: [string, string]) => name !== '_sort' && isControl(name.split(':')[0] as string)
  const own = pairs.filter((pair) => !isShared(pair))
  const first = type.map((one) => parseOne(fhir, one, own, options))
  // A parameter that one of the types does not have is left out for all, or the answer would mix two searches.
  const left = new Set(first.flatMap(({ ignored }) => ignored.map(({ name }) => name)))
  const kept = own.filter(([name]) => !left.has(safeName(name)))
  const each = left.size === 0 ? first : type.map((one) => parseOne(fhir, one, kept, options))
  const shared = parseOne(fhir, null, pairs.filter(isShared), options)
  const ignored = [...shared.ignored, ...new Map(first.flatMap((one) => one.ignored).map((one) => [one.name, one])).values()]
  return {
    ...{ ...shared, type: null, ignored, sort: each[0]?.sort ?? [], used: [...(each[0]?.used ?? []), ...shared.used] },
    each: each.map(({ clauses }, at) => ({ type: type[at] as string, clauses })),
  }
}

const isControl = (code: string) => Object.hasOwn(controls, code)

/**
 * Reads the pairs of a query string into a Search of one type. Unknown or unimplemented parameters refuse the whole search, with a list of
 * all mistakes. With `lenient` (Prefer: handling=lenient) they are left out and reported instead, except for modifiers.
 */
function parseOne(fhir: Fhir, type: string | null, pairs: [string, string][], { lenient, mayLookInside }: Options): Search {
  const search: Search = {
    ...{ type, clauses: [], count: countDefault, sort: [], include: [], revinclude: [] },
    ...{ total: null, summary: 'false' as const, elements: [], used: [], ignored: [] },
  }
  const issues: RefusalIssue[] = []
  for (const [name, value] of pairs) {
    // A parameter may prove wrong half way, so it changes a copy, and the search itself only when it is right.
    const attempt = copyOf(search)
    const problem = take(attempt, name, value, fhir) ?? (mayLookInside ? null : lookingInside(attempt))
    if (problem === null) {
      Object.assign(search, attempt)
      search.used.push([name, value])
    } else if (lenient && !problem.isFirm) {
      search.ignored.push({ name: safeName(name), reason: problem.says })
    } else {
      issues.push({
        severity: 'error',
        code: problem.code,
        diagnostics: `${safeName(name)}: ${problem.says}`,
        expression: `http.${safeName(name)}`,
        hint: problem.hint,
      })
    }
  }
  const clash = togetherProblem(search)
  if (clash !== null) issues.push(clash)
  if (issues.length === 0) return search
  const sentence = issues.length === 1 ? (issues[0] as RefusalIssue).diagnostics : `${issues.length} search parameters cannot be used`
  throw new Refusal('incorrect', sentence, { issues })
}

/** "The _include and _revinclude parameters cannot be mixed with _summary=text" (https://hl7.org/fhir/R4/search.html#summary). */
function togetherProblem({ summary, include, revinclude }: Search): RefusalIssue | null {
  if (summary !== 'text' || include.length + revinclude.length === 0) return null
  const hint = 'Leave one of them out.'
  return { severity: 'error', code: 'value', diagnostics: '_summary=text and includes cannot be asked together', expression: 'http._summary', hint }
}

const lookingInside = ({ contained }: Search): Problem | null =>
  (contained?.how ?? 'false') === 'false'
    ? null
    : new Problem('not-supported', 'is asked of one type', 'Search one type by its address: Medication?_contained=true.')

const copyOf = (search: Search): Search => ({
  ...search,
  clauses: [...search.clauses],
  sort: [...search.sort],
  include: [...search.include],
  revinclude: [...search.revinclude],
  elements: [...search.elements],
})

function take(search: Search, name: string, value: string, fhir: Fhir): Problem | null {
  const colon = name.indexOf(':')
  const code = colon < 0 ? name : name.slice(0, colon)
  const modifier = colon < 0 ? null : name.slice(colon + 1)
  const control = Object.hasOwn(controls, code) ? controls[code] : undefined
  if (control !== undefined) {
    if (modifier !== null && !code.endsWith('include')) return new Problem('not-supported', 'takes no modifier', `Write ${code} alone.`, true)
    if (!repeatable.has(code) && search.used.some(([other]) => other === name)) return new Problem('value', 'is given twice', 'Give it once.')
    return control(search, value, modifier, fhir)
  }
  const refused = Object.hasOwn(notHere, code) ? notHere[code] : undefined
  if (refused !== undefined) return new Problem('not-supported', ...refused)
  if (search.clauses.length >= clausesMax) return new Problem('value', `there are more than ${clausesMax} parameters`, 'Give fewer.')
  const found = clausesOf(search.type, { name, code, modifier, value }, fhir)
  if (found instanceof Problem) return found
  if (Array.isArray(found)) search.clauses.push(...found)
  else search.clauses.push(found)
  return null
}

type Given = { name: string; code: string; modifier: string | null; value: string }

function clausesOf(type: string | null, { name, code, modifier, value }: Given, fhir: Fhir): Clause | Clause[] | Problem {
  if (code !== '_list' && code !== '_filter') {
    return conditionOf(fhir, type, name, { of: (parameter, how) => clauseOf(parameter, how, value), others: Object.keys(controls) })
  }
  if (modifier !== null) return new Problem('not-supported', 'takes no modifier', `Write ${code} alone.`, true)
  return code === '_list' ? listOf(fhir, type, value) : filterOf(fhir, type, value)
}

/** Parameters of R4 that a server may leave out. The refusal says that they are not supported, so that nobody looks for a misspelling. */
const notHere: Record<string, [says: string, hint: string] | undefined> = {
  _query: ['named queries are not supported', 'Write the conditions as parameters.'],
  _score: ['nothing is ranked', 'Sort by a parameter of the type.'],
}
