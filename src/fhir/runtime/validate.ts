import { renewTime } from '../profile/fhirpath.ts'
import type { Knowledge } from '../profile/run.ts'
import { typeRules } from '../rules/strict.ts'
import type { Issue } from '../types.ts'
import type { Codes } from './check.ts'
import { depthMax, issuesMax, kindOf } from './check.ts'
import { ElementCheck } from './elements.ts'
import { inlineInvariants } from './invariants.ts'
import { checkNarrative } from './narrative.ts'
import { placeRules } from './places.ts'
import { primitives } from './primitives.ts'
import { rule } from './rule.ts'

type Json = Record<string, unknown>
export type ResourceChecks = Record<string, ((value: unknown, check: ElementCheck, depth: number) => void) | undefined>

/** The runtime that is passed to the generated module: see compile/compile.ts. */
export const validatorRuntime = {
  p: primitives,
  inv: inlineInvariants,
  place: placeRules,
  strict: typeRules,
  rule,
  narrative: checkNarrative,
  codes: (url: string, members: string[]): Codes => {
    const codes = new Set(members.map((token) => token.slice(token.indexOf('|') + 1)))
    return { url, codes, tokens: new Set(members) }
  },
  isObject: (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value),
  depthMax,
}

export type Wanted = { profiles?: readonly string[]; isStrict?: boolean }

export function validateWith(checks: ResourceChecks, known: Knowledge, resource: unknown, wanted: Wanted = {}): Issue[] {
  const check = new ElementCheck(known, wanted.isStrict === true)
  if (typeof resource !== 'object' || resource === null || Array.isArray(resource)) {
    const hint = 'Send one JSON object with a resourceType.'
    check.add('structure', 'Resource', `a resource must be a JSON object, found ${kindOf(resource)}`, hint)
    return check.issues
  }
  const { resourceType } = resource as Json
  const isKnown = typeof resourceType === 'string' && checks[resourceType] !== undefined
  check.names[0] = isKnown ? resourceType : 'Resource'
  check.root = resource as Json
  renewTime()
  check.dispatch(resource, 0, checks)
  if (isKnown && wanted.profiles !== undefined) check.wantedProfiles(resource as Json, wanted.profiles)
  if (check.count > issuesMax) {
    check.issues[issuesMax - 1] = {
      severity: check.issues[issuesMax - 1]?.severity ?? 'error',
      code: 'too-long',
      expression: check.names[0],
      diagnostics: `there are ${check.count - issuesMax + 1} more mistakes than are shown`,
      hint: 'Correct those above first and send the resource again.',
    }
  }
  return check.issues
}
