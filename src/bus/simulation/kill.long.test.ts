import { after, before, test } from 'node:test'
import { seeded } from '../../testing/seeded.ts'
import { type BusUnderFire, startBusUnderFire } from '../../testing/simulation/under-fire.ts'

// `SPONA_LONG=1 npm test -- src/bus/simulation/kill`; SPONA_ROUNDS for more or fewer, SPONA_SEED to repeat one.

const rounds = Number(process.env['SPONA_ROUNDS'] ?? 20)
const random = seeded()
let fire: BusUnderFire

before(async () => {
  fire = await startBusUnderFire()
})
after(() => fire.end())

test(`${rounds} times kill -9 of server or database while messages, documents and calls pass: nothing with a receipt is lost, nothing filed twice`, {
  timeout: 7_200_000,
}, async (t) => {
  for (let round = 1; round <= rounds; round++) t.diagnostic(`round ${round}, SPONA_SEED=${random.seed}: ${await fire.round(random)}`)
  t.diagnostic(await fire.finish())
})
