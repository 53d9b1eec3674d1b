/** Known names that are similar to a misspelt one, for the hint of a refusal. */
export function nearest(name: string, known: string[], countMax = 3): string[] {
  const wanted = name.toLowerCase().slice(0, 40)
  const limit = Math.max(1, Math.floor(wanted.length / 3))
  return known
    .map((one) => ({ one, distance: one.toLowerCase().startsWith(wanted) && wanted.length > 2 ? 1 : distance(wanted, one.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || (a.one < b.one ? -1 : 1))
    .slice(0, countMax)
    .map(({ one }) => one)
}

/** The Levenshtein distance. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min(replaced, (previous[j] as number) + 1, (current[j - 1] as number) + 1))
    }
    previous = current
  }
  return previous[b.length] as number
}
