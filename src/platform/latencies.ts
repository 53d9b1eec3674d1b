import type { Metric, Registry } from 'prom-client'
import { TextMap } from './text-map.ts'

/** Milliseconds, upper bounds; the last class has none. Steps of about 1.6 between 2 ms and 5 s, so a percentile there is off by a third at most. */
export const bounds = [1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 300, 500, 800, 1200, 2000, 3000, 5000, 10_000, 30_000, 60_000] as const
export const noLatency = (): number[] => Array.from({ length: bounds.length + 1 }, () => 0)

/** The index in `bounds` of the class that a time belongs to; one past the end for times above the last bound. */
export function classOf(ms: number): number {
  const at = bounds.findIndex((bound) => ms <= bound)
  return at < 0 ? bounds.length : at
}

/** Values of one set of labels: how many are in each class, and what they are together. */
type Latency = { labels: Record<string, string>; counts: number[]; sumMs: number }

/**
 * A histogram for prom-client that counts by itself. prom-client hashes and checks the labels of every value; here a value only adds to a count,
 * and the labels are written when somebody asks for the figures.
 */
export class Latencies {
  readonly #all = new TextMap<Latency>()

  constructor(registry: Registry, { name, help }: { name: string; help: string }) {
    const get = async () => ({ name, help, type: 'histogram', aggregator: 'sum', values: this.#all.values().flatMap((one) => seriesOf(name, one)) })
    registry.registerMetric({ name, help, type: 'histogram', aggregator: 'sum', get, getForPromString: get, reset() {} } as unknown as Metric)
  }

  /** `key` stands for the labels, of which there are few. `place` is the class of the time, for a caller that has worked it out already. */
  count(key: string, labels: () => Record<string, string>, ms: number, place = classOf(ms)): void {
    const of = this.#all.getOrInsertComputed(key, () => ({ labels: labels(), counts: noLatency(), sumMs: 0 }))
    of.counts[place] = (of.counts[place] as number) + 1
    of.sumMs += ms
  }
}

function seriesOf(name: string, { labels, counts, sumMs }: Latency) {
  let count = 0
  const buckets = counts.map((more, at) => {
    count += more
    const le = bounds[at] === undefined ? '+Inf' : bounds[at] / 1000
    return { labels: { le, ...labels }, value: count, metricName: `${name}_bucket` }
  })
  return [...buckets, { labels, value: sumMs / 1000, metricName: `${name}_sum` }, { labels, value: count, metricName: `${name}_count` }]
}
