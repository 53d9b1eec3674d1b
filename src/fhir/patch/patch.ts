import { Refusal } from '../../platform/refusal.ts'
import type { Resource } from '../types.ts'
import type { Shapes } from '../xml/shapes.ts'
import { applyFhirPathPatch } from './fhirpath-patch.ts'
import { applyJsonPatch } from './json-patch.ts'
import { changeLabels, type Labels } from './meta.ts'
import { nodesOf, withoutEmpties } from './nodes.ts'
import { applyXmlPatch } from './xml-patch.ts'

export type Patch =
  | { kind: 'json'; operations: unknown }
  | { kind: 'fhirpath'; parameters: Resource }
  | { kind: 'xml'; text: string }
  | { kind: 'labels'; act: 'add' | 'delete'; labels: Labels }

/** The resource after the patch; `before` is not changed. Whether the result is valid is not decided here. */
export async function applyPatch(shapes: Shapes, before: Resource, patch: Patch): Promise<Resource> {
  const after = await patched(shapes, before, patch)
  const isObject = typeof after === 'object' && after !== null && !Array.isArray(after) && !JSON.isRawJSON(after)
  const resource = after as Resource
  if (!isObject || resource.resourceType !== before.resourceType || resource.id !== before.id) {
    throw new Refusal('unprocessable', 'a patch may not change the type or the id of the resource', { hint: 'Leave resourceType and id as they are.' })
  }
  nodesOf(resource) // Refuses a tree that later steps could not walk.
  return withoutEmpties(resource) as Resource
}

async function patched(shapes: Shapes, before: Resource, patch: Patch): Promise<unknown> {
  if (patch.kind === 'json') return applyJsonPatch(before, patch.operations)
  if (patch.kind === 'fhirpath') return applyFhirPathPatch(shapes, before, patch.parameters)
  if (patch.kind === 'xml') return applyXmlPatch(shapes, before, patch.text)
  return changeLabels(before, patch.act, patch.labels)
}
