import type { World } from '../../platform/world.ts'
import { openNats } from './nats.ts'

/**
 * What says which deliveries a member gets next. The database is the book: rights, order, leases and proofs are judged by its rows,
 * whatever the transport says. So a transport may repeat, forget or be away, and nothing is lost or handed out in another order.
 */
export type Transport = {
  readonly name: 'postgres' | 'nats'
  /** Not up: the database itself says what is due until it is. */
  isUp(): boolean
  /** The next deliveries of a member, those of faster lanes first; null when the database is to be asked. */
  next(recipient: string, count: number): Promise<Offer | null>
  end(): Promise<void>
}

export type Offer = {
  seqs: number[]
  /** The database has taken note of all of them: leased, or not to be handed out now. */
  settle(): void
  /** The database could not: they are offered again at once. */
  release(): void
}

const inDatabase: Transport = { name: 'postgres', isUp: () => true, next: async () => null, end: async () => undefined }
const known = new WeakMap<World, Transport>()

export function transportOf(world: World): Transport {
  if (world.config.NATS_URL === '') return inDatabase
  let transport = known.get(world)
  if (!transport) known.set(world, (transport = openNats(world)))
  return transport
}
