import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import type { World } from '../../platform/world.ts'
import { centreKey } from '../members/centre-key.ts'
import type { Contents } from '../calls/contents.ts'
import { contentDigest, signMessage } from '../../platform/http-signature.ts'
import { watchPace } from '../calls/pace.ts'

/**
 * An answer that its receiver can show to others: status, digest and, where there was one, the request's own signature, so that
 * the answer belongs to this request and no other (RFC 9421, section 2.4).
 */
export function sendSigned(world: World, reply: FastifyReply, status: number, body: Buffer | Contents, type: string): FastifyReply {
  const digest = Buffer.isBuffer(body) ? contentDigest(body) : body.digest
  const asked = reply.request.headers
  const values: Record<string, string> = { '@status': String(status), 'content-digest': digest, 'content-type': type }
  const components = ['"@status"', '"content-digest"', '"content-type"']
  if (typeof asked['signature'] === 'string') {
    components.push('"signature";req')
    values['signature;req'] = asked['signature'].trim()
  }
  const signed = signMessage(components, (name) => values[name] ?? null, centreKey(world.keys), world.now())
  reply.code(status).headers({ 'content-digest': digest, 'content-type': type, ...signed.headers })
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
  sendSigned(world, reply, status, Buffer.from(JSON.stringify(body)), 'application/json')
