import { test } from 'node:test'
import { runSeeds, seedsFrom } from '../../testing/simulation/seeds.ts'

// `SPONA_SEED=7 npm test -- src/bus/simulation` shows one seed; a thousand are in the long test.

// Of 1105 the record’s refusal came to an edge before the receipt that it had to send for again.
const seeds = new Set([...seedsFrom(1, 50), ...seedsFrom(1105, 1)])

test(
  'fifty seeds, and one that failed once, of members, edges, network, centre, clocks, disks, keys and rights that fail keep every promise of the bus',
  { timeout: 590_000 },
  (t) => runSeeds(t, [...seeds]),
)
