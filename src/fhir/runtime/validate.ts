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

/** What the generated module is given: see compile/compile.ts. */
export const validatorRuntime = {
  p: primitives,
  inv: inlineInvariants,
  place: placeRules,
  rule,
  narrative: checkNarrative,
  codes: (url: string, members: string[]): Codes => {
    const codes = new Set(members.map((token) => token.slice(token.indexOf('|') + 1)))
    return { url, codes, tokens: new Set(members) }
  },
  isObject: (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value),
  depthMax,
}

export function validateWith(checks: ResourceChecks, resource: unknown): Issue[] {
  const check = new ElementCheck()
  if (typeof resource !== 'object' || resource === null || Array.isArray(resource)) {
    const hint = 'Send one JSON object with a resourceType.'
    return [
      {
        severity: 'error',
        code: 'structure',
        expression: 'Resource',
        diagnostics: `a resource must be a JSON object, found ${kindOf(resource)}`,
        hint,
      },
    ]
  }
  const { resourceType } = resource as Json
  const isKnown = typeof resourceType === 'string' && checks[resourceType] !== undefined
  check.names[0] = isKnown ? resourceType : 'Resource'
  check.root = resource as Json
  if (resourceType === 'Bundle') check.entryTypes = entryTypes(resource as Json)
  check.dispatch(resource, 0, checks)
  if (check.count > issuesMax) {
    // An error that is cut off must not leave a list of warnings only.
    check.issues[issuesMax - 1] = {
      severity: 'error',
      code: 'too-long',
      expression: check.names[0],
      diagnostics: `there are ${check.count - issuesMax + 1} more mistakes than are shown`,
      hint: 'Correct those above first and send the resource again.',
    }
  }
  return check.issues
}

/** By fullUrl, so that references by urn:uuid can be checked for their type before they are resolved. */
function entryTypes(bundle: Json): Map<string, string> {
  const types = new Map<string, string>()
  if (!Array.isArray(bundle.entry)) return types
  for (const entry of bundle.entry as ({ fullUrl?: unknown; resource?: { resourceType?: unknown } } | null)[]) {
    const type = entry?.resource?.resourceType
    if (typeof entry?.fullUrl === 'string' && typeof type === 'string') types.set(entry.fullUrl, type)
  }
  return types
}
