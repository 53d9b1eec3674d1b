import type { Check } from '../runtime/check.ts'
import type { Choices, Tree } from './tree.ts'
import type { Surroundings, Verdict } from './fhirpath.ts'
import type { Json } from './items.ts'
import type { Structure } from './structure.ts'
import type { Shapes } from '../xml/shapes.ts'

export type Membership = 'in' | 'out' | 'unknown'
export type CodingLike = { system?: string; code?: string; display?: string; version?: string }

/** What checks against profiles may ask beyond the resource itself. */
export type Knowledge = {
  choices: Choices
  tree(canonical: string): Tree | undefined
  member(valueSet: string, coding: CodingLike): Membership
  /** FHIRPath of a profile's rule: does it hold for this element of this resource? */
  holds(expression: string, element: unknown, path: string, resource: Json, root: Json, around: Pick<Surroundings, 'resolve' | 'conforms'>): Verdict
  structure(canonical: string): Structure | undefined
  /** Profiles that loaded guides demand of all resources of a type. */
  globals(type: string): readonly string[]
  /** Any definition by its canonical URL: a Questionnaire, a Measure, a SearchParameter. */
  find(canonical: string): Json | undefined
  /** What a code system says of a code; null where the code system is not here. */
  describe(coding: CodingLike): { isKnown: boolean | null; display?: string; designations: string[]; isSupplement?: boolean }
  unit(code: string): { unit: string; factor: number; offset: number } | null
  shapes: Shapes
  /** Whether the type is this type or derives from it. */
  isKindOf(type: string, ancestor: string): boolean
}

/** One profile being checked at one place. */
export type Run = {
  check: Check
  known: Knowledge
  tree: Tree
  /** (resource, profile) pairs under way: a circle of references is judged once. */
  underWay: Map<object, Set<string>>
  resolve(reference: string): Json | undefined
  /** How far profiles behind references are followed. */
  hops: number
}

/** Whether an object is of the type that the profile is on; an element does not say its own, and of a profile that is not here nothing can be denied. */
export function isOfTypeOf(known: Knowledge, { resourceType }: Json, profile: string): boolean {
  const type = known.tree(profile)?.structure.type
  return type === undefined || typeof resourceType !== 'string' || known.isKindOf(resourceType, type)
}

/** Runs without noting issues; true when nothing was found that stops a write. */
export function isSilent(check: Check, judge: () => void): boolean {
  const { issues, count } = check
  check.issues = []
  check.count = 0
  judge()
  const clean = !check.issues.some(({ severity }) => severity === 'error')
  check.issues = issues
  check.count = count
  return clean
}
