import assert from 'node:assert/strict'
import type { World } from '../platform/world.ts'
import { numberEvents } from '../record/subscription/number-events.ts'

export const backport = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/'

/** A Subscription on a topic, as a subscriber writes it. */
export function subscription(
  endpoint: string,
  more: { topic?: string; filters?: string[]; content?: string; header?: string[]; channel?: object; status?: string } = {},
): any {
  const { topic = 'urn:spona:subscription-topic:record-changes', filters = [], content = 'id-only', header, channel = {}, status = 'requested' } = more
  return {
    resourceType: 'Subscription',
    meta: { profile: [`${backport}backport-subscription`] },
    status,
    reason: 'to know',
    criteria: topic,
    ...(filters.length > 0 ? { _criteria: { extension: filters.map((valueString) => ({ url: `${backport}backport-filter-criteria`, valueString })) } } : {}),
    channel: {
      type: 'rest-hook',
      endpoint,
      payload: 'application/fhir+json',
      _payload: { extension: [{ url: `${backport}backport-payload-content`, valueCode: content }] },
      ...(header ? { header } : {}),
      ...channel,
    },
  }
}

export const observation = (patient: string, code: string, value = 1): any => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code }] },
  subject: { reference: patient },
  valueInteger: value,
})

/** Numbers all committed events. Transactions of other tests on the same cluster hold the watermark back for a moment. */
export async function numberAll(world: World): Promise<void> {
  const until = performance.now() + 8000
  for (;;) {
    await numberEvents(world)
    const [left] = await world.sql<{ count: number }>`
      select count(*)::int4 as count from bus.outbox o, record.subscription_mark m where (o.tx, o.patient, o.id) > (m.tx, m.patient, m.id)`
    if (left?.count === 0) return
    assert.ok(performance.now() < until, 'not numbered in time')
  }
}

export const part = (status: any, name: string) => status.parameter.find((one: any) => one.name === name)
export const eventsOf = (bundle: any) =>
  bundle.entry[0].resource.parameter
    .filter(({ name }: any) => name === 'notification-event')
    .map(({ part: parts }: any) => ({
      number: Number(parts.find((one: any) => one.name === 'event-number').valueString),
      focus: parts
        .find((one: any) => one.name === 'focus')
        ?.valueReference.reference.split('/')
        .slice(-2)
        .join('/'),
    }))

/** A plain R4 Subscription, whose criteria are a search. */
export const byCriteria = (endpoint: string, criteria: string, channel: object = {}): any => ({
  resourceType: 'Subscription',
  status: 'requested',
  reason: 'to know',
  criteria,
  channel: { type: 'rest-hook', endpoint, ...channel },
})
