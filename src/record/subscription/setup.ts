import type { Resource } from '../../fhir/fhir.ts'
import { mayHoldNumber } from '../../platform/personal-number.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import { readFilter, typesNamed } from './filters.ts'
import { canonicals, type Topic, topicOf, typesOf } from './topics.ts'

/**
 * The wishes of a Subscription on a topic, in the words of the R4 backport (Subscriptions R5 Backport 1.1.0, "Topic-Based Subscriptions in FHIR R4").
 * A wish that cannot be served as written is refused with its place.
 */
export type Setup = {
  /** Null for R4's own kind, whose criteria are its only filter. */
  topic: string | null
  filters: string[]
  content: ContentLevel
  mime: string
  endpoint: string
  headers: Header[]
  heartbeat: number | null
  timeout: number
  batch: number
  endsAt: Date | null
}
export type ContentLevel = 'empty' | 'id-only' | 'full-resource'
export type Header = { name: string; value: string }

export const backport = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/'
export const profile = `${backport}backport-subscription`

/** Header values are never given back: a read shows this in their place, and a client that writes this back keeps the old value. */
export const hiddenValue = '***'

const limits = { filters: 20, filterLength: 2000, headers: 10, headerLength: 4000, endpointLength: 2000, timeout: 30, batch: 100, heartbeat: 86_400 } as const
const heartbeatMin = 10
const defaults = { timeout: 15, batch: 100 } as const
/** Headers that belong to the connection or that this server sets. */
const ownHeaders =
  /^(?:host|content-.*|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|proxy-.*|signature|signature-input|forwarded|x-forwarded-.*|cookie2?|date|via|accept-encoding|bus-.*)$/i

export type Extension = { url?: string; [value: string]: unknown }
type Channel = { type?: string; endpoint?: string; payload?: string; header?: string[]; extension?: Extension[]; _payload?: { extension?: Extension[] } }
export type Given = {
  meta?: { profile?: string[] }
  criteria?: string
  _criteria?: { extension?: Extension[] }
  channel?: Channel & { _type?: { extension?: Extension[] } }
  end?: string
}

/** Whether this is a Subscription on a topic, rather than one whose criteria are a search (`criteria.ts`). */
export function isOnTopic(resource: Resource): boolean {
  const { meta, criteria = '' } = resource as Given
  return meta?.profile?.some((one) => one.split('|')[0] === profile) === true || topicOf(criteria) !== undefined || /^(?:https?|urn):[^?]*$/.test(criteria)
}

/** What is asked for, of which types, and whether the Subscription names these types. */
export type Read = Setup & { types: readonly string[]; namesTypes: boolean }

export function readSetup(world: World, resource: Resource, path: string): Read {
  const { criteria = '', _criteria, channel = {}, end } = resource as Given
  const topic = topicOf(criteria)
  if (!topic) throw wrong(`${path}.criteria`, 'there is no such topic', `One of ${canonicals().join(', ')}; GET /fhir/SubscriptionTopic describes them.`)
  const way = readWay(channel, path)
  const filters = readFilters(world, topic, _criteria?.extension ?? [], path)
  const named = typesNamed(filters)
  return {
    topic: criteria,
    filters,
    types: named ? [...named] : typesOf(world.fhir, topic),
    namesTypes: named !== null || topic.types !== null,
    content: readContent(channel, path),
    ...way,
    endsAt: end === undefined ? null : new Date(end),
  }
}

/** Reads where notifications go and in which form. */
export function readWay(channel: Channel & { _type?: { extension?: Extension[] } }, path: string): Omit<Setup, 'topic' | 'filters' | 'content' | 'endsAt'> {
  if (channel.type !== 'rest-hook' || channel._type?.extension !== undefined)
    throw wrong(`${path}.channel.type`, 'this channel is not supported', 'Use rest-hook. Who cannot be reached fetches with $events.')
  return { mime: readMime(channel, path), endpoint: readEndpoint(channel, path), headers: readHeaders(channel, path), ...readTimes(channel, path) }
}

