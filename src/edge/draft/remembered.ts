const namesMax = 1000

/** Remembers the meaning of names: a sender always uses the same ones, so each is worked out once. */
export function remembered(meaning: (name: string) => string): (name: string) => string {
  const known = new Map<string, string>()
  return (name) => {
    const before = known.get(name)
    if (before !== undefined) return before
    if (known.size >= namesMax) known.clear()
    const made = meaning(name)
    known.set(name, made)
    return made
  }
}
