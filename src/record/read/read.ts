import { decide } from '../../access/access.ts'
import { keySets } from '../../identity/identity.ts'
import { Refusal } from '../../platform/refusal.ts'
import { type Asking, entryOf } from '../asking.ts'
import { isFhirId, isServerId, keyOfId, patientOrNone } from '../ids.ts'
import { findCurrent, findName, findVersion, readBodies, type Stored } from '../store.ts'
import { notTheirs } from '../subscription/owner.ts'
import { basisOfRow, isOwnSubmission, viewOf } from '../view.ts'

export type Found = { row: Stored; body: string; basis: string }

/** The row key behind a public id; null when nobody has such an id. */
export async function locate(asking: Asking, type: string, id: string): Promise<{ patient: number; id: string } | null> {
  if (!isFhirId(id)) return null
  if (isServerId(id)) return { patient: keyOfId(id), id }
  return findName(asking.world.sql, asking.world.fhir.typeCode(type), id)
}

export async function readOne(asking: Asking, type: string, id: string): Promise<Found> {
  const place = await locate(asking, type, id)
  const row = place && (await findCurrent(asking.world.sql, { ...place, type: asking.world.fhir.typeCode(type) }))
  return disclose(asking, row, type, id)
}

/** One version of a resource. Its number is the one in the ETag: a whole number from 1. */
export async function readVersion(asking: Asking, type: string, id: string, version: string): Promise<Found> {
  const place = await locate(asking, type, id)
  const isNumber = /^[1-9][0-9]{0,8}$/.test(version)
  const row = place && isNumber ? await findVersion(asking.world.sql, place.patient, asking.world.fhir.typeCode(type), place.id, Number(version)) : null
  if (!row) throw new Refusal('not-found', `no ${type} with this id and version`)
  return disclose(asking, row, type, id)
}

/** Where the versions of a resource are, when its newest may be seen. A resource that was moved away has no history here. */
export async function openHistory(asking: Asking, type: string, id: string): Promise<{ patient: number; id: string }> {
  const place = await locate(asking, type, id)
  const row = place && (await findCurrent(asking.world.sql, { ...place, type: asking.world.fhir.typeCode(type) }))
  if (!row || row.voided) throw notFound(type)
  await requireVisible(asking, row, type, id)
  return { patient: row.patient, id: row.id }
}

const notFound = (type: string) => new Refusal('not-found', `no ${type} with this id`)

/** Checks access, logs the look, then gives the resource. Only actors who may see it are told that it was deleted. */
async function disclose(asking: Asking, row: Stored | null, type: string, id: string): Promise<Found> {
  if (!row || row.voided) throw notFound(type)
  const basis = await requireVisible(asking, row, type, id)
  if (row.deleted) {
    await asking.world.ledger.record([entryOf(asking, 'read', patientOrNone(row.patient), `${type}/${id}`, { basis, count: 0 })])
    throw new Refusal('gone', `this ${type} was deleted`, { hint: 'Its earlier versions are in its history.' })
  }
  await asking.room?.take(row.length ?? 0)
  const [body] = await readBodies(asking.world.sql, [row])
  await asking.world.ledger.record([entryOf(asking, 'read', patientOrNone(row.patient), `${type}/${id}`, { basis })])
  return { row, body: body as string, basis }
}

async function requireVisible(asking: Asking, row: Stored, type: string, id: string): Promise<string> {
  if (isOwnSubmission(asking, row)) return 'own-submissions'
  const view = await viewOf(asking, [row.patient])
  const basis = basisOfRow(view, row)
  if (basis !== null) return basis
  const { world, actor } = asking
  await world.ledger.record([entryOf(asking, 'read', patientOrNone(row.patient), `${type}/${id}`, { decision: 'deny' })])
  const sets = await keySets(world.sql, [row.patient])
  const [decision] = await decide(world, actor, 'read', [sets.get(row.patient) ?? [row.patient]])
  const denied = decision && !decision.permit ? decision.denied : undefined
  if (actor.kind === 'system' && !denied) {
    throw (
      notTheirs(type) ??
      new Refusal('forbidden', 'this resource was submitted by another institution; a system reads what its own institution submitted', {
        hint: 'A worker with an open visit, a referral or as the chosen doctor sees it.',
      })
    )
  }
  throw new Refusal('forbidden', denied?.reason ?? 'your role does not see this kind of resource', {
    ...(denied ? { hint: denied.opens.join(' '), details: denied } : {}),
  })
}
