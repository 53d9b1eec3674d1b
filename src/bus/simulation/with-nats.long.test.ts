import { test } from 'node:test'
import { hasNats, noNats, startBrokers } from '../../testing/nats.ts'
import { runSeeds, seedsFrom } from '../../testing/simulation/seeds.ts'

// The clock of the brokers and of what is carried to them is not the simulation's: a seed fails, but does not replay, in exactly the same way.
test('twenty-five seeds keep every promise of the bus also with NATS', { timeout: 3_600_000 }, async (t) => {
  if (!hasNats()) return t.skip(noNats)
  await runSeeds(t, seedsFrom(1, 25), (await startBrokers(t, 1)).settings)
})
