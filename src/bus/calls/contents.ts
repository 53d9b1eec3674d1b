import { createHash, hash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { collectGarbage } from '../../platform/memory.ts'
import { Refusal } from '../../platform/refusal.ts'
import { createTurns, type Turns } from '../../platform/turns.ts'
import type { World } from '../../platform/world.ts'
import { watchPace } from './pace.ts'
import { openSpool, type Spool } from './spool.ts'

/** A body that has arrived completely: in memory when it is small, otherwise on disk. */
export type Contents = {
  readonly bytes: number
  /** The Content-Digest of the body (RFC 9530). */
  readonly digest: string
  /** The bytes, or null when the body is on disk. */
  readonly buffer: Buffer | null
  /** Reads the body from its beginning. */
  read(): AsyncGenerator<Buffer>
  end(): Promise<void>
}
export type Received = Contents & { digestOf: DigestOf }
export type DigestOf = (name: 'sha256' | 'sha512') => Buffer

/** Bodies up to this size stay in memory. */
export const memoryBytesMax = 262_144
const collectEveryMs = 10_000
/** The sum of all bodies in memory; a body beyond it is refused with 503. */
const memoryTogetherMax = 64 * 1_048_576
const held = new WeakMap<World, { bytes: number }>()

/** How many large bodies pass at once. One member has at most half of the places; others wait in order. */
const waiting = {
  waitingMax: 64,
  waitMs: 20_000,
  what: 'other large bodies are passing',
  hint: 'Send this one again in a moment; a few at a time of one member pass at once.',
}
const largeAtOnce = 16
const turns = new WeakMap<World, { all: Turns; ofMember: Map<string, Turns> }>()

/** The place of one exchange among the large ones: taken when its first body turns out to be large, kept for its answer. */
export type LargeTurn = { enter(): Promise<void>; leave(): void }

export function largeTurn(world: World, member: string): LargeTurn {
  let known = turns.get(world)
  if (!known) turns.set(world, (known = { all: createTurns({ atOnce: largeAtOnce, ...waiting }), ofMember: new Map() }))
  let own = known.ofMember.get(member)
  if (!own) known.ofMember.set(member, (own = createTurns({ atOnce: largeAtOnce / 2, ...waiting })))
  const { all } = known
  let leaves: (() => void)[] = []
  return {
    async enter() {
      if (leaves.length > 0) return
      // The own queue first: so one member never stands in the common one with more than its share.
      leaves.push(await own.enter())
      try {
        leaves.push(await all.enter())
      } catch (error) {
        this.leave()
        throw error
      }
    },
    leave() {
      for (const leave of leaves) leave()
      leaves = []
    },
  }
}

export const digestField = (sha256: Buffer): string => `sha-256=:${sha256.toString('base64')}:`

export function inMemory(buffer: Buffer, end = async () => {}): Received {
  let sha256: Buffer | undefined
  const digestOf: DigestOf = (name) => (name === 'sha256' ? (sha256 ??= hash(name, buffer, 'buffer')) : hash(name, buffer, 'buffer'))
  return {
    bytes: buffer.length,
    get digest() {
      return digestField(digestOf('sha256'))
    },
    buffer,
    digestOf,
    async *read() {
      yield buffer
    },
    end,
  }
}

export type Coming = {
  /** The length that content-length announces; null when the body comes in chunks. */
  announced: number | null
  bytesMax: number
  /** The field content-digest that will be compared: which sums are needed. */
  digest: unknown
  turn: LargeTurn
}

const ownWaitMs = 500

export class TooSlow extends Error {}
export class TooLarge extends Error {}

/** Takes a body as it arrives. The caller ends what it gets; when taking fails, nothing is left to end. */
export async function receive(world: World, stream: Readable | undefined, coming: Coming): Promise<Received> {
  if (!stream || coming.announced === 0) return inMemory(Buffer.alloc(0))
  if (coming.announced !== null && coming.announced > coming.bytesMax) throw new TooLarge()
  let together = held.get(world)
  if (!together) held.set(world, (together = { bytes: 0 }))
  const mine = Math.min(coming.announced ?? memoryBytesMax, memoryBytesMax)
  if (together.bytes + mine > memoryTogetherMax) throw new Refusal('busy', 'many bodies are passing; send this one again in a moment', { retryAfterSeconds: 2 })
  together.bytes += mine
  const end = async () => void (together.bytes -= mine)
  try {
    const isSmall = coming.announced !== null && coming.announced <= memoryBytesMax
    const got = await (isSmall ? takeSmall(stream) : takeAll(world, stream, coming))
    if (Buffer.isBuffer(got)) return inMemory(got, once(end))
    await end()
    return got
  } catch (error) {
    await end()
    throw error
  }
}

let collectedAt = Number.NEGATIVE_INFINITY

/** Collects the garbage of other work before large bodies pass, or both would be in memory together. */
function collectSometimes(): void {
  if (performance.now() - collectedAt < collectEveryMs) return
  collectedAt = performance.now()
  collectGarbage()
}

const once = (act: () => Promise<void>) => {
  let done: Promise<void> | undefined
  return () => (done ??= act())
}

/**
 * A body of the announced length, which the parser of HTTP holds it to, and which stays in memory: nearly every one. Read as an iterator each
 * cost as much as checking its signature.
 */
function takeSmall(stream: Readable): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const pace = watchPace(() => settle(() => reject(new TooSlow())))
    const take = (chunk: Buffer) => {
      chunks.push(chunk)
      pace.count(chunk.length)
    }
    const whole = () => settle(() => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)))
    const failed = (error: Error) => settle(() => reject(error))
    const closed = () => settle(() => reject(new Error('a body ended before it was whole')))
    const settle = (how: () => void) => {
      pace.end()
      stream.off('data', take).off('end', whole).off('close', closed) // What breaks later still has somebody who hears it.
      how()
    }
    if (stream.destroyed) return closed()
    stream.on('data', take).on('end', whole).on('error', failed).on('close', closed)
  })
}

