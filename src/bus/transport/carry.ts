import { workSteadily } from '../../platform/steady-work.ts'
import type { World } from '../../platform/world.ts'
import { directoryOf } from '../members/directory.ts'
import { beginWith, type Carriable, carriable, markCarried } from './book.ts'
import type { NatsTransport } from './nats.ts'
import { transportOf } from './transport.ts'

const idleMs = 20
const troubledMs = 500
/** How often is looked whether the stream is still the same one. */
const sameStreamMs = 10_000
/** A question that takes long, because much is held back, is asked less often. */
const restTimes = 4

/** Brings deliveries into the transport while the server runs, in one of its processes. */
export function startCarrying(world: World): () => Promise<void> {
  const transport = transportOf(world)
  if (!isNats(transport)) return async () => undefined
  let askAgainAt = 0
  let turn = 0
  const step = async () => {
    if (!transport.isUp()) {
      askAgainAt = 0
      return troubledMs
    }
    if (performance.now() >= askAgainAt) {
      await beginWith(world, await transport.madeAt())
      askAgainAt = performance.now() + sameStreamMs
    }
    const began = performance.now()
    const directory = await directoryOf(world)
    const members = [...directory.members.keys()]
    const rows = await carriable(world, [...members.slice(turn), ...members.slice(0, turn)])
    // Whoever has a long queue does not come first again: five such would fill every round, and the others wait until theirs are empty.
    turn = rows.length === 0 ? 0 : (members.indexOf((rows.at(-1) as Carriable).recipient) + 1) % members.length
    if (rows.length === 0) return Math.max(idleMs, (performance.now() - began) * restTimes)
    // Twice is once: marked after it is stored, and what was stored before a fall has the same number.
    await transport.publish(rows).catch((error: unknown) => {
      askAgainAt = 0
      throw error
    })
    await markCarried(world, rows)
    return 0
  }
  const stop = workSteadily(world, { step, troubledMs, trouble: 'deliveries could not be brought to NATS; tried again in a moment' })
  return async () => {
    await stop()
    await transport.end()
  }
}

const isNats = (transport: { name: string }): transport is NatsTransport => transport.name === 'nats'
