import type { FastifyRequest } from 'fastify'
import type { Entry } from '../../audit/audit.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import { acknowledgeTaken } from './acknowledge.ts'
import { callWaitMs, type Delivery, deliveryLimits, endRow, endUnanswered, looksOf, putBack, release } from './deliver.ts'
import { bodyBytesMax, type Directory, directoryOf, type Member, serviceName } from '../members/directory.ts'
import { type Fields, readInput, words } from '../signing/json-input.ts'
import { lease, type Only } from './lease.ts'
import { measureEnds } from '../centre/measure.ts'
import { toBeActive, whoOf } from '../members/member.ts'
import { rightTo } from '../members/right.ts'
import { requireSame } from './judge-message.ts'
import { onceName, takeOnce } from '../signing/once.ts'
import { proofOf, requireSigned, type Signed } from '../signing/signed-request.ts'
import { uuidV7 } from '../../platform/uuid.ts'
import { waitFor, wake } from './waiting.ts'

const waitSecondsMax = 25

/** The member behind a token; what is not active gets nothing, and its queue stays. */
export function callerOf(directory: Directory, request: FastifyRequest): Member {
  const member = directory.byClient.get(request.actor.id)
  if (!member) throw new Refusal('forbidden', 'this system is no member of the bus', { hint: 'POST /bus/members asks to join.' })
  if (member.state !== 'active')
    throw new Refusal('forbidden', `the member is ${member.state}; its queue is kept`, { hint: toBeActive(member), details: { rule: 'consumer-not-active' } })
  return member
}

export const leaseForm = {
  max: { form: 'number', about: `How many, 1 to ${deliveryLimits.batch}.`, optional: true },
  only: {
    form: /^(?:calls|messages)$/,
    about: '`calls` or `messages`, when two programs of the member ask, one for each; without it both come.',
    optional: true,
  },
  wait: { form: 'number', about: `Seconds to wait when there are none, 0 to ${waitSecondsMax}.`, optional: true },
} satisfies Fields

/** POST /bus/deliveries/lease: up to `max` messages, or after `wait` seconds none. */
export async function fetchMessages(request: FastifyRequest, body: Buffer): Promise<object> {
  const input = body.length === 0 ? {} : readInput(body, leaseForm)
  const { max = 50, wait = 0, only } = input as { max?: number; wait?: number; only?: 'calls' | 'messages' }
  if (max < 1 || max > deliveryLimits.batch) throw new Refusal('incorrect', `max is from 1 to ${deliveryLimits.batch}`, { expression: 'max' })
  if (wait < 0 || wait > waitSecondsMax) throw new Refusal('incorrect', `wait is from 0 to ${waitSecondsMax}`, { expression: 'wait' })
  const { world } = request
  const until = performance.now() + wait * 1000
  for (;;) {
    const directory = await directoryOf(world)
    const member = callerOf(directory, request)
    const allowed = await parkForbidden(world, directory, member, await lease(world, member.id, max, onlyOf(directory, member, only)))
    const left = until - performance.now()
    if (allowed.length > 0 || left <= 0 || request.raw.socket?.destroyed) {
      await world.ledger.record(looksOf(member, allowed, request.correlation))
      return { deliveries: allowed.map(wireOf) }
    }
    await waitFor(world, member.id, left)
  }
}

function onlyOf(directory: Directory, member: Member, only: 'calls' | 'messages' | undefined): Only | null {
  if (only === undefined) return null
  const own = [...directory.services.values()].filter(({ provider, kind }) => provider === member.id && kind === 'call')
  return { services: own.map(({ name }) => `${member.code}/${name}`), areThese: only === 'calls' }
}

/**
 * What was leased and may not be handed out any more is parked; what was leased with it and stands behind it in its key goes back, so that
 * the next lease marks it as out of order or holds it.
 */
export async function parkForbidden(world: World, directory: Directory, member: Member, leased: readonly Delivery[]): Promise<Delivery[]> {
  const now = world.now()
  const allowed: Delivery[] = []
  const behind: Delivery[] = []
  const parkedKeys = new Set<string>()
  for (const one of leased) {
    if (one.key !== null && parkedKeys.has(one.key)) {
      behind.push(one)
      continue
    }
    if (isUnanswered(directory, one, now)) {
      await endUnanswered(world.sql, [one.message], now)
      continue
    }
    const reason = whyNot(directory, member, one, now)
    if (reason === null) {
      allowed.push(one)
      continue
    }
    await putBack(world.sql, member.id, { seq: one.seq, reason, isFinal: true }, now)
    if (one.key !== null) parkedKeys.add(one.key)
  }
  if (behind.length > 0) await release(world.sql, member.id, behind, now)
  return allowed
}

const serviceOf = (directory: Directory, address: string) => {
  const [provider = '', service = ''] = address.split('/')
  return { provider, service, found: directory.services.get(serviceName(directory.byCode.get(provider)?.id ?? '', service)) }
}

/** A call outlives its caller when the process that held the caller dies. */
function isUnanswered(directory: Directory, { service: address, storedAt }: Delivery, now: Date): boolean {
  const { found } = serviceOf(directory, address)
  return found?.kind === 'call' && now.getTime() - storedAt.getTime() > callWaitMs(bodyBytesMax(found, null))
}

