import { TextMap } from '../platform/text-map.ts'
import { type Survey, surveyReferences, walkReferences } from './references.ts'
import { typeCode } from './resource-types.ts'
import { shown } from './runtime/check.ts'
import { idForm } from './runtime/primitives.ts'
import type { Issue, Resource } from './types.ts'

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type Target =
  | { kind: 'type'; type: string }
  | { kind: 'instance'; type: string; id: string }
  | { kind: 'search'; type: string; query: [string, string][] }
  /** Any other GET: history, a version, metadata, an operation. Also an operation by POST. */
  | { kind: 'other'; url: string }

export type BundleEntry = {
  index: number
  method: Method
  target: Target
  fullUrl: string | null
  /** The references by which other entries may mean this one: its fullUrl and, when that ends in Type/id, also Type/id. */
  names: string[]
  resource: Resource | null
  ifMatch: string | null
  ifNoneMatch: string | null
  ifModifiedSince: string | null
  ifNoneExist: [string, string][] | null
  /** The references inside the resource. */
  survey: Survey
  /** References of the form `Patient?identifier=…`, which name a search and not an id. */
  conditional: { reference: string; type: string; query: [string, string][]; expression: string }[]
  issues: Issue[]
}
export type BundlePlan = {
  kind: 'batch' | 'transaction'
  entries: BundleEntry[]
  /** Indexes in the order of processing: DELETE, POST, PUT and PATCH, GET and HEAD (https://hl7.org/fhir/R4/http.html#trules). */
  order: number[]
  /** Errors of the Bundle as a whole. A transaction is refused for any issue of any entry, a batch only for these. */
  issues: Issue[]
}

type Json = Record<string, unknown>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const textOf = (value: unknown) => (typeof value === 'string' ? value : null)
const issue = (code: string, expression: string, diagnostics: string, hint: string): Issue => ({
  severity: 'error',
  code,
  expression,
  diagnostics,
  hint,
})

/**
 * Reads a batch or transaction before any entry is executed: the method, target and errors of every entry. The url of an entry may
 * begin with `base`, the address of this server.
 */
export function planBundle(bundle: Resource, base?: string): BundlePlan {
  const kind = bundle.type === 'batch' ? 'batch' : 'transaction'
  const plan: BundlePlan = { kind, entries: [], order: [], issues: [] }
  if (bundle.resourceType !== 'Bundle' || (bundle.type !== 'batch' && bundle.type !== 'transaction')) {
    plan.issues.push(issue('value', 'Bundle.type', 'only a Bundle of type batch or transaction can be processed', 'Set type to transaction or batch.'))
    return plan
  }
  const entries = Array.isArray(bundle.entry) ? (bundle.entry as unknown[]) : []
  plan.entries = entries.map((entry, index) => readEntry(isObject(entry) ? entry : {}, index, base))
  checkNames(plan)
  checkReferences(plan)
  plan.order = plan.entries.map(({ index }) => index).sort((a, b) => rankOf(plan, a) - rankOf(plan, b) || a - b)
  return plan
}

const ranks: Record<Method, number> = { DELETE: 0, POST: 1, PUT: 2, PATCH: 2, GET: 3, HEAD: 3 }
const rankOf = (plan: BundlePlan, index: number) => ranks[(plan.entries[index] as BundleEntry).method]
const methods = new Set(Object.keys(ranks))

function readEntry(entry: Json, index: number, base: string | undefined): BundleEntry {
  const at = `Bundle.entry[${index}]`
  const issues: Issue[] = []
  const request = isObject(entry.request) ? entry.request : {}
  const resource = isResource(entry.resource) ? entry.resource : null
  const fullUrl = textOf(entry.fullUrl)
  const { method, url, isForm } = askedBy(request, base)
  if (entry.request === undefined) issues.push(issue('required', `${at}.request`, 'an entry needs a request', 'Add request with method and url.'))
  else if (!methods.has(request.method as string))
    issues.push(issue('value', `${at}.request.method`, 'the method is missing or not known', `Use one of: ${[...methods].join(', ')}.`))
  else if (url === null) issues.push(issue('required', `${at}.request.url`, 'the request needs a url', 'Write Type, Type/id or Type?query.'))
  if (entry.resource !== undefined && resource === null) {
    issues.push(issue('structure', `${at}.resource`, 'is not a resource of FHIR R4', 'Send an object with the resourceType of an R4 resource.'))
  } else if (isForm && resource !== null) {
    issues.push(issue('structure', `${at}.resource`, 'a search takes no resource', 'Write what is asked for into the url: Type/_search?name=value.'))
  }
  const target = url === null ? null : targetOf(url)
  if (target === null && url !== null)
    issues.push(
      issue('value', `${at}.request.url`, 'the url is not one of a FHIR resource', 'Write Type, Type/id or Type?query, without the address of another server.'),
    )
  const plan: BundleEntry = {
    index,
    method,
    target: target ?? { kind: 'other', url: '' },
    fullUrl,
    names: namesOf(fullUrl),
    resource,
    ifMatch: textOf(request.ifMatch),
    ifNoneMatch: textOf(request.ifNoneMatch),
    ifModifiedSince: textOf(request.ifModifiedSince),
    ifNoneExist: ifNoneExistOf(request.ifNoneExist),
    conditional: [],
    issues,
    survey: resource === null ? { holders: [], hasOtherUrns: false } : surveyReferences(resource),
  }
  if (target !== null && issues.length === 0) checkEntry(plan, target, at)
  return plan
}

