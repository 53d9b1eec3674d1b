import { choiceProperty, type Field, type Model } from './model.ts'

/**
 * The top-level properties that `_summary=true` keeps, and the mandatory ones, which every shortened resource keeps. The definitions mark the
 * elements of the summary: https://hl7.org/fhir/R4/search.html#summary
 */
export function summarySource(model: Model): string {
  const types = [...model.values()].filter(({ kind }) => kind === 'resource')
  const lines = types.map(({ name, fields }) => {
    const all = [...fields.values()]
    const names = (some: Field[]) => JSON.stringify(some.flatMap(propertiesOf))
    return `${name}: { summary: ${names(all.filter((field) => field.isSummary))}, mandatory: ${names(all.filter((field) => field.isRequired))} },`
  })
  return `const summaries = {\n${lines.join('\n')}\n}`
}

const propertiesOf = (field: Field): string[] => (field.isChoice ? field.types.map((type) => choiceProperty(field, type)) : [field.name])
