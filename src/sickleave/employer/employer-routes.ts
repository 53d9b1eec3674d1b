import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Routes } from '../../platform/http.ts'
import { type Asking, askingOf } from '../asking.ts'
import { markCases } from './cases.ts'
import { addChannel, channelsOf, confirmChannel, removeChannel, replayChannel, testChannel } from './channels.ts'
import { described } from './described.ts'
import { acceptInvitation, invite } from './invite.ts'
import { mandateFile } from './mandate-file.ts'
import { confirmMandate, endMandate, giveMandate, mandatesOf } from './mandates.ts'
import { changeRole, firmMembers, removeMember, withdrawInvitation } from './members.ts'
import { registerFirm, registrable } from './register-firm.ts'
import { addSystem, removeSystem, systemsOf } from './systems.ts'

type Firm = { Params: { pib: string } }
type One = { Params: { pib: string; id: string } }
type Member = { Params: { pib: string; member: string } }

const made = async <T>(reply: FastifyReply, answer: Promise<T>): Promise<T> => {
  const done = await answer
  reply.code(201)
  return done
}
/** A route that changes something and answers nothing. */
const silent =
  <R extends Firm>(act: (asking: Asking, request: FastifyRequest<R>) => Promise<void>) =>
  async (request: FastifyRequest<R>, reply: FastifyReply) => {
    await act(askingOf(request), request)
    return reply.code(204).send()
  }

/**
 * Changes that an employer makes. They run where the registers of persons, firms and systems are, and the employers' process asks for them at the
 * door. `described` says what each route takes and answers, and so does /openapi.json.
 */
export const employerRoutes: Routes = (app) => {
  app.post<Firm>('/:pib/marks', described.marks, (request) => markCases(askingOf(request), request.params.pib, request.body))

  app.get('/registration', described.registrable, (request) => registrable(askingOf(request)))
  app.post('/registration', described.register, (request, reply) => made(reply, registerFirm(askingOf(request), request.body)))
  app.post('/invitations', described.accept, (request, reply) => made(reply, acceptInvitation(askingOf(request), request.body)))
  memberRoutes(app)
  channelRoutes(app)
}

/** Who may act for the firm: its members, whom it invites, and agencies by a mandate. */
function memberRoutes(app: FastifyInstance): void {
  app.get<Firm>('/:pib/members', described.members, (request) => firmMembers(askingOf(request), request.params.pib))
  app.put<Member>(
    '/:pib/members/:member',
    described.role,
    silent<Member>((asking, { params, body }) => changeRole(asking, params.pib, params.member, body)),
  )
  app.delete<Member>(
    '/:pib/members/:member',
    described.removal,
    silent<Member>((asking, { params }) => removeMember(asking, params.pib, params.member)),
  )
  app.post<Firm>('/:pib/invitations', described.invite, (request, reply) => made(reply, invite(askingOf(request), request.params.pib, request.body)))
  app.delete<One>(
    '/:pib/invitations/:id',
    described.removal,
    silent<One>((asking, { params }) => withdrawInvitation(asking, params.pib, params.id)),
  )

  app.get<Firm>('/:pib/mandates', described.mandates, (request) => mandatesOf(askingOf(request), request.params.pib))
  app.post<Firm>('/:pib/mandates', described.giveMandate, (request, reply) => made(reply, giveMandate(askingOf(request), request.params.pib, request.body)))
  app.post<One>(
    '/:pib/mandates/:id/confirmation',
    described.confirmMandate,
    silent<One>((asking, { params }) => confirmMandate(asking, params.pib, params.id)),
  )
  app.delete<One>(
    '/:pib/mandates/:id',
    described.removal,
    silent<One>((asking, { params }) => endMandate(asking, params.pib, params.id)),
  )
  app.post<Firm>('/:pib/mandate-file', described.mandateFile, (request) => mandateFile(askingOf(request), request.params.pib, request.body))
}

/** Who else is told or asks by itself: webhooks and mails, and systems of the firm. */
function channelRoutes(app: FastifyInstance): void {
  app.get<Firm>('/:pib/channels', described.channels, (request) => channelsOf(askingOf(request), request.params.pib))
  app.post<Firm>('/:pib/channels', described.addChannel, (request, reply) => made(reply, addChannel(askingOf(request), request.params.pib, request.body)))
  app.post<One>(
    '/:pib/channels/:id/confirmation',
    described.code,
    silent<One>((asking, { params, body }) => confirmChannel(asking, params.pib, params.id, body)),
  )
  app.post<One>('/:pib/channels/:id/replay', described.replay, (request) =>
    replayChannel(askingOf(request), request.params.pib, request.params.id, request.body),
  )
  app.post<One>(
    '/:pib/channels/:id/test',
    described.test,
    silent<One>((asking, { params }) => testChannel(asking, params.pib, params.id)),
  )
  app.delete<One>(
    '/:pib/channels/:id',
    described.removal,
    silent<One>((asking, { params }) => removeChannel(asking, params.pib, params.id)),
  )

  app.get<Firm>('/:pib/systems', described.systems, (request) => systemsOf(askingOf(request), request.params.pib))
  app.post<Firm>('/:pib/systems', described.addSystem, (request, reply) => made(reply, addSystem(askingOf(request), request.params.pib, request.body)))
  app.delete<One>(
    '/:pib/systems/:id',
    described.removal,
    silent<One>((asking, { params }) => removeSystem(asking, params.pib, params.id)),
  )
}
