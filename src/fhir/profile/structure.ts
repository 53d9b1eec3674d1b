/** A StructureDefinition as far as validation reads it; what a package brings is data and may lack anything. */
export type Discriminator = { type: string; path: string }
export type SlicingRule = { discriminator?: Discriminator[]; rules?: string; ordered?: boolean }
export type TypeOfElement = { code: string; profile?: string[]; targetProfile?: string[]; aggregation?: string[]; versioning?: string }
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
  binding?: { strength: string; valueSet?: string }
  constraint?: ConstraintOfElement[]
  /** fixed[x], pattern[x], minValue[x] and maxValue[x] are read by their names. */
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
  snapshot?: { element: Element[] }
  differential?: { element: Element[] }
}
