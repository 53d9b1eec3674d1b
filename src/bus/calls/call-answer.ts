import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Entry } from '../../audit/audit.ts'
import { Refusal } from '../../platform/refusal.ts'
import { fragment, type Fragment, join } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import { openBody, sealBody } from '../messages/body.ts'
import { type Contents, inMemory, largeTurn, memoryBytesMax } from './contents.ts'
import { acknowledge, endUnanswered } from '../messages/deliver.ts'
import { bodyBytesMax, type Directory, directoryOf, type Member, serviceName } from '../members/directory.ts'
import { callerOf } from '../messages/fetch-messages.ts'
import { holdCall, openCall } from './fetch-call.ts'
import { logRows } from '../evidence/log.ts'
import { whoOf } from '../members/member.ts'
import { dropPieces, storedContents, storePieces } from './piece.ts'
import { requireSame } from '../messages/judge-message.ts'
import { proofOf, requireSigner } from '../signing/signed-request.ts'
import { announcedBy, takeBody, untilClosed } from './take-body.ts'
import { uuidV7 } from '../../platform/uuid.ts'
import { waitFor, wake } from '../messages/waiting.ts'

/** What was answered, by whom, and who signed it. */
export type Answer = {
  call: string
  by: string
  status: number
  headers: Record<string, string>
  body: Contents
  digest: string
  kid: string
  base: string
  signature: string
}

const statusShape = /^[2-5]\d\d$/

type Kept = { answer: Answer; id: string; at: Date; sealed: Buffer | null; pieces: number }

/** The row of the log for an answer, and the answer itself when it is kept for somebody who asks again. */
function composeAnswers(kept: readonly Kept[]): Fragment[] {
  const rows = [
    logRows(
      'bus_log_answers',
      kept.map(({ answer: { body: _, headers, ...said }, id, at }) => ({
        id,
        at,
        kind: 'answer',
        about: said.call,
        entry: JSON.stringify({ id, kind: 'answer', at: at.toISOString(), contentType: headers['content-type'] ?? null, ...said }),
      })),
    ),
  ]
  const stored = kept.filter(({ sealed }) => sealed !== null)
  if (stored.length > 0) {
    const values = stored.map(
      ({ answer, id, at, sealed, pieces }) =>
        fragment`(${answer.call}::uuid, ${answer.status}::int2, ${JSON.stringify(answer.headers)}::jsonb, ${sealed}::bytea, ${at}::timestamptz,
                  ${pieces}::int4, ${pieces > 0 ? id : null}::uuid, ${answer.digest}::text)`,
    )
    rows.push(fragment`bus_answer as (insert into bus.answer (call, status, headers, sealed, stored_at, pieces, large, digest) values ${join(values, ', ')})`)
  }
  return rows
}

async function keptOf(world: World, answer: Answer, isStored: boolean): Promise<Kept> {
  const id = uuidV7(world)
  const isLarge = answer.body.buffer === null
  const pieces = isStored && isLarge ? await storePieces(world, id, answer.body) : 0
  const at = world.now()
  return { answer, id, at, sealed: isStored ? sealBody(world, answer.call, at, answer.body.buffer ?? Buffer.alloc(0)) : null, pieces }
}

export async function keepAnswer(world: World, answer: Answer, isStored: boolean, entries: Entry[]): Promise<void> {
  const kept = await keptOf(world, answer, isStored)
  await world.ledger.commit({ entries, payload: kept, compose: composeAnswers }).catch((error: unknown) => forget(world, kept, error))
}

/** Removes the stored pieces of an answer that failed. */
async function forget(world: World, { id, pieces }: Kept, error: unknown): Promise<never> {
  if (pieces > 0) await dropPieces(world, id)
  throw error
}

