import { test } from 'node:test'
import { runSeeds, seedsFrom } from '../../testing/simulation/seeds.ts'

// `SPONA_SEED=7 npm test -- src/bus/simulation` shows one seed; a thousand are in the long test.

test('fifty seeds of members, edges, network, centre, clocks, disks, keys and rights that fail keep every promise of the bus', { timeout: 590_000 }, (t) =>
  runSeeds(t, seedsFrom(1, 50)),
)
