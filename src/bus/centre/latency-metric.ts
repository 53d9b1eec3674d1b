import type { Metric, Registry } from 'prom-client'

/** Values of one kind: how many are in each class, of which the last has no upper bound, and what they are together. */
export type Latency = { kind: string; counts: readonly number[]; sumMs: number }

/** prom-client hashes and checks the labels of every value; here the classes are counted already, and told when somebody asks. */
export function hangLatency(
  registry: Registry,
  { name, help, bounds }: { name: string; help: string; bounds: readonly number[] },
  all: () => readonly Latency[],
): void {
  const get = async () => ({ name, help, type: 'histogram', aggregator: 'sum', values: all().flatMap((one) => seriesOf(name, bounds, one)) })
  registry.registerMetric({ name, help, type: 'histogram', aggregator: 'sum', get, getForPromString: get, reset() {} } as unknown as Metric)
}

function seriesOf(name: string, bounds: readonly number[], { kind, counts, sumMs }: Latency) {
  let count = 0
  const buckets = counts.map((more, at) => {
    count += more
    const le = bounds[at] === undefined ? '+Inf' : bounds[at] / 1000
    return { labels: { le, kind }, value: count, metricName: `${name}_bucket` }
  })
  return [...buckets, { labels: { kind }, value: sumMs / 1000, metricName: `${name}_sum` }, { labels: { kind }, value: count, metricName: `${name}_count` }]
}
