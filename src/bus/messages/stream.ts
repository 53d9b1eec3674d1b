import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { access } from '../../access/access.ts'
import { answerOf, Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import { type Delivery, deliveryLimits, looksOf, release } from './deliver.ts'
import { lease } from './lease.ts'
import { directoryOf, type Member } from '../members/directory.ts'
import { callerOf, parkForbidden, wireOf } from './fetch-messages.ts'
import { endStream, goOn, stillOpen } from './stream-store.ts'
import { waitFor, wake } from './waiting.ts'

/**
 * GET /bus/deliveries/stream: the same deliveries as a lease, as Server-Sent Events (HTML, section 9.2), for as long as the connection
 * lives. What is sent is leased; only so many may be sent and not acknowledged, so whoever takes slowly is given slowly.
 */
const windowDefault = 50
/** Contents of so many are in memory for one stream. */
const leasedAtOnce = 10
const streamsOfMemberMax = 4
const streamsMax = 500
const keepAliveMs = 15_000
const standingMs = 500
/** Who has taken nothing for so long has gone; its leases end by then. */
const stalledMs = 30_000
const lifeMsMax = 3_600_000
const bufferBytes = 65_536

/** `sentAt`: an event waits to be taken since then. */
type Stream = { member: Member; isOver: Refusal | 'stopping' | null; sentAt: number | null; wake(): void; cut(): void }
/** Those that one server has open. */
export type Streams = Set<Stream>

export async function streamDeliveries(streams: Streams, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { world } = request
  if (!/(?:^|[\s,])(?:text\/event-stream|text\/\*|\*\/\*)/.test(request.headers.accept ?? '*/*'))
    throw new Refusal('not-acceptable', 'this address gives events only', { expression: 'accept', hint: 'Accept: text/event-stream' })
  const window = windowOf(request)
  const after = lastSeen(request)
  const member = callerOf(await directoryOf(world), request)
  if (streams.size >= streamsMax) throw new Refusal('busy', 'too many streams are open', { retryAfterSeconds: 10 })
  if ([...streams].filter((one) => one.member.id === member.id).length >= streamsOfMemberMax)
    throw new Refusal('too-many', `a member has at most ${streamsOfMemberMax} streams`, { hint: 'Close one, or share one among your own programs.' })
  const stream: Stream = { member, isOver: null, sentAt: null, wake: () => wake(world, member.id), cut: () => void reply.raw.destroy() }
  streams.add(stream)
  const until = performance.now() + Math.min(lifeMsMax, tokenMsLeft(request))
  const watch = setInterval(() => void keepWatch(request, stream, until), standingMs)
  reply.raw.once('close', () => {
    clearInterval(watch)
    streams.delete(stream)
    stream.wake()
  })
  if (after !== null) await goOn(world, member.id, after)
  reply.headers({ 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
  const events = Readable.from(eventsOf(request, reply, stream, window), { objectMode: false, highWaterMark: bufferBytes })
  return reply.send(events)
}

/** When the server stops: streams end with a word, and their readers go on at another process or later. */
export function endStreams(streams: Streams): void {
  for (const stream of streams) {
    stream.isOver ??= 'stopping'
    stream.wake()
  }
}

/** May it still? Asked twice a second, also while the reader takes nothing; who may not any more is cut off if it does not read the reason. */
async function keepWatch(request: FastifyRequest, stream: Stream, until: number): Promise<void> {
  const { world } = request
  if (stream.isOver !== null) return stream.sentAt === null ? undefined : stream.cut()
  if (stream.sentAt !== null && performance.now() - stream.sentAt > stalledMs) return stream.cut()
  try {
    callerOf(await directoryOf(world), request)
    if ((await access.systemOf(world.sql, request.actor.id)) === null) throw new Refusal('unauthenticated', 'this system is registered no more')
    if (performance.now() > until)
      throw new Refusal('unauthenticated', 'the token has come to its end', { hint: 'Take a new token and go on with Last-Event-ID.' })
  } catch (error) {
    if (!(error instanceof Refusal)) return world.log.warn({ err: error }, 'the standing of a stream could not be asked; tried again')
    stream.isOver ??= error
    stream.wake()
  }
}

async function* eventsOf(request: FastifyRequest, reply: FastifyReply, stream: Stream, window: number): AsyncGenerator<string> {
  const { world } = request
  const { member } = stream
  const isGone = () => reply.raw.destroyed || request.raw.socket.destroyed
  const sent = new Map<number, number>()
  let unsent: Delivery[] = []
  let spokeAt = performance.now()
  try {
    yield 'retry: 1000\n: open\n\n'
    while (!isGone() && stream.isOver === null) {
      const room = window - (await openOf(world, member, sent, window))
      unsent = room > 0 ? await take(request, member, Math.min(room, leasedAtOnce)) : []
      if (unsent.length === 0) {
        if (performance.now() - spokeAt > keepAliveMs) {
          yield ': still here\n\n'
          spokeAt = performance.now()
        } else await waitFor(world, member.id, standingMs)
      }
      while (unsent.length > 0 && !isGone() && stream.isOver === null) {
        const [one] = unsent as [Delivery]
        // The order of sending is the order of the map.
        sent.delete(one.seq)
        sent.set(one.seq, one.attempts)
        unsent.shift()
        stream.sentAt = performance.now()
        yield `id: ${one.seq}\nevent: delivery\ndata: ${JSON.stringify(wireOf(one))}\n\n`
        stream.sentAt = null
        spokeAt = performance.now()
      }
    }
    if (!isGone() && stream.isOver !== null) yield farewell(stream.isOver, request.correlation)
  } finally {
    await leave(world, member, unsent, sent)
  }
}

async function take(request: FastifyRequest, member: Member, count: number): Promise<Delivery[]> {
  const { world } = request
  const allowed = await parkForbidden(world, await directoryOf(world), member, await lease(world, member.id, count))
  await world.ledger.record(looksOf(member, allowed, request.correlation))
  return allowed
}

/** How many of what was sent wait for their acknowledgement; asked only when there may be too many. What is settled is forgotten. */
async function openOf(world: World, member: Member, sent: Map<number, number>, window: number): Promise<number> {
  if (sent.size < window) return sent.size
  const open = new Set(await stillOpen(world, member.id, [...sent]))
  for (const seq of [...sent.keys()]) if (!open.has(seq)) sent.delete(seq)
  return sent.size
}

/** What was not sent comes again at once; what was sent is written down, so that whoever goes on gets what it has not seen. */
async function leave(world: World, member: Member, unsent: readonly Delivery[], sent: ReadonlyMap<number, number>): Promise<void> {
  try {
    if (unsent.length > 0) await release(world.sql, member.id, unsent, world.now())
    if (sent.size > 0) await endStream(world, member.id, [...sent])
  } catch (error) {
    world.log.warn({ err: error }, 'the end of a stream could not be written down; what it had leased comes again in a minute')
  }
}

function farewell(why: Refusal | 'stopping', correlation: string): string {
  const refusal = why === 'stopping' ? new Refusal('busy', 'the server stops; go on with Last-Event-ID') : why
  return `event: end\ndata: ${JSON.stringify(answerOf(refusal, correlation).body)}\n\n`
}

function windowOf(request: FastifyRequest): number {
  const { window: text, ...others } = request.query as Record<string, unknown>
  const [other] = Object.keys(others)
  if (other !== undefined) throw new Refusal('incorrect', 'this address has the parameter window only', { expression: 'http.query' })
  if (text === undefined) return windowDefault
  const window = Number(text)
  if (Number.isInteger(window) && window >= 1 && window <= deliveryLimits.batch) return window
  throw new Refusal('incorrect', `window is from 1 to ${deliveryLimits.batch}`, { expression: 'window', hint: 'How many may be sent and not acknowledged.' })
}

function lastSeen(request: FastifyRequest): number | null {
  const text = request.headers['last-event-id']
  if (text === undefined || text === '') return null
  if (typeof text === 'string' && /^\d{1,15}$/.test(text)) return Number(text)
  throw new Refusal('incorrect', 'Last-Event-ID is no number of a delivery', {
    expression: 'last-event-id',
    hint: 'Send the id of the last event that arrived.',
  })
}

/** The token was checked when the stream began; here only its end is read. */
function tokenMsLeft({ headers, world }: FastifyRequest): number {
  const [, payload = ''] = (headers.authorization ?? '').split('.')
  const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8') || '{}') as { exp?: number }
  return exp === undefined ? lifeMsMax : exp * 1000 - world.now().getTime()
}
