import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { askingOf } from '../http/asking-of.ts'
import { showAll, showOne, showOwn } from './show.ts'
import { visitsReported } from './visits.ts'

type Asked = { Querystring: Record<string, unknown> }

/** Routes below /record: how complete the record is, and which institutions are behind. */
export function completenessRoutes(app: FastifyInstance): void {
  const send = (reply: FastifyReply, body: object) => reply.header('cache-control', 'no-store').send(body)
  app.get<Asked>('/completeness', async (request, reply) => send(reply, await showOwn(askingOf(request as FastifyRequest), request.query)))
  app.get<Asked>('/completeness/institutions', async (request, reply) => send(reply, await showAll(askingOf(request as FastifyRequest), request.query)))
  app.get<Asked & { Params: { id: string } }>('/completeness/institutions/:id', async (request, reply) =>
    send(reply, await showOne(askingOf(request as FastifyRequest), request.params.id, request.query)),
  )
  app.get<{ Params: { person: string } }>('/people/:person/visits', async (request, reply) =>
    send(reply, await visitsReported(askingOf(request as FastifyRequest), request.params.person)),
  )
}
