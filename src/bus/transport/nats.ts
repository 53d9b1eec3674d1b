import { AckPolicy, DiscardPolicy, RetentionPolicy, StorageType, type StreamInfo } from '@nats-io/jetstream'
import { createInbox, type Msg, nanos, type NatsConnection } from '@nats-io/transport-node'
import type { World } from '../../platform/world.ts'
import { wake } from '../messages/waiting.ts'
import { type Carriable, isLeft, missedBy } from './book.ts'
import { type Link, openLine } from './line.ts'
import type { Offer, Transport } from './transport.ts'

/**
 * The queues in NATS JetStream: one stream on disk, a subject for each member and lane, a durable pull consumer for each. A message in
 * it is the number of a delivery; contents, rights and proofs stay in the database, so the brokers hold nothing about a person.
 */
const stream = 'SPONA_BUS'
const subjectOf = (recipient: string, lane: number | string) => `spona.bus.${recipient}.${lane}`
const lanes = [0, 1, 2] as const
const dayMs = 86_400_000
const limits = {
  /** A server that fetched numbers and died before the database knew: others get them after this. */
  ackWaitMs: 10_000,
  ackPendingMax: 10_000,
  /** Published twice within this is stored once (Nats-Msg-Id). */
  duplicateWindowMs: 120_000,
  /** A consumer that nobody asks goes, and is made again when somebody does; its messages stay. */
  unusedMs: 30 * dayMs,
  publishMs: 5000,
  pullMs: 3000,
  /** After a failure the database is asked for so long. */
  pauseMs: 1000,
  /** How often a queue that is empty is compared with the database. */
  compareEveryMs: 5000,
  /** The same of a queue whose deliveries could not be brought here within the last minute, and how long the database hands them out meanwhile. */
  leftEveryMs: 1000,
  leftMs: 60_000,
  byDatabaseMs: 5000,
}

export type NatsTransport = Transport & {
  /** Stored on disk, by most of the replicas, when it resolves. */
  publish(rows: readonly Carriable[]): Promise<void>
  /** When the stream was made: another time is another stream, with nothing in it of what was published before. */
  madeAt(): Promise<string>
  depth(recipient: string): Promise<number>
}

export function openNats(world: World): NatsTransport {
  let notBefore = 0
  const consumers = new Map<string, Promise<unknown>>()
  const behind = watchBehind(world)
  const line = openLine(world, ({ nc }) => {
    consumers.clear()
    hear(world, nc)
  })
  const linkNow = (): Link => {
    const link = line.link()
    if (!link) throw new Error('there is no connection to NATS')
    return link
  }
  const isUp = () => line.link() !== null && performance.now() >= notBefore

  const pullFrom = async (link: Link, recipient: string, lane: number, count: number): Promise<Msg[]> => {
    const name = `${recipient}_${lane}`
    let made = consumers.get(name)
    if (!made) consumers.set(name, (made = makeConsumer(link, name, subjectOf(recipient, lane))))
    await made
    return pull(link.nc, name, count)
  }

  return {
    name: 'nats',
    isUp,
    async next(recipient, count) {
      if (!isUp() || behind.wasJustNow(recipient)) return null
      try {
        const link = linkNow()
        const got: Msg[] = []
        for (const lane of lanes) if (got.length < count) got.push(...(await pullFrom(link, recipient, lane, count - got.length)))
        if (got.length === 0 && (await behind.isNow(recipient))) return null
        return offerOf(link.nc, got)
      } catch (error) {
        consumers.clear()
        notBefore = performance.now() + limits.pauseMs
        world.log.warn({ err: error }, 'NATS does not answer; the database carries the deliveries meanwhile')
        return null
      }
    },
    async publish(rows) {
      const { js } = linkNow()
      const sent = rows.map(({ recipient, seq, lane, carries }) =>
        js.publish(subjectOf(recipient, lane), String(seq), { msgID: `${recipient}-${seq}-${carries}`, timeout: limits.publishMs }),
      )
      await Promise.all(sent)
    },
    async madeAt() {
      const { manager } = linkNow()
      return String((await streamOf(manager, world.config.NATS_REPLICAS)).created)
    },
    async depth(recipient) {
      const info = await linkNow().manager.streams.info(stream, { subjects_filter: subjectOf(recipient, '*') })
      return Object.values(info.state.subjects ?? {}).reduce((sum, count) => sum + count, 0)
    },
    end: line.end,
  }
}

