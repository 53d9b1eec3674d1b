import { type Check, textOf } from './check.ts'

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const list = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : [])

const restful = /^https?:\/\/.+\/([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})$/

/** bundle.html: a fullUrl is absolute and agrees with the type and id of its resource. */
function entryName({ fullUrl, resource }: Json, check: Check, depth: number): void {
  if (typeof fullUrl !== 'string') return
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:\S/.test(fullUrl)) {
    check.warn(depth, 'fullUrl', -1, 'the fullUrl must be an absolute URL', 'Write urn:uuid: and a UUID, or the full address of the resource.')
    return
  }
  const found = restful.exec(fullUrl)
  if (found === null || !isObject(resource)) return
  const [, type, id] = found
  const disagrees = resource.resourceType !== type || (resource.id !== undefined && resource.id !== id)
  if (disagrees) check.warn(depth, 'fullUrl', -1, 'the fullUrl disagrees with the type or id of its resource', 'Make them agree.')
}

const once = new Set(['self', 'first', 'previous', 'next', 'last'])

/** http.html#paging: each link relation is given once; search.html: a resource in a search result has an id. */
function bundleLinks(bundle: Json, check: Check, depth: number): void {
  const relations = list(bundle.link).flatMap(({ relation }) => (typeof relation === 'string' && once.has(relation) ? relation : []))
  if (new Set(relations).size < relations.length) {
    check.value(depth, 'link', -1, 'a link relation must be given once only', 'Keep one link of each relation.')
  }
  if (bundle.type === 'document') documentTargets(bundle, check, depth)
  if (bundle.type !== 'searchset') return
  for (const { resource, search } of list(bundle.entry)) {
    const mode = isObject(search) ? search.mode : undefined
    if (mode !== 'match' && mode !== 'include') continue
    if (!isObject(resource) || resource.id !== undefined || resource.resourceType === 'OperationOutcome') continue
    check.value(depth, 'entry', -1, 'a resource in a search result needs an id', 'Add the id.')
    return
  }
}

const direct = ['subject', 'encounter', 'custodian'] as const

/** documents.html#content: the resources that the Composition refers to by these elements are in the bundle. */
function documentTargets(bundle: Json, check: Check, depth: number): void {
  const entries = list(bundle.entry)
  const composition = entries[0]?.resource
  if (!isObject(composition) || composition.resourceType !== 'Composition') return
  const names = new Set<string>()
  for (const { fullUrl, resource } of entries) {
    if (typeof fullUrl === 'string') names.add(fullUrl)
    const found = typeof fullUrl === 'string' ? restful.exec(fullUrl) : null
    if (found !== null) names.add(`${found[1]}/${found[2]}`)
    else if (isObject(resource)) names.add(`${textOf(resource.resourceType)}/${textOf(resource.id)}`)
  }
  for (const element of direct) {
    const value = composition[element]
    const reference = isObject(value) && typeof value.reference === 'string' ? value.reference.replace(/\/_history\/.*$/, '') : undefined
    if (reference === undefined || reference.startsWith('#') || names.has(reference)) continue
    check.value(depth, 'entry', 0, `the resource that Composition.${element} refers to is not in the document`, 'Add it as an entry.')
  }
}

export const withKey = { Bundle: bundleLinks, 'Bundle.entry': entryName }
