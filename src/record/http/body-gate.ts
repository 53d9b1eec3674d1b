import { isUtf8 } from 'node:buffer'
import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { access } from '../../access/access.ts'
import { collectGarbage, returnMemory } from '../../platform/memory.ts'
import { Refusal } from '../../platform/refusal.ts'
import { roomHeader, sharedRoom } from '../answer-room.ts'
import { isContent } from '../read/binary.ts'
import { createTurns } from '../../platform/turns.ts'
import { countSmallBodies } from './small-bodies.ts'

/** Bodies above this are large: one is in memory at a time. */
export const largeBytes = 4 * 1_048_576
/** Of a body whose size nobody says beforehand so much is read before it waits for its turn: many may come at once. */
const unannouncedBytes = 1_048_576
/** After one above this the pages that it took go back to the machine: 50 MB take 300 more while they are worked on, and the next needs them again. */
const hugeBytes = 16 * 1_048_576
const waitersMax = 8
const waitMs = 20_000
/** A large body must keep coming, or one silent client would hold up every other. */
const progressMs = 5_000
const progressBytesMin = 262_144

/**
 * One large bundle is read and parsed at a time; a few others wait, the rest hear 503 at once, so memory has a bound that does
 * not depend on how many send. Small bodies never wait.
 */
const largeBodies = () =>
  createTurns({ atOnce: 1, waitingMax: waitersMax, waitMs, what: 'other large bundles are being read', hint: 'Send this one again in a moment.' })

declare module 'fastify' {
  interface FastifyRequest {
    /** Told of a body that grows, while it is read. */
    grow: Grow | null
  }
}

/** Bodies arrive as text, checked to be UTF-8; their meaning is read later, exactly, by parseJson. */
export function acceptBodies(app: FastifyInstance): void {
  const roomOf = bodyRooms()
  const huge = new WeakSet<FastifyRequest>()
  app.decorateRequest('grow', null)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: Readable) => {
    const body = await readBody(payload, request.routeOptions.bodyLimit, request.grow ?? noGrowth)
    request.grow = null
    if (isContent(request, body)) return body
    // The pieces that a packed body came in are free now: as large as the body, before its text is made.
    if (body.length > largeBytes) collectGarbage()
    if (body.length > hugeBytes) huge.add(request)
    if (!isUtf8(body)) throw new Refusal('incorrect', 'the body is not UTF-8 text', { hint: 'FHIR JSON is always UTF-8: convert the text before sending.' })
    return body.toString('utf8')
  })
  app.addHook('preValidation', (request, reply, next) => {
    if (huge.has(request)) {
      // Its bytes go, too, before the text is parsed; at the end it is the text, and all that was made of it.
      returnMemory()
      leaveAtTheEnd(reply, () => setImmediate(returnMemory))
    }
    next()
  })
  app.addHook('preParsing', async (request, reply, payload) => {
    if (isLines(request)) {
      dropWhenSilent(request)
      return payload
    }
    const announced = announcedBytes(request)
    // An entry of a bundle stands in the bundle, which has its turn.
    if (announced === 0 || sharedRoom(request.headers[roomHeader])) return payload
    if (announced !== null && announced > request.routeOptions.bodyLimit) throw tooLarge()
    if (request.actor.kind === 'person') access.limit(request.world, 'question', request.actor.id)
    const grow = roomOf(request, reply, announced === null ? unannouncedBytes : largeBytes)
    request.grow = grow
    await grow(announced ?? 0)
    return payload
  })
}

/** Told how many bytes of a body there are by now; makes it wait for its turn when it has become a large one. */
type Grow = (bytes: number) => Promise<void> | undefined
const noGrowth: Grow = () => undefined

