import fhirpath from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import { withConstants } from '../runtime/fhirpath-constants.ts'
import { Refusal, type RefusalIssue } from '../../platform/refusal.ts'
import { resourceTypes } from '../resource-types.ts'
import { type CustomParameter, extractorOf } from '../search/custom.ts'
import { nearest } from '../search/suggest.ts'
import type { Resource, SearchParameter, SearchParameterType } from '../types.ts'
import { readDefinitions } from './definitions.ts'
import { modelOf } from './model.ts'
import { parsePath } from './path-parser.ts'
import { branchesOf, NotTranslated, sinkOf, walk, type Writer } from './path-source.ts'
import { expander } from './value-sets.ts'

const searchable = new Set(['token', 'string', 'date', 'reference', 'uri', 'number', 'quantity'])
const basesMax = 30
const expressionMax = 2000

type Definition = { url: string; code: string; type: SearchParameterType; base: string[]; expression: string; target?: string[] }

/**
 * Compiles a SearchParameter that is added to a running system. Its expression becomes an extractor like those of the standard; an expression
 * that the compiler does not know is left to the FHIRPath interpreter. `known` are the parameters that a type has already.
 */
export function compileCustomParameter(resource: Resource, known: (type: string) => readonly SearchParameter[]): CustomParameter {
  const definition = definitionOf(resource, known)
  const definitions = readDefinitions()
  const writer: Writer = { model: modelOf(definitions.structures), expand: expander(definitions), level: 0, notCompiled: [], element: null }
  const on: CustomParameter['on'] = {}
  for (const type of definition.base) {
    const { parameter, isRootless } = parameterOf(definition, type)
    const body = bodyOf(parameter, type, { ...writer, element: isRootless ? { value: 'r', type } : null })
    requireRunnable(parameter, body)
    on[type] = { parameter, body }
  }
  return { code: definition.code, url: definition.url, on }
}

function definitionOf(resource: Resource, known: (type: string) => readonly SearchParameter[]): Definition {
  const { code, base, type, expression, url, target } = resource as Resource & Partial<Definition>
  const issues: RefusalIssue[] = []
  const wrong = (element: string, diagnostics: string, hint: string) =>
    issues.push({ severity: 'error', code: 'business-rule', diagnostics, expression: `SearchParameter.${element}`, hint })
  if (!/^[a-z][a-zA-Z0-9-]{0,63}$/.test(code ?? ''))
    wrong('code', 'the code is not one that can be asked for', 'Begin with a letter; letters, digits and hyphens.')
  if (!searchable.has(type ?? ''))
    wrong(
      'type',
      `parameters of type ${type} cannot be added`,
      type === 'composite'
        ? 'Only the composites of R4 itself are searched; add each part as a parameter of its own.'
        : `Use one of: ${[...searchable].join(', ')}.`,
    )
  if (!expression || expression.length > expressionMax) wrong('expression', 'there is no expression, or it is too long', 'Give a FHIRPath expression.')
  if (!base || base.length === 0 || base.length > basesMax) wrong('base', 'there is no base, or there are too many', `Name 1 to ${basesMax} resource types.`)
  for (const one of base ?? []) {
    if (!resourceTypes.includes(one)) wrong('base', `${one} is not a resource type`, `Did you mean ${nearest(one, resourceTypes).join(' or ') || 'another'}?`)
    const standard = known(one).find((other) => other.code === code)
    if (standard) wrong('code', `${one} has a parameter ${code} already`, `It is ${standard.url}; choose another code, or remove that one first.`)
  }
  const problem = expression ? grammarProblem(expression) : null
  if (problem !== null) wrong('expression', `the expression is not FHIRPath: ${problem}`, 'See http://hl7.org/fhirpath/N1/.')
  if (issues.length > 0) throw new Refusal('unprocessable', (issues[0] as RefusalIssue).diagnostics, { issues, hint: (issues[0] as RefusalIssue).hint ?? '' })
  return {
    url: url as string,
    code: code as string,
    type: type as SearchParameterType,
    base: base as string[],
    expression: expression as string,
    ...(target ? { target } : {}),
  }
}

function grammarProblem(expression: string): string | null {
  try {
    fhirpath.compile(withConstants(expression).readable, r4)
    return null
  } catch (error) {
    return (error as Error).message.split('\n')[0]?.slice(0, 200) ?? 'it cannot be read'
  }
}

/** Replaces `extension(url)` by the condition it is short for, which the compiler knows. */
const plainForm = (expression: string) => expression.replace(/\bextension\(\s*('(?:[^'\\]|\\.)*')\s*\)/g, 'extension.where(url = $1)')

function parameterOf({ code, type, url, expression, target, base }: Definition, onType: string): { parameter: SearchParameter; isRootless: boolean } {
  const branches = branchesOf(expression, onType)
  // A path may begin at the resource without naming its type. A parameter for several types has a branch for each of them.
  const isRootless = branches.length === 0 && base.length === 1 && !resourceTypes.includes(/^\(*(\w+)/.exec(expression)?.[1] ?? '')
  if (branches.length === 0 && !isRootless) {
    throw new Refusal('unprocessable', `the expression says nothing about ${onType}, which is a base`, { hint: `Add a part that begins with ${onType}.` })
  }
  const written = isRootless ? expression : branches.join(' | ')
  return { parameter: { code, type, url, expression: written, ...(type === 'reference' && target ? { targets: target } : {}) }, isRootless }
}

function bodyOf(parameter: SearchParameter, type: string, writer: Writer): string | null {
  const plain = sinkOf(parameter, writer)
  let unspeakable = ''
  const sink: typeof plain = (value, valueType, field) => {
    try {
      return plain(value, valueType, field)
    } catch (error) {
      // `value[x]` may be of fifty types; the parameter takes those that it can convert and leaves out the others.
      if (!(error instanceof NotTranslated) || field?.isChoice !== true) throw error
      unspeakable = valueType
      return ''
    }
  }
  let body: string
  try {
    body = walk(parsePath(plainForm(parameter.expression)), type, sink, writer)
  } catch (error) {
    const { message } = error as Error
    if (error instanceof NotTranslated && /^(?!Resource\.)[\w.]+\.\w+$/.test(message)) {
      const hint = 'A choice is written without its type: value.ofType(Quantity).'
      throw new Refusal('unprocessable', `there is no element ${message}`, { expression: 'SearchParameter.expression', hint })
    }
    if (error instanceof NotTranslated && /^[a-z]+_\w+$/.test(message)) throw unsearchable(type, parameter, message.replace(/^\w+_/, ''))
    if (error instanceof NotTranslated || /not FHIRPath|unexpected/.test(message)) return null
    throw error
  }
  if (/\bx\.(?!nothing\b|refersTo\b)\w+\(out/.test(body)) return body
  throw unsearchable(type, parameter, unspeakable)
}

const unsearchable = (type: string, parameter: SearchParameter, found: string) =>
  new Refusal('unprocessable', `what the expression finds in ${type} cannot be searched as ${parameter.type}`, {
    hint: found === '' ? 'Is the path right, and the type?' : `It finds ${found}.`,
  })

/** Runs the extractor once on an empty resource: an expression that cannot run at all is refused here and not at the first write. */
function requireRunnable(parameter: SearchParameter, body: string | null): void {
  try {
    extractorOf(parameter, body)({ resourceType: 'Basic' }, [])
  } catch (error) {
    throw new Refusal('unprocessable', `the expression cannot be evaluated: ${(error as Error).message.slice(0, 200)}`)
  }
}
