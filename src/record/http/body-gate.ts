import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { collectGarbage } from '../../platform/memory.ts'
import { Refusal } from '../../platform/refusal.ts'
import { roomHeader, sharedRoom } from '../answer-room.ts'
import { isRawBody } from '../read/binary.ts'
import { createTurns } from '../../platform/turns.ts'

/** Bodies above this are large: one is in memory at a time. */
export const largeBytes = 4 * 1_048_576
const waitersMax = 8
const waitMs = 20_000
/** Smaller bodies that are being read or worked on, together; beyond that the next one hears 503. */
const smallBytesMax = 128 * 1_048_576
/** A large body must keep coming, or one silent client would hold up every other. */
const progressMs = 5_000
const progressBytesMin = 262_144

/**
 * One large bundle is read and parsed at a time; a few others wait, the rest hear 503 at once, so memory has a bound that does
 * not depend on how many send. Small bodies never wait.
 */
const largeBodies = () =>
  createTurns({ atOnce: 1, waitingMax: waitersMax, waitMs, what: 'other large bundles are being read', hint: 'Send this one again in a moment.' })

/** Bodies arrive as text, checked to be UTF-8; their meaning is read later, exactly, by parseJson. */
export function acceptBodies(app: FastifyInstance): void {
  const gate = largeBodies()
  let smallBytes = 0
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    if (isRawBody(request)) return body
    // The pieces that a packed body came in are free now: as large as the body, before its text is made.
    if (body.length > largeBytes) collectGarbage()
    if (!isUtf8(body)) throw new Refusal('incorrect', 'the body is not UTF-8 text', { hint: 'FHIR JSON is always UTF-8: convert the text before sending.' })
    return body.toString('utf8')
  })
  app.addHook('preParsing', async (request, reply, payload) => {
    const bytes = bytesOf(request)
    // An entry of a bundle stands in the bundle, which has its turn.
    if (bytes === 0 || sharedRoom(request.headers[roomHeader])) return payload
    if (isLines(request)) {
      dropWhenSilent(request)
      return payload
    }
    if (bytes > request.routeOptions.bodyLimit && Number.isFinite(bytes)) {
      throw new Refusal('too-large', 'the body is larger than this server accepts', { hint: 'Send it in several smaller bundles.' })
    }
    if (bytes > largeBytes) {
      const leave = await gate.enter()
      collectGarbage()
      // In the next turn nothing refers to the body any more, and only then may the next one come.
      leaveAtTheEnd(reply, () =>
        setImmediate(() => {
          collectGarbage()
          leave()
        }),
      )
      dropWhenSilent(request)
      return payload
    }
    if (smallBytes + bytes > smallBytesMax) {
      throw new Refusal('busy', 'other bodies are being read; send this one again in a moment', { retryAfterSeconds: 5 })
    }
    smallBytes += bytes
    leaveAtTheEnd(reply, () => {
      smallBytes -= bytes
    })
    return payload
  })
}

/** Lines are written to disk as they come, one piece in memory; only `$import` takes them. */
const isLines = ({ headers, routeOptions }: FastifyRequest): boolean =>
  routeOptions.url?.endsWith('/$import') === true && /ndjson/i.test(headers['content-type'] ?? '')

/** What the body may take in memory: unknown, and so large, when it comes in pieces or packed. */
function bytesOf({ headers }: FastifyRequest): number {
  const encoding = headers['content-encoding']
  const isPacked = encoding !== undefined && encoding !== 'identity'
  if (headers['transfer-encoding'] !== undefined) return Number.POSITIVE_INFINITY
  const length = Number(headers['content-length'] ?? 0)
  return isPacked && length > 0 ? Number.POSITIVE_INFINITY : length
}

/** 'close' comes after every answer and when the client goes; for one that went while it waited it has been already. */
function leaveAtTheEnd(reply: FastifyReply, leave: () => void): void {
  if (reply.raw.destroyed) leave()
  else reply.raw.once('close', leave)
}

function dropWhenSilent({ raw }: FastifyRequest): void {
  let before = raw.socket.bytesRead
  const timer = setInterval(() => {
    const now = raw.socket.bytesRead
    if (raw.complete || raw.destroyed) clearInterval(timer)
    else if (now - before < progressBytesMin) raw.destroy()
    before = now
  }, progressMs)
  timer.unref()
  raw.once('close', () => clearInterval(timer))
}
