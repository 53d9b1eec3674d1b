import type { Ledger } from './ledger.ts'

// The door: what other slices may use of audit.
export type { Action, Entry, Who } from './entry.ts'
export { whoIs } from './entry.ts'
export type { AuditedTransaction } from './lane.ts'
export { createLedger, type Ledger } from './ledger.ts'
export type { Work } from './queue.ts'

declare module '../platform/world.ts' {
  interface World {
    /** The running ledger: every look, denial and change goes through it. */
    ledger: Ledger
  }
}
