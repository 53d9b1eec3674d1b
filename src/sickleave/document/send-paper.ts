import type { FastifyReply } from 'fastify'
import type { PaperFile } from './paper.ts'

/** The file is named by number and version; its name says nothing about the person. */
export const sendPaper = (reply: FastifyReply, { type, name, bytes }: PaperFile): FastifyReply =>
  reply
    .header('content-type', type)
    .header('content-disposition', `attachment; filename="${name}"`)
    .header('cache-control', 'private, no-store')
    .header('x-content-type-options', 'nosniff')
    .send(bytes)
