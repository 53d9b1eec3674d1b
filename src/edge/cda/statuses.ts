import type { Element } from './element.ts'

// The status of an act (v3 ActStatus) as R4 says it of each kind of resource.
const of: Record<string, Record<string, string>> = {
  Observation: { completed: 'final', active: 'registered', aborted: 'cancelled', cancelled: 'cancelled', nullified: 'entered-in-error' },
  Procedure: { completed: 'completed', active: 'in-progress', aborted: 'stopped', cancelled: 'not-done', held: 'on-hold', new: 'preparation' },
  MedicationStatement: { completed: 'completed', active: 'active', aborted: 'stopped', suspended: 'on-hold', cancelled: 'entered-in-error', held: 'on-hold' },
  MedicationRequest: { completed: 'completed', active: 'active', aborted: 'stopped', suspended: 'on-hold', cancelled: 'cancelled', held: 'on-hold' },
  MedicationAdministration: { completed: 'completed', active: 'in-progress', aborted: 'stopped', suspended: 'on-hold', cancelled: 'not-done' },
  MedicationDispense: { completed: 'completed', active: 'in-progress', aborted: 'stopped', cancelled: 'cancelled' },
  Immunization: { completed: 'completed', active: 'completed', aborted: 'not-done', cancelled: 'not-done', nullified: 'entered-in-error' },
  DiagnosticReport: { completed: 'final', active: 'registered', aborted: 'cancelled', cancelled: 'cancelled', nullified: 'entered-in-error' },
  ServiceRequest: { completed: 'completed', active: 'active', aborted: 'revoked', cancelled: 'revoked', held: 'on-hold', new: 'draft' },
  Encounter: { completed: 'finished', active: 'in-progress', aborted: 'cancelled', cancelled: 'cancelled' },
  FamilyMemberHistory: { completed: 'completed', active: 'partial', nullified: 'entered-in-error' },
}

export function statusOf(kind: string, element: Element, fallback: string): string {
  const code = element.first('statusCode')?.attribute('code')?.toLowerCase() ?? ''
  return of[kind]?.[code] ?? fallback
}
