// Finds members of a group who lie far from the middle of their peers: from the median, measured by the median distance, which a few extremes do not
// move.

export type Measured<T> = { of: T; value: number }
export type Outlier<T> = Measured<T> & { median: number; distance: number; peers: number }

/** In usual spreads; Iglewicz and Hoaglin (1993) advise 3.5 for such a distance. */
export const distanceLimit = 3.5
const peersMin = 8
/** Makes the median distance comparable with a standard deviation of the normal distribution. */
const asDeviation = 1.4826

function median(sorted: readonly number[]): number {
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

/** Only upwards: fewer or shorter leaves than usual are no reason for suspicion. */
export function outliers<T>(all: readonly Measured<T>[]): Outlier<T>[] {
  if (all.length < peersMin) return []
  const middle = median(all.map(({ value }) => value).sort((a, b) => a - b))
  const spread = asDeviation * median(all.map(({ value }) => Math.abs(value - middle)).sort((a, b) => a - b))
  if (spread === 0) return []
  return all
    .map((one) => ({ ...one, median: middle, distance: (one.value - middle) / spread, peers: all.length }))
    .filter(({ distance }) => distance >= distanceLimit)
    .sort((a, b) => b.distance - a.distance)
}
