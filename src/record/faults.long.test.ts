import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type FiredAt, startFiredAt } from '../testing/fired-at.ts'
import { runCommand } from '../testing/process.ts'
import { seeded } from '../testing/seeded.ts'

// `SPONA_LONG=1 npm test -- src/record/faults`; SPONA_ROUNDS for more or fewer, SPONA_SEED to repeat one.

const stillMs = 20_000
const rounds = Number(process.env['SPONA_ROUNDS'] ?? 50)
const random = seeded()
let fired: FiredAt

before(async () => {
  fired = await startFiredAt('faults-long')
})
after(() => fired.end())

test('a database that stands still for 20 seconds makes nobody wait for ever, and nothing acknowledged is lost', { timeout: 120_000 }, async (t) => {
  const goOn = fired.freeze()
  const create = { method: 'POST', body: JSON.stringify({ resourceType: 'Basic', code: { text: 'стоји' } }) }
  const began = performance.now()
  const asked = Array.from({ length: 40 }, async (_, at) => {
    const answer = await fetch(`${fired.base}/${at % 2 ? 'Basic' : 'Patient?_count=1'}`, { headers: fired.headers, ...(at % 2 ? create : {}) })
    const body = (await answer.json()) as { resourceType: string; id: string }
    return { status: answer.status, body, ms: performance.now() - began }
  })
  await sleep(stillMs)
  goOn()
  const answers = await Promise.all(asked)
  t.diagnostic(answers.map(({ status, ms }) => `${status} after ${(ms / 1000).toFixed(1)} s`).join(', '))
  for (const { status, body, ms } of answers) {
    assert.ok([200, 201, 503].includes(status), JSON.stringify(body))
    if (status === 503) assert.equal(body.resourceType, 'OperationOutcome')
    assert.ok(ms < stillMs + 15_000, `${ms}`)
  }
  for (const { body } of answers.filter(({ status }) => status === 201)) {
    assert.equal((await fetch(`${fired.base}/Basic/${body.id}`, { headers: fired.headers })).status, 200)
  }
  assert.equal((await fetch(`${fired.base}/Basic`, { headers: fired.headers, ...create })).status, 201, 'and it goes on as before')
})

test(`${rounds} times kill -9 of server, database or one of its processes in the middle of work, and nothing acknowledged is lost`, {
  timeout: 7_200_000,
}, async (t) => {
  for (let round = 1; round <= rounds; round++) {
    t.diagnostic(`round ${round}, SPONA_SEED=${random.seed}: ${await fired.round(random)}`)
  }
  const { code, output, errors } = await runCommand(['audit', 'verify', '--json'], fired.env)
  assert.equal(code, 0, output + errors)
})
