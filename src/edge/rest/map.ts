import type { Resource } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { MappedBundle } from '../draft/draft.ts'
import { checkDocument } from './checked.ts'

type Made = { bundle: MappedBundle; body: Buffer; losses: []; mapping: string }

/**
 * FHIR needs no mapping: a Bundle goes as it is, a resource as a transaction of one around its own bytes, so that numbers keep their digits. The
 * message itself is what is kept, so there is no second original beside it.
 */
export function mapFhir(original: Buffer): Made {
  const found = checkDocument(original)
  if (found.resourceType === 'Bundle') {
    if (found['type'] === 'batch')
      throw new Refusal('unprocessable', 'a batch is taken apart only at the FHIR address of the edge', { hint: 'Send it there, or as a transaction.' })
    return { bundle: found as never, body: original, losses: [], mapping: 'fhir/1' }
  }
  // A line of NDJSON says no method: with an id it is that resource, without one a new one.
  const isKnown = typeof found['id'] === 'string'
  const request = isKnown ? { method: 'PUT', url: `${found.resourceType}/${found['id']}` } : { method: 'POST', url: found.resourceType }
  const bundle = { resourceType: 'Bundle', type: 'transaction', entry: [{ resource: found as Resource, request }] }
  return { bundle: bundle as unknown as MappedBundle, body: transactionOf(original, request), losses: [], mapping: 'fhir/1' }
}

/** A transaction of one, around the bytes as they are written. */
export function transactionOf(resource: Buffer | null, request: Record<string, string>): Buffer {
  const text = resource === null ? '' : `"resource":${resource.toString('utf8').replace(/^\ufeff/, '')},`
  return Buffer.from(`{"resourceType":"Bundle","type":"transaction","entry":[{${text}"request":${JSON.stringify(request)}}]}`)
}
