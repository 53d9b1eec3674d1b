import type { FastifyReply } from 'fastify'
import type { World } from '../platform/world.ts'
import { centreKey } from './centre-key.ts'
import { contentDigest, signMessage } from './http-signature.ts'

/**
 * An answer that its receiver can show to others: status, digest and, where there was one, the request's own signature, so that
 * the answer belongs to this request and no other (RFC 9421, section 2.4).
 */
export function sendSigned(world: World, reply: FastifyReply, status: number, body: Buffer, type: string): FastifyReply {
  const digest = contentDigest(body)
  const asked = reply.request.headers
  const values: Record<string, string> = { '@status': String(status), 'content-digest': digest, 'content-type': type }
  const components = ['"@status"', '"content-digest"', '"content-type"']
  if (typeof asked['signature'] === 'string') {
    components.push('"signature";req')
    values['signature;req'] = asked['signature'].trim()
  }
  const signed = signMessage(components, (name) => values[name] ?? null, centreKey(world.keys), world.now())
  return reply
    .code(status)
    .headers({ 'content-digest': digest, 'content-type': type, ...signed.headers })
    .send(body)
}

export const sendSignedJson = (world: World, reply: FastifyReply, status: number, body: unknown): FastifyReply =>
  sendSigned(world, reply, status, Buffer.from(JSON.stringify(body)), 'application/json')
