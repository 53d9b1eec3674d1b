// The simulator's only source of chance. One seed names a whole country. Every person, institution and history draws from a stream of its own, so
// that adding people never changes the earlier ones.

export type Random = {
  /** Uniform in [0, 1). */
  next(): number
  /** Whole number between both ends, ends included. */
  integer(low: number, high: number): number
  chance(probability: number): boolean
  pick<T>(list: readonly T[]): T
  normal(mean: number, spread: number): number
}

/** The generator sfc32 (Chris Doty-Humphrey's Small Fast Counting, public domain), seeded by a mix of all labels. */
export function createRandom(seed: number, ...labels: (string | number)[]): Random {
  const text = `${seed}/${labels.join('/')}`
  let a = mix(text, 0x9e3779b9)
  let b = mix(text, 0x85ebca6b)
  let c = mix(text, 0xc2b2ae35)
  let counter = 1

  function next(): number {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return (sum >>> 0) / 4294967296
  }
  for (let round = 0; round < 12; round += 1) next()

  return {
    next,
    integer: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: (probability) => next() < probability,
    pick: (list) => list[Math.floor(next() * list.length)]!,
    // The sum of three uniform values: close enough to a bell curve, at most three spreads from the mean, and cheap.
    normal: (mean, spread) => mean + (next() + next() + next() - 1.5) * 2 * spread,
  }
}

/** FNV-1a with a final avalanche (MurmurHash3 fmix32), so that neighbouring labels give unrelated streams. */
function mix(text: string, start: number): number {
  let hash = start ^ 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

/** Prepares a weighted draw, which is a binary search over running sums. */
export function weighted<T>(list: readonly T[], weightOf: (item: T, index: number) => number): (random: Random) => T {
  const sums: number[] = []
  let total = 0
  list.forEach((item, index) => {
    total += weightOf(item, index)
    sums.push(total)
  })
  return (random) => {
    const wanted = random.next() * total
    let low = 0
    let high = sums.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (sums[middle]! > wanted) high = middle
      else low = middle + 1
    }
    return list[low]!
  }
}

/** The value at `x` of a curve through the points `[x, y]`: straight lines between them, constant outside. */
export function interpolate(points: readonly (readonly [number, number])[], x: number): number {
  let [leftX, leftY] = points[0]!
  if (x <= leftX) return leftY
  for (const [rightX, rightY] of points) {
    if (x < rightX) return leftY + ((x - leftX) / (rightX - leftX)) * (rightY - leftY)
    leftX = rightX
    leftY = rightY
  }
  return leftY
}
