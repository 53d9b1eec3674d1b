import type { TerminologyResource } from './terminology/resources.ts'
import type { CustomParameter, CustomParameters } from './search/custom.ts'
import type { Terminology } from './terminology/terminology.ts'
import type { Units } from './units.ts'
import type { Formats } from './formats.ts'
import type { Patch } from './patch/patch.ts'

/** A FHIR resource as plain JSON. The validator checks which properties it may have. */
export type Resource = {
  resourceType: string
  id?: string
  meta?: { versionId?: string; lastUpdated?: string; profile?: string[]; [key: string]: unknown }
  [key: string]: unknown
}

/** One mistake in a resource. `code` is from the FHIR value set issue-type, `expression` a simple FHIRPath. */
export type Issue = {
  severity: 'error' | 'warning' | 'information'
  code: string
  expression: string
  diagnostics: string
  hint: string
}

export type SearchParameterType = 'token' | 'string' | 'date' | 'reference' | 'uri' | 'number' | 'quantity' | 'composite' | 'special'

export type SearchParameter = {
  code: string
  type: SearchParameterType
  /** The resource types that a reference may point to; only for references. */
  targets?: string[]
  expression: string
  url: string
  /** The types of the searched elements, when the parameter was compiled. */
  holds?: string[]
  /** All codes that the token can have, when it is a boolean or has a required value set. */
  codes?: string[]
  /** The parts of a composite; `code` is the parameter that searches the part alone. */
  components?: { code: string; type: SearchParameterType; targets?: string[] }[]
}

/** One value of one search parameter. Dates are inclusive bounds in milliseconds since 1970. */
export type Extracted =
  /** `types`: present only for identifiers, and for each of them. */
  | { code: string; kind: 'token'; system: string | null; value: string | null; text?: string; types?: { system?: string; code?: string }[] }
  | { code: string; kind: 'string'; value: string; exact?: string }
  | { code: string; kind: 'date'; low: number; high: number }
  | { code: string; kind: 'reference'; reference: string | null; system?: string; value?: string; text?: string }
  | { code: string; kind: 'uri'; value: string }
  | { code: string; kind: 'number'; low: number; high: number }
  | { code: string; kind: 'quantity'; low: number; high: number; system: string | null; unit: string | null; label: string | null }
  /** The values of one element, each with the index of its component as code: '0', '1'. */
  | { code: string; kind: 'composite'; parts: Extracted[] }
  | { code: string; kind: 'position'; latitude: number; longitude: number }
  /**
   * The words of a name as `phonetic` compares them, and for each the forms that it shares with similar words. `firsts`: the folded words with which
   * its parts begin, among them the prefix and the suffix, which `phonetic` leaves out.
   */
  | { code: string; kind: 'sounds'; words: string[]; near: string[][]; firsts: string[] }
  /** Folded words, each with a space before and after it. */
  | { code: string; kind: 'words'; text: string }

/** The top-level properties that a summary of the type keeps, and those that are mandatory. */
export type Summary = { summary: string[]; mandatory: string[] }

/** A definition in the form that the validator keeps: see profile/lean.ts. */
export type Definition = { url: string; version: string; text: string }

/** `path` puts the text of the path together: most callers want it only of a Reference that is wrong. */
export type VisitReference = (reference: { reference?: string }, path: () => string) => void

export type Fhir = {
  /** All R4 resource types; the order never changes, because the index of a type is stored. */
  types: readonly string[]
  /** -1 when the type is unknown. */
  typeCode(type: string): number
  /** The functional lists of R4 (`List/$find`) by name, each with the types of its entries. */
  functionalLists: Readonly<Record<string, readonly string[]>>
  /** The packages that take part in a verdict. */
  versions: string[]
  /**
   * Checks structure, formats, bindings, invariants and the known profiles. A resource is valid without errors; warnings are deviations that
   * are accepted. Strict reports all that the reference validator would; otherwise deviations that many systems send are warnings.
   */
  validate(resource: unknown, wanted?: { profiles?: readonly string[]; isStrict?: boolean }): Issue[]
  /**
   * Adds definitions of a package, which take effect at once; a package may come in several calls. `codes` gives its code systems, value sets
   * and concept maps, and is called only when the cache has not compiled them yet.
   */
  addPackage(name: string, definitions: readonly Definition[], codes?: () => Iterable<TerminologyResource>): void
  removePackage(name: string): void
  /** The values of all search parameters of the resource, or of these alone, without those that `details` gives. */
  extract(resource: Resource, only?: ReadonlySet<string>): Extracted[]
  /** Composites, positions and words, of the named parameters only. */
  details(resource: Resource, codes: readonly string[]): Extracted[]
  parameters(type: string): SearchParameter[]
  /** The parameters by which resources of a type belong to a compartment (`Patient`, `Encounter` …); none when they cannot belong to it. */
  compartment(name: string, type: string): readonly string[]
  /** The search parameters that an operator has added. */
  custom: CustomParameters
  compileParameter(definition: Resource): Promise<CustomParameter>
  /** A definition of R4, IPS or a loaded package. */
  definition(canonical: string): Resource | undefined
  summaryOf(type: string): Summary
  /** The JSON properties of a top-level element: `value` of an Observation has eleven forms. None when the type has no such element. */
  propertiesOf(type: string, element: string): string[]
  formats: Formats
  /** Applies a patch and returns the new resource; `before` is not changed. */
  patch(before: Resource, patch: Patch): Promise<Resource>
  references(resource: Resource, visit: VisitReference): void
  /** References to patients by the Patient compartment's definition; the first one is the subject. */
  patientReferences(resource: Resource): string[]
  /** The word with which a text begins, as `Extracted` has it for a name. */
  firstWord(text: string): string | null
  /** Whether the parameter names the first of `patientReferences`, in a type that refers to no other patient. */
  namesSubject(type: string, code: string): boolean
  /** Code systems, value sets and concept maps of R4 and of packages; they are read at the first question. */
  terminology: Terminology
  units: Units
}
