import type { Room } from '../../platform/room.ts'
import type { World } from '../../platform/world.ts'
import type { Centre } from '../centre/centre.ts'
import type { Store } from '../store/store.ts'
import type { Vault } from '../store/vault.ts'
import type { EdgeConfig } from './config.ts'
import type { Intake } from './intake.ts'

/** Clock, randomness and the log come from outside here too, so that a seed replays an edge with its faults. */
export type Outside = Pick<World, 'now' | 'random' | 'log'>

/** A running edge, as its adapters see it. */
export type Edge = Outside & {
  config: EdgeConfig
  store: Store
  vault: Vault
  centre: Centre
  intake: Intake
  /** The free space of the disk. */
  room: Room
}
