import type { FastifyRequest } from 'fastify'
import { uuidArray } from '../../platform/arrays.ts'
import { Refusal } from '../../platform/refusal.ts'
import { isUuid } from '../../platform/uuid.ts'
import { directoryOf } from '../members/directory.ts'
import { type Fields, readInput } from '../signing/json-input.ts'
import { requireSigned } from '../signing/signed-request.ts'
import { callerOf } from './fetch-messages.ts'
import { requireSame } from './judge-message.ts'

const messagesMax = 500
/** Each message may have gone to many; a sender asks about a few. */
const rowsMax = 20_000

type Found = { message: string; state: 'waiting' | 'leased' | 'acknowledged' | 'parked'; at: Date | null; reason: string | null }

export const statesForm = { messages: { form: 'list', about: `Numbers of receipts, at most ${messagesMax}.` } } satisfies Fields

/**
 * POST /bus/messages/states: what became of messages that this member sent, so that it need not keep what has arrived and can tell people what has not. Of a
 * topic the furthest behind counts. What is not named in the answer was not sent by this member, or ended so long ago that only its proof is kept.
 */
export async function messageStates(request: FastifyRequest, body: Buffer): Promise<object> {
  const { world } = request
  const signed = await requireSigned(request, body)
  const directory = await directoryOf(world)
  requireSame(directory, request, signed)
  const member = callerOf(directory, request)
  const { messages = [] } = readInput(body, statesForm) as { messages?: unknown[] }
  if (messages.length > messagesMax || !messages.every((one) => typeof one === 'string' && isUuid(one)))
    throw new Refusal('incorrect', `messages lists at most ${messagesMax} numbers of receipts`, {
      expression: 'messages',
      hint: 'message of the receipt of POST /bus/messages.',
    })
  const rows = await world.sql<Found>`
    select message, state, ended_at as at, reason
      from bus.delivery
     where message = any(${uuidArray(messages as string[])}::uuid[]) and sender = ${member.id}
     limit ${rowsMax}`
  return { states: [...Map.groupBy(rows, ({ message }) => message)].map(([message, of]) => ({ message, ...furthestBehind(of) })) }
}

const behind = ['parked', 'leased', 'waiting', 'acknowledged'] as const

/** A reason at an end is a refusal: the recipient took the message out of its queue, and it had no effect. */
function furthestBehind(of: Found[]): object {
  const [one] = of.toSorted((a, b) => behind.indexOf(a.state) - behind.indexOf(b.state)) as [Found, ...Found[]]
  const state = one.state === 'leased' ? 'waiting' : one.state === 'acknowledged' && one.reason !== null ? 'refused' : one.state
  return { state, ...(one.at === null ? {} : { at: one.at.toISOString() }), ...(one.reason === null ? {} : { reason: one.reason }) }
}
