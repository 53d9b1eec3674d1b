import { Refusal } from '../../platform/refusal.ts'
import type { Sql } from '../../platform/sql.ts'
import { type Asking, entryOf } from '../asking.ts'
import { loadRules } from '../case-store.ts'
import { asEmployer } from '../employer/store.ts'
import { personOfKey, showRequest } from './act.ts'
import { listCsv } from './list.ts'
import { calculationOf, requestOf } from './request-store.ts'
import { requestOfSide } from './requester.ts'
import { isSettled } from './show.ts'
import type { Side } from './side.ts'
import { type Kind, kinds } from './state.ts'
import type { CompensationView } from '../wire.ts'
import type { RequestShown, Requests } from './wire.ts'

// What a requester reads. For an employer it is read by the role that sees only the employer's own rows.

const requestsMax = 500

/** All requests of an employer, or all about a person; latest changes first. */
export async function requestsOf(asking: Asking, side: Side): Promise<Requests> {
  const { world } = asking
  const rows =
    side.employer !== null
      ? await asEmployer(
          world.sql,
          [side.employer],
          (tx) => tx<{ shown: RequestShown }>`
            select shown from sickleave.request where employer = ${side.employer} order by changed_at desc, id limit ${requestsMax}`,
        )
      : await world.sql<{ shown: RequestShown }>`
          select shown || jsonb_build_object('ownLeave', leave) as shown from sickleave.request
           where patient = any(${[...(side.keys ?? [])]}::int8[]) and (employer is null or state <> 'draft')
           order by changed_at desc, id
           limit ${requestsMax}`
  await recordLooks(
    asking,
    side,
    rows.map(({ shown }) => shown.id),
  )
  return { requests: rows.map(({ shown }) => shown) }
}

/** Lists of calculation and refund as one table: of all requests, or of one kind (`?kind=`). */
export async function listsAsTable(asking: Asking, side: Side, query: unknown): Promise<string> {
  const { kind, ...others } = query as Record<string, unknown>
  if (Object.keys(others).length > 0 || (kind !== undefined && !kinds.includes(kind as Kind)))
    throw new Refusal('incorrect', `the table is asked for by kind: ${kinds.join(', ')}`, { expression: 'kind' })
  const { requests } = await requestsOf(asking, side)
  return listCsv(requests.filter((one) => one.list !== null && (kind === undefined || one.kind === kind)))
}

/** The person reads the whole calculation of a settled request, with the rule and paragraph of every figure. */
export async function ownCalculation(asking: Asking, side: Side, id: string): Promise<CompensationView> {
  const { world } = asking
  const row = await requestOfSide(asking, side, id)
  await world.ledger.record([entryOf(asking, row.patient, { action: 'read', basis: side.basis, what: `sick-leave-request ${id}` })])
  const found = await requestOf(world.sql, id, row.patient)
  const kept = found && isSettled(found.standing) ? await calculationOf(world.sql, row, found.standing.calculation) : null
  if (!kept) throw new Refusal('not-found', 'this request has no calculation yet', { hint: 'It is there once the Fund has decided.' })
  return kept.view
}

/** Everybody named in an answer can read in the access log that somebody looked. */
async function recordLooks(asking: Asking, { basis, keys }: Side, requests: readonly string[]): Promise<void> {
  const { world } = asking
  const found = await world.sql<{ patient: number }>`
    select distinct patient from sickleave.request where id = any(${[...requests]}::uuid[]) limit ${requestsMax}`
  const patients = keys === null ? found.map(({ patient }) => patient) : keys.slice(0, 1)
  const what = 'sick-leave-request'
  await world.ledger.record(
    patients.length > 0
      ? patients.map((patient) => entryOf(asking, patient, { action: 'read', basis, what }))
      : [entryOf(asking, null, { action: 'read', basis, what })],
  )
}

/** One request as it is now. What is missing is checked anew, because a report may have come since. */
export async function readRequest(asking: Asking, side: Side, id: string): Promise<RequestShown> {
  const { world } = asking
  const row = await requestOfSide(asking, side, id)
  await world.ledger.record([entryOf(asking, row.patient, { action: 'read', basis: side.basis, what: `sick-leave-request ${id}` })])
  const found = await requestOf(world.sql, id, row.patient)
  if (!found) throw new Error('a request that was just there is not')
  const { employee } = await personOfKey(asking, row.patient)
  return showRequest(asking, world.sql, found, { rules: await loadRules(world.sql), employee })
}

/** For the trial of leaks: ids of existing requests. */
export async function requestIds(sql: Sql, employer: number): Promise<string[]> {
  const rows = await asEmployer(
    sql,
    [employer],
    (tx) => tx<{ id: string }>`select id from sickleave.request where employer = ${employer} order by created_at limit 20`,
  )
  return rows.map(({ id }) => id)
}
