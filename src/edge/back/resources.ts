import type { Resource } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import { type Json, statementSystem } from '../draft/draft.ts'

export type Bundle = { entry?: { fullUrl?: string; resource?: Resource }[] }

/** The resources of a Bundle, which can be found by fullUrl or by type and id. */
export class Resources {
  readonly all: Resource[]
  readonly #byName = new Map<string, Resource>()

  constructor(bundle: Bundle) {
    const entries = (bundle.entry ?? []).flatMap(({ fullUrl, resource }) => (resource === undefined ? [] : [{ fullUrl, resource }]))
    this.all = entries.map(({ resource }) => resource)
    for (const { fullUrl, resource } of entries) {
      if (fullUrl !== undefined) this.#byName.set(fullUrl, resource)
      if (resource.id !== undefined) this.#byName.set(`${resource.resourceType}/${resource.id}`, resource)
    }
  }

  of(type: string): Resource[] {
    return this.all.filter(({ resourceType }) => resourceType === type)
  }

  at(reference: unknown): Resource | undefined {
    const name = (reference as Json | undefined)?.['reference']
    if (typeof name !== 'string') return undefined
    return this.#byName.get(name) ?? this.#byName.get(name.split('/').slice(-2).join('/'))
  }

  /** The only patient of the bundle: a message of two would mix their charts. */
  patient(): Resource {
    const [patient, other] = this.of('Patient').filter((one) => one['active'] !== false)
    if (patient !== undefined && other === undefined) return patient
    throw new Refusal('unprocessable', patient === undefined ? 'the bundle has no Patient' : 'the bundle has several Patients, and a message is of one', {
      expression: 'Bundle.entry',
      hint: 'Send the Patient together with what is about that patient alone.',
    })
  }
}

export const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : [])
/** The value as text; a number whose digits count (1.50) is kept as raw JSON. */
export const textAt = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : JSON.isRawJSON(value)
      ? (value as { rawJSON: string }).rawJSON
      : ''
/** The identifiers of a resource, without the one that an edge made up to find it again. */
export const numbersOf = (resource: Json): Json[] => list(resource['identifier']).filter((one) => one['system'] !== statementSystem)

/** The value of a choice element: `valueQuantity` for `value`. */
export function choice(resource: Json, name: string): { type: string; value: unknown } | undefined {
  const found = Object.keys(resource).find((key) => key.startsWith(name) && key.length > name.length && key[name.length] === key[name.length]?.toUpperCase())
  return found === undefined ? undefined : { type: found.slice(name.length), value: resource[found] }
}
