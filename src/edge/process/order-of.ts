import type { Resource } from '../../fhir/fhir.ts'
import { isNational } from '../draft/national.ts'

type Entry = { resource?: Resource; request?: { url?: unknown } }
type Identifier = { system?: unknown; value?: unknown }

/**
 * Whose message it is, so that one patient’s messages stay in order: the number that the local system itself gives (it stands in every message), else a
 * national one. Null when the message names nobody. What comes back holds a number and is only ever used through a keyed digest.
 */
export function patientIn(entries: readonly Entry[]): string | null {
  for (const { resource } of entries) if (resource?.resourceType === 'Patient') return numberOf(resource) ?? null
  // Without the Patient itself the reference says who it is: Patient/ID, or Patient?identifier=… (R4 http, 3.1.0.11.3.1).
  for (const { resource } of entries) {
    const about = (resource?.['subject'] ?? resource?.['patient'] ?? resource?.['beneficiary']) as { reference?: unknown } | undefined
    if (typeof about?.reference === 'string' && about.reference.startsWith('Patient')) return about.reference
  }
  return null
}

function numberOf(patient: Resource): string | undefined {
  const given = (Array.isArray(patient['identifier']) ? patient['identifier'] : []) as Identifier[]
  const whole = given.filter(({ system, value }) => typeof system === 'string' && typeof value === 'string')
  const one = whole.find((identifier) => !isNational(identifier as never)) ?? whole[0]
  return one && `${String(one.system)}|${String(one.value)}`
}
