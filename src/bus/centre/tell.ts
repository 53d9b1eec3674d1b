import type { World } from '../../platform/world.ts'
import { hangGauges } from './gauges.ts'
import { startMeasuring } from './measure.ts'
import { startWatching } from './watch-centre.ts'

/** What every process that answers does beside: writes its figures, and looks whether the centre is short of something. */
export function startTelling(world: World): () => Promise<void> {
  hangGauges(world)
  const stops = [startMeasuring(world), startWatching(world)]
  return async () => {
    await Promise.all(stops.map((stop) => stop()))
  }
}
