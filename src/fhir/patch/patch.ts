import { Refusal } from '../../platform/refusal.ts'
import type { Resource } from '../types.ts'
import type { Shapes } from '../xml/shapes.ts'
import { applyFhirPathPatch } from './fhirpath-patch.ts'
import { applyJsonPatch } from './json-patch.ts'
import { nodesOf, withoutEmpties } from './nodes.ts'

export type Patch = { kind: 'json'; operations: unknown } | { kind: 'fhirpath'; parameters: Resource }

/** The resource as the patch makes it; `before` stays as it is. Whether the result is valid is not decided here. */
export async function applyPatch(shapes: Shapes, before: Resource, patch: Patch): Promise<Resource> {
  const after = patch.kind === 'json' ? applyJsonPatch(before, patch.operations) : await applyFhirPathPatch(shapes, before, patch.parameters)
  const isObject = typeof after === 'object' && after !== null && !Array.isArray(after) && !JSON.isRawJSON(after)
  const resource = after as Resource
  if (!isObject || resource.resourceType !== before.resourceType || resource.id !== before.id) {
    throw new Refusal('unprocessable', 'a patch may not change the type or the id of the resource', { hint: 'Leave resourceType and id as they are.' })
  }
  nodesOf(resource) // Refuses what no later step could walk.
  return withoutEmpties(resource) as Resource
}
