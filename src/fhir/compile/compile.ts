import { readDefinitions } from './definitions.ts'
import { extractorSource } from './extractor-source.ts'
import { shapeSource } from './shape-source.ts'
import { summarySource } from './summary-source.ts'
import { modelOf } from './model.ts'
import { validatorSource } from './validator-source.ts'
import { expander } from './value-sets.ts'

/** The source of one JavaScript module, made from the official definitions; its default export is given the runtime. */
export function compileDefinitions(): { source: string; notCompiled: string[] } {
  const definitions = readDefinitions()
  const model = modelOf(definitions.structures)
  const expand = expander(definitions)
  const validators = validatorSource(model, expand)
  const extractors = extractorSource(model, expand, definitions.searchParameters, definitions.patientCompartment)
  const source = `// Generated from the FHIR R4 definitions; delete the file to make it anew.
export default function create({ p, inv, place, rule, narrative, codes, isObject, depthMax, x }) {
const anyType = null
${validators.source}
${extractors.source}
${summarySource(model)}
${shapeSource(model)}
return { resources, extractors, parameters, compartment, summaries, shapes }
}
`
  return { source, notCompiled: [...validators.notCompiled, ...extractors.notCompiled] }
}