/** The stream, which the first server makes, with as many replicas as the settings say now. */
async function streamOf(manager: Link['manager'], num_replicas: number): Promise<StreamInfo> {
  const found = await manager.streams.info(stream).catch((error: unknown) => {
    if ((error as { code?: number }).code === 404 || /stream not found/.test(String(error))) return null
    throw error
  })
  const made =
    found ??
    (await manager.streams.add({
      name: stream,
      subjects: [subjectOf('*', '*')],
      retention: RetentionPolicy.Workqueue,
      storage: StorageType.File,
      discard: DiscardPolicy.New,
      duplicate_window: nanos(limits.duplicateWindowMs),
      num_replicas,
    }))
  if (made.config.num_replicas !== num_replicas) await manager.streams.update(stream, { num_replicas })
  return made
}

/** Knows whose deliveries could not be brought to NATS: the database then hands them out itself. */
function watchBehind(world: World) {
  const compared = new Map<string, number>()
  const left = new Map<string, number>()
  const sinceLeft = (recipient: string) => performance.now() - (left.get(recipient) ?? Number.NEGATIVE_INFINITY)
  return {
    wasJustNow: (recipient: string): boolean => sinceLeft(recipient) < limits.byDatabaseMs,
    /** Asked of a queue that is empty here; from time to time it is compared with the database. */
    async isNow(recipient: string): Promise<boolean> {
      const now = performance.now()
      if ((compared.get(recipient) ?? 0) > now) return false
      const wasLeft = sinceLeft(recipient) < limits.leftMs
      compared.set(recipient, now + (wasLeft ? limits.leftEveryMs : limits.compareEveryMs))
      await missedBy(world, recipient)
      if (!(await isLeft(world, recipient))) return false
      if (!wasLeft) world.log.warn({ recipient }, 'deliveries are not brought to NATS; the database hands them out meanwhile')
      left.set(recipient, now)
      return true
    },
  }
}

/** Whoever waits for messages in this process hears at once of what any process has published. */
function hear(world: World, nc: NatsConnection): void {
  nc.subscribe(subjectOf('*', '*'), { callback: (_error, { subject }) => wake(world, subject.split('.')[2] ?? '') })
}

const makeConsumer = ({ manager }: Link, name: string, subject: string): Promise<unknown> =>
  manager.consumers.add(stream, {
    durable_name: name,
    filter_subject: subject,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(limits.ackWaitMs),
    max_ack_pending: limits.ackPendingMax,
    inactive_threshold: nanos(limits.unusedMs),
  })

/** What is there now, without waiting for more: the client's own `fetch` waits a second for an empty queue. */
async function pull(nc: NatsConnection, consumer: string, count: number): Promise<Msg[]> {
  const inbox = createInbox()
  const got: Msg[] = []
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(() => reject(new Error('no answer of JetStream came in time')), limits.pullMs)
  const answers = nc.subscribe(inbox, {
    callback(error, message) {
      if (error) return reject(error)
      const status = message.headers?.code ?? 0
      if (status === 0) {
        got.push(message)
        if (got.length >= count) resolve()
      } else if (status === 404 || status === 408) resolve()
      else reject(new Error(`JetStream answered ${status}`))
    },
  })
  try {
    nc.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, JSON.stringify({ batch: count, no_wait: true }), { reply: inbox })
    await promise
  } finally {
    clearTimeout(timer)
    answers.unsubscribe()
  }
  return got
}

/** An acknowledgement that is lost does no harm: the number comes again, and the database knows better. */
function offerOf(nc: NatsConnection, got: readonly Msg[]): Offer {
  const answer = (what: string) => {
    for (const { reply } of got) if (reply && !nc.isClosed()) nc.publish(reply, what)
  }
  return {
    seqs: got.map((message) => Number(message.string())),
    settle: () => answer('+ACK'),
    release: () => answer('-NAK'),
  }
}
