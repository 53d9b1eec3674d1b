import type { Fhir, Resource } from '../fhir/fhir.ts'
import { addResources } from './validator-cases.ts'

const base = 'http://hl7.org/fhir/StructureDefinition/'
export const profileUrl = (name: string) => `http://profile.test/StructureDefinition/${name}`

/** A profile on a type of R4, or on the base that `more` names. */
export const profile = (name: string, type: string, element: object[], more: object = {}) => ({
  ...{ resourceType: 'StructureDefinition', url: profileUrl(name), name, status: 'active', kind: 'resource', abstract: false, type },
  ...{ baseDefinition: base + type, derivation: 'constraint', differential: { element: [{ id: type, path: type }, ...element] } },
  ...more,
})

/** The errors of a resource against profiles that this call defines; the resource is judged by the first. */
export function errorsOf(fhir: Fhir, resource: object, profiles: { url: string }[], isStrict = false): { expression: string; diagnostics: string }[] {
  addResources(fhir, 'profile.test#1', profiles as unknown as Resource[])
  try {
    const issues = fhir.validate(resource, { isStrict, profiles: [(profiles[0] as { url: string }).url] })
    return issues.filter(({ severity }) => severity === 'error')
  } finally {
    fhir.removePackage('profile.test#1')
  }
}
