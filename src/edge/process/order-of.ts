import type { Resource } from '../../fhir/fhir.ts'
import { isNational } from '../draft/national.ts'

type Entry = { resource?: Resource; request?: { url?: unknown } }
type Identifier = { system?: unknown; value?: unknown }

/**
 * The patient of a message, so that the messages of one patient stay in order: by the local system's own number, which is in every message, else by a
 * national number. Null when the message names nobody. The result holds a number and is only used through a keyed digest.
 */
export function patientIn(entries: readonly Entry[]): string | null {
  for (const { resource } of entries) if (resource?.resourceType === 'Patient') return numberOf(resource) ?? null
  // Without a Patient in the message the reference names the patient: Patient/ID, or Patient?identifier=… (R4 http, 3.1.0.11.3.1).
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
