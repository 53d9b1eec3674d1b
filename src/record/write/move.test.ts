import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../platform/refusal.ts'
import { startServer } from '../../testing/server.ts'
import { move } from './move.ts'

const patient = (chart: string) => ({
  resourceType: 'Patient',
  identifier: [{ system: 'urn:hospital', value: chart }],
  name: [{ family: 'Илић', given: ['Петар'] }],
})

test('an entry filed under the wrong patient is void there and stands under the right one, with a reason', async (t) => {
  const { world, institution } = await startServer(t)
  const { send } = await institution('ДЗ Земун')
  const [wrong, right] = [(await send('POST', '/fhir/Patient', patient('1'))).body, (await send('POST', '/fhir/Patient', patient('2'))).body]
  const visit = (
    await send('POST', '/fhir/Encounter', {
      resourceType: 'Encounter',
      status: 'finished',
      class: { code: 'AMB' },
      subject: { reference: `Patient/${wrong.id}` },
    })
  ).body
  const entry = (
    await send('POST', '/fhir/Observation', {
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'К+' },
      subject: { reference: `Patient/${wrong.id}` },
      encounter: { reference: `Encounter/${visit.id}` },
      valueString: '4,1',
    })
  ).body

  const moved = await move(world, { resource: `Observation/${entry.id}`, to: `Patient/${right.id}`, reason: 'замењени узорци' })
  assert.equal((await send('GET', `/fhir/Observation/${entry.id}`)).status, 404, 'the voided entry is not shown')
  assert.equal((await send('GET', `/fhir/Observation?patient=${wrong.id}`)).body.total, 0)
  const found = await send('GET', `/fhir/Observation?patient=${right.id}`)
  assert.equal(found.body.total, 1)
  const { id, meta: _meta, ...now } = found.body.entry[0].resource
  assert.equal(`Observation/${id}`, moved.resource)
  assert.deepEqual(now, {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'К+' },
    subject: { reference: `Patient/${right.id}` },
    valueString: '4,1',
  })
  const provenance = await send('GET', `/fhir/${moved.provenance}`)
  assert.equal(provenance.body.reason[0].text, 'замењени узорци')
  const [looked] = await world.sql<{ n: number }>`select count(*)::int as n from audit.entry where action = 'move'`
  assert.equal(looked?.n, 2, 'both patients can see that it was moved')
})

test('an entry that cannot be moved is refused with a sentence', async (t) => {
  const { world, institution } = await startServer(t)
  const { send } = await institution('ДЗ Земун')
  const one = (await send('POST', '/fhir/Patient', patient('1'))).body
  const entry = (
    await send('POST', '/fhir/Observation', { resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject: { reference: `Patient/${one.id}` } })
  ).body
  const refused = (resource: string, to: string) => assert.rejects(move(world, { resource, to, reason: 'проба' }), (error) => error instanceof Refusal)
  await refused(`Observation/${entry.id}`, `Patient/${one.id}`)
  await refused(`Observation/${entry.id}`, 'Patient/nobody')
  await refused('Observation/nothing', `Patient/${one.id}`)
  await refused(`Patient/${one.id}`, `Patient/${one.id}`)
  assert.equal((await send('GET', `/fhir/Observation/${entry.id}`)).status, 200)
})
