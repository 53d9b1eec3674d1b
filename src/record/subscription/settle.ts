import { parseJson, type Resource } from '../../fhir/fhir.ts'
import type { AuditedTransaction } from '../../audit/audit.ts'
import { type Fragment, fragment } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import { entryOf } from '../asking.ts'
import { operatorAsking } from '../search/operator.ts'
import { lockCurrent, readBodies } from '../store.ts'
import { writeVersions } from '../write/apply.ts'
import { makeVersion, nextInstant } from '../write/prepare.ts'
import type { Outcome } from './endurance.ts'
import { lockRunning, publicId, type Running, runningColumns, type State } from './store.ts'

/**
 * What a notification led to. A change of the status is a new version of the resource, so whoever reads or searches Subscriptions sees it.
 * Nothing is changed of one that its owner wrote anew in the meantime.
 */
export async function settleFailure(world: World, running: Running, outcome: Outcome): Promise<void> {
  const { state, failures, failingSince, dueAt, error } = outcome
  const due = state === 'off' ? null : dueAt
  const since = state === 'off' ? fragment`null` : fragment`since_tx`
  const columns = fragment`leased_until = null, state = ${state}, failures = ${failures}, failing_since = ${failingSince}, due_at = ${due}, since_tx = ${since}`
  await settle(world, running, state, error, columns)
}

/**
 * It was taken. After a handshake events begin with whatever has not ended by now, so none falls between. Answers the Subscription, still
 * leased, when more is to be told at once.
 */
export async function settleSuccess(world: World, running: Running, taken: { sent: number; next: Date | null }, leaseMs: number): Promise<Running | null> {
  const now = world.now()
  const columns = fragment`state = 'active', sent = ${taken.sent}, failures = 0, failing_since = null, notified_at = ${now},
    since_tx = coalesce(since_tx, pg_snapshot_xmin(pg_current_snapshot())::text::int8),
    leased_until = case when number > ${taken.sent} then ${new Date(now.getTime() + leaseMs)}::timestamptz end,
    due_at = case when number > ${taken.sent} then ${now}::timestamptz else ${taken.next}::timestamptz end`
  const after = await settle(world, running, 'active', null, columns)
  return after && after.number > after.sent ? after : null
}

export async function turnOff(world: World, running: Running, error: string): Promise<void> {
  await settle(world, running, 'off', error, fragment`leased_until = null, state = 'off', since_tx = null, due_at = null`)
}

/** Ends the lease, so that any process may take the Subscription. */
export async function endLease(world: World, { patient, id }: Running): Promise<void> {
  await world.sql`update record.subscription set leased_until = null where patient = ${patient} and id = ${id}`
}

async function settle(world: World, running: Running, state: State, error: string | null, columns: Fragment): Promise<Running | null> {
  const { patient, id, generation } = running
  const change = fragment`
    update record.subscription
       set ${columns}
     where patient = ${patient} and id = ${id} and generation = ${generation}
    returning ${runningColumns()}`
  const [changed] =
    state === running.state
      ? await world.sql.run<Running>(change)
      : await world.ledger.transaction((tx) => changeState(world, tx, running, state, error, change))
  if (!changed) await endLease(world, running)
  return changed ?? null
}

async function changeState(world: World, tx: AuditedTransaction, running: Running, state: State, error: string | null, change: Fragment): Promise<Running[]> {
  const { patient, id } = running
  const [row] = await lockCurrent(tx, [{ patient, type: world.fhir.typeCode('Subscription'), id }])
  const now = await lockRunning(tx, running)
  if (!row || row.deleted || now?.generation !== running.generation) return []
  const asking = operatorAsking(world, 'subscription')
  asking.actor = { ...asking.actor, id: 'subscriptions', name: 'Subscriptions' }
  const [body] = await readBodies(tx, [row])
  const { error: _before, ...resource } = { ...(parseJson(body as string) as Resource), status: state } as Resource
  const place = { patient, id, name: row.name, version: row.version + 1, at: nextInstant(world, row.at), institution: row.institution }
  const content = (error === null ? resource : { ...resource, error }) as Resource
  await writeVersions(asking, tx, [makeVersion(asking, content, place)])
  tx.audit([entryOf(asking, 'update', null, `Subscription/${publicId(row)}`, { basis: `subscription-${state}` })])
  return tx.run<Running>(change)
}