/** A contract about a topic may have ended while its messages waited. */
function whyNot(directory: Directory, member: Member, { service: address }: Delivery, now: Date): string | null {
  const { provider, service, found } = serviceOf(directory, address)
  // An inbox is the member's own, and an answer belongs to what it sent: only a topic is heard by a contract.
  if (found?.kind !== 'topic' || provider === member.code) return null
  const right = rightTo(directory, { consumer: member, provider, service, kind: 'listen' }, now)
  return right.permit ? null : `not allowed any more: ${right.rule}`
}

/** A message as its receiver gets it: what its sender signed, so that the receiver can check it without us. */
export function wireOf(one: Delivery): object {
  const { from, to, messageId, contentType, digest, subject, answers, kid, base, signature, at, method, path, headers, corrects, traceparent, part } =
    JSON.parse(one.entry)
  return {
    delivery: one.seq,
    message: one.message,
    from,
    to,
    messageId,
    at,
    ...(method === undefined ? {} : { call: { method, path, ...(headers === undefined ? {} : { headers }) } }),
    ...(subject === null ? {} : { subject }),
    ...(answers === null ? {} : { answers }),
    ...(corrects === undefined ? {} : { corrects }),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(one.number === null ? {} : { number: one.number }),
    ...(one.outOfOrder ? { outOfOrder: true } : {}),
    attempt: one.attempts,
    contentType,
    digest,
    body: one.body === null ? null : one.body.toString('base64'),
    ...(one.isLarge ? { bodyAt: `/bus/calls/${one.message}/body` } : {}),
    ...(part === undefined ? {} : { part }),
    kid,
    base,
    signature,
  }
}

export const ackForm = {
  acknowledge: { form: 'list', about: 'Numbers of deliveries that were taken.', optional: true },
  refuse: { form: 'list', about: '[{ "delivery": 7, "reason": "…", "final": true }]', optional: true },
} satisfies Fields

/** POST /bus/deliveries/ack, signed: what was taken, and what could not be. The signature is the proof of delivery. */
export async function acknowledgeMessages(request: FastifyRequest, body: Buffer): Promise<object> {
  const { world, correlation } = request
  const signed = await requireSigned(request, body)
  const directory = await directoryOf(world)
  requireSame(directory, request, signed)
  const member = callerOf(directory, request)
  const input = readInput(body, ackForm)
  const taken = seqsOf(input['acknowledge'] ?? [], 'acknowledge')
  const refused = ((input['refuse'] ?? []) as unknown[]).map(readRefused)
  if (refused.length > deliveryLimits.batch) throw new Refusal('incorrect', `at most ${deliveryLimits.batch} at once`, { expression: 'refuse' })
  const proof = { body: body.toString('utf8'), ...proofOf(signed) }
  const entriesFor = (count: number): Entry[] => [endsEntry(member, correlation, count)]
  const ended = await acknowledgeTaken(world, member, taken, proof, { entriesFor, once: onceName(signed) })
  const back = refused.length === 0 ? [] : await refuse(world, member, refused, { proof, entriesFor, signed })
  const seqsIn = (wanted: string) => back.filter(({ state }) => state === wanted).map(({ seq }) => seq)
  const done = { acknowledged: ended.map(({ seq }) => seq), retried: seqsIn('waiting'), parked: seqsIn('parked') }
  // What stood behind them may go now, and a stream has room again.
  wake(world, member.id)
  measureEnds(world, 'acknowledged', done.acknowledged.length)
  measureEnds(world, 'retried', done.retried.length)
  measureEnds(world, 'parked', done.parked.length)
  return done
}

const endsEntry = (member: Member, correlation: string, count: number): Entry => ({
  action: 'update',
  who: whoOf(member),
  patient: null,
  what: 'bus-deliveries',
  purpose: 'exchange',
  basis: 'own-queue',
  decision: 'permit',
  correlation,
  count,
})

type Refused = ReturnType<typeof readRefused>

type Refusing = { proof: object; entriesFor: (count: number) => Entry[]; signed: Signed }

function refuse(world: World, member: Member, refused: readonly Refused[], { proof, entriesFor, signed }: Refusing) {
  return world.ledger.transaction(async (tx) => {
    const now = world.now()
    const parkedBy = uuidV7(world)
    const back = []
    for (const one of refused) back.push(...(await putBack(tx, member.id, { ...one, proof: parkedBy }, now)))
    const parked = back.filter(({ state }) => state === 'parked')
    if (parked.length > 0) await tx.run(endRow(world, parkedBy, 'parked', member.code, parked, proof))
    if (back.length === 0) return back
    // The same request may have acknowledged others: this half of it has a name of its own.
    await takeOnce(tx, world, signed, 'refuse')
    tx.audit(entriesFor(back.length))
    return back
  })
}

function seqsOf(given: unknown[], expression: string): number[] {
  if (given.length > deliveryLimits.batch || !given.every((one) => Number.isSafeInteger(one))) {
    throw new Refusal('incorrect', `${expression} lists at most ${deliveryLimits.batch} numbers`, { expression })
  }
  return given as number[]
}

function readRefused(one: unknown): { seq: number; reason: string; isFinal: boolean } {
  const { delivery, reason, final = false } = (one ?? {}) as Record<string, unknown>
  if (!Number.isSafeInteger(delivery) || typeof reason !== 'string' || !words(500).test(reason) || typeof final !== 'boolean') {
    throw new Refusal('incorrect', 'an entry of refuse has another form', { expression: 'refuse', hint: '{ "delivery": 7, "reason": "why", "final": false }' })
  }
  return { seq: delivery as number, reason, isFinal: final }
}