const formSearch = /(?:^|\/)_search(?=\?|$)/

/** A search by POST counts as a GET: it is executed among the reads, and a transaction may hold it. */
function askedBy(request: Json, base: string | undefined): { method: Method; url: string | null; isForm: boolean } {
  const method = methods.has(request.method as string) ? (request.method as Method) : 'GET'
  const whole = textOf(request.url)
  const url = whole !== null && base !== undefined && whole.startsWith(`${base}/`) ? whole.slice(base.length) : whole
  const isForm = method === 'POST' && url !== null && formSearch.test(url.split('?')[0] as string)
  return isForm ? { method: 'GET', url: url.replace(formSearch, ''), isForm } : { method, url, isForm }
}

const isResource = (value: unknown): value is Resource => isObject(value) && typeof value.resourceType === 'string' && typeCode(value.resourceType) >= 0

const absolutePath = /^(?:https?:\/\/.+|)\/?([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})$/

function namesOf(fullUrl: string | null): string[] {
  if (fullUrl === null) return []
  const found = fullUrl.startsWith('http') ? absolutePath.exec(fullUrl) : null
  return found === null ? [fullUrl] : [fullUrl, `${found[1]}/${found[2]}`]
}

/** An entry's url is relative to the base of the server. */
function targetOf(url: string): Target | null {
  const relative = url.startsWith('/') ? url.slice(1) : url
  const question = relative.indexOf('?')
  const path = question < 0 ? relative : relative.slice(0, question)
  const [type = '', id, ...more] = path.split('/')
  if (path === '' && question === 0) return { kind: 'other', url: relative } // A search over several types.
  if (typeCode(type) < 0) return /^(metadata|_history|\$[\w-]+)$/.test(type) ? { kind: 'other', url: relative } : null
  if (id === undefined || id === '') return question < 0 ? { kind: 'type', type } : { kind: 'search', type, query: queryOf(relative.slice(question + 1)) }
  if (more.length > 0 || id.startsWith('_') || id.startsWith('$') || question >= 0) return { kind: 'other', url: relative }
  return idForm.test(id) ? { kind: 'instance', type, id } : null
}

const queryOf = (query: string): [string, string][] => [...new URLSearchParams(query)]

function ifNoneExistOf(value: unknown): [string, string][] | null {
  const text = textOf(value)
  return text === null ? null : queryOf(text.slice(text.indexOf('?') + 1))
}

