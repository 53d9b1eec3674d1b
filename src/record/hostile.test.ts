import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { broken } from '../testing/broken-operations.ts'
import { assertAnswered, countStatuses } from '../testing/broken-requests.ts'
import { startServer } from '../testing/server.ts'

// The long test sends ten thousand.
const requests = Number(process.env['SPONA_ROUNDS'] ?? 6_000)

test(`${requests} generated broken requests get a clear answer each, and the server goes on`, { timeout: 120_000 }, async (t) => {
  const { institution } = await startServer(t, { RATE_PER_CLIENT: '1000000' })
  const { send } = await institution('А')
  assert.equal((await send('PUT', '/fhir/Patient/x', { resourceType: 'Patient', id: 'x', identifier: [{ system: 'urn:h', value: '1' }] })).status, 201)
  const statuses = countStatuses()
  const property = fc.asyncProperty(broken, async (request) => {
    statuses.note(await assertAnswered(send, request))
  })
  await fc.assert(property, { numRuns: requests, ...(process.env['SPONA_SEED'] ? { seed: Number(process.env['SPONA_SEED']) } : {}) })
  t.diagnostic(statuses.said())
  assert.equal((await send('POST', '/fhir/Patient', { resourceType: 'Patient' })).status, 201)
})
