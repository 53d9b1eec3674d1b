import { gzipSync } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** What everybody may ask for and is the same for all: printed and packed once. Made anew for each stranger, sixty a second of them stopped the server for everybody. */
export type PublicText = { plain: Buffer; gzip: Buffer }

export function publicText(text: string): PublicText {
  const plain = Buffer.from(text)
  return { plain, gzip: gzipSync(plain) }
}

const takesGzip = /(?:^|,)\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[\d.]+\s*)?(?:,|$)/i

/** With an encoding of its own, so that neither form nor packing is looked at again on the way out. */
export function sendPublicText(request: FastifyRequest, reply: FastifyReply, { plain, gzip }: PublicText): FastifyReply {
  const isPacked = takesGzip.test(String(request.headers['accept-encoding'] ?? ''))
  const varies = [reply.getHeader('vary') ?? [], 'accept-encoding'].flat().join(', ')
  return reply
    .header('vary', varies)
    .header('content-encoding', isPacked ? 'gzip' : 'identity')
    .send(isPacked ? gzip : plain)
}
