import type { FastifyReply, FastifyRequest } from 'fastify'
import { fhirJson, type Routes } from '../../platform/http.ts'
import { Refusal } from '../../platform/refusal.ts'
import { type Asking, entryOf } from '../asking.ts'
import { askingOf } from '../http/asking-of.ts'
import { wordsOf } from '../http/operation-words.ts'
import { locate, readOne } from '../read/read.ts'
import { allow, maySeeType } from '../scope.ts'
import { meeting } from './criteria.ts'
import { handOut } from './hand-out.ts'
import { notificationText, statusText } from './notification.ts'
import type { ContentLevel } from './setup.ts'
import { eventsFrom, eventsMax, findOfClient, findRunning, firstKept, publicId, type Running } from './store.ts'
import { describeTopic, topicNames } from './topics.ts'

type OfSubscription = { Params: { id: string } }
type OfTopic = { Params: { name: string } }

/** The operations of the R4 backport, by GET and by POST, and the topics. */
export const subscriptionRoutes: Routes = (app) => {
  for (const method of ['GET', 'POST'] as const) {
    app.route({ method, url: '/Subscription/$status', handler: async (request, reply) => sendFhir(reply, await statusOfMany(askingOf(request), request)) })
    app.route<OfSubscription>({
      method,
      url: '/Subscription/:id/$status',
      handler: async (request, reply) => {
        const asking = askingOf(request as FastifyRequest)
        readWords(request as FastifyRequest, [])
        return sendFhir(reply, statuses(asking, [await ownRunning(asking, request.params.id)]))
      },
    })
    app.route<OfSubscription>({
      method,
      url: '/Subscription/:id/$events',
      handler: async (request, reply) => sendFhir(reply, await catchUp(askingOf(request as FastifyRequest), request.params.id, request as FastifyRequest)),
    })
  }
  app.get('/SubscriptionTopic', async (request) => ({ topics: topicNames().map((name) => describeTopic(request.world.fhir, name)) }))
  app.get<OfTopic>('/SubscriptionTopic/:name', async (request) => {
    const topic = describeTopic(request.world.fhir, request.params.name)
    if (topic) return topic
    throw new Refusal('not-found', 'there is no such topic', { hint: `One of ${topicNames().join(', ')}.` })
  })
}

const sendFhir = (reply: FastifyReply, body: string): FastifyReply => reply.header('content-type', fhirJson).header('cache-control', 'no-store').send(body)

function readWords(request: FastifyRequest, allowed: readonly string[]): Map<string, string[]> {
  const words = wordsOf(request).filter(([name]) => name !== '_format' && name !== '_pretty')
  for (const [name] of words) {
    if (allowed.includes(name)) continue
    const shown = /^[\w-]{1,40}$/.test(name) ? name : 'of this name'
    const hint = allowed.length > 0 ? `It has ${allowed.join(', ')}.` : 'It has none.'
    throw new Refusal('incorrect', `the operation has no parameter ${shown}`, { expression: shown, hint })
  }
  return new Map([...Map.groupBy(words, ([name]) => name)].map(([name, pairs]) => [name, pairs.map(([, value]) => value)]))
}

/** The asker's own Subscription, which runs or ran; the look at it is logged. */
async function ownRunning(asking: Asking, id: string): Promise<Running> {
  await allow(asking, 'Subscription', 'r')
  await readOne(asking, 'Subscription', id)
  const place = await locate(asking, 'Subscription', id)
  const running = place && (await findRunning(asking.world.sql, place))
  if (running) return running
  throw new Refusal('unprocessable', 'this Subscription never ran here and has no events', { hint: 'Write it with the status requested.' })
}

async function statusOfMany(asking: Asking, request: FastifyRequest): Promise<string> {
  await allow(asking, 'Subscription', 's')
  const words = readWords(request, ['id', 'status'])
  const listed = (name: string) => words.get(name)?.flatMap((value) => value.split(',')) ?? null
  const [ids, states] = [listed('id'), listed('status')]
  const known = ['requested', 'active', 'error', 'off']
  if (states?.some((one) => !known.includes(one))) throw new Refusal('incorrect', 'this status is not known', { expression: 'status', hint: known.join(', ') })
  const all = await findOfClient(asking.world.sql, asking.actor.id)
  const found = all.filter((one) => (ids === null || ids.includes(publicId(one))) && (states === null || states.includes(one.state)))
  await asking.world.ledger.record([entryOf(asking, 'search', null, 'Subscription', { basis: 'own-submissions', count: found.length })])
  return statuses(asking, found)
}

function statuses({ base, world }: Asking, found: readonly Running[]): string {
  const entries = found.map(
    (one) => `{"fullUrl":"${base}/Subscription/${publicId(one)}/$status","resource":${statusText(base, one, 'query-status', [])},"search":{"mode":"match"}}`,
  )
  const head = `"resourceType":"Bundle","type":"searchset","timestamp":"${world.now().toISOString()}","total":${found.length}`
  return `{${head}${entries.length > 0 ? `,"entry":[${entries.join(',')}]` : ''}}`
}

/** Sends numbered events once more: as many as fit, and a link to the next ones. Access is decided as for any question. */
async function catchUp(asking: Asking, id: string, request: FastifyRequest): Promise<string> {
  const words = readWords(request, ['eventsSinceNumber', 'eventsUntilNumber', 'content'])
  const since = numberOf(words, 'eventsSinceNumber') ?? 1
  const until = numberOf(words, 'eventsUntilNumber')
  const running = await ownRunning(asking, id)
  const content = contentOf(words) ?? running.content
  const { world, base } = asking
  const kept = await firstKept(world.sql, running.id)
  if (since <= running.number && since < (kept ?? running.number + 1)) {
    const hint = kept === null ? 'None is kept.' : `Ask from eventsSinceNumber=${kept}, and search for what changed before.`
    throw new Refusal('gone', 'events before are not kept any more', { expression: 'eventsSinceNumber', hint })
  }
  const events = await eventsFrom(world.sql, running.id, since, until, eventsMax)
  const met = await meeting(asking, running, events)
  const shown = await handOut(world, { asking, mayHear: (type) => maySeeType(asking.actor, type) }, content, met)
  // The answer ends at the last event that fits, or at the last one that was looked at.
  const last = shown.length < met.length ? shown.at(-1)?.event.number : events.at(-1)?.number
  const isMore = last !== undefined && last < Math.min(until ?? running.number, running.number)
  const rest = new URLSearchParams({ eventsSinceNumber: String((last ?? 0) + 1), ...(until === null ? {} : { eventsUntilNumber: String(until) }), content })
  const next = isMore ? { next: `${base}/Subscription/${publicId(running)}/$events?${rest}` } : {}
  return notificationText(world, base, running, { kind: 'query-event', content, shown, ...next })
}

function numberOf(words: ReadonlyMap<string, string[]>, name: string): number | null {
  const [text, another] = words.get(name) ?? []
  if (text === undefined) return null
  if (another === undefined && /^\d{1,15}$/.test(text)) return Math.max(1, Number(text))
  throw new Refusal('incorrect', `${name} is no number`, { expression: name, hint: 'The number of an event, from 1.' })
}

function contentOf(words: ReadonlyMap<string, string[]>): ContentLevel | null {
  const [level, another] = words.get('content') ?? []
  if (level === undefined) return null
  if (another === undefined && (level === 'empty' || level === 'id-only' || level === 'full-resource')) return level
  throw new Refusal('incorrect', 'this content is not known', { expression: 'content', hint: 'Use empty, id-only or full-resource.' })
}
