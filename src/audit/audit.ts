import type { Ledger } from './ledger.ts'

// The door: what other slices may use of audit.
export { auditEvent } from './audit-event.ts'
export { type AuditPage, type AuditSearch, searchAuditEvents } from './audit-search.ts'
export type { Action, Entry } from './entry.ts'
export { type Who, whoIs } from '../platform/actor.ts'
export type { AuditedTransaction } from './lane.ts'
export { createLedger, type Ledger } from './ledger.ts'
export { lookAt, type OneLook } from './look.ts'
export { looksAt } from './looks.ts'
export { looksRoutes } from './looks-routes.ts'
export type { Work } from './queue.ts'
export type { EntryRow } from './row.ts'
export { seal, startSealing } from './sealing.ts'
export { verify } from './verify.ts'

declare module '../platform/world.ts' {
  interface World {
    /** The running ledger. Every look, denial and change goes through it. */
    ledger: Ledger
  }
}
