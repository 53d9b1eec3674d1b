import type { FastifyRequest } from 'fastify'
import type { Entry } from '../audit/audit.ts'
import { Refusal } from '../platform/refusal.ts'
import { fragment, type Fragment, join } from '../platform/sql.ts'
import type { World } from '../platform/world.ts'
import { openBody, sealBody } from './body.ts'
import { acknowledge } from './deliver.ts'
import { directoryOf } from './directory.ts'
import { callerOf } from './fetch-messages.ts'
import { logRows } from './log.ts'
import { whoOf } from './member.ts'
import { requireSame } from './send-message.ts'
import { proofOf, requireSigned } from './signed-request.ts'
import { isUuid, uuidV7 } from '../platform/uuid.ts'
import { waitFor, wake } from './waiting.ts'

/** What was answered, by whom, and who signed it. */
export type Answer = {
  call: string
  by: string
  status: number
  headers: Record<string, string>
  body: Buffer
  digest: string
  kid: string
  base: string
  signature: string
}

const statusShape = /^[2-5]\d\d$/

type Kept = { answer: Answer; id: string; at: Date; sealed: Buffer | null }

/** The log's row of an answer, and the answer itself when somebody comes for it. */
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
      ({ answer, at, sealed }) =>
        fragment`(${answer.call}::uuid, ${answer.status}::int2, ${JSON.stringify(answer.headers)}::jsonb, ${sealed}::bytea, ${at}::timestamptz)`,
    )
    rows.push(fragment`bus_answer as (insert into bus.answer (call, status, headers, sealed, stored_at) values ${join(values, ', ')})`)
  }
  return rows
}

const keptOf = (world: World, answer: Answer, isStored: boolean): Kept => {
  const at = world.now()
  return { answer, id: uuidV7(world), at, sealed: isStored ? sealBody(world, answer.call, at, answer.body) : null }
}

export async function keepAnswer(world: World, answer: Answer, isStored: boolean, entries: Entry[]): Promise<void> {
  await world.ledger.commit({ entries, payload: keptOf(world, answer, isStored), compose: composeAnswers })
}

/** POST /bus/calls/ID/answer, signed by the provider that fetched the call: `bus-status` and the body are the answer. */
export async function answerCall(request: FastifyRequest, body: Buffer, call: string): Promise<object> {
  const { world, correlation } = request
  const signed = await requireSigned(request, body)
  const directory = await directoryOf(world)
  requireSame(directory, request, signed)
  const member = callerOf(directory, request)
  const status = String(request.headers['bus-status'] ?? '')
  if (!statusShape.test(status))
    throw new Refusal('incorrect', 'the header bus-status is missing or no status of an answer', { expression: 'bus-status', hint: '200 to 599.' })
  const [open] = isUuid(call)
    ? await world.sql<{ seq: number }>`select seq from bus.delivery where message = ${call} and recipient = ${member.id} and state = 'leased' limit 1`
    : []
  if (!open) throw new Refusal('not-found', 'no such call waits for an answer of this member')
  const type = request.headers['content-type']
  const answer: Answer = {
    call,
    by: member.code,
    status: Number(status),
    headers: type === undefined ? {} : { 'content-type': type },
    body,
    digest: signed.digest,
    ...proofOf(signed),
  }
  await world.ledger.transaction(async (tx) => {
    const kept = keptOf(world, answer, true)
    const taken = await acknowledge(tx, member.id, [open.seq], world.now(), kept.id)
    if (taken.length === 0) throw new Refusal('conflict', 'the call was answered or given up at this moment')
    await tx.run(fragment`with ${join(composeAnswers([kept]), ', ')} select 1 as done`)
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
  wake(world, call)
  return { call, answered: true }
}

type Stored = { status: number; headers: Record<string, string>; body: Buffer }

export async function storedAnswer(world: World, call: string): Promise<Stored | null> {
  const [row] = await world.sql<{ status: number; headers: Record<string, string>; sealed: Buffer; storedAt: Date }>`
    select status, headers, sealed, stored_at
      from bus.answer
     where call = ${call}
     limit 1`
  return row ? { status: row.status, headers: row.headers, body: openBody(world, call, row.storedAt, row.sealed) } : null
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
  await world.sql`
    update bus.delivery set state = 'parked', ended_at = ${world.now()}, reason = 'its caller waits no more'
     where message = ${call} and state in ('waiting', 'leased')`
  throw new Refusal('busy', 'the provider has not answered in time', { retryAfterSeconds: 5 })
}
