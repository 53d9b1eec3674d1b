import type { FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../../platform/refusal.ts'
import { isUuid } from '../../platform/uuid.ts'
import type { World } from '../../platform/world.ts'
import { largeTurn } from './contents.ts'
import { looksOf } from '../messages/deliver.ts'
import { directoryOf, type Member } from '../members/directory.ts'
import { callerOf } from '../messages/fetch-messages.ts'
import { storedContents } from './piece.ts'
import { sendSigned } from '../signing/signed-answer.ts'
import { untilClosed } from './take-body.ts'

/** A large body may take longer than a lease lasts: while it is being sent, the call is not handed out again. */
const holdMs = 300_000

export type OpenCall = { seq: number; service: string; patient: number | null; isLarge: boolean; pieces: number; digest: string; contentType: string }

/** A call that this member has fetched and not yet answered. */
export async function openCall(world: World, member: Member, call: string): Promise<OpenCall> {
  const [open] = isUuid(call)
    ? await world.sql<Omit<OpenCall, 'isLarge'>>`
        select d.seq, d.service, d.patient, coalesce(b.pieces, 0) as pieces, l.entry::json ->> 'digest' as digest, l.entry::json ->> 'contentType' as content_type
          from bus.delivery d join bus.log l on l.id = d.message left join bus.body b on b.message = d.message
         where d.message = ${call} and d.recipient = ${member.id} and d.state = 'leased' and l.kind = 'call'
         limit 1`
    : []
  if (!open) throw new Refusal('not-found', 'no such call waits for an answer of this member')
  return { ...open, isLarge: open.pieces > 0 }
}

export async function holdCall(world: World, member: Member, call: string): Promise<void> {
  const until = new Date(world.now().getTime() + holdMs)
  await world.sql`
    update bus.delivery set due_at = ${until}
     where message = ${call} and recipient = ${member.id} and state = 'leased' and due_at < ${until}`
}

/** GET /bus/calls/ID/body: the body that was too large for its delivery, for the provider that has leased the call. */
export async function fetchCallBody(request: FastifyRequest, reply: FastifyReply, call: string): Promise<FastifyReply> {
  const { world, correlation } = request
  const member = callerOf(await directoryOf(world), request)
  const open = await openCall(world, member, call)
  if (!open.isLarge) throw new Refusal('not-found', 'the body of this call stands in its delivery')
  const turn = largeTurn(world, member.id)
  untilClosed(reply, turn.leave)
  await turn.enter()
  await holdCall(world, member, call)
  const body = await storedContents(world, { about: call, pieces: open.pieces, digest: open.digest })
  await world.ledger.record(looksOf(member, [{ message: call, patient: open.patient }], correlation))
  return sendSigned(world, reply.header('cache-control', 'no-store'), { status: 200, body, type: open.contentType || 'application/octet-stream' })
}
