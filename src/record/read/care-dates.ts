import { parseJson, type Resource } from '../../fhir/fhir.ts'
import type { Asking } from '../asking.ts'
import { bytesOf, type Slice } from './rows-at.ts'
import { dateCodesOf } from '../write/rows.ts'

/**
 * The versions whose care overlaps the given time (R4 patient-operation-everything: "care dates, not record currency dates"). A resource without a
 * date of care, such as the Patient or a Coverage, is always included. Only this question parses bodies.
 */
export async function inCareBetween(asking: Asking, slices: readonly Slice[], start: number | null, end: number | null): Promise<Slice[]> {
  const bodies = await bytesOf(asking.world.sql, slices)
  return slices.filter((_, at) => isInCareBetween(asking, parseJson((bodies[at] as Buffer).toString('utf8')) as Resource, start, end))
}

function isInCareBetween({ world }: Asking, resource: Resource, start: number | null, end: number | null): boolean {
  if (resource.resourceType === 'Patient') return true
  const codes = dateCodesOf(resource.resourceType)
  let isDated = false
  for (const value of world.fhir.extract(resource)) {
    if (value.kind !== 'date' || !codes.includes(value.code)) continue
    isDated = true
    if ((start === null || value.high >= start) && (end === null || value.low <= end)) return true
  }
  return !isDated
}
