import { TextMap } from '../../platform/text-map.ts'
import { type Check, textOf } from './check.ts'

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

export type Entries = {
  /** The resource that a reference means, by R4 bundle.html#references: a relative reference is resolved against the fullUrl of `from`. */
  find(reference: string, from: Json): Json | undefined
  typeOf(reference: string): string | undefined
  /** Every resource of this type and id, whatever its fullUrl. */
  byTypeAndId(reference: string): { fullUrl: string | undefined; resource: Json }[]
  urlOf(resource: Json): string | undefined
}

const restful = /^(https?:\/\/.+\/)[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/

/** The reference without its fragment and without its version. */
function bareOf(reference: string): string {
  const whole = reference.includes('#') ? reference.slice(0, reference.indexOf('#')) : reference
  return whole.includes('/_history/') ? whole.replace(/\/_history\/[A-Za-z0-9\-.]{1,64}$/, '') : whole
}

/**
 * An index of the entries of a Bundle. It is made when the first reference asks, and lives as long as the check: a weak table of the module would keep
 * it, and the resources, until the whole heap is collected (docs/decisions/0071-what-weak-tables-keep.md).
 */
export function entriesOf(bundle: Json, check: Check): Entries {
  check.bundles ??= new Map()
  return check.bundles.getOrInsertComputed(bundle, index)
}

function index(bundle: Json): Entries {
  const byUrl = new TextMap<Json>()
  const bases = new Map<Json, string | undefined>()
  const byId = new TextMap<{ fullUrl: string | undefined; resource: Json }[]>()
  for (const entry of Array.isArray(bundle.entry) ? bundle.entry : []) {
    if (!isObject(entry) || !isObject(entry.resource)) continue
    const { fullUrl, resource } = entry
    const name = `${textOf(resource.resourceType)}/${textOf(resource.id)}`
    // New resources without an id all have the same key: copying the list for each of them would take minutes in a large bundle.
    byId.getOrInsertComputed(name, () => []).push({ fullUrl: typeof fullUrl === 'string' ? fullUrl : undefined, resource })
    if (typeof fullUrl === 'string' && !byUrl.has(fullUrl)) byUrl.set(fullUrl, resource)
  }
  let urls: Map<Json, string> | undefined
  const urlOf = (resource: Json) => (urls ??= urlsOf(bundle)).get(resource)
  return {
    find(reference, from) {
      const bare = bareOf(reference)
      const exact = byUrl.get(reference) ?? (bare === reference ? undefined : byUrl.get(bare))
      if (exact !== undefined || /^[a-z]+:/i.test(bare)) return exact
      if (!bases.has(from)) bases.set(from, restful.exec(urlOf(from) ?? '')?.[1])
      const base = bases.get(from)
      return base === undefined ? byId.get(bare)?.[0]?.resource : byUrl.get(`${base}${bare}`)
    },
    typeOf(reference) {
      const type = byUrl.get(reference)?.resourceType
      return typeof type === 'string' ? type : undefined
    },
    byTypeAndId: (reference) => byId.get(reference) ?? [],
    urlOf,
  }
}

/** Made only when a bundle has relative references. */
function urlsOf(bundle: Json): Map<Json, string> {
  const entries = Array.isArray(bundle.entry) ? bundle.entry : []
  return new Map(
    entries.flatMap((entry) => (isObject(entry) && isObject(entry.resource) && typeof entry.fullUrl === 'string' ? [[entry.resource, entry.fullUrl]] : [])),
  )
}
