/** Up to this many keys are compared one by one. */
const fewMax = 32

/**
 * A Map for texts of which there are mostly few, each met a few times: the entries of a transaction by their names. V8 puts every key that a Map or a Set
 * is given, or only asked for, into its table of all texts, which takes thirty times as long as comparing it with ten others
 * (docs/decisions/0068-texts-that-are-met-once.md).
 */
export class TextMap<V> {
  readonly #keys: string[] = []
  readonly #values: V[] = []
  #many: Map<string, V> | null = null

  get(key: string): V | undefined {
    if (this.#many !== null) return this.#many.get(key)
    const at = this.#keys.indexOf(key)
    return at < 0 ? undefined : this.#values[at]
  }

  has(key: string): boolean {
    return this.#many === null ? this.#keys.includes(key) : this.#many.has(key)
  }

  set(key: string, value: V): void {
    if (this.#many !== null) return void this.#many.set(key, value)
    const at = this.#keys.indexOf(key)
    if (at >= 0) this.#values[at] = value
    else if (this.#keys.length < fewMax) {
      this.#keys.push(key)
      this.#values.push(value)
    } else {
      this.#many = new Map(this.#keys.map((known, nth) => [known, this.#values[nth] as V]))
      this.#many.set(key, value)
    }
  }

  /** As in a Map: the value under the key, or else the one that `make` gives, which is then stored. */
  getOrInsertComputed(key: string, make: () => V): V {
    if (this.#many !== null) return this.#many.getOrInsertComputed(key, make)
    const at = this.#keys.indexOf(key)
    if (at >= 0) return this.#values[at] as V
    const made = make()
    this.set(key, made)
    return made
  }

  get size(): number {
    return this.#many === null ? this.#keys.length : this.#many.size
  }

  /** The values in the order in which their keys were added. */
  values(): readonly V[] {
    return this.#many === null ? this.#values : [...this.#many.values()]
  }
}

/** The texts without repetitions, in the order in which they first came. */
export const distinct = (texts: string[]): string[] =>
  texts.length < 2 ? texts : texts.length <= fewMax ? texts.filter((text, at) => texts.indexOf(text) === at) : [...new Set(texts)]
