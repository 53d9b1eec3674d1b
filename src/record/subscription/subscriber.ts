import { access } from '../../access/access.ts'
import type { Actor } from '../../platform/actor.ts'
import { baseUrl } from '../../platform/config.ts'
import { uuidV7 } from '../../platform/uuid.ts'
import type { World } from '../../platform/world.ts'
import type { Asking } from '../asking.ts'
import { maySeeType } from '../scope.ts'
import type { Running } from './store.ts'

/**
 * In whose name a notification is made: the client as it is registered now, with the scopes of the token that wrote the Subscription. Both
 * must cover a type. Null when the client is known no more.
 */
export type Subscriber = { asking: Asking; mayHear(type: string): boolean }

const known = new WeakMap<World, Map<string, { actor: Promise<Actor | null>; at: number }>>()
const knownMax = 10_000
/** Within a second a revoked client is told nothing any more. */
const ageMsMax = 450

function registeredOf(world: World, client: string): Promise<Actor | null> {
  let ofWorld = known.get(world)
  if (!ofWorld || ofWorld.size > knownMax) known.set(world, (ofWorld = new Map()))
  const found = ofWorld.get(client)
  if (found && performance.now() - found.at < ageMsMax) return found.actor
  const actor = access.systemOf(world.sql, client)
  // What could not be asked is asked again, not remembered.
  actor.catch(() => ofWorld.delete(client))
  ofWorld.set(client, { actor, at: performance.now() })
  return actor
}

export async function subscriberOf(world: World, { client, scopes }: Pick<Running, 'client' | 'scopes'>): Promise<Subscriber | null> {
  const registered = await registeredOf(world, client)
  if (registered === null) return null
  const actor = { ...registered, scopes }
  return {
    asking: { world, actor, correlation: uuidV7(world), base: `${baseUrl(world.config)}/fhir`, purpose: 'health-care' },
    mayHear: (type) => maySeeType(registered, type) && maySeeType(actor, type),
  }
}
