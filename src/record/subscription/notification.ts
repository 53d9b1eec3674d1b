import type { World } from '../../platform/world.ts'
import type { Shown } from './hand-out.ts'
import type { ContentLevel } from './setup.ts'
import { publicId, type Running, type State } from './store.ts'
import { uuidV4 } from '../../platform/uuid.ts'

/**
 * Notifications in the form of the R4 backport: a history Bundle whose first entry is the status, followed by the resources of the events. An event
 * whose resource may no longer be seen keeps its number and shows nothing else.
 */
export type NotificationKind = 'handshake' | 'heartbeat' | 'event-notification' | 'query-status' | 'query-event'
type Told = Pick<Running, 'id' | 'name' | 'topic' | 'number' | 'state'>
export type Notification = { kind: NotificationKind; content: ContentLevel; shown: readonly Shown[]; next?: string; error?: string }

const structure = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/'

export function notificationText(world: World, base: string, one: Told, { kind, content, shown, next, error }: Notification): string {
  const request = { method: 'GET', url: `${base}/Subscription/${publicId(one)}/$status` }
  const entries = [
    `{"fullUrl":"urn:uuid:${uuidV4(world)}","resource":${statusText(base, one, kind, content === 'empty' ? withoutFocus(shown) : shown, error)},"request":${JSON.stringify(request)},"response":{"status":"200"}}`,
    ...(content === 'empty' ? [] : shown.flatMap((event) => entryText(base, content, event))),
  ]
  const link = next === undefined ? '' : `"link":[{"relation":"next","url":${JSON.stringify(next)}}],`
  const head = `"resourceType":"Bundle","id":"${uuidV4(world)}","meta":{"profile":["${structure}backport-subscription-notification-r4"]},"type":"history"`
  return `{${head},"timestamp":"${world.now().toISOString()}",${link}"entry":[${entries.join(',')}]}`
}

const withoutFocus = (shown: readonly Shown[]) => shown.map(({ event }): Shown => ({ event, seen: null }))

/** The status, with the names of the R4 profile, which receivers made for it read; R5's SubscriptionStatus writes the same names without dashes. */
export function statusText(base: string, { id, name, topic, number, state }: Told, kind: NotificationKind, shown: readonly Shown[], error?: string): string {
  const of = (parameter: string, value: object) => ({ name: parameter, ...value })
  return JSON.stringify({
    resourceType: 'Parameters',
    meta: { profile: [`${structure}backport-subscription-status-r4`] },
    parameter: [
      of('subscription', { valueReference: { reference: `${base}/Subscription/${publicId({ id, name })}` } }),
      ...(topic === null ? [] : [of('topic', { valueCanonical: topic })]),
      of('status', { valueCode: state satisfies State }),
      of('type', { valueCode: kind }),
      of('events-since-subscription-start', { valueString: String(number) }),
      ...shown.map(({ event, seen }) => ({
        name: 'notification-event',
        part: [
          of('event-number', { valueString: String(event.number) }),
          of('timestamp', { valueInstant: event.at.toISOString() }),
          ...(seen ? [of('focus', { valueReference: { reference: `${base}/${seen.reference}` } })] : []),
        ],
      })),
      ...(error === undefined ? [] : [of('error', { valueCodeableConcept: { text: error } })]),
    ],
  })
}

const methods = { create: ['POST', '201'], update: ['PUT', '200'], delete: ['DELETE', '204'] } as const

function entryText(base: string, content: ContentLevel, { event, seen }: Shown): string[] {
  if (!seen) return []
  const [method, status] = methods[event.interaction]
  const url = method === 'POST' ? seen.reference.slice(0, seen.reference.indexOf('/')) : seen.reference
  const resource = content === 'full-resource' && seen.body !== null ? `"resource":${seen.body},` : ''
  return [`{"fullUrl":"${base}/${seen.reference}",${resource}"request":{"method":"${method}","url":"${url}"},"response":{"status":"${status}"}}`]
}
