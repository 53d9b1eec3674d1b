/** A StructureDefinition, as far as validation reads it. A package may be faulty, so any part may be missing. */
export type Discriminator = { type: string; path: string }
export type SlicingRule = { discriminator?: Discriminator[]; rules?: string; ordered?: boolean }
type Extension = { url: string; extension?: Extension[]; [value: string]: unknown }
/** A further value set and its purpose: `required`, `extensible`, `maximum`, or another one for people. */
export type FurtherBinding = { purpose?: string; valueSet?: string; usage?: unknown }
type Binding = { strength: string; valueSet?: string; additional?: FurtherBinding[]; extension?: Extension[] }
export type TypeOfElement = {
  code: string
  profile?: string[]
  targetProfile?: string[]
  aggregation?: string[]
  versioning?: string
  _profile?: ({ extension?: Extension[] } | null)[]
}
export type ConstraintOfElement = { key: string; severity?: string; human?: string; expression?: string; source?: string }
export type Element = {
  id?: string
  path: string
  sliceName?: string
  slicing?: SlicingRule
  min?: number
  max?: string
  type?: TypeOfElement[]
  contentReference?: string
  maxLength?: number
  binding?: Binding
  extension?: Extension[]
  constraint?: ConstraintOfElement[]
  /** fixed[x], pattern[x], minValue[x] and maxValue[x], which are found by their names. */
  [property: string]: unknown
}
export type Structure = {
  resourceType: 'StructureDefinition'
  url: string
  version?: string
  name?: string
  kind?: string
  abstract?: boolean
  type: string
  baseDefinition?: string
  derivation?: string
  context?: { type: string; expression: string }[]
  contextInvariant?: string[]
  snapshot?: { element: Element[] }
  differential?: { element: Element[] }
  /** Kept of the snapshot of a profile with a differential: the elements that refer to others of the same profile. */
  ownReferences?: Pick<Element, 'path' | 'contentReference'>[]
}

const further = new Set([
  'http://hl7.org/fhir/tools/StructureDefinition/additional-binding',
  'http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.binding.additional',
])
const maximum = 'http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet'
const alternatives = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.valueAlternatives'
const part = 'http://hl7.org/fhir/StructureDefinition/elementdefinition-profile-element'

const valueOf = (extension: Extension | undefined): unknown =>
  extension === undefined ? undefined : Object.entries(extension).find(([name]) => name.startsWith('value'))?.[1]
const textOf = (extension: Extension | undefined): string | undefined => {
  const value = valueOf(extension)
  return typeof value === 'string' ? value : undefined
}

/** Bindings beside the main one of the element: R5's element, and the extensions that carry it in R4. Those for a certain usage only are left out. */
export function furtherBindings(binding: Binding): FurtherBinding[] {
  const extensions = binding.extension ?? []
  const carried = extensions
    .filter(({ url }) => further.has(url))
    .map(({ extension: parts = [] }) => {
      const named = (name: string) => parts.find(({ url }) => url === name)
      return { purpose: textOf(named('purpose')), valueSet: textOf(named('valueSet')), usage: named('usage') }
    })
  const most = extensions.filter(({ url }) => url === maximum).map((one) => ({ purpose: 'maximum', valueSet: textOf(one), usage: undefined }))
  return [...(binding.additional ?? []), ...carried, ...most].filter(({ valueSet, usage }) => valueSet !== undefined && usage === undefined) as FurtherBinding[]
}

/** Extensions that may stand in the place of a mandatory value. */
export function valueAlternatives(element: Element): string[] {
  return (element.extension ?? []).flatMap((one) => (one.url === alternatives ? (textOf(one) ?? []) : []))
}

/** elementdefinition-profile-element: the id of the one element that is meant instead of the whole profile. */
export function partOf(type: TypeOfElement, at: number): string | undefined {
  return textOf(type._profile?.[at]?.extension?.find(({ url }) => url === part))
}
