import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startEndpoint } from '../../testing/endpoint.ts'
import { startServer } from '../../testing/server.ts'
import { eventsOf, numberAll, observation, subscription } from '../../testing/subscriptions.ts'
import { background } from '../record.ts'
import { notifyDue } from './notify.ts'

test('each resource of a large set is an event, whatever its id and transaction, also when it has changed again since', async (t) => {
  const { world, institution } = await startServer(t)
  const endpoint = await startEndpoint(t)
  const { send } = await institution('А')
  await send('POST', '/fhir/Subscription', subscription(endpoint.url, { content: 'full-resource', filters: ['Observation', 'Organization', 'Patient'] }))
  await notifyDue(world)
  const entry = (resource: any, method = 'POST', url = resource.resourceType) => ({ resource, request: { method, url } })
  const found = await send('POST', '/fhir', {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      entry({ resourceType: 'Patient', id: 'named' }, 'PUT', 'Patient/named'),
      ...Array.from({ length: 30 }, (_, n) => entry({ ...observation('Patient/named', 'x', n), id: `o-${n}` }, 'PUT', `Observation/o-${n}`)),
      ...Array.from({ length: 12 }, (_, n) => entry({ resourceType: 'Organization', name: `Служба ${n}` })),
      entry({ resourceType: 'Condition', subject: { reference: 'Patient/named' } }),
    ],
  })
  assert.equal(found.status, 200, found.text)
  await send('PUT', '/fhir/Observation/o-7', { ...observation('Patient/named', 'x', 700), id: 'o-7' })
  await send('DELETE', '/fhir/Observation/o-8')
  await numberAll(world)
  await notifyDue(world)
  const bundles = endpoint.heard.slice(1).map(({ body }) => body)
  const events = bundles.flatMap(eventsOf)
  assert.deepEqual(
    events.map(({ number }: any) => number),
    Array.from({ length: 45 }, (_, at) => at + 1),
  )
  const values = bundles.flatMap(({ entry: [, ...rest] }) => rest).filter(({ resource }: any) => resource?.id === 'o-7')
  assert.deepEqual(
    values.map(({ resource }: any) => resource.valueInteger),
    [7, 700],
    'each version as it was',
  )
  const types = Object.groupBy(events, ({ focus }: any) => focus.split('/')[0])
  assert.deepEqual([types['Observation']?.length, types['Organization']?.length, types['Patient']?.length], [32, 12, 1])
})

test('while the server runs a subscriber is told of a change without asking, and stopping ends the work', async (t) => {
  const { world, institution } = await startServer(t)
  const endpoint = await startEndpoint(t)
  const { send } = await institution('А')
  const stop = background.startSubscriptions(world)
  const heard = async (count: number) => {
    const limit = performance.now() + 8000
    while (endpoint.heard.length < count) {
      assert.ok(performance.now() < limit, `${count} notifications`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  await send('POST', '/fhir/Subscription', subscription(endpoint.url, { content: 'empty' }))
  await heard(1)
  await send('POST', '/fhir/Patient', { resourceType: 'Patient' })
  await heard(2)
  assert.deepEqual(eventsOf(endpoint.heard[1]?.body), [{ number: 1, focus: undefined }], 'empty contents name nothing')
  await stop()
  await send('POST', '/fhir/Patient', { resourceType: 'Patient' })
  await new Promise((resolve) => setTimeout(resolve, 300))
  assert.equal(endpoint.heard.length, 2)
})
