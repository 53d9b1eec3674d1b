import type { World } from '../../platform/world.ts'
import { isServerId, keyOfId } from '../ids.ts'

/** The key of a Patient by an id that this server gave; null when there is none. Lower slices use it to assign an exchange to a person. */
export async function patientKeyOf(world: World, reference: string): Promise<number | null> {
  const [type, id = ''] = reference.split('/')
  if (type !== 'Patient' || !isServerId(id)) return null
  const [found] = await world.sql<{ patient: number }>`
    select patient
      from record.resource
     where patient = ${keyOfId(id)} and type = ${world.fhir.typeCode('Patient')} and id = ${id} and not deleted
     limit 1`
  return found?.patient ?? null
}
