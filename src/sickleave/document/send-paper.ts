import type { FastifyReply } from 'fastify'
import type { PaperFile } from './paper.ts'

/** Number and version make the name of the file; nothing about the person is in it. */
export const sendPaper = (reply: FastifyReply, { type, name, bytes }: PaperFile): FastifyReply =>
  reply
    .header('content-type', type)
    .header('content-disposition', `attachment; filename="${name}"`)
    .header('cache-control', 'private, no-store')
    .header('x-content-type-options', 'nosniff')
    .send(bytes)
