import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Entry } from '../../audit/audit.ts'
import { Refusal } from '../../platform/refusal.ts'
import { isUniqueViolation } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import { type Message, sameness, type Stored, storeMessage } from './accept.ts'
import { type Contract, type Directory, directoryOf, type Member } from '../members/directory.ts'
import { createFairTurns, type FairTurns } from './fair-turns.ts'
import { words } from '../signing/json-input.ts'
import { whoOf } from '../members/member.ts'
import { requireRoomFor } from './queue.ts'
import { takeQuota } from '../members/quota.ts'
import { receivedBefore } from '../signing/once.ts'
import { isOnRecord } from '../signing/refused.ts'
import { type Right, rightTo } from '../members/right.ts'
import { proofOf, requireSigned, type Signed } from '../signing/signed-request.ts'
import { sendSignedJson } from '../signing/signed-answer.ts'
import { requireFits } from './structure.ts'
import { traceparentOf } from '../centre/trace.ts'
import { wake } from './waiting.ts'
import { isUuid, withoutUuids } from '../../platform/uuid.ts'

/** The patient key of a reference to a Patient of the record, or null when there is none: known only to the slices above. */
export type PatientOf = (world: World, reference: string) => Promise<number | null>

const idShape = words(100)
const typeShape = /^[\w.+-]{1,60}\/[\w.+-]{1,60}(?:\s*;\s*[\w-]{1,30}=[\w."-]{1,60}){0,4}$/

/** POST /bus/messages: signed, allowed, durable, and only then received. */
export async function sendMessage(request: FastifyRequest, reply: FastifyReply, body: Buffer, patientOf: PatientOf): Promise<FastifyReply> {
  const leave = await turnsOf(request.world).enter(request.actor.id)
  try {
    return await acceptMessage(request, reply, body, patientOf)
  } finally {
    leave()
  }
}

/** So many are verified and stored at once, the members in turn: as many as one commit takes well. */
const acceptedAtOnce = 64
const waitingEachMax = 512
const turns = new WeakMap<World, FairTurns>()

function turnsOf(world: World): FairTurns {
  let mine = turns.get(world)
  if (!mine) turns.set(world, (mine = createFairTurns({ atOnce: acceptedAtOnce, waitingEachMax })))
  return mine
}

async function acceptMessage(request: FastifyRequest, reply: FastifyReply, body: Buffer, patientOf: PatientOf): Promise<FastifyReply> {
  const { world } = request
  const signed = await requireSigned(request, body)
  const directory = await directoryOf(world)
  const member = requireSame(directory, request, signed)
  const headers = readHeaders(request)
  const right = rightTo(directory, { consumer: member, ...headers.to, kind: 'message' }, world.now())
  if (!right.permit) return deny(request, member, right, `bus ${headers.to.provider}/${headers.to.service}`)
  const { contract } = right
  if (contract) await takeQuota(world, reply, contract)
  requireFits(world, right.service.structure, headers.contentType, body)
  const patient = headers.subject === null ? null : await patientOf(world, headers.subject)
  if (headers.subject !== null && patient === null) {
    throw new Refusal('unprocessable', 'bus-subject names no Patient of the record', {
      expression: 'bus-subject',
      hint: 'Patient/ and the id that the record gave.',
    })
  }
  const message: Message = {
    sender: member,
    ...headers,
    patient,
    lane: contract?.lane ?? 1,
    body,
    digest: signed.digest,
    ...proofOf(signed),
    contract,
    traceparent: traceparentOf(request),
    recipients: recipientsOf(directory, member, right, world.now()),
  }
  // A topic is heard by many: one of them that does not fetch keeps nothing from the others, so its queue is not its owner's limit.
  const queue = right.service.kind === 'inbox' ? await requireRoomFor(world, reply, right.provider.id) : null
  const { stored, isRepeated } = await storeOnce(world, message, entriesOf(request, member, message))
  if (!isRepeated) for (const { id } of message.recipients) wake(world, id)
  const receipt = {
    message: stored.id,
    messageId: message.name,
    to: `${headers.to.provider}/${headers.to.service}`,
    digest: message.digest,
    receivedAt: stored.at.toISOString(),
    ...(queue === null ? {} : { queue }),
  }
  return sendSignedJson(world, reply, 202, isRepeated ? { ...receipt, repeated: true } : receipt)
}

/** The token says who asks, the signature who wrote it: they must be the same system. */
export function requireSame(directory: Directory, request: FastifyRequest, { member }: Signed): Member {
  const caller = directory.byClient.get(request.actor.id)
  if (caller?.id === member.id) return caller
  throw new Refusal('forbidden', 'the token belongs to another system than the key of the signature')
}

function readHeaders({ headers }: FastifyRequest) {
  const [, provider, service] = /^([a-z][a-z0-9-]{2,39})\/([a-z][a-z0-9.-]{1,59})$/.exec(String(headers['bus-to'] ?? '')) ?? []
  if (provider === undefined || service === undefined)
    throw new Refusal('incorrect', 'the header bus-to is missing or has another form', { expression: 'bus-to', hint: 'MEMBER/SERVICE, see GET /bus/services.' })
  const name = plain(headers['bus-message-id'], 'bus-message-id')
  if (name === null)
    throw new Refusal('incorrect', 'the header bus-message-id is missing', {
      expression: 'bus-message-id',
      hint: 'Your own number of the message; the same number is the same message for 30 days.',
    })
  const subject = headers['bus-subject'] === undefined ? null : String(headers['bus-subject'])
  if (subject !== null && !/^Patient\/[A-Za-z0-9.-]{1,64}$/.test(subject))
    throw new Refusal('incorrect', 'bus-subject is Patient/ID', { expression: 'bus-subject' })
  const contentType = headers['content-type'] ?? 'application/octet-stream'
  if (!typeShape.test(contentType)) throw new Refusal('unsupported', 'the content type has another form', { expression: 'content-type' })
  const answers = headers['bus-answers'] === undefined ? null : String(headers['bus-answers'])
  if (answers !== null && !isUuid(answers)) throw new Refusal('incorrect', 'bus-answers is the id of a message', { expression: 'bus-answers' })
  return {
    to: { provider, service },
    name,
    key: plain(headers['bus-key'], 'bus-key'),
    document: plain(headers['bus-document'], 'bus-document'),
    subject,
    contentType,
    answers,
  }
}

function plain(value: string | string[] | undefined, expression: string): string | null {
  if (value === undefined) return null
  if (typeof value === 'string' && value.length <= 100 && idShape.test(withoutUuids(value))) return value
  throw new Refusal('incorrect', `${expression} has 1 to 100 characters and no personal number`, { expression })
}

/** Into an inbox goes one delivery; of a topic one for each member whose contract is current, suspended ones too: their queue is kept. */
function recipientsOf(directory: Directory, sender: Member, right: Right & { permit: true }, now: Date): Message['recipients'] {
  if (right.service.kind === 'inbox') return [{ id: right.provider.id, holdKey: right.contract?.holdKey ?? false }]
  return listenersOf(directory, right.provider, right.service.name, now)
    .filter(({ member }) => member.id !== sender.id)
    .map(({ member, contract }) => ({ id: member.id, holdKey: contract.holdKey }))
}

/** Who hears a topic: every member with a current contract about it. */
export function listenersOf(directory: Directory, provider: Member, service: string, now: Date): { member: Member; contract: Contract }[] {
  const found: { member: Member; contract: Contract }[] = []
  for (const member of directory.members.values()) {
    const asActive = member.state === 'suspended' ? { ...member, state: 'active' as const } : member
    const right = rightTo(directory, { consumer: asActive, provider: provider.code, service, kind: 'listen' }, now)
    if (right.permit && right.contract) found.push({ member, contract: right.contract })
  }
  return found
}

export async function storeOnce(world: World, message: Message, entries: Entry[]): Promise<{ stored: Stored; isRepeated: boolean }> {
  try {
    return { stored: await storeMessage(world, message, entries), isRepeated: false }
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    if (message.call?.numbered === false) throw receivedBefore()
    const [seen] = await world.sql<Stored & { digest: Buffer }>`
      select message as id, at, digest
        from bus.seen
       where sender = ${message.sender.id} and name = ${message.name}`
    if (!seen) throw error
    if (!seen.digest.equals(sameness(message))) {
      throw new Refusal('conflict', 'another message has this number', { expression: 'bus-message-id', hint: 'A new message needs a new number.' })
    }
    return { stored: seen, isRepeated: true }
  }
}

export function entriesOf(request: FastifyRequest, member: Member, { contract, to, patient, name }: Message): Entry[] {
  const what = `bus-message/${name} ${to.provider}/${to.service}`
  return [
    {
      action: 'create',
      who: whoOf(member),
      patient,
      what,
      purpose: contract?.purpose ?? 'own-topic',
      basis: contract ? `contract/${contract.id}` : 'own-topic',
      decision: 'permit',
      correlation: request.correlation,
    },
  ]
}

/** A denial is on record before it is said, and says which rule it was. */
export async function deny(request: FastifyRequest, member: Member, right: Right & { permit: false }, what: string): Promise<never> {
  const { world, correlation } = request
  await world.ledger.record([
    { action: 'create', who: whoOf(member), patient: null, what, purpose: 'exchange', basis: right.rule, decision: 'deny', correlation },
  ])
  throw isOnRecord(new Refusal('forbidden', right.sentence, { hint: right.opens, details: { rule: right.rule } }))
}