function readFilters(world: World, topic: Topic, extensions: readonly Extension[], path: string): string[] {
  const found = extensions
    .map((one, at): [Extension, string] => [one, `${path}.criteria.extension[${at}]`])
    .filter(([one]) => one.url === `${backport}backport-filter-criteria`)
  if (found.length > limits.filters) throw wrong(`${path}.criteria`, `a Subscription has at most ${limits.filters} filters`, 'Make several Subscriptions.')
  return found.map(([{ valueString }, expression]) => {
    if (typeof valueString !== 'string' || valueString.length > limits.filterLength)
      throw wrong(expression, `a filter is a valueString of at most ${limits.filterLength} characters`, 'Write it like Observation?code=718-7.')
    readFilter(world, topic, valueString, expression)
    return valueString
  })
}

function readContent({ _payload }: Channel, path: string): ContentLevel {
  const level = _payload?.extension?.find(({ url }) => url === `${backport}backport-payload-content`)?.['valueCode'] ?? 'empty'
  if (level === 'empty' || level === 'id-only' || level === 'full-resource') return level
  throw wrong(`${path}.channel.payload.extension`, 'this content is not known', 'Use empty, id-only or full-resource.')
}

function readMime({ payload = 'application/fhir+json' }: Channel, path: string): string {
  if (/^application\/(?:fhir\+)?(?:json|xml)$/.test(payload)) return payload
  throw wrong(`${path}.channel.payload`, 'notifications are not sent in this form', 'Use application/fhir+json or application/fhir+xml.')
}

function readEndpoint({ endpoint = '' }: Channel, path: string): string {
  const expression = `${path}.channel.endpoint`
  if (endpoint === '' || endpoint.length > limits.endpointLength)
    throw wrong(expression, `the endpoint is an address of at most ${limits.endpointLength} characters`, 'Where notifications are posted to.')
  if (mayHoldNumber(endpoint)) throw wrong(expression, 'the address may hold a personal number', 'Use an address that names nobody.')
  return endpoint
}

function readHeaders({ header = [] }: Channel, path: string): Header[] {
  if (header.length > limits.headers) throw wrong(`${path}.channel.header`, `at most ${limits.headers} headers`, 'Put what belongs together into one.')
  return header.map((text, at) => {
    const expression = `${path}.channel.header[${at}]`
    const found = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}):[ \t]*([\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?)$/.exec(text)
    if (!found || text.length > limits.headerLength) throw wrong(expression, 'this is no header', 'Write it like Authorization: Bearer …, in visible ASCII.')
    const [, name = '', value = ''] = found
    if (ownHeaders.test(name)) throw wrong(expression, 'this header is not the subscriber’s to set', 'Use Authorization or a header of your own.')
    return { name, value }
  })
}

function readTimes({ extension = [] }: Channel, path: string): Pick<Setup, 'heartbeat' | 'timeout' | 'batch'> {
  const number = (name: string, least: number, most: number): number | null => {
    const found = extension.find(({ url }) => url === `${backport}${name}`)
    if (!found) return null
    const value = found['valueUnsignedInt'] ?? found['valuePositiveInt']
    if (Number.isSafeInteger(Number(value)) && Number(value) >= least && Number(value) <= most) return Number(value)
    throw wrong(`${path}.channel.extension`, `${name} is from ${least} to ${most}`, 'A whole number, in seconds where it is a time.')
  }
  return {
    heartbeat: number('backport-heartbeat-period', heartbeatMin, limits.heartbeat),
    timeout: number('backport-timeout', 1, limits.timeout) ?? defaults.timeout,
    batch: number('backport-max-count', 1, limits.batch) ?? defaults.batch,
  }
}

const wrong = (expression: string, sentence: string, hint: string) => new Refusal('unprocessable', sentence, { expression, hint })