/** POST /bus/calls/ID/answer, signed by the provider that fetched the call: `bus-status` and the body are the answer. */
export async function answerCall(request: FastifyRequest, reply: FastifyReply, call: string): Promise<object> {
  const { world } = request
  const signed = await requireSigner(request)
  const directory = await directoryOf(world)
  requireSame(directory, request, signed)
  const member = callerOf(directory, request)
  const status = String(request.headers['bus-status'] ?? '')
  if (!statusShape.test(status))
    throw new Refusal('incorrect', 'the header bus-status is missing or no status of an answer', { expression: 'bus-status', hint: '200 to 599.' })
  const open = await openCall(world, member, call)
  const announced = announcedBy(request)
  if (announced === null || announced > memoryBytesMax) await holdCall(world, member, call)
  const turn = largeTurn(world, member.id)
  untilClosed(reply, turn.leave)
  const body = await takeBody(request, reply, { bytesMax: bytesOf(directory, member, open.service), turn })
  const answer: Answer = {
    call,
    by: member.code,
    status: Number(status),
    headers: answered(request.headers),
    body,
    digest: signed.digest,
    ...proofOf(signed),
  }
  await takeAnswer(request, member, open, await keptOf(world, answer, true))
  wake(world, call)
  return { call, answered: true }
}

/** The headers of an answer that a caller gets. */
export const passedBack = ['content-type', 'etag', 'location', 'last-modified'] as const

export const among = (names: readonly string[], headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (typeof headers[name] === 'string' ? [[name, headers[name].trim()]] : [])))

/** All but the type of the contents come as `bus-etag` and so on, because the request that brings them has headers of its own. */
const answered = (headers: IncomingHttpHeaders): Record<string, string> =>
  among(passedBack, { 'content-type': headers['content-type'], ...Object.fromEntries(others.map((name) => [name, headers[`bus-${name}`]])) })
const [, ...others] = passedBack

/** What was asked for went through a contract that may have allowed less; what is answered is the provider’s own affair. */
function bytesOf(directory: Directory, member: Member, service: string): number {
  const found = directory.services.get(serviceName(member.id, service.split('/')[1] ?? ''))
  return bodyBytesMax(found ?? null, null)
}

async function takeAnswer({ world, correlation }: FastifyRequest, member: Member, open: { seq: number; isLarge: boolean }, kept: Kept): Promise<void> {
  const { call } = kept.answer
  await world.ledger
    .transaction(async (tx) => {
      const taken = await acknowledge(tx, member.id, [open.seq], world.now(), kept.id)
      if (taken.length === 0) throw new Refusal('conflict', 'the call was answered or given up at this moment')
      await tx.run(fragment`with ${join(composeAnswers([kept]), ', ')} select 1 as done`)
      if (open.isLarge) await tx`delete from bus.body where message = ${call}`
      tx.audit([
        {
          action: 'update',
          who: whoOf(member),
          patient: null,
          what: `bus-call/${call}`,
          purpose: 'exchange',
          basis: 'own-queue',
          decision: 'permit',
          correlation,
        },
      ])
    })
    .catch((error: unknown) => forget(world, kept, error))
  if (open.isLarge) await dropPieces(world, call)
}

type Stored = { status: number; headers: Record<string, string>; body: Contents; large: string | null }

export async function storedAnswer(world: World, call: string): Promise<Stored | null> {
  const [row] = await world.sql<Omit<Stored, 'body'> & { sealed: Buffer; storedAt: Date; pieces: number; digest: string | null }>`
    select status, headers, sealed, stored_at, pieces, large, digest
      from bus.answer
     where call = ${call}
     limit 1`
  if (!row) return null
  const { status, headers, large, pieces } = row
  const body = large
    ? await storedContents(world, { about: large, pieces, digest: row.digest ?? '' })
    : inMemory(openBody(world, call, row.storedAt, row.sealed))
  return { status, headers, large, body }
}

/** Waits for the answer of a provider that fetches its calls; one that does not come in time is not fetched any more. */
export async function awaitAnswer(world: World, call: string, mostMs: number): Promise<Stored> {
  const until = performance.now() + mostMs
  for (;;) {
    const answer = await storedAnswer(world, call)
    if (answer) return answer
    const left = until - performance.now()
    if (left <= 0) break
    await waitFor(world, call, left)
  }
  await endUnanswered(world.sql, [call], world.now())
  throw new Refusal('busy', 'the provider has not answered in time', { retryAfterSeconds: 5 })
}
