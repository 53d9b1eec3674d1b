import { randomUUID } from 'node:crypto'
import type { Action, Who } from '../audit/audit.ts'
import type { Transaction, World } from '../platform/world.ts'

const operator: Who = { id: 'command-line', name: 'command line', kind: 'system', role: 'operator', institution: null, unit: null }

/** What an operator does on the command line is a row like anybody's, in the transaction of the act. */
export function asOperator<T>(world: World, action: Action, act: (tx: Transaction) => Promise<T>, what: (done: T) => string): Promise<T> {
  return world.ledger.transaction(async (tx) => {
    const done = await act(tx)
    tx.audit([
      { action, who: operator, patient: null, what: what(done), purpose: 'administration', basis: 'operator', decision: 'permit', correlation: randomUUID() },
    ])
    return done
  })
}
