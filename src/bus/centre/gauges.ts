import { Gauge } from 'prom-client'
import { shortagesOf } from '../../platform/condition.ts'
import { metricsOf } from '../../platform/metrics.ts'
import type { World } from '../../platform/world.ts'
import { openCircuits } from '../calls/forward.ts'
import { queuesOf } from '../operator/queues.ts'
import type { Queue } from '../wire.ts'

const laneNames = ['clinical', 'normal', 'statistics']

/** Figures that are asked for when somebody reads them. With the database away those of it stay as they were. */
export function hangGauges(world: World): void {
  const registers = [metricsOf(world)]
  const gauge = (name: string, help: string, labelNames: string[], fill: (made: Gauge) => void | Promise<void>): void => {
    const made: Gauge = new Gauge({
      name,
      help,
      labelNames,
      registers,
      // A scrape is answered with what is known; that the database is away is said by spona_degraded.
      collect: async () => {
        await Promise.resolve(fill(made)).catch(() => {})
      },
    })
  }
  const byLane = async (made: Gauge, figure: (of: Lanes) => number) => {
    const queues = await queuesOf(world)
    for (const [lane, name] of laneNames.entries()) made.set({ lane: name }, figure(queues.flatMap(({ lanes }) => lanes.filter((one) => one.lane === lane))))
  }
  gauge('spona_bus_queue_waiting', 'Deliveries that wait, by lane; each member counts to 10,000.', ['lane'], (made) =>
    byLane(made, (of) => of.reduce((sum, { waiting }) => sum + waiting, 0)),
  )
  gauge('spona_bus_queue_oldest_seconds', 'Age of the oldest waiting delivery, by lane.', ['lane'], (made) =>
    byLane(made, (of) => Math.max(0, ...of.map(({ oldest }) => (oldest === null ? 0 : (world.now().getTime() - Date.parse(oldest)) / 1000)))),
  )
  gauge('spona_bus_parked', 'Deliveries that are parked; each member counts to 10,000.', [], async (made) => {
    made.set((await queuesOf(world)).reduce((sum, { parked }) => sum + parked, 0))
  })
  gauge('spona_bus_seal_number', 'Number of the last seal of the log.', [], async (made) => {
    const [last] = await world.sql<{ number: number | null }>`select max(number) as number from bus.seal`
    made.set(last?.number ?? 0)
  })
  gauge('spona_bus_circuits_open', 'Addresses of providers that this process leaves alone.', [], (made) =>
    made.set(openCircuits(world).filter(({ openMs }) => openMs > 0).length),
  )
  gauge('spona_degraded', '1 for each thing that the centre is short of.', ['reason'], (made) => {
    made.reset()
    for (const { reason } of shortagesOf(world)) made.set({ reason }, 1)
  })
}

type Lanes = Queue['lanes']
