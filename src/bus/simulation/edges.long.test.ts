import { test } from 'node:test'
import { runSeeds, seedsFrom } from '../../testing/simulation/seeds.ts'

// `SPONA_LONG=1 npm test -- src/bus/simulation/edges`; SPONA_ROUNDS for more or fewer seeds, SPONA_SEED for one. Every fifth seed has edges.

const seeds = seedsFrom(1, Number(process.env['SPONA_ROUNDS'] ?? 1000)).map((seed) => (process.env['SPONA_SEED'] === undefined ? 10_000 + 5 * seed : seed))

test(
  `${seeds.length} seeds with edges: what a local system got an ACK for is in the record or stands aside, once, each patient’s in order`,
  {
    timeout: 7_200_000,
  },
  (t) => runSeeds(t, seeds),
)
