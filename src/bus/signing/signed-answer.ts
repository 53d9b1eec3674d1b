import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { World } from '../../platform/world.ts'
import { centreKey } from '../members/centre-key.ts'
import type { Contents } from '../calls/contents.ts'
import { contentDigest, type Made, signMessage } from '../../platform/http-signature.ts'
import { watchPace } from '../calls/pace.ts'

/**
 * An answer that its receiver can show to others: status, digest and, where there was one, the request's own signature, so that
 * the answer belongs to this request and no other (RFC 9421, section 2.4).
 */
export function signAnswer(world: World, { headers }: FastifyRequest, { status, digest, type }: { status: number; digest: string; type: string }): Made {
  const values: Record<string, string> = { '@status': String(status), 'content-digest': digest, 'content-type': type }
  const components = ['"@status"', '"content-digest"', '"content-type"']
  if (typeof headers['signature'] === 'string') {
    components.push('"signature";req')
    values['signature;req'] = headers['signature'].trim()
  }
  return signMessage(components, (name) => values[name] ?? null, centreKey(world.keys), world.now())
}

type Sent = { status: number; body: Buffer | Contents; type: string }

/** `signed` when the very signature that the answer leaves with was made before, for the log. */
export function sendSigned(world: World, reply: FastifyReply, { status, body, type }: Sent, signed?: Made): FastifyReply {
  const digest = Buffer.isBuffer(body) ? contentDigest(body) : body.digest
  const { headers } = signed ?? signAnswer(world, reply.request, { status, digest, type })
  reply.code(status).headers({ 'content-digest': digest, 'content-type': type, ...headers })
  if (Buffer.isBuffer(body)) return reply.send(body)
  if (body.buffer) return reply.send(body.buffer)
  return reply.header('content-length', String(body.bytes)).send(Readable.from(taken(reply, body), { objectMode: false }))
}

/** Piece after piece, as long as the other side takes them: one that does not is cut off. */
async function* taken({ raw }: FastifyReply, body: Contents): AsyncGenerator<Buffer> {
  const pace = watchPace(() => raw.destroy())
  try {
    for await (const piece of body.read()) {
      yield piece
      pace.count(piece.length)
    }
  } finally {
    pace.end()
  }
}

// Bytes, not text: to text the framework adds a character set, and the content type is signed.
export const sendSignedJson = (world: World, reply: FastifyReply, status: number, body: unknown): FastifyReply =>
  sendSigned(world, reply, { status, body: Buffer.from(JSON.stringify(body)), type: 'application/json' })
