import { Registry } from 'prom-client'
import type { World } from './world.ts'

const registers = new WeakMap<World, Registry>()

/** Where every slice of this process hangs its figures for Prometheus; `/metrics` tells them. */
export function metricsOf(world: World): Registry {
  let found = registers.get(world)
  if (!found) {
    registers.set(world, (found = new Registry()))
    found.setDefaultLabels({ process: String(process.pid) }) // With several processes, the one that got this connection answers.
  }
  return found
}
