import type { Fhir } from '../../fhir/fhir.ts'

/**
 * What one can subscribe to, as data: R4 has no SubscriptionTopic, so GET /fhir/SubscriptionTopic gives these in the words of R5.
 * An event of a topic is one version of one resource.
 */
export type Topic = {
  name: string
  title: string
  description: string
  /** The types of the topic; null stands for every type whose changes can be events. */
  types: readonly string[] | null
  interactions: readonly Interaction[]
  /** The new version must satisfy it. */
  current?: string
  /** The version before must not satisfy it, if there is one. */
  notBefore?: string
}
export type Interaction = 'create' | 'update' | 'delete'

/** Its own notifications would follow each notification, and the log is read from audit. */
const withoutEvents = new Set(['Subscription', 'AuditEvent'])
const prefix = 'urn:spona:subscription-topic:'
const written = ['create', 'update'] as const

const topics: readonly Topic[] = [
  {
    name: 'record-changes',
    title: 'Whatever changes in the record',
    description: 'Each version of each resource that the subscriber may see. Filters name the types; without a filter it is every type that the token covers.',
    types: null,
    interactions: ['create', 'update', 'delete'],
  },
  {
    name: 'encounter-start',
    title: 'A visit or stay begins',
    description: 'An Encounter that is in progress and was not before.',
    types: ['Encounter'],
    interactions: written,
    current: 'status=in-progress',
    notBefore: 'status=in-progress',
  },
  {
    name: 'encounter-end',
    title: 'A visit or stay ends',
    description: 'An Encounter that is finished and was not before.',
    types: ['Encounter'],
    interactions: written,
    current: 'status=finished',
    notBefore: 'status=finished',
  },
  {
    name: 'results',
    title: 'Results that count',
    description: 'Observations and reports that are final, amended or corrected.',
    types: ['Observation', 'DiagnosticReport'],
    interactions: written,
    current: 'status=final,amended,corrected',
  },
  {
    name: 'requests',
    title: 'Something is ordered or prescribed',
    description: 'Service and medication requests that are active and were not before.',
    types: ['ServiceRequest', 'MedicationRequest'],
    interactions: written,
    current: 'status=active',
    notBefore: 'status=active',
  },
]

const byCanonical = new Map(topics.map((topic) => [`${prefix}${topic.name}`, topic]))

export const topicOf = (canonical: string): Topic | undefined => byCanonical.get(canonical)

/** What a Subscription hears of. Without a topic it is R4's own, and of the type of its criteria: what was made or changed, and nothing of deletions. */
export function heardBy({ topic, filters: [criteria = ''] }: { topic: string | null; filters: readonly string[] }): Topic | undefined {
  if (topic !== null) return topicOf(topic)
  return { name: '', title: '', description: '', types: [typeNamed(criteria)], interactions: written }
}

/** The type of `Type?parameter=value`. */
export const typeNamed = (text: string): string => text.split('?')[0] as string
export const isTold = (type: string): boolean => !withoutEvents.has(type)
export const canonicals = (): string[] => [...byCanonical.keys()]

export const typesOf = (fhir: Fhir, { types }: Topic): readonly string[] => types ?? fhir.types.filter((type) => !withoutEvents.has(type))

/** A topic in the words of R5's SubscriptionTopic. */
export function describeTopic(fhir: Fhir, name: string): object | null {
  const topic = byCanonical.get(`${prefix}${name}`)
  if (!topic) return null
  const { title, description, interactions, current, notBefore } = topic
  const criteria = {
    ...(notBefore === undefined ? {} : { previous: notBefore, resultForCreate: 'test-passes', requireBoth: true }),
    ...(current === undefined ? {} : { current }),
  }
  const types = typesOf(fhir, topic)
  return {
    resourceType: 'SubscriptionTopic',
    id: name,
    url: `${prefix}${name}`,
    status: 'active',
    title,
    description,
    resourceTrigger: types.map((resource) => ({
      resource,
      supportedInteraction: interactions,
      ...(current === undefined ? {} : { queryCriteria: criteria }),
    })),
    canFilterBy: types.flatMap((resource) => filtersOf(fhir, resource).map((filterParameter) => ({ resource, filterParameter }))),
  }
}

export const topicNames = (): string[] => topics.map(({ name }) => name)

/** Every search parameter that a resource decides by itself. */
export const filtersOf = (fhir: Fhir, type: string): string[] =>
  fhir
    .parameters(type)
    .filter((one) => one.type !== 'special')
    .map(({ code }) => code)
