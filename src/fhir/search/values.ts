import { resourceTypes } from '../resource-types.ts'
import { shown } from '../runtime/check.ts'
import { idForm } from '../runtime/primitives.ts'
import type { SearchParameter } from '../types.ts'
import { dateBounds } from './dates.ts'
import { withoutVersion } from './extract.ts'
import { numberBounds } from './numbers.ts'
import { Problem } from './problem.ts'
import type { DateValue, NumberValue, OfTypeValue, Prefix, ReferenceValue, TokenValue } from './search.ts'
import { nearest } from './suggest.ts'

/** Splits a list of values: commas separate alternatives, a backslash escapes a comma, bar or dollar. */
export function alternatives(text: string): string[] {
  return split(text, ',')
}

/** Splits at unescaped separators; the backslashes stay until `plain` removes them. */
function split(text: string, separator: string): string[] {
  const parts: string[] = []
  let from = 0
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === separator) {
      parts.push(text.slice(from, at))
      from = at + 1
    }
  }
  return [...parts, text.slice(from)]
}

export const dollarParts = (text: string) => split(text, '$')
export const barParts = (text: string) => split(text, '|').map(plain)

export const plain = (text: string) => text.replace(/\\([\\,|$])/g, '$1')

const prefixes = new Set<string>(['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'])

function withPrefix(text: string): { prefix: Prefix; rest: string } | Problem {
  const found = /^([a-z]{2})/.exec(text)?.[1]
  if (found === undefined) return { prefix: 'eq', rest: text }
  if (prefixes.has(found)) return { prefix: found as Prefix, rest: text.slice(2) }
  return new Problem('value', `the prefix '${found}' is not known`, `Use one of: ${[...prefixes].join(', ')}.`)
}

export function tokenValue(text: string, parameter?: SearchParameter): TokenValue | Problem {
  const parts = barParts(text)
  if (parts.length > 2)
    return new Problem('value', 'a token has more than one bar', 'Write code, system|code, |code or system|; escape a bar in a code as \\|.')
  const [first = '', second] = parts
  if (second === undefined) return closed({ value: first }, parameter)
  if (first === '' && second === '') return new Problem('value', 'a token has neither system nor code', 'Write code, system|code, |code or system|.')
  if (second === '') return { system: first }
  return closed({ system: first === '' ? null : first, value: second }, parameter)
}

const codesShownMax = 20

/** Refuses a code that the element can never have: it is more likely a mistake than a question. */
function closed(token: TokenValue & { value: string }, parameter: SearchParameter | undefined): TokenValue | Problem {
  const codes = parameter?.codes
  if (codes === undefined || codes.includes(token.value)) return token
  const near = nearest(token.value, codes)
  const hint =
    near.length > 0
      ? `Did you mean ${near.join(' or ')}?`
      : `Use one of: ${codes.slice(0, codesShownMax).join(', ')}${codes.length > codesShownMax ? ', …' : ''}.`
  return new Problem('value', `${shown(token.value)} is not a code of this element`, hint)
}

/** `system|code|value`: the type of the identifier and its value. */
export function ofTypeValue(text: string): OfTypeValue | Problem {
  const [system, type, value, ...more] = barParts(text)
  if (system === undefined || !type || !value || more.length > 0) {
    return new Problem('value', 'is not a type and a value', 'Write system|code|value, for example http://terminology.hl7.org/CodeSystem/v2-0203|MR|446053.')
  }
  return system === '' ? { type, value } : { system, type, value }
}

export function dateValue(text: string): DateValue | Problem {
  const parsed = withPrefix(plain(text))
  if (parsed instanceof Problem) return parsed
  // A plus sign that the client did not encode arrives as a space.
  const bounds = dateBounds(parsed.rest.replace(/ (?=\d{2}:\d{2}$)/, '+'))
  if (bounds === null) {
    const hint = 'Write YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss+zone, with a plus sign encoded as %2B.'
    return new Problem('value', `${shown(parsed.rest)} is not a date`, hint)
  }
  if (parsed.prefix !== 'ap') return { prefix: parsed.prefix, ...bounds }
  // `ap` of a day includes the day before and the day after it; `ap` of a year includes the years beside it.
  const width = bounds.high - bounds.low + 1
  return { prefix: 'ap', low: bounds.low - width, high: bounds.high + width }
}

