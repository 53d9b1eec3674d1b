/** Terminology resources of R4, as far as this server reads them. */
export type Designation = { language?: string; use?: Coding; value: string }
export type Coding = { system?: string; version?: string; code?: string; display?: string }
export type Property = { code: string; [value: `value${string}`]: unknown }
export type Concept = {
  code: string
  display?: string
  definition?: string
  designation?: Designation[]
  property?: Property[]
  concept?: Concept[]
}
type Canonical = { id?: string; url?: string; version?: string; name?: string; title?: string; status?: string; date?: string; language?: string }

export type CodeSystemResource = Canonical & {
  resourceType: 'CodeSystem'
  content: string
  caseSensitive?: boolean
  hierarchyMeaning?: string
  valueSet?: string
  supplements?: string
  property?: { code: string; uri?: string; description?: string; type?: string }[]
  concept?: Concept[]
}

export type Filter = { property: string; op: string; value: string }
export type Include = {
  system?: string
  version?: string
  concept?: { code: string; display?: string; designation?: Designation[] }[]
  filter?: Filter[]
  valueSet?: string[]
}
export type Contains = Coding & { abstract?: boolean; inactive?: boolean; designation?: Designation[]; contains?: Contains[] }
export type ValueSetResource = Canonical & {
  resourceType: 'ValueSet'
  compose?: { inactive?: boolean; lockedDate?: string; include?: Include[]; exclude?: Include[] }
  expansion?: { contains?: Contains[]; timestamp?: string }
}

export type MapTarget = {
  code?: string
  display?: string
  equivalence: string
  dependsOn?: unknown[]
  product?: { property: string; system?: string; value: string; display?: string }[]
}
export type MapGroup = {
  source?: string
  sourceVersion?: string
  target?: string
  targetVersion?: string
  element?: { code?: string; display?: string; target?: MapTarget[] }[]
  unmapped?: { mode: string; code?: string; display?: string; url?: string }
}
export type ConceptMapResource = Canonical & {
  resourceType: 'ConceptMap'
  sourceUri?: string
  sourceCanonical?: string
  targetUri?: string
  targetCanonical?: string
  group?: MapGroup[]
}
export type TerminologyResource = CodeSystemResource | ValueSetResource | ConceptMapResource

export type Canonicals = { url: string; version: string | undefined }

/** Splits a canonical `url|version` (R4, canonical references). */
export function splitCanonical(text: string): Canonicals {
  const bar = text.indexOf('|')
  return bar < 0 ? { url: text, version: undefined } : { url: text.slice(0, bar), version: text.slice(bar + 1) || undefined }
}
