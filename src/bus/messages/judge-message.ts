import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Entry } from '../../audit/audit.ts'
import { Refusal } from '../../platform/refusal.ts'
import { traceparentOf } from '../centre/trace.ts'
import { type Contract, type Directory, type Member } from '../members/directory.ts'
import { whoOf } from '../members/member.ts'
import { takeQuota } from '../members/quota.ts'
import { type Right, rightTo } from '../members/right.ts'
import type { Proof } from '../../platform/http-signature.ts'
import { isOnRecord } from '../signing/refused.ts'
import type { Signed } from '../signing/signed-request.ts'
import type { Message } from './accept.ts'
import { type Head, type PatientOf, patientNamed } from './head.ts'
import { type QueueSeen, requireRoomFor } from './queue.ts'
import { requireFits } from './structure.ts'

/** One message that was signed: what its sender says of it, its contents, and what proves both. */
export type Given = { head: Head; body: Buffer; digest: string; part?: Message['part'] } & Proof
/** What a message may become, and how full the queue is that it goes to; a topic has none of its own. */
export type Judged = { message: Message; queue: QueueSeen | null }
export type Asking = { request: FastifyRequest; directory: Directory; member: Member; patientOf: PatientOf }

/**
 * May it pass, and to whom? Throws what says no. With `reply` the answer says what is left of the quota and of the queue; of a batch each
 * verdict does.
 */
export async function judgeMessage({ request, directory, member, patientOf }: Asking, given: Given, reply: FastifyReply | null): Promise<Judged> {
  const { world } = request
  const { head, body, digest, kid, base, signature, part } = given
  const right = rightTo(directory, { consumer: member, ...head.to, kind: 'message' }, world.now())
  if (!right.permit) return deny(request, member, right, `bus ${head.to.provider}/${head.to.service}`)
  const { contract, service } = right
  if (contract) await takeQuota(world, reply, contract)
  requireFits(world, service.structure, head.contentType, body)
  const message: Message = {
    sender: member,
    ...head,
    patient: await patientNamed(world, head.subject, patientOf),
    lane: contract?.lane ?? 1,
    body,
    digest,
    kid,
    base,
    signature,
    contract,
    traceparent: traceparentOf(request),
    recipients: recipientsOf(directory, member, right, world.now()),
    ...(part ? { part } : {}),
  }
  // A topic is heard by many: one of them that does not fetch keeps nothing from the others, so its queue is not its owner’s limit.
  return { message, queue: service.kind === 'inbox' ? await requireRoomFor(world, reply, right.provider.id) : null }
}

/** The token says who asks, the signature who wrote it: they must be the same system. */
export function requireSame(directory: Directory, request: FastifyRequest, { member }: Signed): Member {
  const caller = directory.byClient.get(request.actor.id)
  if (caller?.id === member.id) return caller
  throw new Refusal('forbidden', 'the token belongs to another system than the key of the signature')
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

/** What one request sent about one person is one row of the audit, and what it sent about nobody is one; each message by itself stands in the log of the bus. */
export function entriesOf(request: FastifyRequest, member: Member, messages: readonly Message[]): Entry[] {
  const groups = Map.groupBy(messages, ({ patient, contract, to }) => `${patient} ${contract?.id} ${to.provider}/${to.service}`)
  return [...groups.values()].map((of) => {
    const { patient, contract, to } = of[0] as Message
    const names = of.slice(0, namedMax).map(({ name }) => `bus-message/${name}`)
    return {
      action: 'create',
      who: whoOf(member),
      patient,
      what: `${names.join(' ')} ${to.provider}/${to.service}`,
      purpose: contract?.purpose ?? 'own-topic',
      basis: contract ? `contract/${contract.id}` : 'own-topic',
      decision: 'permit',
      correlation: request.correlation,
      count: of.length,
    }
  })
}

/** So many are named in one row; the others are counted. */
const namedMax = 10

/** A denial is on record before it is said, and says which rule it was. */
export async function deny(request: FastifyRequest, member: Member, right: Right & { permit: false }, what: string): Promise<never> {
  const { world, correlation } = request
  await world.ledger.record([
    { action: 'create', who: whoOf(member), patient: null, what, purpose: 'exchange', basis: right.rule, decision: 'deny', correlation },
  ])
  throw isOnRecord(new Refusal('forbidden', right.sentence, { hint: right.opens, details: { rule: right.rule } }))
}
