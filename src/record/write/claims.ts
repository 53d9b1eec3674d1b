import { access } from '../../access/access.ts'
import type { AuditedTransaction } from '../../audit/audit.ts'
import { workers } from '../../registry/registry.ts'
import type { Asking } from '../asking.ts'
import { reservedKeys } from '../ids.ts'
import { at, listAt, textAt } from '../page/pieces.ts'
import type { Resource } from '../../fhir/fhir.ts'

const underWay = new Set(['arrived', 'triaged', 'in-progress'])
const over = new Set(['finished', 'cancelled', 'entered-in-error'])

/** Whether this new Encounter changes who may look. Then it is written in a transaction together with the claim. */
export const concernsAccess = (resource: Resource): boolean => resource.resourceType === 'Encounter' && underWay.has(String(resource['status']))

/**
 * An Encounter that a system reports opens nothing by itself: it becomes a claim that the named doctor confirms by signing in,
 * and ends with the encounter (issue of access: software must not write itself a way into a record).
 */
export async function noteEncounter(
  asking: Asking,
  tx: AuditedTransaction,
  resource: Resource,
  place: { patient: number; id: string; isNew: boolean },
): Promise<void> {
  const { world, actor } = asking
  if (actor.institution === null || place.patient < reservedKeys) return
  const encounter = { patient: place.patient, institution: actor.institution, encounter: place.id }
  // An encounter that arrives finished has no claim to close.
  if (!place.isNew && over.has(String(resource['status']))) await access.closeClaim(tx, world, encounter)
  if (!concernsAccess(resource)) return
  for (const licence of licencesOf(resource, `${world.config.SYSTEM_URN}:licence`)) {
    const worker = await workers.byLicence(tx, licence)
    if (worker !== null) await access.fileClaim(tx, world, { ...encounter, worker, unit: null })
  }
}

function licencesOf(resource: Resource, system: string): string[] {
  const found: string[] = []
  for (const participant of listAt(resource, 'participant')) {
    const identifier = at(participant, 'individual', 'identifier')
    const value = textAt(identifier, 'value')
    if (value !== null && textAt(identifier, 'system')?.startsWith(system) && found.length < 20) found.push(value)
  }
  return found
}
