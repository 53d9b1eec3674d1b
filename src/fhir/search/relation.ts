import { resourceTypes } from '../resource-types.ts'
import { shown } from '../runtime/check.ts'
import type { Fhir, SearchParameter } from '../types.ts'
import { Problem } from './problem.ts'
import type { Clause } from './search.ts'
import { nearest } from './suggest.ts'
import { targetsOf } from './values.ts'

/** How many references a condition may follow: `Observation?encounter.service-provider.partof.name` follows three. */
const stepsMax = 5
/** A reference with more targets needs a type in a chain. No reference of R4 has between 20 and 100 targets. */
const openTargetsMax = 20
const chained = /^([\w-]+)(?::([A-Za-z]+))?\.(.+)$/
const reverse = /^_has:([^:]*):([^:]*):(.+)$/

/** `of` makes the clause for the last parameter of a name; `others` are names that are no parameters but may have been meant. */
export type Asked = { of: (parameter: SearchParameter, modifier: string | null) => Clause | Problem; others?: readonly string[] }

/** One parameter of a type as it stands in a query: plain, with a modifier, chained (https://hl7.org/fhir/R4/search.html#chaining) or `_has`. */
export function conditionOf(fhir: Fhir, type: string | null, name: string, asked: Asked, steps = 0): Clause | Problem {
  if (steps > stepsMax) return new Problem('value', `leads over more than ${stepsMax} resources`, 'Search in two steps.')
  if (name.startsWith('_has:') || name === '_has') return hasOf(fhir, type, name, asked, steps)
  const chain = chained.exec(name)
  if (chain !== null) return chainOf(fhir, type, chain, asked, steps)
  const colon = name.indexOf(':')
  const parameter = parameterOf(fhir, type, colon < 0 ? name : name.slice(0, colon), asked.others)
  return parameter instanceof Problem ? parameter : asked.of(parameter, colon < 0 ? null : name.slice(colon + 1))
}

/** The parameter of this name; a Problem with similar names when there is none. */
export function parameterOf(fhir: Fhir, type: string | null, code: string, others: readonly string[] = []): SearchParameter | Problem {
  const known = parametersOf(fhir, type)
  return known.find((one) => one.code === code) ?? unknownCode(code, [...known.map((one) => one.code), ...others], type)
}

/** The parameters of a type; for a search over all types only those that every resource has. */
function parametersOf(fhir: Fhir, type: string | null): SearchParameter[] {
  return type === null ? fhir.parameters('Basic').filter((one) => one.code.startsWith('_')) : fhir.parameters(type)
}

function unknownCode(code: string, known: string[], type: string | null): Problem {
  const near = nearest(code, known)
  const place = type ?? 'all types together'
  const hint = near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `GET /fhir/metadata lists the parameters of ${place}.`
  return new Problem('not-supported', `is not a search parameter of ${place}`, hint)
}

function chainOf(fhir: Fhir, type: string | null, [, code = '', ofType, rest = '']: RegExpExecArray, { of }: Asked, steps: number): Clause | Problem {
  const parameter = parameterOf(fhir, type, code)
  return parameter instanceof Problem ? parameter : followed(parameter, ofType ?? null, rest, (target) => conditionOf(fhir, target, rest, { of }, steps + 1))
}

/** A clause by which the target of a reference must satisfy `inside`. `rest` is the condition as it was written: a hint quotes it when the type is missing. */
export function followed(parameter: SearchParameter, ofType: string | null, rest: string, inside: (target: string) => Clause | Problem): Clause | Problem {
  const { code } = parameter
  if (parameter.type !== 'reference') return new Problem('value', `${code} is not a reference`, 'Only references can be followed to another resource.')
  const targets = targetsOf(parameter)
  if (ofType !== null && !targets.includes(ofType)) return new Problem('value', `never refers to ${ofType}`, `It refers to: ${shortList(targets)}.`)
  if (ofType === null && targets.length > openTargetsMax) {
    return new Problem(
      'value',
      `${code} may refer to anything`,
      `Say which type is meant: ${code}:Patient.${/^[A-Za-z_.:-]{1,40}$/.test(rest) ? rest : 'name'}.`,
    )
  }
  const tried = (ofType === null ? targets : [ofType]).map((target) => ({ target, found: inside(target) }))
  // When no type is named, targets that do not have the parameter are left out.
  const to = tried.flatMap(({ target, found }) => (found instanceof Problem ? [] : [{ type: target, clause: found }]))
  if (to.length > 0) return { code, test: 'chain', to }
  return (tried.find(({ found }) => found instanceof Problem && found.code === 'value') ?? tried[0])?.found as Problem
}

function hasOf(fhir: Fhir, type: string | null, name: string, { of }: Asked, steps: number): Clause | Problem {
  const form = 'Write _has:Type:reference:parameter, for example _has:Observation:patient:code=1234-5.'
  const parts = reverse.exec(name)
  if (parts === null) return new Problem('value', 'is not a reverse chain', form)
  const [, from = '', by = '', rest = ''] = parts
  if (!resourceTypes.includes(from)) return new Problem('value', `${shown(from)} is not a resource type of FHIR R4`, form)
  const references = fhir.parameters(from).filter((one) => one.type === 'reference')
  const parameter = references.find((one) => one.code === by)
  if (parameter === undefined) {
    const near = nearest(
      by,
      references.map((one) => one.code),
    )
    return new Problem('not-supported', `${shown(by)} is not a reference parameter of ${from}`, near.length > 0 ? `Did you mean ${near.join(' or ')}?` : form)
  }
  if (type !== null && !targetsOf(parameter).includes(type)) {
    return new Problem('value', `${from}.${by} never refers to ${type}`, `It refers to: ${shortList(targetsOf(parameter))}.`)
  }
  const clause = conditionOf(fhir, from, rest, { of }, steps + 1)
  return clause instanceof Problem ? clause : { code: '_has', test: 'has', type: from, by, clause }
}

const shortList = (names: string[]) => (names.length > 12 ? `${names.slice(0, 12).join(', ')} …` : names.join(', '))
