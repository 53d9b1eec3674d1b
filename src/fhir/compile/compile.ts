import { readDefinitions } from './definitions.ts'
import { extractorSource } from './extractor-source.ts'
import { shapeSource } from './shape-source.ts'
import { summarySource } from './summary-source.ts'
import { choiceProperty, type Model, modelOf } from './model.ts'
import { validatorSource } from './validator-source.ts'
import { expander } from './value-sets.ts'

/** The source of one JavaScript module, made from the official definitions. Its default export is a function that takes the runtime. */
export function compileDefinitions(): { source: string; notCompiled: string[] } {
  const definitions = readDefinitions()
  const model = modelOf(definitions.structures)
  const expand = expander(definitions)
  const validators = validatorSource(model, expand)
  const extractors = extractorSource(model, expand, definitions.searchParameters, definitions.patientCompartment)
  const source = `// Generated from the FHIR R4 definitions; delete the file to make it anew.
export default function create({ p, inv, place, strict, rule, narrative, codes, isObject, depthMax, x }) {
const anyType = null
${validators.source}
${extractors.source}
${summarySource(model)}
${shapeSource(model)}
${choicesSource(model)}
return { resources, extractors, details, parameters, members, compartment, summaries, shapes, choices }
}
`
  return { source, notCompiled: [...validators.notCompiled, ...extractors.notCompiled] }
}

/**
 * `forms`: the element of every form of a choice (valueQuantity → value). `ambiguous`: forms that other types have as plain elements, so that a
 * profile must write the choice as [x].
 */
function choicesSource(model: Model): string {
  const fields = [...model.values()].flatMap((structure) => [...structure.fields.values()])
  const plain = new Set(fields.filter((field) => !field.isChoice).map((field) => field.name))
  const forms = fields.filter((field) => field.isChoice).flatMap((field) => field.types.map((type) => [choiceProperty(field, type), field.name] as const))
  const ambiguous = forms.map(([property]) => property).filter((property) => plain.has(property))
  return `const choices = { forms: { __proto__: null, ...${JSON.stringify(Object.fromEntries(forms))} }, ambiguous: new Set(${JSON.stringify(ambiguous)}) }`
}
