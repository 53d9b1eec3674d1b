/** Random choices that a printed seed repeats (mulberry32). */
export type Seeded = { seed: number; next(): number; below(limit: number): number; pick<T>(from: readonly T[]): T }

/** The seed is SPONA_SEED when that is set, so that a failed run can be repeated; a simulation passes its own. */
export function seeded(seed = Number(process.env['SPONA_SEED'] ?? Math.floor(Math.random() * 2 ** 32))): Seeded {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return { seed, next, below, pick: (from) => from[below(from.length)] as (typeof from)[number] }
}
