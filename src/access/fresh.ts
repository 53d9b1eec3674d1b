import type { World } from '../platform/world.ts'

// Half of the second in which a change must hold everywhere; the other half is for the answer under way.
export const staleMsMax = 450

/**
 * A small cache whose values are at most `staleMsMax` old, by the machine's clock and by the world's, so a simulated day that
 * passes in a moment counts too. Callers that ask for the same thing at once wait for one load.
 */
export class Fresh<V> {
  readonly #entries = new Map<string, { value: Promise<V>; at: number; worldAt: number }>()
  readonly #sizeMax: number

  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax
  }

  get(world: World, key: string, load: () => Promise<V>): Promise<V> {
    const at = performance.now()
    const worldAt = world.now().getTime()
    const found = this.#entries.get(key)
    if (found && at - found.at < staleMsMax && Math.abs(worldAt - found.worldAt) < staleMsMax) return found.value
    const value = load()
    this.#entries.delete(key)
    if (this.#entries.size >= this.#sizeMax) this.#entries.delete(this.#entries.keys().next().value as string)
    this.#entries.set(key, { value, at, worldAt })
    value.catch(() => this.#entries.delete(key)) // A failed load is not an answer; the next caller asks again.
    return value
  }

  forget(key: string): void {
    this.#entries.delete(key)
  }
}
