/** Constants that every expression may use (R4 fhirpath.html#2.9.1.4); the interpreter itself knows %ucum, %resource and %context. */
const always = { sct: 'http://snomed.info/sct', loinc: 'http://loinc.org' }
const prefixes: Record<string, string | undefined> = {
  vs: 'http://hl7.org/fhir/ValueSet/',
  ext: 'http://hl7.org/fhir/StructureDefinition/',
}
/**
 * A constant whose name has a hyphen stands between quotation marks in R4's text, and between other marks in later grammars of FHIRPath. String
 * literals also match, so that they are skipped.
 */
const named = /%(["'`])((vs|ext)-[A-Za-z0-9.-]+)\1|'(?:\\.|[^'\\])*'/g

/** The expression in the form that the interpreter reads, and the URLs of the value sets and extensions that it names. */
export function withConstants(expression: string): { readable: string; constants: Record<string, string> } {
  const constants: Record<string, string> = { ...always }
  const readable = expression.replace(named, (all, _mark: string | undefined, name: string | undefined, prefix = '') => {
    if (name === undefined) return all
    constants[name] = prefixes[prefix] + name.slice(prefix.length + 1)
    return `%\`${name}\``
  })
  return { readable, constants }
}
