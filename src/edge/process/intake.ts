import { createHash } from 'node:crypto'
import { Refusal } from '../../platform/refusal.ts'
import { uuidV7 } from '../../platform/uuid.ts'
import { type Accepted, type Arrival, storeItem } from '../store/items.ts'
import { noRoom, type Store } from '../store/store.ts'
import { countOf } from '../store/tally.ts'
import type { Vault } from '../store/vault.ts'
import type { Outside } from './edge.ts'

/** Every way in calls it. When it resolves the arrival is on the disk, and only then may the local system be told that it was taken. */
export type Intake = { accept(arrival: Arrival): Promise<Accepted> }

export type IntakeLimits = { most: number; isFull(): boolean; mustFit(arrival: Arrival): Promise<void>; onAccepted(): void }

/** A smaller arrival surely fits into one message of the bus after mapping, with its original beside it. */
const surelyFitsBytes = 524_288

/**
 * The same bytes from the same source are the same item: a local system that got no answer sends them again. `queue.most` limits how many wait; a
 * disk that is nearly full refuses before it breaks.
 */
export function createIntake(outside: Outside, store: Store, vault: Vault, limits: IntakeLimits): Intake {
  return {
    async accept(arrival) {
      if (limits.isFull()) throw noRoom()
      if (countOf(store, 'waiting', 'ready') >= limits.most)
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
      if (!accepted.isRepeated) limits.onAccepted()
      return accepted
    },
  }
}