async function takeAll(world: World, stream: Readable, coming: Coming): Promise<Buffer | Received> {
  const sums = new Map([['sha256', createHash('sha256')]])
  if (/sha-512/.test(String(coming.digest ?? ''))) sums.set('sha512', createHash('sha512'))
  let spool: Spool | null = null
  let chunks: Buffer[] = []
  let bytes = 0
  const toDisk = async () => {
    await coming.turn.enter()
    collectSometimes()
    spool = await openSpool(world, coming.announced ?? coming.bytesMax)
    for (const chunk of chunks) await spool.write(chunk)
    chunks = []
  }
  try {
    if ((coming.announced ?? 0) > memoryBytesMax) await toDisk()
    for await (const chunk of atPace(stream)) {
      bytes += chunk.length
      if (bytes > coming.bytesMax) throw new TooLarge()
      for (const sum of sums.values()) sum.update(chunk)
      if (spool === null) chunks.push(chunk)
      else await (spool as Spool).write(chunk)
      if (spool === null && bytes > memoryBytesMax) await toDisk()
    }
    if (spool === null) return Buffer.concat(chunks)
    return spooled(spool, bytes, new Map([...sums].map(([name, sum]) => [name, sum.digest()])))
  } catch (error) {
    await (spool as Spool | null)?.close()
    throw error
  }
}

function spooled(spool: Spool, bytes: number, sums: Map<string, Buffer>): Received {
  spool.finish()
  const digestOf: DigestOf = (name) => sums.get(name) as Buffer
  return { bytes, digest: digestField(digestOf('sha256')), buffer: null, digestOf, read: () => spool.read(), end: () => spool.close() }
}

/** The chunks of a stream; throws when they stop coming. The stream is not destroyed then, so that its sender can still be answered. */
async function* atPace(stream: Readable): AsyncGenerator<Buffer> {
  const { promise: slow, reject } = Promise.withResolvers<never>()
  slow.catch(() => {})
  const pace = watchPace(() => reject(new TooSlow()))
  const chunks: AsyncIterator<Buffer> = stream.iterator({ destroyOnReturn: false })
  try {
    for (;;) {
      const next = await Promise.race([chunks.next(), slow])
      if (next.done) return
      pace.count(next.value.length)
      const before = performance.now()
      yield next.value
      // The time in which we ourselves waited, for a turn or the disk, is not the sender's.
      if (performance.now() - before > ownWaitMs) pace.forgive()
    }
  } finally {
    pace.end()
  }
}
