import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../../platform/refusal.ts'
import { type LargeTurn, type Received, receive, TooLarge, TooSlow } from './contents.ts'
import { checkDigest } from '../../platform/http-signature.ts'

const drainMs = 3000

/** Takes the body of a signed request and compares it with the signed digest. Nothing is kept of a body that is refused. */
export async function takeBody(request: FastifyRequest, reply: FastifyReply, how: { bytesMax: number; turn: LargeTurn }): Promise<Received> {
  const { headers, world } = request
  const stream = request.body instanceof Readable ? request.body : undefined
  const digest = headers['content-digest']
  try {
    const body = await receive(world, stream, { announced: announcedBy(request), digest, ...how })
    untilClosed(reply, () => void body.end())
    const wrong = checkDigest(digest, body.digestOf)
    if (wrong) throw wrong
    return body
  } catch (error) {
    if (stream && !stream.destroyed) await drain(stream)
    throw refusalOf(error, stream, how.bytesMax)
  }
}

/** Reads what is still coming and throws it away, for a moment: closing a connection with unread bytes would lose the answer that is on its way. */
async function drain(stream: Readable): Promise<void> {
  stream.resume()
  await Promise.race([finished(stream).catch(() => undefined), sleep(drainMs, undefined, { ref: false })])
}

/** Null when the body comes in chunks. */
export const announcedBy = ({ headers }: FastifyRequest): number | null =>
  headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : null

export function untilClosed({ raw }: FastifyReply, end: () => void): void {
  if (raw.destroyed) end()
  else raw.once('close', end)
}

function refusalOf(error: unknown, stream: Readable | undefined, bytesMax: number): unknown {
  if (error instanceof TooLarge)
    return new Refusal('too-large', `a body of this service has at most ${bytesMax / 1_048_576} MB`, {
      hint: 'The provider says how much its service takes (bodyMb, 100 at most), the contract may agree on less.',
    })
  if (error instanceof TooSlow)
    return new Refusal('slow', 'the body came too slowly', { hint: 'At least 64 KB a second, and within five minutes.', retryAfterSeconds: 5 })
  if (stream?.destroyed && !stream.readableEnded) return new Refusal('incorrect', 'the body ended before it was whole')
  return error
}
