import { parseJson, type Resource, rewriteReferences } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import { institution as institutionOf } from '../../registry/registry.ts'
import type { AuditedTransaction } from '../../audit/audit.ts'
import { writeVersions } from './apply.ts'
import { type Asking, entryOf } from '../asking.ts'
import { isServerId, keyOfId, newId, parseReference, reservedKeys } from '../ids.ts'
import { operatorAsking } from '../search/operator.ts'
import { makeVersion, nextInstant } from './prepare.ts'
import { findName, isAt, lockCurrent, readBodies, type Stored } from '../store.ts'

export type Move = { resource: string; to: string; reason: string }
export type Moved = { from: string; resource: string; provenance: string }

/**
 * An entry filed under the wrong patient is voided there and filed anew under the right one. Nothing is changed in place and nothing is lost: the
 * voided version stays as evidence, and a Provenance says what was moved and why.
 */
export async function move(world: World, { resource, to, reason }: Move): Promise<Moved> {
  const from = requireReference(resource, '--resource')
  const target = requireReference(to, '--to')
  if (target.type !== 'Patient' || from.type === 'Patient') {
    throw new Refusal('incorrect', 'an entry is moved to a Patient; a Patient itself is separated by `identity unlink`')
  }
  return world.ledger.transaction(async (tx) => {
    const asking = operatorAsking(world, 'move')
    const old = await lockOne(asking, tx, from)
    const patient = await patientKey(asking, tx, target.id)
    if (patient === old.row.patient) throw new Refusal('conflict', 'the entry is filed under this patient already')
    asking.actor = { ...asking.actor, institution: old.row.institution, institutionName: (await institutionOf(world, old.row.institution))?.name ?? null }
    return refile(asking, tx, old, patient, `Patient/${target.id}`, reason)
  })
}

type Old = { row: Stored; content: Resource; reference: string }

function requireReference(text: string, option: string) {
  const found = parseReference(text, '')
  if (found) return found
  throw new Refusal('incorrect', `${option} is written Type/id`)
}

async function lockOne(asking: Asking, tx: AuditedTransaction, { type, id }: { type: string; id: string }): Promise<Old> {
  const code = asking.world.fhir.typeCode(type)
  const place = isServerId(id) ? { patient: keyOfId(id), id } : await findName(tx, code, id)
  const [row] = place ? await lockCurrent(tx, [{ patient: place.patient, type: code, id: place.id }]) : []
  if (!row || row.deleted || row.voided) throw new Refusal('not-found', `no ${type} with this id that could be moved`)
  if (row.patient < reservedKeys) throw new Refusal('conflict', 'this resource is not about a patient')
  const [body] = await readBodies(tx, [row])
  return { row, content: parseJson(body as string) as Resource, reference: `${type}/${id}` }
}

async function patientKey(asking: Asking, tx: AuditedTransaction, id: string): Promise<number> {
  const code = asking.world.fhir.typeCode('Patient')
  const place = isServerId(id) ? { patient: keyOfId(id), id } : await findName(tx, code, id)
  const [row] = place ? await lockCurrent(tx, [{ patient: place.patient, type: code, id: place.id }]) : []
  if (!row || row.deleted) throw new Refusal('not-found', 'no Patient with this id')
  return row.patient
}

async function refile(asking: Asking, tx: AuditedTransaction, old: Old, patient: number, to: string, reason: string): Promise<Moved> {
  const { world } = asking
  const oldPatients = new Set(world.fhir.patientReferences(old.content))
  rewriteReferences(old.content, (reference) => {
    if (oldPatients.has(reference)) return to
    const found = parseReference(reference, asking.base)
    // Resources that stay with the other person must not be reachable from here; the voided version still refers to them.
    return found && isServerId(found.id) && keyOfId(found.id) === old.row.patient ? leftBehind : undefined
  })
  dropLeft(old.content)
  const at = nextInstant(world, null)
  const place = { patient, name: null, version: 1, at, institution: old.row.institution }
  const entry = makeVersion(asking, old.content, { ...place, id: newId(world, patient) })
  const provenance = makeVersion(asking, provenanceOf(`${old.content.resourceType}/${entry.id}`, old.reference, to, reason, at), {
    ...place,
    id: newId(world, patient),
  })
  await tx`
    update record.resource r set voided = true where ${isAt(old.row)} and r.version = ${old.row.version}`
  await writeVersions(asking, tx, [entry, provenance])
  const moved = { from: old.reference, resource: `${entry.typeName}/${entry.id}`, provenance: `Provenance/${provenance.id}` }
  tx.audit([
    entryOf(asking, 'move', old.row.patient, `${old.reference} ${moved.resource}`, { basis: 'operator' }),
    entryOf(asking, 'move', patient, `${old.reference} ${moved.resource}`, { basis: 'operator' }),
  ])
  return moved
}

const leftBehind = '#left-with-the-other-patient'

/** Removes elements that only pointed to resources that stay with the other person. */
function dropLeft(value: unknown): void {
  if (value === null || typeof value !== 'object') return
  for (const [name, inner] of Object.entries(value)) {
    if (inner && typeof inner === 'object' && (inner as { reference?: string }).reference === leftBehind) {
      if (Array.isArray(value)) value.splice(value.indexOf(inner), 1)
      else delete (value as Record<string, unknown>)[name]
    } else {
      dropLeft(inner)
      if (Array.isArray(inner) && inner.length === 0) delete (value as Record<string, unknown>)[name]
    }
  }
}

function provenanceOf(target: string, source: string, patient: string, reason: string, at: Date): Resource {
  return {
    resourceType: 'Provenance',
    target: [{ reference: target }, { reference: patient }],
    recorded: at.toISOString(),
    activity: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-DataOperation', code: 'UPDATE' }], text: 'moved from a wrong patient' },
    reason: [{ text: reason }],
    agent: [{ who: { display: 'operator' } }],
    entity: [{ role: 'revision', what: { display: source } }],
  }
}
