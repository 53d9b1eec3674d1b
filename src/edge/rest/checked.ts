import { Refusal } from '../../platform/refusal.ts'
import { parseShallow } from '../draft/shallow-json.ts'

export type Found = Record<string, any> & { resourceType: string }

export const entriesMax = 10_000

/**
 * Checks what can be checked without the record: JSON in UTF-8, a resource, and a kind of Bundle that is taken. Everything else is left to the
 * record. The bytes are passed on unchanged, so that 1.50 stays 1.50.
 */
export function checkDocument(bytes: Uint8Array): Found {
  const found = parsed(bytes)
  if (typeof found !== 'object' || found === null || Array.isArray(found))
    throw new Refusal('incorrect', 'the body is no JSON object', { hint: 'Send a resource of FHIR R4.' })
  const resource = found as Found
  if (typeof resource.resourceType !== 'string' || !/^[A-Z][A-Za-z]{1,40}$/.test(resource.resourceType))
    throw new Refusal('incorrect', 'resourceType is missing', {
      expression: 'resourceType',
      hint: 'Every resource says its type: {"resourceType":"Observation", …}.',
    })
  if (resource.resourceType === 'Bundle') checkBundle(resource)
  return resource
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return parseShallow(bytes)
  } catch (error) {
    if (error instanceof Refusal) throw error
    if (!(error instanceof SyntaxError)) throw new Refusal('incorrect', 'the body is not UTF-8', { hint: 'JSON is always UTF-8 (RFC 8259, 8.1).' })
    // The message of the parser repeats a part of the text, which may be a name or a number.
    const at = /position (\d+)/.exec(error.message)?.[1]
    throw new Refusal('incorrect', `the body is no JSON${at === undefined ? '' : ` from character ${at} on`}`, {
      hint: 'Check that the body is whole, with commas and closing brackets.',
    })
  }
}

const methods = new Set(['POST', 'PUT', 'DELETE', 'PATCH'])

function checkBundle(bundle: Found): void {
  if (!['transaction', 'batch', 'document'].includes(bundle['type']))
    throw new Refusal('unprocessable', 'only Bundles of the types transaction, batch and document are taken', {
      expression: 'Bundle.type',
      hint: 'Send a transaction: each entry with its resource, and with request.method and request.url (POST and the type of the resource).',
    })
  const entries: unknown = bundle['entry'] ?? []
  if (!Array.isArray(entries) || entries.length > entriesMax)
    throw new Refusal('unprocessable', `entry must be a list of at most ${entriesMax}`, { expression: 'Bundle.entry' })
  for (const [index, entry] of entries.entries()) {
    const place = `Bundle.entry[${index}]`
    if (typeof entry !== 'object' || entry === null) throw new Refusal('incorrect', `${place} is no entry`, { expression: place })
    if (bundle['type'] === 'document') continue
    const { method, url } = (entry.request ?? {}) as { method?: unknown; url?: unknown }
    if (method === 'GET' || method === 'HEAD')
      throw new Refusal('unprocessable', `${place} reads, and nothing can be read here: what is accepted is sent later`, {
        expression: `${place}.request.method`,
      })
    if (typeof method !== 'string' || !methods.has(method) || typeof url !== 'string' || url === '')
      throw new Refusal('incorrect', `${place} needs request.method and request.url`, {
        expression: `${place}.request`,
        hint: 'They say what is to be done with the resource: POST and its type, or PUT and an address that finds it (Observation?identifier=…).',
      })
  }
}
