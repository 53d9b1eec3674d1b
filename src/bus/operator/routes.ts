import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Refusal } from '../../platform/refusal.ts'
import { recordLook, requireOperator } from './act.ts'
import { takeAlert } from './alerts.ts'
import { bodyOfMessage, correctedBytesMax, decideProposal, listProposals, propose, showProposal } from './correct.ts'
import { listContracts, listMembers, showMember, stepContract, stepMember } from './members.ts'
import { evidenceFor, pathOfMessage, replayFor } from './message.ts'
import { overviewOf } from './overview.ts'
import { sayOfBus } from '../said.ts'
import { readSearch, searchMessages } from './search.ts'

type ById = { Params: { id: string } }
type ByCode = { Params: { code: string } }
type Asked = { Querystring: Record<string, unknown> }

const bodyOf = ({ body }: { body: unknown }): Buffer => (Buffer.isBuffer(body) ? body : Buffer.alloc(0))
const contractStates = ['requested', 'active', 'suspended', 'revoked'] as const

/** Mounted at /bus/operator: JSON for the operator's portal. Every route asks for the role; what changes something is an audit row. */
export async function operatorRoutes(app: FastifyInstance): Promise<void> {
  app.addHook('preHandler', requireOperator)
  app.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'))
  app.get('/overview', (request) => overviewOf(request.world))
  app.get('/members', (request) => listMembers(request.world))
  app.get<ByCode>('/members/:code', (request) => showMember(request.world, request.params.code))
  app.post<ByCode>('/members/:code/steps', (request) => stepMember(request as FastifyRequest, bodyOf(request), request.params.code))
  app.get<Asked>('/contracts', ({ world, query: { state = null } }) => {
    if (state === null || contractStates.some((one) => one === state)) return listContracts(world, { state: state as string | null })
    throw new Refusal('incorrect', 'there is no such state of a contract', {
      expression: 'state',
      hint: `One of ${contractStates.join(', ')}, or none for all.`,
    })
  })
  app.post<ById>('/contracts/:id/steps', (request) => stepContract(request as FastifyRequest, bodyOf(request), request.params.id))
  app.get<Asked>('/messages', async (request) => {
    const wish = readSearch(request.query, request.world.now())
    await recordLook(request as FastifyRequest, { action: 'search', what: 'bus-messages' })
    const { messages, more } = await searchMessages(request.world, wish)
    return { messages: messages.map((one) => ({ ...one, reason: sayOfBus(request.headers['accept-language'], one.reason) })), more }
  })
  app.get<ById>('/messages/:id', async (request) => {
    const path = await pathOfMessage(request as FastifyRequest, request.params.id)
    const deliveries = path.deliveries.map((one) => ({ ...one, reason: sayOfBus(request.headers['accept-language'], one.reason) }))
    return { ...path, deliveries, ...(await listProposals(request as FastifyRequest, path.id)) }
  })
  app.get<ById>('/messages/:id/body', (request) => bodyOfMessage(request as FastifyRequest, request.params.id))
  app.get<ById>('/messages/:id/evidence', async (request, reply) => {
    const evidence = await evidenceFor(request as FastifyRequest, request.params.id)
    return reply.header('content-disposition', `attachment; filename="bus-evidence-${request.params.id}.json"`).send(evidence)
  })
  const long = { bodyLimit: 2 * correctedBytesMax }
  app.post<ById>('/messages/:id/proposals', long, async (request, reply) =>
    reply.code(201).send(await propose(request as FastifyRequest, bodyOf(request), request.params.id)),
  )
  app.get('/proposals', (request) => listProposals(request))
  app.get<ById>('/proposals/:id', (request) => showProposal(request as FastifyRequest, request.params.id))
  app.post<ById>('/proposals/:id/decision', (request) => decideProposal(request as FastifyRequest, bodyOf(request), request.params.id))
  app.post<ById>('/alerts/:id/taken', (request) => takeAlert(request as FastifyRequest, request.params.id))
  app.post('/replays', (request) => replayFor(request, bodyOf(request)))
}
