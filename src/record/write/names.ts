import type { Fhir, Resource } from '../../fhir/fhir.ts'
import type { Runner } from '../../platform/sql.ts'
import { isServerId, parseReference } from '../ids.ts'
import { findNames } from '../store.ts'
import type { Operation } from './apply.ts'
import type { Named } from './subject.ts'

const namesAtOnce = 5000

/** Looks up in one question every client-chosen id that these operations name: their own, and those of the patients they are about. */
export async function namesIn(fhir: Fhir, tx: Runner, operations: readonly Operation[], base: string): Promise<Map<string, Named | null>> {
  const patientType = fhir.typeCode('Patient')
  const names = new Map<string, { type: number; name: string }>()
  const note = (type: number, name: string) => void names.set(`${type} ${name}`, { type, name })
  for (const { id, type, resource } of operations) {
    if (id !== null && !isServerId(id)) note(fhir.typeCode(type), id)
    if (resource === null) continue
    for (const text of fhir.patientReferences(resource as Resource)) {
      const found = parseReference(text, base)
      if (found?.type === 'Patient' && !isServerId(found.id)) note(patientType, found.id)
    }
  }
  const found = new Map<string, Named | null>([...names.keys()].map((key) => [key, null]))
  const wanted = [...names.values()]
  for (let from = 0; from < wanted.length; from += namesAtOnce) {
    for (const { type, name, patient, id, institution } of await findNames(tx, wanted.slice(from, from + namesAtOnce))) {
      found.set(`${type} ${name}`, { patient, id, institution })
    }
  }
  return found
}
