import type { FastifyRequest } from 'fastify'
import { fragment, join } from '../../platform/sql.ts'
import { Refusal } from '../../platform/refusal.ts'
import { isUuid, uuidV7 } from '../../platform/uuid.ts'
import type { Transaction, World } from '../../platform/world.ts'
import { composeMessages, type Corrects, type Message, storedMessage } from '../messages/accept.ts'
import { bodyColumns, type BodyRow, contentsOf, openBody, sealBody } from '../messages/body.ts'
import { centreKey } from '../members/centre-key.ts'
import { correctionHeaders } from '../messages/correction.ts'
import { directoryOf } from '../members/directory.ts'
import { contentDigest, signMessage } from '../../platform/http-signature.ts'
import { readInput, words } from '../signing/json-input.ts'
import { rightTo } from '../members/right.ts'
import { wake } from '../messages/waiting.ts'
import type { MessageBody, Proposal, ProposalPage, Proposals } from '../wire.ts'
import { asOperatorOf, recordLook } from './act.ts'
import { requireId } from './message.ts'

export const correctedBytesMax = 1_048_576
const listedMax = 200

type Row = {
  id: string
  message: string
  recipient: string
  proposedBy: string
  proposedName: string
  proposedAt: Date
  reason: string
  state: Proposal['state']
  decidedName: string | null
  decidedAt: Date | null
  sent: string | null
}
const columns = fragment`
  p.id, p.message, m.code as recipient, p.proposed_by, p.proposed_name, p.proposed_at, p.reason, p.state, p.decided_name, p.decided_at, p.sent`

const shown = (row: Row, reader: string): Proposal => ({
  id: row.id,
  message: row.message,
  recipient: row.recipient,
  proposedBy: row.proposedName,
  proposedAt: row.proposedAt.toISOString(),
  reason: row.reason,
  state: row.state,
  decidedBy: row.decidedName,
  decidedAt: row.decidedAt?.toISOString() ?? null,
  sent: row.sent,
  isMine: row.proposedBy === reader,
})

export async function listProposals({ world, actor }: FastifyRequest, message: string | null = null): Promise<Proposals> {
  const rows = await world.sql<Row>`
    select ${columns}
      from bus.proposal p join bus.member m on m.id = p.recipient
     where ${message}::uuid is null or p.message = ${message}::uuid
     order by p.state <> 'open', p.proposed_at desc
     limit ${listedMax}`
  return { proposals: rows.map((row) => shown(row, actor.id)) }
}

export const proposalsWaiting = async (world: World): Promise<number> => {
  const [row] = await world.sql<{ count: number }>`select count(*)::int as count from bus.proposal where state = 'open'`
  return row?.count ?? 0
}

/** The contents as text, or null: they are bytes of another kind, too large, or gone. */
async function textOf(world: World, message: string): Promise<string | null> {
  const [kept] = await world.sql<BodyRow & { pieces: number }>`select ${bodyColumns}, pieces from bus.body where message = ${message} limit 1`
  if (!kept || kept.pieces > 0) return null
  const contents = await contentsOf(world, kept)
  return contents === null ? null : asText(contents)
}

