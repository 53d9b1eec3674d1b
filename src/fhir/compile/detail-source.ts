import type { SearchParameter, SearchParameterType } from '../types.ts'
import type { SearchParameterDefinition } from './definitions.ts'
import { parsePath } from './path-parser.ts'
import { basesOf, branchesOf, NotTranslated, sinkOf, walk, type Writer } from './path-source.ts'

type Detail = { parameter: SearchParameter; body: string }

/**
 * Values that are extracted only when a search asks for them: composites, whose parts must come from the same element, and positions. A write
 * indexes neither, because the parts are already indexed, each under its own parameter.
 */
export function detailsOf(type: string, definitions: SearchParameterDefinition[], writer: Writer): Detail[] {
  const bases = basesOf(type, writer.model)
  const details: Detail[] = []
  for (const definition of definitions) {
    if (!definition.base.some((base) => bases.has(base)) || definition.expression === undefined) continue
    const expression = branchesOf(definition.expression, type).join(' | ')
    if (expression === '') continue
    const parameter = { code: definition.code, type: definition.type as SearchParameterType, expression, url: definition.url }
    try {
      if (definition.type === 'composite') details.push(compositeOf(parameter, definition, type, definitions, writer))
      if (definition.type === 'special') details.push({ parameter, body: walk(parsePath(expression), type, (value) => `x.position(out, ${value})`, writer) })
    } catch (error) {
      if (!(error instanceof NotTranslated)) throw error
      writer.notCompiled.push(`${type}.${definition.code}: ${error.message}`)
    }
  }
  return details
}

// The composite DocumentReference-relationship has its parameters exchanged: that of the target beside the path `code`, that of the code beside `target`.
const relatesTo = 'http://hl7.org/fhir/SearchParameter/DocumentReference-relatesto'
const relation = 'http://hl7.org/fhir/SearchParameter/DocumentReference-relation'
const swapped: Record<string, string | undefined> = { [relatesTo]: relation, [relation]: relatesTo }

function compositeOf(
  parameter: SearchParameter,
  definition: SearchParameterDefinition,
  type: string,
  definitions: SearchParameterDefinition[],
  writer: Writer,
): Detail {
  const components = (definition.component ?? []).map(({ definition: url, expression }) => {
    const part = definitions.find((one) => one.url === (swapped[url] ?? url))
    if (part === undefined) throw new NotTranslated(url)
    // The definitions write the type dateTime with a capital in one place (Observation code-value-date).
    const path = expression.replaceAll('ofType(DateTime)', 'ofType(dateTime)')
    return { code: part.code, type: part.type as SearchParameterType, path, ...(part.target === undefined ? {} : { targets: part.target }) }
  })
  const body = walk(
    parsePath(parameter.expression),
    type,
    (value, valueType) => {
      const inside: Writer = { ...writer, element: { value, type: valueType } }
      const parts = components.map(({ path, ...component }, at) => walk(parsePath(path), type, sinkOf({ ...component, code: String(at) }, inside), inside))
      writer.level = inside.level
      return `{ const whole = out; { const out = []; ${parts.join('\n')}\nif (out.length > 0) whole.push({ code: ${JSON.stringify(parameter.code)}, kind: 'composite', parts: out }) } }`
    },
    writer,
  )
  return { parameter: { ...parameter, components: components.map(({ path: _, ...component }) => component) }, body }
}
