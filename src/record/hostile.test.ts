import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { assertAnswered, brokenRequest } from '../testing/broken-requests.ts'
import { startServer } from '../testing/server.ts'

// Ten thousand of them are in the long test.
const requests = 1_500

test(`${requests} generated broken requests get a clear answer each, and the server goes on`, { timeout: 120_000 }, async (t) => {
  const { institution } = await startServer(t, { RATE_PER_CLIENT: '1000000' })
  const { send } = await institution('А')
  const statuses = new Map<number, number>()
  const property = fc.asyncProperty(brokenRequest, async (request) => {
    const status = await assertAnswered(send, request)
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
  })
  await fc.assert(property, { numRuns: requests, ...(process.env['SPONA_SEED'] ? { seed: Number(process.env['SPONA_SEED']) } : {}) })
  t.diagnostic(
    [...statuses]
      .sort(([one], [other]) => one - other)
      .map(([status, count]) => `${status}: ${count}`)
      .join(', '),
  )
  assert.equal((await send('POST', '/fhir/Patient', { resourceType: 'Patient' })).status, 201)
})
