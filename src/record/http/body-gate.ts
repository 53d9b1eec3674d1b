import { isUtf8 } from 'node:buffer'
import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { collectGarbage, returnMemory } from '../../platform/memory.ts'
import { Refusal } from '../../platform/refusal.ts'
import { roomHeader, sharedRoom } from '../answer-room.ts'
import { isRawBody } from '../read/binary.ts'
import { createTurns } from '../../platform/turns.ts'
import { countSmallBodies } from './small-bodies.ts'

/** A body above this is large: only one is in memory at a time. */
export const largeBytes = 4 * 1_048_576
/** A body of unknown size is read up to here before it waits for its turn: many may come at once. */
const unannouncedBytes = 1_048_576
/**
 * After a body above this its memory pages are returned to the machine: a body of 50 MB takes 300 more while it is processed, and the next one needs
 * them.
 */
const hugeBytes = 16 * 1_048_576
const waitersMax = 8
const waitMs = 20_000
/** A large body must keep coming: one silent client would hold up every other. */
const progressMs = 5_000
const progressBytesMin = 262_144

/**
 * One large bundle is read and parsed at a time. A few others wait, and the rest are refused with 503 at once, so the memory needed does not depend
 * on the number of senders. Small bodies never wait.
 */
const largeBodies = () =>
  createTurns({ atOnce: 1, waitingMax: waitersMax, waitMs, what: 'other large bundles are being read', hint: 'Send this one again in a moment.' })

declare module 'fastify' {
  interface FastifyRequest {
    /** Called with the size of a body while it is read. */
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
    if (isRawBody(request)) return body
    // The compressed pieces, as large as the body, are free now: they are collected before the text is made.
    if (body.length > largeBytes) collectGarbage()
    if (body.length > hugeBytes) huge.add(request)
    if (!isUtf8(body)) throw new Refusal('incorrect', 'the body is not UTF-8 text', { hint: 'FHIR JSON is always UTF-8: convert the text before sending.' })
    return body.toString('utf8')
  })
  app.addHook('preValidation', (request, reply, next) => {
    if (huge.has(request)) {
      // The bytes are freed before the text is parsed; at the end the text and everything made from it is freed.
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
    // An entry of a bundle has no turn of its own: its bundle has one.
    if (announced === 0 || sharedRoom(request.headers[roomHeader])) return payload
    if (announced !== null && announced > request.routeOptions.bodyLimit) throw tooLarge()
    const grow = roomOf(request, reply, announced === null ? unannouncedBytes : largeBytes)
    request.grow = grow
    await grow(announced ?? 0)
    return payload
  })
}

/** Gets the present size of a body; makes the request wait for its turn when the body has become large. */
type Grow = (bytes: number) => Promise<void> | undefined
const noGrowth: Grow = () => undefined

/** The memory for the bodies of this server: small ones up to a sum, and one large one. */
function bodyRooms(): (request: FastifyRequest, reply: FastifyReply, smallMax: number) => Grow {
  const gate = largeBodies()
  const small = countSmallBodies()
  return (request, reply, smallMax) => {
    const { actor } = request
    let counted = 0
    let isLarge = false
    const giveBack = () => {
      small.giveBack(actor, counted)
      counted = 0
    }
    leaveAtTheEnd(reply, giveBack)
    const waitForTurn = async () => {
      const leave = await gate.enter()
      giveBack()
      collectGarbage()
      // The next one may come only in the next turn of the event loop, when nothing refers to this body any more.
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
      if (bytes > smallMax) {
        if (actor.kind === 'person') throw tooLargeOfPerson(smallMax)
        isLarge = true
        return waitForTurn()
      }
      small.take(actor, bytes - counted)
      counted = bytes
      return undefined
    }
  }
}

const tooLarge = () => new Refusal('too-large', 'the body is larger than this server accepts', { hint: 'Send it in several smaller bundles.' })
/** A slow sender has the turn for minutes, while everybody's large bundles wait: so it is for institutions that file, not for people. */
const tooLargeOfPerson = (most: number) =>
  new Refusal('too-large', `a person sends at most ${most / 1_048_576} MB here`, {
    hint: `Say how long the body is (content-length) for ${largeBytes / 1_048_576} MB; systems of institutions send more.`,
  })
const cutShort = () => new Refusal('incorrect', 'the body could not be read to its end', { hint: 'Send it again, whole.' })

/**
 * Reads the whole body, already decompressed; its sender is paused while the body waits for a turn. A connection keeps its last request until the
 * next one comes, so nothing on the request may refer to the body: each idle connection would hold 50 MB.
 */
function readBody(payload: Readable, bytesMax: number, grow: Grow): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    let bytes = 0
    const leave = () => {
      payload.off('data', take).off('end', end).off('error', stop).off('close', close)
      payload.on('error', () => {}) // An error after the end changes nothing any more.
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
    payload.resume() // The decompressing stream starts paused.
  })
}

/** Lines of NDJSON are written to disk as they come, with one piece in memory; only `$import` takes them. */
const isLines = ({ headers, routeOptions }: FastifyRequest): boolean =>
  routeOptions.url?.endsWith('/$import') === true && /ndjson/i.test(headers['content-type'] ?? '')

/** The size that a body will have in memory; null when it is unknown beforehand, for a chunked or compressed body. */
function announcedBytes({ headers }: FastifyRequest): number | null {
  if (headers['transfer-encoding'] !== undefined) return null
  const length = Number(headers['content-length'] ?? 0)
  const encoding = headers['content-encoding']
  return length > 0 && encoding !== undefined && encoding !== 'identity' ? null : length
}

/** 'close' comes after every answer and when the client disconnects. For a client that disconnected while it waited it has already come. */
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
  // Clears the timer at once and not at the next look, because the timer holds the request and with it the body.
  const leave = () => clearInterval(timer)
  raw.once('end', leave).once('close', leave)
}
