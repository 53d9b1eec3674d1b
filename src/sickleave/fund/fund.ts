import type { Entry } from '../../audit/audit.ts'
import { Refusal } from '../../platform/refusal.ts'
import { isUuid } from '../../platform/uuid.ts'
import { type Asking, entryOf, requireRole } from '../asking.ts'
import { requestOf, type Request } from '../request/request-store.ts'

// The Fund's officers: the checks that all their routes make first.

export const requireFund = (asking: Asking, action: Entry['action']) => requireRole(asking, 'fund', action)

/** Everybody in an answer can read that the Fund looked. */
export async function recordLooks(asking: Asking, patients: readonly number[], action: 'read' | 'search' | 'export' = 'read'): Promise<void> {
  const one = (patient: number | null) => entryOf(asking, patient, { action, basis: 'fund', what: 'sick-leave-request' })
  await asking.world.ledger.record(patients.length > 0 ? [...new Set(patients)].map(one) : [one(null)])
}

/** A request that came to the Fund; a draft is visible to the requester alone. */
export async function requestForFund(asking: Asking, id: string, action: Entry['action']): Promise<Request> {
  await requireFund(asking, action)
  const found = isUuid(id) ? await requestOf(asking.world.sql, id) : null
  if (!found?.steps.some(({ step }) => step.kind === 'submitted')) throw new Refusal('not-found', 'there is no such request at the Fund')
  return found
}