function asText(bytes: Buffer): string | null {
  if (bytes.length > correctedBytesMax) return null
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

/** Reading what a message says is a look at the person whom it is about. */
export async function bodyOfMessage(request: FastifyRequest, given: string): Promise<MessageBody> {
  const id = requireId(given)
  await lookAt(request, id)
  return { text: await textOf(request.world, id) }
}

async function lookAt(request: FastifyRequest, message: string): Promise<void> {
  const [about] = await request.world.sql<{ patient: number }>`
    select patient from bus.delivery where message = ${message} and patient is not null limit 1`
  await recordLook(request, { action: 'read', what: `bus-message/${message} contents`, patient: about?.patient ?? null })
}

export async function showProposal(request: FastifyRequest, id: string): Promise<ProposalPage> {
  const { world, actor } = request
  const [row] = isUuid(id)
    ? await world.sql<Row & { sealed: Buffer | null }>`
    select ${columns}, p.sealed from bus.proposal p join bus.member m on m.id = p.recipient where p.id = ${id} limit 1`
    : []
  if (!row) throw new Refusal('not-found', 'there is no proposal of this number')
  await lookAt(request, row.sent ?? row.message)
  const after = row.sealed ? asText(openBody(world, row.id, row.proposedAt, row.sealed)) : row.sent ? await textOf(world, row.sent) : null
  return { ...shown(row, actor.id), before: await textOf(world, row.message), after }
}

/** One operator proposes other contents for a parked message; nothing goes yet. */
export async function propose(request: FastifyRequest, body: Buffer, given: string): Promise<object> {
  const { world, actor } = request
  const message = requireId(given)
  const input = readInput(body, {
    recipient: { form: /^[a-z][a-z0-9-]{2,39}$/, about: 'Code of the member for which it is parked.' },
    body: { form: /^[^]+$/, about: `The new contents as text, at most ${correctedBytesMax} bytes.` },
    reason: { form: words(300), about: 'What was wrong, in words; at most 300 characters.' },
  })
  const { recipient, reason } = input as { recipient: string; reason: string }
  const contents = Buffer.from(input['body'] as string)
  if (contents.length > correctedBytesMax) throw new Refusal('too-large', `the contents have more than ${correctedBytesMax} bytes`, { expression: 'body' })
  const id = uuidV7(world)
  const at = world.now()
  return asOperatorOf(
    request,
    async (tx) => {
      const parked = await parkedFor(tx, message, { code: recipient })
      if (/\bjson\b/.test(parked.contentType)) requireJson(input['body'] as string)
      await tx`
        insert into bus.proposal (id, message, recipient, proposed_by, proposed_name, proposed_at, reason, sealed)
        values (${id}, ${message}, ${parked.recipient}, ${actor.id}, ${actor.name}, ${at}, ${reason}, ${sealBody(world, id, at, contents)})`
      return { proposal: id, patient: parked.patient }
    },
    ({ patient }) => ({ action: 'create', what: `bus-proposal/${id} bus-message/${message}`, patient, reason }),
  ).then(({ proposal }) => ({ proposal, state: 'open' }))
}

function requireJson(text: string): void {
  try {
    JSON.parse(text)
  } catch {
    throw new Refusal('unprocessable', 'the message is JSON and the new contents are not', { expression: 'body' })
  }
}

type Parked = { seq: number; recipient: string; patient: number | null; entry: Record<string, any>; contentType: string }

async function parkedFor(tx: Transaction, message: string, to: { code?: string; id?: string }): Promise<Parked> {
  const [row] = await tx<{ seq: number; recipient: string; patient: number | null; entry: string; kind: string }>`
    select d.seq, d.recipient, d.patient, l.entry, l.kind
      from bus.delivery d join bus.member m on m.id = d.recipient join bus.log l on l.id = d.message
     where d.message = ${message} and d.state = 'parked' and (m.code = ${to.code ?? null} or m.id = ${to.id ?? null}::uuid)
       for update of d`
  if (!row || row.kind !== 'message') throw new Refusal('conflict', 'no message of this number is parked for this member')
  const entry = JSON.parse(row.entry) as Record<string, any>
  return { ...row, entry, contentType: String(entry['contentType']) }
}

/** Another operator decides. Approved, it goes in the place of the parked one, signed by the centre for its sender. */
export async function decideProposal(request: FastifyRequest, body: Buffer, id: string): Promise<object> {
  const { world, actor } = request
  const input = readInput(body, {
    decision: { form: /^(?:approved|refused)$/, about: 'approved or refused.' },
    reason: { form: words(300), about: 'Why, in words; at most 300 characters.' },
  })
  const { decision, reason } = input as { decision: 'approved' | 'refused'; reason: string }
  const directory = await directoryOf(world)
  const done = await asOperatorOf(
    request,
    async (tx) => {
      const [row] = isUuid(id)
        ? await tx<Row & { recipientId: string; sealed: Buffer | null }>`
        select ${columns}, p.recipient as recipient_id, p.sealed
          from bus.proposal p join bus.member m on m.id = p.recipient
         where p.id = ${id}
           for update of p`
        : []
      if (!row) throw new Refusal('not-found', 'there is no proposal of this number')
      if (row.state !== 'open' || !row.sealed) throw new Refusal('conflict', `the proposal is ${row.state}`)
      if (decision === 'approved' && row.proposedBy === actor.id)
        throw new Refusal('forbidden', 'whoever proposed a correction does not approve it', { hint: 'Another operator must decide.' })
      const contents = openBody(world, row.id, row.proposedAt, row.sealed)
      const corrects = { message: row.message, proposedBy: `${row.proposedName} (${row.proposedBy})`, approvedBy: `${actor.name} (${actor.id})` }
      const sent =
        decision === 'approved' ? await sendInPlace(world, tx, { directory, recipient: row.recipientId, corrects, proposal: row.id, contents }) : null
      await tx`
        update bus.proposal
           set state = ${decision}, decided_by = ${actor.id}, decided_name = ${actor.name}, decided_at = ${world.now()}, decided_reason = ${reason},
               sealed = null, sent = ${sent?.id ?? null}
         where id = ${row.id}`
      return { sent: sent?.id ?? null, patient: sent?.patient ?? null, recipient: row.recipientId, message: row.message }
    },
    ({ sent, patient, message }) => ({
      action: sent === null ? 'update' : 'create',
      what: `bus-proposal/${id} ${decision} bus-message/${message}${sent === null ? '' : ` bus-message/${sent}`}`,
      patient,
      reason,
    }),
  )
  wake(world, done.recipient)
  return { proposal: id, state: decision, sent: done.sent }
}

type InPlace = { directory: Awaited<ReturnType<typeof directoryOf>>; recipient: string; corrects: Corrects; proposal: string; contents: Buffer }

async function sendInPlace(world: World, tx: Transaction, { directory, recipient, corrects, proposal, contents }: InPlace) {
  const { seq, patient, entry } = await parkedFor(tx, corrects.message, { id: recipient })
  const from = String(entry['from'])
  const sender = directory.byCode.get(from)
  const [provider = '', service = ''] = String(entry['to']).split('/')
  // The sender's own right still decides: two operators cannot send what it could not send itself.
  const right = sender && rightTo(directory, { consumer: sender, provider, service, kind: 'message' }, world.now())
  if (!sender || !right?.permit)
    throw new Refusal('conflict', 'its sender may not send this message any more', { details: { rule: right?.permit === false ? right.rule : 'unknown' } })
  const values: Record<string, string> = {
    'content-digest': contentDigest(contents),
    'content-type': String(entry['contentType']),
    'bus-to': `${provider}/${service}`,
    'bus-message-id': `correction-${proposal}`,
    ...(entry['subject'] === null ? {} : { 'bus-subject': String(entry['subject']) }),
    ...(entry['answers'] === null ? {} : { 'bus-answers': String(entry['answers']) }),
    ...correctionHeaders({ from, corrects }),
  }
  const { proof } = signMessage(
    Object.keys(values).map((name) => `"${name}"`),
    (name) => values[name] ?? null,
    centreKey(world.keys),
    world.now(),
  )
  const message: Message = {
    sender,
    name: `correction-${proposal}`,
    to: { provider, service },
    lane: right.contract?.lane ?? 1,
    key: null,
    document: null,
    subject: entry['subject'],
    patient,
    contentType: String(entry['contentType']),
    body: contents,
    digest: values['content-digest'] as string,
    ...proof,
    contract: right.contract,
    answers: entry['answers'],
    corrects,
    // It takes over the delivery of the parked one, with its place, key and document.
    recipients: [],
  }
  const payload = storedMessage(world, message)
  await tx.run(fragment`with ${join(composeMessages([payload]), ', ')} select 1 as done`)
  // The parked one keeps the proof that it was refused, though its delivery is another message's now.
  await tx`
    insert into bus.ended (message, proof)
    select message, ended_by from bus.delivery where recipient = ${recipient} and seq = ${seq} and ended_by is not null on conflict do nothing`
  await tx`
    update bus.delivery
       set message = ${payload.stored.id}, state = 'waiting', due_at = ${world.now()}, attempts = 0, ended_at = null, ended_by = null, reason = null
     where recipient = ${recipient} and seq = ${seq}`
  return { id: payload.stored.id, patient }
}
