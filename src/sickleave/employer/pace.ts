import { Buckets, type Limit } from '../../platform/limit.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import type { Asking } from '../asking.ts'

/** Acts that are costly or could be used for guessing have a limit of their own for each account and system, besides the server's limit. */
const limits = {
  invitation: { perSecond: 1 / 60, burst: 10 },
  registration: { perSecond: 1 / 60, burst: 20 },
  export: { perSecond: 1 / 2, burst: 20 },
  file: { perSecond: 1 / 20, burst: 10 },
  channel: { perSecond: 1 / 20, burst: 30 },
} satisfies Record<string, Limit>

const paces = new WeakMap<World['keys'], Record<keyof typeof limits, Buckets>>()

export function takeTurn({ world, actor }: Asking, kind: keyof typeof limits): void {
  let own = paces.get(world.keys)
  if (!own) {
    own = Object.fromEntries(Object.entries(limits).map(([name, limit]) => [name, new Buckets(limit)])) as Record<keyof typeof limits, Buckets>
    paces.set(world.keys, own)
  }
  const waitSeconds = own[kind].take(actor.id, world.now().getTime())
  if (waitSeconds > 0) throw new Refusal('too-many', `this may be asked again in ${waitSeconds} seconds`, { retryAfterSeconds: waitSeconds })
}
