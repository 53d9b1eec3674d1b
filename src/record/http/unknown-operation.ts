import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import { operationsOf } from './capability.ts'

type Params = { type?: string; id?: string; operation: string }

const name = ':operation(^\\$[A-Za-z0-9-]{1,64}$)'
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** Routes for unknown operations. Without them the name of the operation would be read as an id, and the answer would be about something else. */
export function unknownOperations(app: FastifyInstance): void {
  for (const url of [`/${name}`, `/:type/${name}`, `/:type/:id/${name}`]) {
    app.route<{ Params: Params }>({ method: [...methods], url, handler: (request, reply) => refuse(app, request, reply) })
  }
}

function refuse(app: FastifyInstance, { params, world }: FastifyRequest<{ Params: Params }>, reply: FastifyReply): never {
  const { type, id, operation } = params
  const parents = type === undefined ? [''] : [`/${type}`, '/:type'].map((parent) => (id === undefined ? parent : `${parent}/:id`))
  const allowed = methods.filter((method) => parents.some((parent) => app.hasRoute({ method, url: `${app.prefix}${parent}/${operation}` })))
  if (allowed.length > 0) {
    reply.header('allow', allowed.join(', '))
    throw new Refusal('not-allowed', `${operation} is asked by ${allowed.join(' or ')} only`)
  }
  throw new Refusal('not-found', `there is no operation ${operation} ${placeOf(type, id)}`, { hint: known(world, type) })
}

const placeOf = (type: string | undefined, id: string | undefined) =>
  type === undefined ? 'of the whole system' : id === undefined ? `of the type ${type}` : `of one ${type}`

function known(world: World, of: string | undefined): string {
  const names = operationsOf(world).filter(({ type }) => type === (of ?? null))
  return `${of === undefined ? 'The system has' : `${of} has, of the type or of one resource,`} ${names.map((one) => `$${one.name}`).join(', ')}.`
}
