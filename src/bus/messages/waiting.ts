import { setTimeout as sleep } from 'node:timers/promises'
import { hearOthers, tellOthers } from '../../platform/tell-processes.ts'
import type { World } from '../../platform/world.ts'

/** Members who wait for messages, by their id: what a process of the server accepts wakes them at once. For the case that nobody said it they look twice a second. */
const waiting = new WeakMap<World, Map<string, Set<() => void>>>()
const everyMs = 500

export function wake(world: World, recipient: string): void {
  wakeHere(world, recipient)
  tellOthers(recipient)
}

function wakeHere(world: World, recipient: string): void {
  for (const go of waiting.get(world)?.get(recipient) ?? []) go()
}

/** Resolves when something may have come for the recipient, and at the latest after half a second. */
export async function waitFor(world: World, recipient: string, mostMs: number): Promise<void> {
  let ofWorld = waiting.get(world)
  if (!ofWorld) {
    waiting.set(world, (ofWorld = new Map()))
    hearOthers((told) => wakeHere(world, told))
  }
  let mine = ofWorld.get(recipient)
  if (!mine) ofWorld.set(recipient, (mine = new Set()))
  const { promise, resolve } = Promise.withResolvers<void>()
  mine.add(resolve)
  try {
    await Promise.race([promise, sleep(Math.min(everyMs, mostMs), undefined, { ref: false })])
  } finally {
    mine.delete(resolve)
    if (mine.size === 0) ofWorld.delete(recipient)
  }
}