function checkEntry(entry: BundleEntry, target: Target, at: string): void {
  const { method, resource, issues } = entry
  const wants = {
    GET: null,
    HEAD: null,
    POST: isOperation(target) ? ['other'] : ['type'],
    PUT: ['instance', 'search'],
    PATCH: ['instance', 'search'],
    DELETE: ['instance', 'search'],
  }[method]
  if (wants !== null && !wants.includes(target.kind)) {
    const forms = wants.map((kind) => ({ type: 'Type', instance: 'Type/id', search: 'Type?query', other: 'Type/$operation' })[kind]).join(' or ')
    issues.push(issue('value', `${at}.request.url`, `the url does not suit ${method}`, `Write ${forms}.`))
  }
  if (target.kind === 'search' && target.query.length === 0 && method !== 'GET' && method !== 'HEAD') {
    issues.push(issue('value', `${at}.request.url`, 'the condition is empty', 'Say by which parameters the resource is found.'))
  }
  const needsResource = (method === 'POST' && target.kind !== 'other') || method === 'PUT' || method === 'PATCH'
  if (needsResource && resource === null) {
    issues.push(issue('required', `${at}.resource`, `${method} needs a resource`, 'Add the resource to the entry.'))
  } else if (!needsResource && resource !== null && method !== 'POST') {
    issues.push(issue('structure', `${at}.resource`, `${method} takes no resource`, 'Remove the resource from the entry.'))
  }
  if (entry.ifNoneExist !== null && (method !== 'POST' || entry.ifNoneExist.length === 0)) {
    issues.push(issue('value', `${at}.request.ifNoneExist`, 'ifNoneExist is a condition for POST', 'Give it to POST only, with at least one parameter.'))
  }
  if (method === 'PATCH' && resource !== null && resource.resourceType !== 'Parameters' && resource.resourceType !== 'Binary') {
    issues.push(issue('value', `${at}.resource`, 'a patch is Parameters or Binary', 'Send a FHIRPath Patch as Parameters or a JSON Patch as Binary.'))
  }
  if (resource === null || target.kind === 'other' || method === 'PATCH') return
  if (resource.resourceType !== target.type) {
    issues.push(issue('value', `${at}.request.url`, `the url says ${target.type}, the resource is another type`, 'Make them agree.'))
  } else if (method === 'PUT' && target.kind === 'instance' && resource.id !== target.id) {
    issues.push(issue('value', `${at}.resource.id`, 'the id of the resource is not that of the url', 'Make them agree.'))
  }
}

/** `$validate`, `Patient/$match`, `Patient/1/$meta-add`: an operation, which a POST may ask for besides a create. */
const isOperation = (target: Target): boolean => target.kind === 'other' && /(?:^|\/)\$[\w-]+$/.test(target.url.split('?')[0] as string)

/** Two entries must not have the same fullUrl; in a transaction they must not change the same resource. */
function checkNames(plan: BundlePlan): void {
  const seen = new TextMap<true>()
  for (const { index, fullUrl, method, target, issues } of plan.entries) {
    const at = `Bundle.entry[${index}]`
    if (fullUrl !== null) {
      if (seen.has(fullUrl)) issues.push(issue('value', `${at}.fullUrl`, 'two entries have the same fullUrl', 'Give each entry a urn:uuid of its own.'))
      seen.set(fullUrl, true)
    }
    if (plan.kind !== 'transaction' || target.kind !== 'instance' || ranks[method] > 2) continue
    const changed = `${target.type}/${target.id} `
    if (seen.has(changed)) issues.push(issue('value', `${at}.request.url`, 'two entries change the same resource', 'Change a resource once in a transaction.'))
    seen.set(changed, true)
  }
}

const condition = /^([A-Z][A-Za-z]+)\?(.+)$/

/** Collects conditional references, and reports references by urn:uuid to entries that do not exist. */
function checkReferences(plan: BundlePlan): void {
  const names = new TextMap<true>()
  for (const entry of plan.entries) if (entry.method !== 'DELETE') for (const name of entry.names) names.set(name, true)
  const isPlain = ({ reference }: { reference?: string }) =>
    reference === undefined || (plan.kind === 'transaction' && names.has(reference)) || !(isUrn(reference) || condition.test(reference))
  for (const entry of plan.entries) {
    if (entry.resource === null || entry.survey.holders.every(isPlain)) continue
    walkReferences(entry.resource, (holder, path) => {
      if (isPlain(holder)) return
      const reference = holder.reference as string
      const expression = `Bundle.entry[${entry.index}].resource${path().slice((entry.resource as Resource).resourceType.length)}.reference`
      if (isUrn(reference)) {
        const says = plan.kind === 'batch' ? 'entries of a batch must not refer to each other by urn:uuid' : 'no entry of the transaction has this fullUrl'
        const hint = plan.kind === 'batch' ? 'Send a transaction, or refer by Type/id.' : 'Add the entry, or refer by Type/id.'
        entry.issues.push(issue('not-found', expression, says, hint))
        return
      }
      const [, type = '', query = ''] = condition.exec(reference) ?? []
      if (typeCode(type) >= 0) entry.conditional.push({ reference, type, query: queryOf(query), expression })
      else entry.issues.push(issue('value', expression, `${shown(type)} is not a resource type of FHIR R4`, 'Write Type?query.'))
    })
  }
}

const isUrn = (reference: string) => reference.startsWith('urn:uuid:') || reference.startsWith('urn:oid:')
