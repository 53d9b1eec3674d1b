import type { World } from '../../platform/world.ts'
import { bounds } from '../../platform/latencies.ts'
import type { BusOverview, Circuit, Rate } from '../wire.ts'
import type { Directory } from '../members/directory.ts'

const minuteMs = 60_000
const ratesMax = 1000
const rowsMax = 200_000
const minutesShown = 60
const pulseMs = 10_000

/** The value under which this share of all lies, from counts by class; within a class the values are taken as spread evenly. */
export function percentile(counts: readonly number[], share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  let before = 0
  for (const [at, count] of counts.entries()) {
    if (before + count >= share * total) {
      const low = at === 0 ? 0 : (bounds[at - 1] as number)
      const high = bounds[at] ?? low
      return Math.round((low + (high - low) * ((share * total - before) / count)) * 10) / 10
    }
    before += count
  }
  return null
}

export type Counted = { kind: Rate['kind']; service: string; good: number; refused: number; failed: number; latency: number[] }

/** Each service in the last `ms`, over all processes of the server; the busiest first. */
export async function countedOf(world: World, ms: number): Promise<Counted[]> {
  const rows = await world.sql<Counted>`
    select kind, service, good, refused, failed, latency
      from bus.measure
     where slot > ${new Date(world.now().getTime() - ms)}
     limit ${rowsMax}`
  const sums = new Map<string, Counted>()
  for (const row of rows) {
    const name = `${row.kind} ${row.service}`
    const have = sums.get(name)
    if (!have) {
      sums.set(name, row)
      continue
    }
    have.good += row.good
    have.refused += row.refused
    have.failed += row.failed
    have.latency = have.latency.map((count, at) => count + (row.latency[at] ?? 0))
  }
  return [...sums.values()].toSorted((one, other) => totalOf(other) - totalOf(one)).slice(0, ratesMax)
}

const totalOf = ({ good, refused, failed }: Counted) => good + refused + failed

export async function lastMinute(world: World): Promise<Rate[]> {
  const rows = await countedOf(world, minuteMs)
  return rows.map(({ kind, service, good, refused, failed, latency }) => ({
    kind,
    service,
    perMinute: good + refused + failed,
    refused,
    failed,
    p50: percentile(latency, 0.5),
    p95: percentile(latency, 0.95),
    p99: percentile(latency, 0.99),
  }))
}

/** Messages and calls of the last hour by minute, oldest first; minutes without traffic are there as noughts. */
export async function lastHour(world: World): Promise<BusOverview['minutes']> {
  const now = Math.floor(world.now().getTime() / minuteMs)
  const first = now - minutesShown + 1
  const rows = await world.sql<{ minute: number; good: number; refused: number; failed: number }>`
    select floor(extract(epoch from slot) / 60)::int8 as minute, sum(good)::int8 as good, sum(refused)::int8 as refused, sum(failed)::int8 as failed
      from bus.measure
     where slot >= ${new Date(first * minuteMs)} and kind <> 'delivery'
     group by 1
     order by 1
     limit ${minutesShown + 1}`
  const byMinute = new Map(rows.map((row) => [row.minute, row]))
  return Array.from({ length: minutesShown }, (_, at) => {
    const { good = 0, refused = 0, failed = 0 } = byMinute.get(first + at) ?? {}
    return { good, refused, failed }
  })
}

type Told = { address: string; failures: number; openMs: number }

/** Which services have addresses that a process leaves alone. The address itself stays inside: the page needs the name. */
export async function circuitsNow(world: World, directory: Directory): Promise<Circuit[]> {
  const rows = await world.sql<{ circuits: Told[]; seenAt: Date }>`
    select circuits, seen_at from bus.pulse where seen_at > ${new Date(world.now().getTime() - pulseMs)} limit 100`
  const worst = new Map<string, Told>()
  for (const one of rows.flatMap(({ circuits }) => circuits)) {
    const have = worst.get(one.address)
    if (!have || one.openMs > have.openMs || (one.openMs === have.openMs && one.failures > have.failures)) worst.set(one.address, one)
  }
  return [...directory.services.values()].flatMap(({ provider, name, addresses }) =>
    addresses.flatMap((address) => {
      const told = worst.get(address)
      const member = directory.members.get(provider)
      return told && member ? [{ service: `${member.code}/${name}`, provider: member.code, failures: told.failures, openMs: told.openMs }] : []
    }),
  )
}
