/**
 * Token buckets per process: each caller has its own, filled at a steady rate up to a burst. Time comes in, so a test needs no waiting.
 */
export type Limit = { perSecond: number; burst: number }

const bucketsMax = 20_000

export class Buckets {
  readonly #limit: Limit
  readonly #buckets = new Map<string, { tokens: number; at: number }>()

  constructor(limit: Limit) {
    this.#limit = limit
  }

  /** Takes one token; answers 0 when there was one, else the seconds until there is. */
  take(key: string, atMs: number): number {
    const { perSecond, burst } = this.#limit
    let bucket = this.#buckets.get(key)
    if (!bucket) {
      if (this.#buckets.size >= bucketsMax) this.#dropFull(atMs)
      bucket = { tokens: burst, at: atMs }
      this.#buckets.set(key, bucket)
    }
    bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, atMs - bucket.at) / 1000) * perSecond)
    bucket.at = atMs
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1
      return 0
    }
    return Math.ceil((1 - bucket.tokens) / perSecond)
  }

  /** A bucket that has filled up again is the same as none; if that frees nothing, the oldest goes. */
  #dropFull(atMs: number): void {
    const { perSecond, burst } = this.#limit
    for (const [key, bucket] of this.#buckets) {
      if (bucket.tokens + ((atMs - bucket.at) / 1000) * perSecond >= burst) this.#buckets.delete(key)
    }
    if (this.#buckets.size >= bucketsMax) this.#buckets.delete(this.#buckets.keys().next().value as string)
  }
}
