import type { Citizen } from '../access/access.ts'
import type { World } from '../platform/world.ts'
import { headers } from './headers.ts'
import { checkJmbg } from './jmbg.ts'
import { holdersOf } from './keys.ts'

/** The person who signs in with this JMBG or EBS, or null when the record does not have them. The number of a foreigner may be either. */
export async function citizenOf(world: World, number: string): Promise<Citizen | null> {
  const isJmbg = checkJmbg(number, { today: world.now(), yearPivot: world.config.IDENTITY_JMBG_PIVOT }).ok
  const [patient = null] = await holdersOf(world.sql, world, [{ kind: isJmbg ? 'jmbg' : 'ebs', value: number }])
  if (patient === null) return null
  const [header] = await headers(world, [patient])
  return header ? { patient, person: header.id, name: `${header.given} ${header.family}`.trim() } : null
}
