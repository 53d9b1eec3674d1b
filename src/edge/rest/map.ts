import type { Resource } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Loss, MappedBundle } from '../draft/draft.ts'
import { checkDocument } from './checked.ts'

type Made = { bundle: MappedBundle; body: Buffer; losses: Loss[]; mapping: string }

/**
 * FHIR needs no mapping: a Bundle is passed on as it is, a resource as a transaction of one around its own bytes, so that numbers keep their digits.
 * The message itself is what is kept, so no second original is stored.
 */
export function mapFhir(original: Buffer): Made {
  const found = checkDocument(original)
  if (found.resourceType === 'Bundle') {
    if (found['type'] === 'batch')
      throw new Refusal('unprocessable', 'a batch is taken apart only at the FHIR address of the edge', { hint: 'Send it there, or as a transaction.' })
    const bundle = found as unknown as MappedBundle
    return { bundle, body: original, losses: lossesOf(bundle), mapping: 'fhir/1' }
  }
  // A line of NDJSON gives no method: with an id it is a PUT of that resource, without one a POST.
  const isKnown = typeof found['id'] === 'string'
  const request = isKnown ? { method: 'PUT', url: `${found.resourceType}/${found['id']}` } : { method: 'POST', url: found.resourceType }
  const bundle = { resourceType: 'Bundle', type: 'transaction', entry: [{ resource: found as Resource, request }] } as unknown as MappedBundle
  return { bundle, body: transactionOf(original, request), losses: lossesOf(bundle), mapping: 'fhir/1' }
}

// In R4 these may have no patient, but when a local system sends them they concern one.
const ofPatients = new Set(['Observation', 'DiagnosticReport', 'Encounter'])

/**
 * R4 allows a resource to name its patient by a number alone, or not at all. The record takes it but does not follow the number: the resource is in
 * nobody's chart, and its sender would not know.
 */
function lossesOf({ entry }: MappedBundle): Loss[] {
  const losses: Loss[] = []
  for (const [at, one] of (entry ?? []).entries()) {
    const resource = one?.resource as (Resource & { subject?: Named; patient?: Named }) | undefined
    if (resource === undefined) continue
    for (const property of ['subject', 'patient'] as const) {
      const named = resource[property]
      const isMissing = named === undefined && property === 'subject' && ofPatients.has(resource.resourceType)
      const isUnlinked = named !== undefined && !Array.isArray(named) && named?.reference === undefined
      if (isMissing || isUnlinked)
        losses.push({ place: `Bundle.entry[${at}].resource.${property}`, why: 'refers to no patient, and stands in the chart of nobody' })
    }
  }
  return losses
}
type Named = { reference?: string } | null

/** A transaction of one around the unchanged bytes. */
export function transactionOf(resource: Buffer | null, request: Record<string, string>): Buffer {
  const text = resource === null ? '' : `"resource":${resource.toString('utf8').replace(/^\ufeff/, '')},`
  return Buffer.from(`{"resourceType":"Bundle","type":"transaction","entry":[{${text}"request":${JSON.stringify(request)}}]}`)
}
