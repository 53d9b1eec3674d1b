/** The door of the fhir slice: pure functions over FHIR R4; the only thing read from outside are the official definitions. */
export { parseJson, printJson } from './json.ts'
export { loadFhir } from './load.ts'
export { rewriteReferences } from './references.ts'
export type { Extracted, Fhir, Issue, Resource, SearchParameter, SearchParameterType } from './types.ts'
