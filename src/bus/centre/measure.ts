import type { FastifyReply, FastifyRequest } from 'fastify'
import { Counter } from 'prom-client'
import { classOf, Latencies, noLatency } from '../../platform/latencies.ts'
import { metricsOf } from '../../platform/metrics.ts'
import { workSteadily } from '../../platform/steady-work.ts'
import { TextMap } from '../../platform/text-map.ts'
import { uuidV4 } from '../../platform/uuid.ts'
import type { World } from '../../platform/world.ts'
import { directoryOf, serviceName } from '../members/directory.ts'
import { openCircuits } from '../calls/forward.ts'

/** What passes through this process: counted in memory at once, and every two seconds written where all processes read it. */
export const slotMs = 10_000
export const keptMs = 7_200_000
const flushMs = 2000
const pruneEveryMs = 60_000
const servicesMax = 5000

export type MeasureKind = 'message' | 'call' | 'delivery'
export type Outcome = 'good' | 'refused' | 'failed'
type Counts = Record<Outcome, number>
type Cell = Counts & { kind: MeasureKind; service: string; latency: number[]; toTell: Counts }
type Cells = TextMap<Cell>
type Meter = {
  process: string
  slot: number
  cells: Cells
  ended: { slot: number; cells: Cells }[]
  /** Since the process started. */
  latencies: Latencies
  exchanges: Counter
  refusals: Counter
  ends: Counter
}

const meters = new WeakMap<World, Meter>()

function meterOf(world: World): Meter {
  let found = meters.get(world)
  if (!found) {
    const registry = metricsOf(world)
    const registers = [registry]
    const made: Meter = {
      process: uuidV4(world),
      slot: slotOf(world),
      cells: new TextMap(),
      ended: [],
      latencies: new Latencies(registry, {
        name: 'spona_bus_seconds',
        help: 'From the request to its answer; of a delivery from the receipt until it is handed out first.',
      }),
      exchanges: new Counter({
        name: 'spona_bus_exchanges_total',
        help: 'Messages and calls by outcome.',
        labelNames: ['kind', 'service', 'outcome'],
        registers,
        collect: () => tellExchanges(made),
      }),
      refusals: new Counter({ name: 'spona_bus_refusals_total', help: 'Refused requests by rule.', labelNames: ['kind', 'reason'], registers }),
      ends: new Counter({ name: 'spona_bus_deliveries_total', help: 'Deliveries that were acknowledged, put back or parked.', labelNames: ['end'], registers }),
    }
    meters.set(world, (found = made))
  }
  return found
}

const slotOf = (world: World): number => Math.floor(world.now().getTime() / slotMs)

export function measure(world: World, kind: MeasureKind, service: string, outcome: Outcome, ms: number): void {
  const meter = meterOf(world)
  const slot = slotOf(world)
  if (slot !== meter.slot) {
    tellExchanges(meter)
    meter.ended.push({ slot: meter.slot, cells: meter.cells })
    Object.assign(meter, { slot, cells: new TextMap() })
  }
  const name = `${kind} ${service}`
  let cell = meter.cells.get(name)
  if (!cell) {
    if (meter.cells.size >= servicesMax) return
    meter.cells.set(name, (cell = { kind, service, ...none, latency: noLatency(), toTell: { ...none } }))
  }
  cell[outcome]++
  cell.toTell[outcome]++
  const place = classOf(ms)
  cell.latency[place] = (cell.latency[place] as number) + 1
  meter.latencies.count(kind, () => ({ kind }), ms, place)
}

const none: Counts = { good: 0, refused: 0, failed: 0 }
const outcomes = Object.keys(none) as Outcome[]

/** When somebody asks, and when a slot ends: to look a counter up by its labels for each message took longer than all else that is counted of it. */
function tellExchanges({ cells, exchanges }: Meter): void {
  for (const { kind, service, toTell } of cells.values()) {
    for (const outcome of outcomes) if (toTell[outcome] > 0) exchanges.inc({ kind, service, outcome }, toTell[outcome])
    Object.assign(toTell, none)
  }
}

/** Deliveries that ended, or wait for their next attempt. */
export function measureEnds(world: World, end: 'acknowledged' | 'retried' | 'parked', count: number): void {
  if (count > 0) meterOf(world).ends.inc({ end }, count)
}

