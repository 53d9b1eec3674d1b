import type { World } from '../../platform/world.ts'
import { isServerId, keyOfId } from '../ids.ts'
import { isAt } from '../store.ts'

/** The key of a Patient by an id that this server gave; null when there is none. Lower slices use it to assign an exchange to a person. */
export async function patientKeyOf(world: World, reference: string): Promise<number | null> {
  const [type, id = ''] = reference.split('/')
  if (type !== 'Patient' || !isServerId(id)) return null
  const [found] = await world.sql<{ patient: number }>`
    select r.patient
      from record.resource r
     where ${isAt({ patient: keyOfId(id), type: world.fhir.typeCode('Patient'), id })} and not r.deleted
     limit 1`
  return found?.patient ?? null
}
