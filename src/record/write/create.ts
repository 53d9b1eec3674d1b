import type { Patch, Resource } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import { isUniqueViolation } from '../../platform/sql.ts'
import { type Asking, entryOf } from '../asking.ts'
import { type Applied, applyAll, type Expected, isLostRace, type Operation, placeExisting, placeNew, whatever } from './apply.ts'
import { concernsAccess } from './claims.ts'
import { patientOrNone } from '../ids.ts'
import { makeVersion, nextInstant, requireResolved } from './prepare.ts'
import { requireSystem } from '../scope.ts'
import { checkEndpoints } from '../subscription/subscribe.ts'
import { deniedPatients, noCharts, requireMayWrite } from './subject.ts'
import { type Known, knownTo, learn } from './known-values.ts'
import { type Change, composeChanges, type Version } from './write.ts'

/** A write needs an institution: the record always says whose data it holds. */
export function requireInstitution(asking: Asking): number {
  requireSystem(asking.actor)
  return asking.actor.institution as number
}

/**
 * POST of one resource. Most resources need no transaction of their own: they join the next shared commit, and the answer waits for it. A Patient, a
 * Subscription and an Encounter that opens access get their own transaction.
 */
export async function createOne(asking: Asking, resource: Resource): Promise<Applied> {
  requireInstitution(asking)
  const type = resource.resourceType
  const operation: Operation = { kind: 'create', type, id: null, resource, expected: whatever, path: type }
  if (type === 'Patient' || type === 'Subscription' || concernsAccess(resource)) return oneInTransaction(asking, operation)
  requireResolved(asking.world, resource, type)
  const charts = noCharts()
  const placed = await placeNew(asking, asking.world.sql, operation, charts)
  if (charts.reserved.size > 0) return oneInTransaction(asking, operation)
  try {
    await requireMayWrite(asking, asking.world.sql, placed.patient, charts, type)
  } catch (error) {
    await auditDenial(asking, 'create', type, error)
    throw error
  }
  const make = () => {
    const place = { patient: placed.patient, id: placed.rowId, name: null, version: 1, at: nextInstant(asking.world, null) }
    return makeVersion(asking, resource, { ...place, institution: asking.actor.institution as number })
  }
  const pending: Pending = { version: make(), make, known: null }
  await asking.world.ledger.commit({
    entries: [entryOf(asking, 'create', patientOrNone(placed.patient), `${type}/${placed.rowId}`, { basis: 'own-chart' })],
    payload: pending,
    compose: composer(asking),
  })
  if (pending.known) learn(pending.known)
  const { at, body } = pending.version
  return { type, id: placed.rowId, version: 1, at, status: 201, body, patient: placed.patient, warnings: [], temporaryNumber: null }
}

/** A version that waits for its commit, how to make it again with a new time, and the index values that are known when it is stored. */
type Pending = { version: Version; make(): Version; known: Known | null }

/** A version that waits longer than this gets the time at which it is sent: soon after an instant, nothing can still be stored as older (moments.ts). */
const queuedMsMax = 500

// One function per world, so that the ledger gathers the payloads of a batch into the same CTEs.
const composers = new WeakMap<object, (waiting: Pending[]) => ReturnType<typeof composeChanges>>()
function composer({ world }: Asking) {
  let compose = composers.get(world)
  if (!compose) {
    compose = (waiting) => {
      const late = world.now().getTime() - queuedMsMax
      for (const one of waiting) if (one.version.at.getTime() < late) one.version = one.make()
      const changes = waiting.map(({ version }): Change => ({ versions: [version], topic: 'record.changed' }))
      const known = knownTo(world)
      for (const one of waiting) one.known = known
      return composeChanges(changes, world.random, known)
    }
    composers.set(world, compose)
  }
  return compose
}

/** PUT: a new version, the same version when nothing changed, or a new resource under an id that the client chose. */
export async function updateOne(asking: Asking, resource: Resource, id: string, expected: Expected): Promise<Applied> {
  requireInstitution(asking)
  const type = resource.resourceType
  return oneInTransaction(asking, { kind: 'update', type, id, resource, expected, path: type })
}

/** PATCH: the same rules as a PUT of what the patch makes of the current content. */
export async function patchOne(asking: Asking, type: string, id: string, patch: Patch, expected: Expected, path = type): Promise<Applied> {
  requireInstitution(asking)
  return oneInTransaction(asking, { kind: 'update', type, id, resource: null, patch, expected, path })
}

export async function deleteOne(asking: Asking, type: string, id: string, expected: Expected): Promise<Applied> {
  requireInstitution(asking)
  return oneInTransaction(asking, { kind: 'delete', type, id, resource: null, expected, path: type })
}

async function oneInTransaction(asking: Asking, operation: Operation): Promise<Applied> {
  await checkEndpoints(asking, [operation.resource])
  const write = () =>
    asking.world.ledger.transaction(async (tx) => {
      const charts = noCharts()
      const placed = operation.kind === 'create' ? await placeNew(asking, tx, operation, charts) : await placeExisting(asking, tx, operation, charts)
      const [applied] = await applyAll(asking, tx, [placed], charts)
      return applied as Applied
    })
  try {
    // Of two writers that make the same resource at once, the later changes what the first made. A client need not settle a conflict.
    return await write().catch((error: unknown) => (operation.kind === 'update' && isLostRace(error) ? write() : Promise.reject(error as Error)))
  } catch (error) {
    await auditDenial(asking, operation.kind, `${operation.type}/${operation.id ?? ''}`, error)
    if (isUniqueViolation(error)) throw new Refusal('conflict', 'another request was first', { hint: 'Send the request again.' })
    throw error
  }
}

/** Logs a refused write in an audit entry of its own, because its transaction was rolled back. */
export async function auditDenial(asking: Asking, action: 'create' | 'update' | 'delete' | 'read', what: string, error: unknown): Promise<void> {
  if (!(error instanceof Refusal) || error.kind !== 'forbidden') return
  const patient = deniedPatients.get(error) ?? null
  await asking.world.ledger.record([entryOf(asking, action, patient, what, { decision: 'deny', basis: 'other-institution' })])
}
