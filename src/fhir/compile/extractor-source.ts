import { resourceTypes } from '../resource-types.ts'
import type { SearchParameter, SearchParameterType } from '../types.ts'
import type { Compartment, SearchParameterDefinition } from './definitions.ts'
import { detailsOf } from './detail-source.ts'
import type { Model } from './model.ts'
import { parsePath } from './path-parser.ts'
import { basesOf, branchesOf, NotTranslated, type Seen, sinkOf, walk, type Writer } from './path-source.ts'
import type { Expansion } from './value-sets.ts'

type ExtractorSource = { source: string; notCompiled: string[] }

const indexed = new Set<string>(['token', 'string', 'date', 'reference', 'uri', 'number', 'quantity'])

/**
 * Generates one function a resource type that pushes the values of all its search parameters, or only of those asked for: nested loops over plain
 * property reads, because the types on the way are known from the definitions. FHIRPath itself serves only as the oracle of the test.
 */
export function extractorSource(
  model: Model,
  expand: (url: string) => Expansion | null,
  definitions: SearchParameterDefinition[],
  compartment: Compartment,
): ExtractorSource {
  const writer: Writer = { model, expand, level: 0, notCompiled: [], element: null }
  const details: string[] = []
  const lines: string[] = []
  const lists: string[] = []
  for (const type of resourceTypes) {
    const parameters = parametersOf(type, model, definitions)
    const compiled = parameters.map((parameter) => compiledOf(parameter, type, writer))
    const known = compiled.filter((one) => one !== null)
    const detailed = detailsOf(type, definitions, writer)
    lines.push(
      `${type}(r, out, only) {\n${known.map(({ parameter, body }) => `if (only === undefined || only.has(${JSON.stringify(parameter.code)})) {\n${body}\n}`).join('\n')}\n},`,
    )
    details.push(
      `${type}: { __proto__: null,\n${detailed.map(({ parameter, body }) => `${JSON.stringify(parameter.code)}(r, out) {\n${body}\n},`).join('\n')}\n},`,
    )
    lists.push(`${type}: ${JSON.stringify([...known, ...detailed].map(({ parameter }) => parameter))},`)
  }
  const source = `const extractors = { __proto__: null,\n${lines.join('\n')}\n}
const details = { __proto__: null,\n${details.join('\n')}\n}
const parameters = { __proto__: null,\n${lists.join('\n')}\n}
const members = ${JSON.stringify(membersOf(compartment))}
const compartment = { __proto__: null,\n${compartmentSource(compartment, definitions, writer)}\n}`
  return { source, notCompiled: writer.notCompiled }
}

function parametersOf(type: string, model: Model, definitions: SearchParameterDefinition[]): SearchParameter[] {
  const bases = basesOf(type, model)
  return definitions
    .filter((one) => indexed.has(one.type) && one.expression !== undefined && one.base.some((base) => bases.has(base)))
    .map((one) => ({
      code: one.code,
      type: one.type as SearchParameterType,
      ...(one.type === 'reference' && one.target !== undefined ? { targets: one.target } : {}),
      expression: branchesOf(one.expression as string, type).join(' | '),
      url: one.url,
    }))
    .filter((one) => one.expression !== '')
}

// `deceased` is the only parameter whose value is a condition: "there is a date, or the boolean is true".
const conditions: Record<string, string> = {
  'http://hl7.org/fhir/SearchParameter/Patient-deceased': `x.token_boolean(out, "deceased", r.deceasedDateTime !== undefined || r.deceasedBoolean === true)`,
}

type CompiledParameter = { parameter: SearchParameter; body: string }

/** The loops of one parameter, and the codes that its tokens can have, where required value sets list them all. */
function compiledOf(parameter: SearchParameter, type: string, writer: Writer): CompiledParameter | null {
  const condition = conditions[parameter.url]
  if (condition !== undefined) return { parameter: { ...parameter, holds: ['boolean'], codes: ['false', 'true'] }, body: condition }
  const seen: Seen = { types: new Set(), codes: new Set(), isOpen: false }
  try {
    const body = walk(parsePath(parameter.expression), type, sinkOf(parameter, writer, seen), writer)
    const codes = parameter.type === 'token' && !seen.isOpen && seen.codes.size > 0 ? { codes: [...seen.codes].sort() } : {}
    return { parameter: { ...parameter, holds: [...seen.types], ...codes }, body }
  } catch (error) {
    if (!(error instanceof NotTranslated)) throw error
    writer.notCompiled.push(`${type}.${parameter.code}: ${error.message}`)
    return null
  }
}

/** The parameters by which each type belongs to the compartment; types without `param` are not in it. */
const membersOf = (compartment: Compartment) =>
  Object.fromEntries(compartment.resource.filter(({ param }) => param !== undefined).map(({ code, param = [] }) => [code, param]))

/** The literal references by which a resource belongs to a patient, those of subject-like parameters first. */
function compartmentSource(compartment: Compartment, definitions: SearchParameterDefinition[], writer: Writer): string {
  const rank = (code: string) => (code === 'patient' || code === 'subject' || code === 'beneficiary' ? 0 : 1)
  return compartment.resource
    .filter(({ code, param }) => resourceTypes.includes(code) && param !== undefined)
    .map(({ code: type, param = [] }) => {
      const parameters = parametersOf(type, writer.model, definitions)
      const bodies = [...param]
        .sort((a, b) => rank(a) - rank(b))
        .map((code) => parameters.find((one) => one.code === code))
        .filter((one) => one?.type === 'reference')
        .map((one) => walk(parsePath(one?.expression ?? ''), type, (value, valueType) => (valueType === 'Reference' ? `x.patient(out, ${value})` : ''), writer))
      return `${type}(r, out) {\n${bodies.join('\n')}\n},`
    })
    .join('\n')
}
