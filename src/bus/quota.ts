import { Refusal } from '../platform/refusal.ts'
import type { World } from '../platform/world.ts'

/** How many exchanges a contract still has this minute. Each process counts its share; connections spread over them. */
const counters = new WeakMap<World, Map<string, { minute: number; used: number }>>()
const countersMax = 50_000

export function takeQuota(world: World, contract: string, perMinute: number): { left: number } {
  let mine = counters.get(world)
  if (!mine) counters.set(world, (mine = new Map()))
  if (mine.size > countersMax) mine.clear()
  const seconds = world.now().getTime() / 1000
  const minute = Math.floor(seconds / 60)
  let counter = mine.get(contract)
  if (!counter || counter.minute !== minute) mine.set(contract, (counter = { minute, used: 0 }))
  const share = Math.max(1, Math.floor(perMinute / world.config.PROCESSES))
  if (counter.used >= share) {
    throw new Refusal('too-many', `the contract allows ${perMinute} exchanges a minute`, {
      retryAfterSeconds: Math.max(1, Math.ceil((minute + 1) * 60 - seconds)),
    })
  }
  counter.used++
  return { left: share - counter.used }
}
