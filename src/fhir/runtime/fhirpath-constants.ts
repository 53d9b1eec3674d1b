/** What every expression may name (R4 fhirpath.html#2.9.1.4); the interpreter knows %ucum, %resource and %context itself. */
const always = { sct: 'http://snomed.info/sct', loinc: 'http://loinc.org' }
const prefixes: Record<string, string | undefined> = {
  vs: 'http://hl7.org/fhir/ValueSet/',
  ext: 'http://hl7.org/fhir/StructureDefinition/',
}
/** A name with a hyphen is delimited: by quotation marks in R4's text, by others in the grammar of FHIRPath since. A string is left as it is. */
const named = /%(["'`])((vs|ext)-[A-Za-z0-9.-]+)\1|'(?:\\.|[^'\\])*'/g

/** The expression as the interpreter reads it, and the addresses of the value sets and extensions that it names. */
export function withConstants(expression: string): { readable: string; constants: Record<string, string> } {
  const constants: Record<string, string> = { ...always }
  const readable = expression.replace(named, (all, _mark: string | undefined, name: string | undefined, prefix = '') => {
    if (name === undefined) return all
    constants[name] = prefixes[prefix] + name.slice(prefix.length + 1)
    return `%\`${name}\``
  })
  return { readable, constants }
}
