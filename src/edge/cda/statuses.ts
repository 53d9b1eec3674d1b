import type { Element } from './element.ts'
import { table } from '../draft/table.ts'

// The status of an act (v3 ActStatus) as R4 says it of each kind of resource.
const of = table<Record<string, string>>({
  Observation: table<string>({ completed: 'final', active: 'registered', aborted: 'cancelled', cancelled: 'cancelled', nullified: 'entered-in-error' }),
  Procedure: table<string>({ completed: 'completed', active: 'in-progress', aborted: 'stopped', cancelled: 'not-done', held: 'on-hold', new: 'preparation' }),
  MedicationStatement: table<string>({
    completed: 'completed',
    active: 'active',
    aborted: 'stopped',
    suspended: 'on-hold',
    cancelled: 'entered-in-error',
    held: 'on-hold',
  }),
  MedicationRequest: table<string>({
    completed: 'completed',
    active: 'active',
    aborted: 'stopped',
    suspended: 'on-hold',
    cancelled: 'cancelled',
    held: 'on-hold',
  }),
  MedicationAdministration: table<string>({ completed: 'completed', active: 'in-progress', aborted: 'stopped', suspended: 'on-hold', cancelled: 'not-done' }),
  MedicationDispense: table<string>({ completed: 'completed', active: 'in-progress', aborted: 'stopped', cancelled: 'cancelled' }),
  Immunization: table<string>({ completed: 'completed', active: 'completed', aborted: 'not-done', cancelled: 'not-done', nullified: 'entered-in-error' }),
  DiagnosticReport: table<string>({ completed: 'final', active: 'registered', aborted: 'cancelled', cancelled: 'cancelled', nullified: 'entered-in-error' }),
  ServiceRequest: table<string>({ completed: 'completed', active: 'active', aborted: 'revoked', cancelled: 'revoked', held: 'on-hold', new: 'draft' }),
  Encounter: table<string>({ completed: 'finished', active: 'in-progress', aborted: 'cancelled', cancelled: 'cancelled' }),
  FamilyMemberHistory: table<string>({ completed: 'completed', active: 'partial', nullified: 'entered-in-error' }),
})

export function statusOf(kind: string, element: Element, fallback: string): string {
  const code = element.first('statusCode')?.attribute('code')?.toLowerCase() ?? ''
  return of[kind]?.[code] ?? fallback
}
