import { inner } from './conditions.ts'
import type { Element } from './element.ts'
import { table } from '../draft/table.ts'

// The status of an act (v3 ActStatus) in R4's words for each kind of resource.
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

/**
 * An observation in the entry says whether a medicine is still taken. It takes precedence over the status of the act, which is "completed" in most
 * documents that have one (CCD, 3.9.2.3; C-CDA). A value named "No longer active" means that, whatever its code.
 */
export function takenStatus(kind: 'MedicationStatement' | 'MedicationRequest', element: Element, fallback: string): string {
  const said = inner(element, 'observation').find((one) => one.first('code')?.attribute('code') === '33999-4')
  const value = said?.first('value')
  const status = /no longer active/i.test(value?.attribute('displayName') ?? '') ? 'stopped' : taken[value?.attribute('code') ?? '']
  if (status === undefined) return statusOf(kind, element, fallback)
  said?.readAll()
  element.first('statusCode')?.readAll()
  return status
}
const taken = table<string>({ '55561003': 'active', '421139008': 'on-hold', '73425007': 'stopped', '392521001': 'completed' })