const numberForm = /^-?\d+(\.\d+)?([eE][+-]?\d{1,3})?$/

export function numberValue(text: string): NumberValue | Problem {
  const parsed = withPrefix(plain(text))
  if (parsed instanceof Problem) return parsed
  const bounds = numberForm.test(parsed.rest) ? numberBounds(parsed.rest) : null
  if (bounds === null) return new Problem('value', `${shown(parsed.rest)} is not a number`, 'Write a number such as 5.4, with a prefix if wanted: ge5.4.')
  const number = Number(parsed.rest)
  if (parsed.prefix !== 'ap') return { prefix: parsed.prefix, number, ...bounds }
  const tenth = Math.abs(number) / 10
  return { prefix: 'ap', number, low: Math.min(bounds.low, number - tenth), high: Math.max(bounds.high, number + tenth) }
}

export function quantityValue(text: string): NumberValue | Problem {
  const parts = split(text, '|').map(plain)
  if (parts.length !== 1 && parts.length !== 3) return new Problem('value', 'a quantity has one or three parts', 'Write 5.4, 5.4|system|code or 5.4||unit.')
  const value = numberValue(parts[0] as string)
  if (value instanceof Problem || parts.length === 1) return value
  const [, system, unit] = parts as [string, string, string]
  if (unit === '') return new Problem('value', 'a quantity has a system and no unit', 'Write 5.4|system|code or 5.4||unit.')
  return system === '' ? { ...value, unit } : { ...value, system, unit }
}

const local = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})$/
const absolute = /^(?:https?|urn|ftp|file):\S+$/i

export function referenceValue(text: string, parameter: SearchParameter, ofType: string | null): ReferenceValue | Problem {
  const literal = withoutVersion(plain(text))
  const targets = targetsOf(parameter)
  const found = local.exec(literal)
  if (found !== null) {
    const type = found[1] as string
    if (!resourceTypes.includes(type)) return new Problem('value', `${type} is not a resource type of FHIR R4`, 'Write Type/id.')
    if (ofType !== null && type !== ofType) return new Problem('value', `the value says ${type}, the modifier ${ofType}`, 'Make them agree.')
    if (!targets.includes(type)) return new Problem('value', `${parameter.code} never refers to ${type}`, `It refers to: ${targets.join(', ')}.`)
    return { literals: [literal] }
  }
  if (absolute.test(literal)) return { literals: [literal] }
  if (!idForm.test(literal)) return new Problem('value', `${shown(literal)} is not a reference`, 'Write an id, Type/id or an absolute URL.')
  return { literals: (ofType === null ? targets : [ofType]).map((type) => `${type}/${literal}`) }
}

/** `url|1.2` with `:below` stands for the versions 1.2 and 1.2.x, and a url alone for every version. */
export function familyValue(text: string, parameter: SearchParameter): ReferenceValue | Problem {
  const value = referenceValue(text, parameter, null)
  if (value instanceof Problem) return value
  const [family = ''] = value.literals
  const at = family.indexOf('|')
  return at < 0 ? value : { literals: [family.slice(0, at)], family }
}

/** `url|1.2.3` of a canonical with `:above`: the version, or one that it begins with (1.2, 1). A reference without a version subsumes none that we know of. */
export function ancestorsValue(text: string, parameter: SearchParameter): ReferenceValue | Problem {
  const value = referenceValue(text, parameter, null)
  if (value instanceof Problem) return value
  const [whole = ''] = value.literals
  const at = whole.indexOf('|')
  if (at < 0) return value
  const parts = whole.slice(at + 1).split('.', versionPartsMax)
  return { literals: [whole, ...parts.slice(0, -1).map((_, last) => `${whole.slice(0, at)}|${parts.slice(0, last + 1).join('.')}`)] }
}

const versionPartsMax = 20

export function targetsOf(parameter: SearchParameter): string[] {
  const { targets } = parameter
  return targets === undefined || targets.length === 0 || targets.includes('Resource') ? resourceTypes : targets
}