/** What bodies of this server may take in memory together: the small ones up to a sum, and one large one. */
function bodyRooms(): (request: FastifyRequest, reply: FastifyReply, smallMax: number) => Grow {
  const gate = largeBodies()
  const smallOf = countSmallBodies()
  return (request, reply, smallMax) => {
    const { actor } = request
    const small = smallOf(actor)
    let counted = 0
    let isLarge = false
    const giveBack = () => {
      small.giveBack(counted)
      counted = 0
    }
    leaveAtTheEnd(reply, giveBack)
    const waitForTurn = async () => {
      const leave = await gate.enter()
      giveBack()
      collectGarbage()
      // In the next turn nothing refers to the body any more, and only then may the next one come.
      leaveAtTheEnd(reply, () =>
        setImmediate(() => {
          collectGarbage()
          leave()
        }),
      )
      dropWhenSilent(request)
    }
    return (bytes) => {
      if (isLarge || bytes <= counted) return undefined
      if (actor.kind === 'person' && bytes > personMax) throw tooLargeOfPerson()
      if (bytes > smallMax) {
        isLarge = true
        return waitForTurn()
      }
      small.take(bytes - counted)
      counted = bytes
      return undefined
    }
  }
}

const tooLarge = () => new Refusal('too-large', 'the body is larger than this server accepts', { hint: 'Send it in several smaller bundles.' })
/** Systems file, people ask: what a person sends is short, and is read and judged at the cost of everybody else. */
const personMax = 1_048_576
const tooLargeOfPerson = () =>
  new Refusal('too-large', `a person sends at most ${personMax / 1_048_576} MB here`, { hint: 'Systems of institutions send more.' })
const cutShort = () => new Refusal('incorrect', 'the body could not be read to its end', { hint: 'Send it again, whole.' })

/**
 * All of a body, unpacked already; a sender is not listened to while its body waits for a turn. A connection keeps its last request until
 * the next one comes, so nothing on that may lead to the body: each idle connection would hold 50 MB.
 */
function readBody(payload: Readable, bytesMax: number, grow: Grow): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    let bytes = 0
    const leave = () => {
      payload.off('data', take).off('end', end).off('error', stop).off('close', close)
      payload.on('error', () => {}) // What comes after the end changes nothing any more.
    }
    const stop = (error: Error) => {
      leave()
      pieces.length = 0
      reject('statusCode' in error || error instanceof Refusal ? error : cutShort())
    }
    const take = (piece: Buffer) => {
      bytes += piece.length
      if (bytes > bytesMax) return stop(tooLarge())
      pieces.push(piece)
      try {
        const turn = grow(bytes)
        if (turn === undefined) return
        payload.pause()
        turn.then(() => payload.resume(), stop)
      } catch (error) {
        stop(error as Error)
      }
    }
    const end = () => {
      leave()
      resolve(Buffer.concat(pieces, bytes))
      pieces.length = 0
    }
    const close = () => stop(cutShort())
    payload.on('data', take).once('end', end).on('error', stop).once('close', close)
    payload.resume() // What unpacks was made paused.
  })
}

/** Lines are written to disk as they come, one piece in memory; only `$import` takes them. */
const isLines = ({ headers, routeOptions }: FastifyRequest): boolean =>
  routeOptions.url?.endsWith('/$import') === true && /ndjson/i.test(headers['content-type'] ?? '')

/** What a body will take in memory; null when that is seen only as it comes, in pieces or packed. */
function announcedBytes({ headers }: FastifyRequest): number | null {
  if (headers['transfer-encoding'] !== undefined) return null
  const length = Number(headers['content-length'] ?? 0)
  const encoding = headers['content-encoding']
  return length > 0 && encoding !== undefined && encoding !== 'identity' ? null : length
}

/** 'close' comes after every answer and when the client goes; for one that went while it waited it has been already. */
function leaveAtTheEnd(reply: FastifyReply, leave: () => void): void {
  if (reply.raw.destroyed) leave()
  else reply.raw.once('close', leave)
}

function dropWhenSilent({ raw }: FastifyRequest): void {
  if (raw.complete) return
  let before = raw.socket.bytesRead
  const timer = setInterval(() => {
    const now = raw.socket.bytesRead
    if (!raw.complete && !raw.destroyed && now - before < progressBytesMin) raw.destroy()
    before = now
  }, progressMs)
  timer.unref()
  // At once, not at the next look: the timer holds the request and with it the body.
  const leave = () => clearInterval(timer)
  raw.once('end', leave).once('close', leave)
}
