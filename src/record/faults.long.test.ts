import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type FiredAt, startFiredAt } from '../testing/fired-at.ts'
import { runCommand } from '../testing/process.ts'
import { seeded } from '../testing/seeded.ts'

// `SPONA_LONG=1 npm test -- src/record/faults`; SPONA_ROUNDS for more or fewer, SPONA_SEED to repeat one.

const rounds = Number(process.env['SPONA_ROUNDS'] ?? 50)
const random = seeded()
let fired: FiredAt

before(async () => {
  fired = await startFiredAt('faults-long')
})
after(() => fired.end())

test(`${rounds} times kill -9 of server, database or one of its processes in the middle of work, and nothing acknowledged is lost`, {
  timeout: 3_000_000,
}, async (t) => {
  for (let round = 1; round <= rounds; round++) {
    t.diagnostic(`round ${round}, SPONA_SEED=${random.seed}: ${await fired.round(random)}`)
  }
  const { code, output, errors } = await runCommand(['audit', 'verify', '--json'], fired.env)
  assert.equal(code, 0, output + errors)
})
