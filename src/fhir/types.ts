import type { TerminologyResource } from './terminology/resources.ts'
import type { CustomParameter, CustomParameters } from './search/custom.ts'
import type { Terminology } from './terminology/terminology.ts'
import type { Units } from './units.ts'
import type { Formats } from './formats.ts'
import type { Patch } from './patch/patch.ts'

/** A FHIR resource as plain JSON; which properties it may have is the validator's business. */
export type Resource = {
  resourceType: string
  id?: string
  meta?: { versionId?: string; lastUpdated?: string; profile?: string[]; [key: string]: unknown }
  [key: string]: unknown
}

/** One thing wrong with a resource. `code` is from the FHIR value set issue-type, `expression` a simple FHIRPath. */
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
  /** Resource types a reference may point to; only on references. */
  targets?: string[]
  expression: string
  url: string
  /** Types of the elements that are searched, where they were compiled. */
  holds?: string[]
  /** All codes that a token can have at all: of a boolean, or of codes with a required value set. */
  codes?: string[]
  /** The parts of a composite; `code` is the parameter that searches the part alone. */
  components?: { code: string; type: SearchParameterType; targets?: string[] }[]
}

/** One value of one search parameter. Dates are inclusive bounds in milliseconds since 1970. */
export type Extracted =
  /** `types`: of an identifier only, and of each. */
  | { code: string; kind: 'token'; system: string | null; value: string | null; text?: string; types?: { system?: string; code?: string }[] }
  | { code: string; kind: 'string'; value: string; exact?: string }
  | { code: string; kind: 'date'; low: number; high: number }
  | { code: string; kind: 'reference'; reference: string | null; system?: string; value?: string; text?: string }
  | { code: string; kind: 'uri'; value: string }
  | { code: string; kind: 'number'; low: number; high: number }
  | { code: string; kind: 'quantity'; low: number; high: number; system: string | null; unit: string | null; label: string | null }
  /** The parts of one element, each under the place of its component: '0', '1'. */
  | { code: string; kind: 'composite'; parts: Extracted[] }
  | { code: string; kind: 'position'; latitude: number; longitude: number }
  /** The words of a name, as `phonetic` compares them, and what each has in common with those that sound alike. */
  | { code: string; kind: 'sounds'; words: string[]; near: string[][] }
  /** Folded words with a space before and after each. */
  | { code: string; kind: 'words'; text: string }

/** Top-level properties of a type that a summary keeps, and those that it cannot be without. */
export type Summary = { summary: string[]; mandatory: string[] }

/** A definition as the validator keeps it: see profile/lean.ts. */
export type Definition = { url: string; version: string; text: string }

export type Fhir = {
  /** All R4 resource types; the order never changes, because the index of a type is stored. */
  types: readonly string[]
  /** -1 when the type is unknown. */
  typeCode(type: string): number
  /** The functional lists of R4 (`List/$find`) by name, each with the types of its entries. */
  functionalLists: Readonly<Record<string, readonly string[]>>
  /** The packages a verdict was made with. */
  versions: string[]
  /**
   * Structure, formats, bindings, invariants and the profiles that are known. Valid is what has no error; a warning is a sloppiness that
   * is accepted. Strict says everything the reference validator would; otherwise what whole systems write by habit is a warning.
   */
  validate(resource: unknown, wanted?: { profiles?: readonly string[]; isStrict?: boolean }): Issue[]
  /**
   * Definitions of a package, as many times as there are pages of them, take effect at once; `codes` gives its code systems, value sets
   * and concept maps, and is called only when the cache has not compiled them yet.
   */
  addPackage(name: string, definitions: readonly Definition[], codes?: () => Iterable<TerminologyResource>): void
  removePackage(name: string): void
  /** Every value of every search parameter of the resource, or of these alone, except what `details` gives. */
  extract(resource: Resource, only?: ReadonlySet<string>): Extracted[]
  /** Composites, positions and words: only for the parameters that are named. */
  details(resource: Resource, codes: readonly string[]): Extracted[]
  parameters(type: string): SearchParameter[]
  /** Parameters by which resources of a type belong to a compartment (`Patient`, `Encounter` …); none when they never do. */
  compartment(name: string, type: string): readonly string[]
  /** What an operator added to the parameters of the standard. */
  custom: CustomParameters
  compileParameter(definition: Resource): Promise<CustomParameter>
  /** A definition of R4, IPS or a loaded package. */
  definition(canonical: string): Resource | undefined
  summaryOf(type: string): Summary
  /** How a top-level element stands in JSON: `value` of an Observation has eleven forms; none when the type has no such element. */
  propertiesOf(type: string, element: string): string[]
  formats: Formats
  /** JSON Patch or FHIRPath Patch; `before` stays as it is. */
  patch(before: Resource, patch: Patch): Promise<Resource>
  references(resource: Resource, visit: (reference: { reference?: string }, path: string) => void): void
  /** By the Patient compartment definition; the first is the subject. */
  patientReferences(resource: Resource): string[]
  /** Of a name that has this word, one of these is among its sounds. */
  soundsWith(word: string): string[]
  /** Does the parameter name that first patient, and no other that the resource may also refer to? */
  namesSubject(type: string, code: string): boolean
  /** Code systems, value sets and concept maps of R4 and of packages; read when first asked. */
  terminology: Terminology
  units: Units
}
