const naturally = new Intl.Collator('en', { numeric: true }).compare

/** Compares two versions of one definition: 1.9.0 is older than 1.10.0, a ballot (1.0.0-ballot) older than its release, 2020 older than 2020-10. */
export function compareVersions(one: string, other: string): number {
  const [left, right] = [one.split(/[.-]/), other.split(/[.-]/)]
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const [x, y] = [left[at], right[at]]
    if (x === y) continue
    if (x === undefined) return isNumber(y) ? -1 : 1
    if (y === undefined) return isNumber(x) ? 1 : -1
    const order = naturally(x, y)
    if (order !== 0) return order
  }
  return 0
}

const isNumber = (part = ''): boolean => /^\d/.test(part)
