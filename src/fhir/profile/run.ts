import type { Check } from '../runtime/check.ts'
import type { Choices, Tree } from './tree.ts'
import type { Surroundings, Verdict } from './fhirpath.ts'
import type { Json } from './items.ts'
import type { Structure } from './structure.ts'
import type { Shapes } from '../xml/shapes.ts'

export type Membership = 'in' | 'out' | 'unknown'
export type CodingLike = { system?: string; code?: string; display?: string; version?: string }

/** What a rule may ask beyond the object that it is about. */
export type Around = Pick<Surroundings, 'resolve' | 'conforms'>

/** What the checks against profiles need besides the resource. */
export type Knowledge = {
  choices: Choices
  tree(canonical: string): Tree | undefined
  member(valueSet: string, coding: CodingLike): Membership
  /** Whether the FHIRPath rule of a profile holds for this element of this resource. */
  holds(expression: string, element: unknown, path: string, resource: Json, root: Json, around: Around): Verdict
  structure(canonical: string): Structure | undefined
  /** Profiles that loaded guides require of all resources of a type. */
  globals(type: string): readonly string[]
  /** Any definition by its canonical URL: a Questionnaire, a Measure, a SearchParameter. */
  find(canonical: string): Json | undefined
  /** What a code system tells about a code; `isKnown` is null when the code system is not here. */
  describe(coding: CodingLike): { isKnown: boolean | null; display?: string; designations: string[]; isSupplement?: boolean }
  unit(code: string): { unit: string; factor: number; offset: number } | null
  shapes: Shapes
  /** Whether the type is this type or derives from it. */
  isKindOf(type: string, ancestor: string): boolean
}

/** The check of one object against one profile. */
export type Run = {
  check: Check
  known: Knowledge
  tree: Tree
  /** The profiles under which each resource is being checked now, so that a circle of references ends. */
  underWay: Map<object, Set<string>>
  resolve(reference: string): Json | undefined
  /** How many references were followed to this object. */
  hops: number
}

/** Whether an object has the type of the profile. An element does not name its type, and a profile may be unknown here: both count as yes. */
export function isOfTypeOf(known: Knowledge, { resourceType }: Json, profile: string): boolean {
  const type = known.tree(profile)?.structure.type
  return type === undefined || typeof resourceType !== 'string' || known.isKindOf(resourceType, type)
}

/** Runs a check without keeping its issues; true when it found no error. */
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
