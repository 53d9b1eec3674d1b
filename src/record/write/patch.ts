import { type Patch, parseJson, type Resource } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import { requireValid } from './prepare.ts'

export const jsonPatchType = 'application/json-patch+json'
export const xmlPatchType = 'application/xml-patch+xml'

/** A JSON Patch as text. */
export const jsonPatchOf = (text: string): Patch => ({ kind: 'json', operations: parseJson(text) })

/** An XML Patch as text. It is parsed only when it is applied. */
export const xmlPatchOf = (text: string): Patch => ({ kind: 'xml', text })

/** A FHIRPath Patch as Parameters, which are validated like any resource. */
export const fhirPathPatchOf = (world: World, body: unknown, path = ''): Patch => ({
  kind: 'fhirpath',
  parameters: requireValid(world, body, 'Parameters', path),
})

/** In a bundle a JSON Patch or XML Patch travels as Binary, a FHIRPath Patch as itself (R4 http, section 3.1.0.7). */
export function patchOfEntry(world: World, resource: Resource, path: string): Patch {
  if (resource.resourceType !== 'Binary') return fhirPathPatchOf(world, resource, path)
  const type = resource['contentType']
  if (type !== jsonPatchType && type !== xmlPatchType) {
    throw new Refusal('incorrect', 'this kind of patch is not supported', {
      expression: `${path}.contentType`,
      hint: `Send Binary of ${jsonPatchType} or ${xmlPatchType}, or Parameters.`,
    })
  }
  const text = Buffer.from(String(resource['data'] ?? ''), 'base64').toString('utf8')
  return type === xmlPatchType ? xmlPatchOf(text) : jsonPatchOf(text)
}

/** Applies the patch to the current content. An invalid result is the patch's fault, so it is 422 and not 400. */
export async function patched(world: World, before: Resource, patch: Patch, path: string): Promise<Resource> {
  const after = await world.fhir.patch(before, patch)
  try {
    return requireValid(world, after, before.resourceType, path === before.resourceType ? '' : path)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new Refusal('unprocessable', `after the patch ${error.message}`, { ...(error.issues ? { issues: error.issues } : {}) })
  }
}
