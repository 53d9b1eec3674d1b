import { test } from 'node:test'
import { runSeeds, seedsFrom } from '../../testing/simulation/seeds.ts'

// `SPONA_LONG=1 npm test -- src/bus/simulation`; SPONA_ROUNDS for more or fewer seeds, SPONA_SEED for one.

const seeds = seedsFrom(1000, Number(process.env['SPONA_ROUNDS'] ?? 1000))

test(
  `${seeds.length} seeds of members, network, centre, clocks, disks, keys and rights that fail keep every promise of the bus`,
  {
    timeout: 3_600_000,
  },
  (t) => runSeeds(t, seeds),
)
