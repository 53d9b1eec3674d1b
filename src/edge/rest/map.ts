import type { Resource } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Loss, MappedBundle } from '../draft/draft.ts'
import { checkDocument } from './checked.ts'

type Made = { bundle: MappedBundle; body: Buffer; losses: Loss[]; mapping: string }

/**
 * FHIR needs no mapping: a Bundle goes as it is, a resource as a transaction of one around its own bytes, so that numbers keep their digits. The
 * message itself is what is kept, so there is no second original beside it.
 */
export function mapFhir(original: Buffer): Made {
  const found = checkDocument(original)
  if (found.resourceType === 'Bundle') {
    if (found['type'] === 'batch')
      throw new Refusal('unprocessable', 'a batch is taken apart only at the FHIR address of the edge', { hint: 'Send it there, or as a transaction.' })
    const bundle = found as unknown as MappedBundle
    return { bundle, body: original, losses: lossesOf(bundle), mapping: 'fhir/1' }
  }
  // A line of NDJSON says no method: with an id it is that resource, without one a new one.
  const isKnown = typeof found['id'] === 'string'
  const request = isKnown ? { method: 'PUT', url: `${found.resourceType}/${found['id']}` } : { method: 'POST', url: found.resourceType }
  const bundle = { resourceType: 'Bundle', type: 'transaction', entry: [{ resource: found as Resource, request }] } as unknown as MappedBundle
  return { bundle, body: transactionOf(original, request), losses: lossesOf(bundle), mapping: 'fhir/1' }
}

// In R4 they may be of nobody, and mean somebody when a local system sends them.
const ofPatients = new Set(['Observation', 'DiagnosticReport', 'Encounter'])

/** R4 lets a resource name its patient by a number alone, or not at all. The record takes it and follows no number: it stands in the chart of nobody, and who sent it would not know. */
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

/** A transaction of one, around the bytes as they are written. */
export function transactionOf(resource: Buffer | null, request: Record<string, string>): Buffer {
  const text = resource === null ? '' : `"resource":${resource.toString('utf8').replace(/^\ufeff/, '')},`
  return Buffer.from(`{"resourceType":"Bundle","type":"transaction","entry":[{${text}"request":${JSON.stringify(request)}}]}`)
}