/** After each answer of the bus to a message or a call. Services that do not exist share one name: nobody can fill the memory with names. */
export async function measureAnswer(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const route = request.routeOptions.url ?? ''
  const isCall = route.startsWith('/bus/call/')
  if (!isCall && route !== '/bus/messages') return
  // The messages of a batch are counted one by one, where each is judged.
  if (request.headers['bus-batch'] !== undefined && reply.statusCode === 200) return
  const { world } = request
  const { provider, service } = request.params as { provider?: string; service?: string }
  const to = isCall ? `${provider}/${service}` : String(request.headers['bus-to'] ?? '')
  const kind = isCall ? 'call' : 'message'
  const { statusCode } = reply
  const outcome = request.refusedBy === null ? (statusCode < 500 ? 'good' : 'failed') : statusCode < 500 ? 'refused' : 'failed'
  measure(world, kind, (await isKnown(world, to)) ? to : 'unknown', outcome, reply.elapsedTime)
  if (request.refusedBy !== null) meterOf(world).refusals.inc({ kind, reason: request.refusedBy })
}

/** One message of a batch. */
export async function measureMessage(world: World, to: string, refusedBy: string | null, ms: number): Promise<void> {
  measure(world, 'message', (await isKnown(world, to)) ? to : 'unknown', refusedBy === null ? 'good' : 'refused', ms)
  if (refusedBy !== null) meterOf(world).refusals.inc({ kind: 'message', reason: refusedBy })
}

async function isKnown(world: World, to: string): Promise<boolean> {
  const [code = '', service = ''] = to.split('/')
  // The directory in memory is enough, and with the database away there must be figures too.
  const directory = await directoryOf(world).catch(() => null)
  const provider = directory?.byCode.get(code)
  return provider !== undefined && directory?.services.has(serviceName(provider.id, service)) === true
}

/** Writes what this process counted since: whole slots, so writing twice gives the same rows. */
export async function flushMeasures(world: World): Promise<void> {
  const meter = meterOf(world)
  const slots = [...meter.ended, { slot: meter.slot, cells: meter.cells }]
  const rows = slots.flatMap(({ slot, cells }) => cells.values().map(({ toTell: _, ...cell }) => ({ slot, ...cell })))
  if (rows.length > 0) {
    await world.sql`
      insert into bus.measure (slot, process, kind, service, good, refused, failed, latency)
      select to_timestamp(slot * ${slotMs / 1000}), ${meter.process}, kind, service, good, refused, failed, latency::int4[]
        from jsonb_to_recordset(${JSON.stringify(rows.map((row) => ({ ...row, latency: `{${row.latency.join(',')}}` })))}::jsonb)
          as given (slot int8, kind text, service text, good int8, refused int8, failed int8, latency text)
      on conflict (slot, process, kind, service) do update
         set good = excluded.good, refused = excluded.refused, failed = excluded.failed, latency = excluded.latency`
  }
  meter.ended = meter.ended.filter((one) => !slots.includes(one))
  await world.sql`
    insert into bus.pulse (process, seen_at, circuits)
    values (${meter.process}, ${world.now()}, ${JSON.stringify(openCircuits(world))}::jsonb)
    on conflict (process) do update set seen_at = excluded.seen_at, circuits = excluded.circuits`
}

const prunedMax = 100_000

async function pruneMeasures(world: World): Promise<void> {
  const before = new Date(world.now().getTime() - keptMs)
  await world.sql`
    delete from bus.measure
     where ctid in (select ctid from bus.measure where slot < ${before} limit ${prunedMax})`
  await world.sql`delete from bus.pulse where process in (select process from bus.pulse where seen_at < ${before} limit 1000)`
}

/** In each process that answers. */
export function startMeasuring(world: World): () => Promise<void> {
  let prunedAt = performance.now()
  const step = async () => {
    await flushMeasures(world)
    if (performance.now() - prunedAt > pruneEveryMs) {
      prunedAt = performance.now()
      await pruneMeasures(world)
    }
    return flushMs
  }
  return workSteadily(world, { step, troubledMs: flushMs, trouble: 'the figures of the bus could not be written; they are kept and tried again' })
}
