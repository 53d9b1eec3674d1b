import { createHash } from 'node:crypto'
import { Refusal } from '../../platform/refusal.ts'
import { uuidV7 } from '../../platform/uuid.ts'
import { type Accepted, type Arrival, storeItem } from '../store/items.ts'
import { noRoom, type Store } from '../store/store.ts'
import type { Vault } from '../store/vault.ts'
import type { Outside } from './edge.ts'

/** What every way in calls: on the disk when it resolves, and only then may the local system hear that it was taken. */
export type Intake = { accept(arrival: Arrival): Promise<Accepted> }

export type IntakeLimits = { most: number; isFull(): boolean; mustFit(arrival: Arrival): Promise<void>; onAccepted(): void }

/** What is smaller becomes, mapped and with its original beside it, less than the bus carries in one message. */
const surelyFitsBytes = 524_288

/**
 * The same bytes from the same source are the same thing: a local system that heard no answer sends them again. `queue.most` bounds what waits; a disk
 * that is nearly full refuses before it breaks.
 */
export function createIntake(outside: Outside, store: Store, vault: Vault, limits: IntakeLimits): Intake {
  let waiting = store.one<{ count: number }>(`select count(*) as count from item where state in ('waiting', 'ready')`)?.count ?? 0
  let countedAt = performance.now()
  const count = () => {
    // Counting is a walk along an index; between two of them arrivals are added.
    if (performance.now() - countedAt < 10_000) return waiting
    countedAt = performance.now()
    return (waiting = store.one<{ count: number }>(`select count(*) as count from item where state in ('waiting', 'ready')`)?.count ?? 0)
  }
  return {
    async accept(arrival) {
      if (limits.isFull()) throw noRoom()
      if (count() >= limits.most)
        throw new Refusal('busy', `${limits.most} messages wait for the centre, and no more are taken`, {
          hint: 'See the status page of the edge; queue.most of its settings is the limit.',
          retryAfterSeconds: 60,
        })
      if (arrival.original.length > surelyFitsBytes) await limits.mustFit(arrival)
      const digest = createHash('sha256')
        .update(`${arrival.protocol}\0${arrival.once ?? ''}\0`)
        .update(arrival.original)
        .digest()
      const accepted = await store.write(() => storeItem(store, vault, { ...arrival, id: uuidV7(outside), digest, at: outside.now().getTime() }))
      if (!accepted.isRepeated) {
        waiting++
        limits.onAccepted()
      }
      return accepted
    },
  }
}
