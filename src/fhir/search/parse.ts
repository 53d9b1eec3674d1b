import { Refusal, type RefusalIssue } from '../../platform/refusal.ts'
import type { Fhir } from '../types.ts'
import { clauseOf } from './clause.ts'
import { controls, unknownCode } from './control.ts'
import { Problem } from './problem.ts'
import { countDefault, type Search } from './search.ts'

const clausesMax = 100
const repeatable = new Set(['_include', '_revinclude', '_sort', '_elements'])

/**
 * The pairs of a query string as a Search. Nothing is passed over: what is unknown or has no implemented meaning refuses the whole
 * search with a list of everything that is wrong; with `lenient` (Prefer: handling=lenient) it is left out and reported.
 */
export function parseSearch(fhir: Fhir, type: string | null, pairs: [string, string][], { lenient }: { lenient: boolean }): Search {
  const search: Search = {
    ...{ type, clauses: [], count: countDefault, sort: [], include: [], revinclude: [] },
    ...{ total: null, summary: 'false' as const, elements: [], used: [], ignored: [] },
  }
  const issues: RefusalIssue[] = []
  for (const [name, value] of pairs) {
    // A parameter that turns out wrong half way must leave nothing of itself behind.
    const attempt = copyOf(search)
    const problem = take(attempt, name, value, fhir)
    if (problem === null) {
      Object.assign(search, attempt)
      search.used.push([name, value])
    } else if (lenient) {
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
  if (issues.length === 0) return search
  const sentence = issues.length === 1 ? (issues[0] as RefusalIssue).diagnostics : `${issues.length} search parameters cannot be used`
  throw new Refusal('incorrect', sentence, { issues })
}

const copyOf = (search: Search): Search => ({
  ...search,
  clauses: [...search.clauses],
  sort: [...search.sort],
  include: [...search.include],
  revinclude: [...search.revinclude],
  elements: [...search.elements],
})

const safeName = (name: string) => (/^[A-Za-z_][\w:.-]{0,79}$/.test(name) && !/\d{6}/.test(name) ? name : 'a parameter')

function take(search: Search, name: string, value: string, fhir: Fhir): Problem | null {
  const colon = name.indexOf(':')
  const code = colon < 0 ? name : name.slice(0, colon)
  const modifier = colon < 0 ? null : name.slice(colon + 1)
  const control = Object.hasOwn(controls, code) ? controls[code] : undefined
  if (control !== undefined) {
    if (modifier !== null && !code.endsWith('include')) return new Problem('not-supported', 'takes no modifier', `Write ${code} alone.`)
    if (!repeatable.has(code) && search.used.some(([other]) => other === name)) return new Problem('value', 'is given twice', 'Give it once.')
    return control(search, value, modifier, fhir)
  }
  if (code === '_has') return new Problem('not-supported', 'reverse chaining is not supported', 'Search in two steps.')
  const known = fhir.parameters(search.type ?? 'Basic')
  const common = search.type === null ? known.filter((one) => one.code.startsWith('_')) : known
  // subject.name, subject:Patient.name: search in another resource.
  if (/^[\w-]+(?::[A-Za-z]+)?\.[\w.:-]+$/.test(name)) return new Problem('not-supported', 'chaining is not supported', 'Search in two steps.')
  const parameter = common.find((one) => one.code === code)
  if (parameter === undefined) return unknownCode(code, [...common.map((one) => one.code), ...Object.keys(controls)], search.type)
  if (search.clauses.length >= clausesMax) return new Problem('value', `there are more than ${clausesMax} parameters`, 'Give fewer.')
  const clause = clauseOf(parameter, modifier, value)
  if (clause instanceof Problem) return clause
  search.clauses.push(clause)
  return null
}
