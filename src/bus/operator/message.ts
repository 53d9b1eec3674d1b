import type { FastifyRequest } from 'fastify'
import { Refusal } from '../../platform/refusal.ts'
import { isUuid } from '../../platform/uuid.ts'
import type { World } from '../../platform/world.ts'
import { evidenceOf, type Evidence } from '../evidence/evidence.ts'
import { readInput, words } from '../signing/json-input.ts'
import { replay } from '../messages/keep.ts'
import type { DeliveryState, MessagePath } from '../wire.ts'
import { asOperatorOf, recordLook } from './act.ts'

const deliveriesMax = 1000
const iso = (at: Date | null): string | null => at?.toISOString() ?? null

export function requireId(id: string): string {
  if (isUuid(id)) return id
  throw new Refusal('not-found', 'there is no message of this number')
}

/** The way of one message: received, handed out, taken or parked, sealed. Its contents are not shown. */
export async function pathOfMessage(request: FastifyRequest, given: string): Promise<Omit<MessagePath, 'proposals'>> {
  const { world } = request
  const id = requireId(given)
  const [row] = await world.sql<{ at: Date; kind: string; tx: number; entry: string; hasBody: boolean }>`
    select at, kind, tx, entry, exists (select 1 from bus.body b where b.message = l.id) as has_body
      from bus.log l
     where id = ${id} and kind in ('message', 'call')
     limit 1`
  if (!row) throw new Refusal('not-found', 'there is no message of this number')
  const deliveries = await deliveriesOf(world, id)
  const patient = deliveries.find((one) => one.patient !== null)?.patient ?? null
  // Who exchanged something about whom is a look at that person, though no word of it is shown.
  await recordLook(request, { action: 'read', what: `bus-message/${id}`, patient })
  const entry = JSON.parse(row.entry) as Record<string, any>
  return {
    id,
    at: row.at.toISOString(),
    kind: row.kind as MessagePath['kind'],
    from: entry['from'],
    to: entry['to'],
    messageId: entry['messageId'],
    contentType: entry['contentType'],
    digest: entry['digest'],
    contract: entry['contract'],
    purpose: entry['purpose'],
    answers: entry['answers'],
    aboutPerson: entry['subject'] !== null,
    hasBody: row.hasBody,
    corrects: entry['corrects'] ?? null,
    deliveries: deliveries.map(({ recipient, state, outOfOrder, attempts, storedAt, leasedAt, dueAt, endedAt, reason }) => ({
      recipient,
      state,
      outOfOrder,
      attempts,
      storedAt: storedAt.toISOString(),
      leasedAt: iso(leasedAt),
      dueAt: dueAt.toISOString(),
      endedAt: iso(endedAt),
      reason,
    })),
    answered: await answerTo(world, id),
    seal: await sealOver(world, row.tx),
  }
}

type DeliveryRow = {
  recipient: string
  patient: number | null
  state: DeliveryState
  outOfOrder: boolean
  attempts: number
  storedAt: Date
  leasedAt: Date | null
  dueAt: Date
  endedAt: Date | null
  reason: string | null
}

const deliveriesOf = (world: World, id: string): Promise<DeliveryRow[]> => world.sql<DeliveryRow>`
  select m.code as recipient, d.patient, d.state, d.out_of_order, d.attempts, d.stored_at, d.leased_at, d.due_at, d.ended_at, d.reason
    from bus.delivery d join bus.member m on m.id = d.recipient
   where d.message = ${id}
   order by m.code
   limit ${deliveriesMax}`

async function answerTo(world: World, id: string): Promise<MessagePath['answered']> {
  const [row] = await world.sql<{ at: Date; entry: string }>`select at, entry from bus.log where about = ${id} and kind = 'answer' limit 1`
  if (!row) return null
  const { by, status } = JSON.parse(row.entry) as { by: string; status: number }
  return { at: row.at.toISOString(), by, status }
}

async function sealOver(world: World, tx: number): Promise<MessagePath['seal']> {
  const [row] = await world.sql<{ number: number; seal: string; stampedAt: Date | null }>`
    select s.number, s.seal, (select t.stored_at from bus.stamp t where t.seal = s.number) as stamped_at
      from bus.seal s
     where s.from_tx <= ${tx} and s.to_tx > ${tx}
     limit 1`
  if (!row) return null
  return { number: row.number, at: (JSON.parse(row.seal) as { at: string }).at, stampedAt: iso(row.stampedAt) }
}

/** Without contents: whoever needs them asks the sender, or takes them on the command line. */
export async function evidenceFor(request: FastifyRequest, given: string): Promise<Evidence> {
  const { world } = request
  const id = requireId(given)
  const [about] = await world.sql<{ patient: number }>`select patient from bus.delivery where message = ${id} and patient is not null limit 1`
  await recordLook(request, { action: 'export', what: `bus-evidence/${id}`, patient: about?.patient ?? null })
  return evidenceOf(world, id, false)
}

/** Hands out again, to one member: one message, a stretch of time, or what is parked. */
export async function replayFor(request: FastifyRequest, body: Buffer): Promise<object> {
  const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?Z$/
  const input = readInput(body, {
    member: { form: /^[a-z][a-z0-9-]{2,39}$/, about: 'Code of the member that gets it again.' },
    message: { form: /^[0-9a-f-]{36}$/, about: 'Number of one message.', optional: true },
    from: { form: instant, about: 'Received at or after this instant.', optional: true },
    to: { form: instant, about: 'Received before this instant.', optional: true },
    parked: { form: /^(?:yes|no)$/, about: 'yes: only what is parked.', optional: true },
    reason: { form: words(300), about: 'Why, in words; at most 300 characters.' },
  })
  const { member, message = null, reason } = input as { member: string; message?: string; reason: string }
  const [from, to] = [dayOf(input['from'], 'from'), dayOf(input['to'], 'to')]
  if (message !== null) requireId(message)
  const parkedOnly = input['parked'] === 'yes'
  if (message === null && from === null && !parkedOnly)
    throw new Refusal('incorrect', 'it is not said which messages', { expression: 'message', hint: 'message, from and to, or parked.' })
  const replayed = await asOperatorOf(
    request,
    (tx) => replay(request.world, tx, { member, message, from, to, parkedOnly }),
    (done) => ({ action: 'update', what: `bus-replay/${member} ${done}${message === null ? '' : ` bus-message/${message}`}`, reason }),
  )
  return { replayed }
}

function dayOf(given: unknown, expression: string): Date | null {
  if (given === undefined) return null
  const at = new Date(String(given))
  if (Number.isNaN(at.getTime())) throw new Refusal('incorrect', `${expression} is no instant`, { expression })
  return at
}
