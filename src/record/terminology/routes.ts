import type { FastifyReply, FastifyRequest } from 'fastify'
import { fhirJson, type Routes } from '../../platform/http.ts'
import { readInput } from '../http/operation-input.ts'
import { askingOf } from '../http/asking-of.ts'
import { allow } from '../scope.ts'
import { type Operation, terminologyOperations } from './operations.ts'

/** The terminology operations of R4, by GET and by POST, of a type and of one resource. None changes anything. */
export const terminologyRoutes: Routes = (app) => {
  for (const operation of terminologyOperations) {
    const { type, name, onInstance } = operation
    const urls = [`/${type}/$${name}`, ...(onInstance ? [`/${type}/:id/$${name}`] : [])]
    for (const url of urls) app.route({ method: ['GET', 'POST'], url, handler: (request, reply) => answer(operation, request, reply) })
  }
}

async function answer({ type, allowed, run }: Operation, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const asking = askingOf(request)
  await allow(asking, type, 'r')
  const { id } = request.params as { id?: string }
  const resource = await run(asking, readInput(request, allowed), id)
  return reply.header('content-type', fhirJson).send(JSON.stringify(resource))
}
