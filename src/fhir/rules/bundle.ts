import { isObject, type Json, list } from '../profile/items.ts'
import { entriesOf } from '../runtime/bundle-entries.ts'
import { textOf } from '../runtime/check.ts'
import { walkReferences } from '../references.ts'
import type { Resource } from '../types.ts'
import type { Place, Rule } from './strict.ts'

const withoutNames = new Set(['transaction', 'batch', 'transaction-response', 'batch-response'])
/** Resources that an operation or a search adds to its results; they have no identity (bundle.html, "Resource URL & Uniqueness rules in a bundle"). */
const neverNamed = new Set(['OperationOutcome', 'Parameters'])
const searchLinks = new Set(['first', 'previous', 'next', 'last'])
const restful = /^https?:\/\/.+\/[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/

/** bundle.html, documents.html, messaging.html and search.html: rules for a bundle of each kind as a whole. */
export const bundleRule: Rule = (bundle, place) => {
  const type = String(bundle.type)
  entryNames(bundle, type, place)
  if (type === 'document' || type === 'message') framed(bundle, type, place)
  if (type === 'searchset') searchAnswers(bundle, place)
  else if (type !== 'history') onlyOtherLinks(bundle, place)
}

function entryNames(bundle: Json, type: string, { check, depth }: Place): void {
  list(bundle.entry).forEach((entry, index) => {
    const { fullUrl, resource } = entry
    const path = () => check.path(depth, 'entry', index)
    const isNamed = isObject(resource) ? !neverNamed.has(textOf(resource.resourceType)) : type === 'history'
    if (fullUrl === undefined && isNamed && !withoutNames.has(type)) {
      check.add('invalid', path(), 'an entry needs a fullUrl, the identity of its resource', 'Add urn:uuid: and a UUID, or the address of the resource.')
    }
    if (typeof fullUrl !== 'string') return
    if (/\/_history\//.test(fullUrl)) check.add('invalid', path(), 'a fullUrl must not name a version', 'Remove /_history and what follows.')
    if (restful.test(fullUrl) && isObject(resource) && resource.id === undefined && type !== 'searchset' && type !== 'transaction' && type !== 'batch') {
      check.add('invalid', path(), 'the fullUrl is the address of a resource, and the resource has no id', 'Add the id.')
    }
  })
}

/** Links between pages belong to search results and histories only (http.html#paging). */
function onlyOtherLinks(bundle: Json, { check, depth }: Place): void {
  list(bundle.link).forEach(({ relation }, index) => {
    if (typeof relation !== 'string' || !searchLinks.has(relation)) return
    check.add('invalid', check.path(depth, 'link', index), `a link '${relation}' belongs to search results and histories only`, 'Remove it.')
  })
}

const targets: Record<string, Record<string, string[]>> = {
  document: {
    Composition: ['subject', 'encounter', 'custodian', 'author', 'attester.party', 'event.detail', 'section.author', 'section.focus', 'section.entry'],
  },
  message: { MessageHeader: ['focus'] },
}

/**
 * The resources that the first entry of a document or message refers to must be in the bundle, once each; in a document all entries must be
 * connected with the first.
 */
function framed(bundle: Json, type: string, place: Place): void {
  const [entry] = list(bundle.entry)
  if (entry === undefined) {
    const { check, depth } = place
    return check.add('invalid', check.path(depth), `a ${type} has one entry at least`, `Begin with a ${type === 'document' ? 'Composition' : 'MessageHeader'}.`)
  }
  const first = entry.resource
  if (!isObject(first)) return
  const paths = targets[type]?.[String(first.resourceType)]
  if (paths === undefined) return
  for (const path of paths) for (const reference of referencesAt(first, path.split('.'))) found(bundle, first, path, reference, place)
  if (type === 'document') stylesheets(bundle, place)
  if (type === 'document') connected(bundle, first as Resource, place)
}

function referencesAt(value: Json, [name = '', ...rest]: string[]): string[] {
  const inner = [value[name]].flat().filter(isObject)
  const own =
    rest.length === 0 ? inner.flatMap(({ reference }) => (typeof reference === 'string' ? [reference] : [])) : inner.flatMap((one) => referencesAt(one, rest))
  return name === 'section'
    ? [...own, ...inner.flatMap((one) => list(one.section).flatMap((nested) => referencesAt({ section: nested }, ['section', ...rest])))]
    : own
}

function found(bundle: Json, from: Json, path: string, reference: string, { check, depth }: Place): void {
  if (reference.startsWith('#')) return
  const entries = entriesOf(bundle, check)
  const [bare = '', version] = reference.split('/_history/')
  const at = check.path(depth, 'entry', 0)
  const says = (text: string, hint: string) => check.add('not-found', at, text, hint)
  const own = entries.urlOf(from)
  if (!/^[a-z][a-z0-9+.-]*:/i.test(bare) && own !== undefined && !restful.test(own))
    return says(`the entry has no address that ${String(from.resourceType)}.${path} could be relative to`, 'Refer to the fullUrl of the entry.')
  const target = entries.find(bare, from)
  if (target === undefined)
    return says(
      `the resource that ${String(from.resourceType)}.${path} refers to is not in the bundle`,
      'Add it as an entry, with the fullUrl that the reference leads to.',
    )
  const same = entries.byTypeAndId(`${textOf(target.resourceType)}/${textOf(target.id)}`).filter(({ fullUrl }) => fullUrl === entries.urlOf(target))
  const fitting = version === undefined ? same : same.filter(({ resource }) => isObject(resource.meta) && resource.meta.versionId === version)
  if (fitting.length > 1) says(`more than one entry is what ${String(from.resourceType)}.${path} refers to`, 'Name the version in the reference.')
  if (fitting.length === 0) says(`the version that ${String(from.resourceType)}.${path} refers to is not in the bundle`, 'Add that version as an entry.')
}

const nameOf = ({ resourceType, id }: Json): string => `${textOf(resourceType)}/${textOf(id)}`
const isStylesheet = (bundle: Json, resource: Json): boolean =>
  list(bundle.link).some(({ relation, url }) => relation === 'stylesheet' && url === nameOf(resource))

/** documents.html#presentation: a stylesheet has an address of its own or came along. */
function stylesheets(bundle: Json, { check, depth }: Place): void {
  const names = new Set(list(bundle.entry).flatMap(({ resource }) => (isObject(resource) ? nameOf(resource) : [])))
  list(bundle.link).forEach(({ relation, url }, index) => {
    if (relation !== 'stylesheet' || typeof url !== 'string' || /^[a-z][a-z0-9+.-]*:/i.test(url) || names.has(url)) return
    check.add('not-found', check.path(depth, 'link', index), 'the stylesheet is not in the document', 'Add it as an entry, or write its whole address.')
  })
}

/** documents.html: every entry of a document is reached by references from the Composition, in either direction. */
function connected(bundle: Json, first: Resource, { check, depth }: Place): void {
  const entries = entriesOf(bundle, check)
  const resources = list(bundle.entry).map(({ resource }) => resource)
  const neighbours = new Map<Json, Set<Json>>()
  const join = (a: Json, b: Json) => neighbours.set(a, (neighbours.get(a) ?? new Set()).add(b))
  for (const resource of resources) {
    if (!isObject(resource)) continue
    walkReferences(resource as Resource, ({ reference }) => {
      const target = typeof reference === 'string' ? entries.find(reference, resource) : undefined
      if (target === undefined) return
      join(resource, target)
      join(target, resource)
    })
  }
  const reached = new Set<Json>([first, ...resources.filter(isObject).filter((resource) => isStylesheet(bundle, resource))])
  for (const one of reached) for (const next of neighbours.get(one) ?? []) reached.add(next)
  resources.forEach((resource, index) => {
    if (!isObject(resource) || reached.has(resource) || resource.resourceType === 'Provenance') return
    check.add(
      'informational',
      check.path(depth, 'entry', index),
      'nothing leads from the Composition to this entry or back',
      'Refer to it, or leave it out of the document.',
    )
  })
}

/** search.html: a match is of a type that was asked for, and an outcome is an OperationOutcome. */
function searchAnswers(bundle: Json, { check, depth }: Place): void {
  const self = plainUrl(list(bundle.link).find(({ relation }) => relation === 'self')?.url)
  const wanted = self === null ? [] : wantedTypes(self)
  list(bundle.entry).forEach(({ resource, search }, index) => {
    const mode = isObject(search) ? search.mode : undefined
    if (!isObject(resource) || typeof resource.resourceType !== 'string') return
    const says = (text: string, hint: string) => check.add('invalid', check.path(depth, `entry[${index}].resource`), text, hint)
    if (mode === 'outcome' && resource.resourceType !== 'OperationOutcome')
      says('what came along as an outcome is no OperationOutcome', 'Give it the mode include, or leave it out.')
    if (mode === 'match' && wanted.length > 0 && !wanted.includes(resource.resourceType))
      says(`was found by a search for ${wanted.join(', ')}`, 'Give it the mode include, or leave it out.')
  })
}

/** Decodes the link, because a comma may be written as %2C. */
function plainUrl(url: unknown): string | null {
  try {
    return typeof url === 'string' ? decodeURIComponent(url) : null
  } catch {
    return null
  }
}

function wantedTypes(self: string): string[] {
  const types = /[?&]_type=([A-Za-z,]+)/.exec(self)?.[1]
  if (types !== undefined) return types.split(',')
  const type = /(?:^|\/)([A-Z][A-Za-z]+)(?:\/_search)?(?:\?|$)/.exec(self)?.[1]
  return type === undefined ? [] : [type]
}
