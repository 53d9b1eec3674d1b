import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startEndpoint } from '../../testing/endpoint.ts'
import { startServer } from '../../testing/server.ts'
import { backport, eventsOf, numberAll, observation, part, subscription } from '../../testing/subscriptions.ts'
import { notifyDue } from './notify.ts'

test('a Subscription is active after its handshake and then sends, in order and signed, what its filters ask for', async (t) => {
  const { world, sql, institution } = await startServer(t)
  const endpoint = await startEndpoint(t)
  const { send } = await institution('А')
  const patient = (await send('POST', '/fhir/Patient', { resourceType: 'Patient', gender: 'female' })).body
  const about = `Patient/${patient.id}`
  const made = await send(
    'POST',
    '/fhir/Subscription',
    subscription(endpoint.url, {
      filters: ['Observation?code=http://loinc.org|718-7', 'Condition'],
      content: 'full-resource',
      header: ['Authorization: Bearer top-secret'],
    }),
  )
  assert.equal(made.status, 201, made.text)
  assert.equal(made.body.status, 'requested')
  assert.deepEqual(made.body.channel.header, ['Authorization: ***'])
  assert.equal(await notifyDue(world), 1)
  const [handshake] = endpoint.heard
  assert.equal(handshake?.headers['authorization'], 'Bearer top-secret')
  assert.match(String(handshake?.headers['signature-input']), /content-digest/)
  assert.equal(part(handshake?.body.entry[0].resource, 'type').valueCode, 'handshake')
  assert.deepEqual(
    (await send('POST', '/fhir/$validate', handshake?.body)).body.issue.filter((one: any) => one.severity === 'error'),
    [],
  )
  const read = await send('GET', `/fhir/Subscription/${made.body.id}`)
  assert.equal(read.body.status, 'active')
  assert.equal(read.body.meta.versionId, '2')

  const wanted = [(await send('POST', '/fhir/Observation', observation(about, '718-7', 1))).body]
  await send('POST', '/fhir/Observation', observation(about, '4548-4'))
  wanted.push((await send('PUT', `/fhir/Observation/${wanted[0].id}`, { ...wanted[0], valueInteger: 2 })).body)
  assert.equal((await send('DELETE', `/fhir/Observation/${wanted[0].id}`)).status, 204)
  await numberAll(world)
  assert.equal(await notifyDue(world), 1)
  const bundle = endpoint.heard[1]?.body
  const reference = `Observation/${wanted[0].id}`
  assert.deepEqual(eventsOf(bundle), [
    { number: 1, focus: reference },
    { number: 2, focus: reference },
    { number: 3, focus: reference },
  ])
  assert.deepEqual(
    bundle.entry.slice(1).map(({ request, resource }: any) => [request.method, resource?.valueInteger]),
    [
      ['POST', 1],
      ['PUT', 2],
      ['DELETE', undefined],
    ],
  )
  assert.equal(part(bundle.entry[0].resource, 'events-since-subscription-start').valueString, '3')
  const looks = await sql<{ entry: string }>`select entry from audit.entry where action = 'read' and patient <> 0 and entry like '%Observation/%'`
  assert.equal(looks.length, 1, 'the patient can read that it was told')

  const status = await send('GET', `/fhir/Subscription/${made.body.id}/$status`)
  assert.equal(part(status.body.entry[0].resource, 'type').valueCode, 'query-status')
  const all = await send('GET', '/fhir/Subscription/$status?status=active')
  assert.equal(all.body.total, 1)
  const stored = await sql<{ text: string }>`select row_to_json(s)::text as text from record.subscription s`
  const bodies = await sql<{ body: string }>`select coalesce(body, '') as body from record.resource union all select coalesce(body, '') from record.superseded`
  assert.ok(!JSON.stringify([stored, bodies, read.text, status.text]).includes('top-secret'), 'the header is nowhere in clear')
})

test('a subscriber that was down for an hour gets everything afterwards, complete and in order, and may fetch it with $events meanwhile', async (t) => {
  const { world, institution } = await startServer(t)
  const endpoint = await startEndpoint(t)
  let hours = 0
  const { now } = world
  world.now = () => new Date(now().getTime() + hours * 3_600_000)
  const { send: sendNow } = await institution('А')
  // A token is valid for an hour: the subscriber asks by the clock of the beginning, while the server works by the later one.
  const send: typeof sendNow = async (...asked) => {
    const later = hours
    hours = 0
    const answer = await sendNow(...asked)
    hours = later
    return answer
  }
  const about = `Patient/${(await send('POST', '/fhir/Patient', { resourceType: 'Patient' })).body.id}`
  const { id } = (
    await send(
      'POST',
      '/fhir/Subscription',
      subscription(endpoint.url, { filters: ['Observation'], channel: { extension: [{ url: `${backport}backport-max-count`, valuePositiveInt: 4 }] } }),
    )
  ).body
  await notifyDue(world)
  endpoint.status = 503
  const filed: string[] = []
  const file = async () => filed.push(`Observation/${(await send('POST', '/fhir/Observation', observation(about, '718-7', filed.length))).body.id}`)
  for (let n = 0; n < 5; n++) await file()
  await numberAll(world)
  assert.equal(await notifyDue(world), 1)
  assert.equal(await notifyDue(world), 0, 'it waits before the next attempt')
  hours = 0.5
  assert.equal(await notifyDue(world), 1)
  const failing = await send('GET', `/fhir/Subscription/${id}`)
  assert.equal(failing.body.status, 'error')
  assert.equal(failing.body.error, 'the endpoint answered 503')
  for (let n = 0; n < 4; n++) await file()
  await numberAll(world)

  const fetched = await send('GET', `/fhir/Subscription/${id}/$events?eventsSinceNumber=3&content=id-only`)
  assert.deepEqual(
    eventsOf(fetched.body),
    filed.slice(2).map((focus, at) => ({ number: at + 3, focus })),
  )
  hours = 1.2
  endpoint.status = 200
  const before = endpoint.heard.length
  await notifyDue(world)
  const told = endpoint.heard.slice(before).flatMap(({ body }) => eventsOf(body))
  assert.deepEqual(
    told,
    filed.map((focus, at) => ({ number: at + 1, focus })),
  )
  assert.ok(
    endpoint.heard.slice(before).every(({ body }) => eventsOf(body).length <= 4),
    'never more than the subscriber takes at once',
  )
  assert.equal((await send('GET', `/fhir/Subscription/${id}`)).body.status, 'active')

  endpoint.status = 500
  await file()
  await numberAll(world)
  for (hours = 2; hours < 110; hours += 26) await notifyDue(world)
  const over = await send('GET', `/fhir/Subscription/${id}`)
  assert.equal(over.body.status, 'off', 'nobody is tried for ever')
  assert.deepEqual(eventsOf((await send('GET', `/fhir/Subscription/${id}/$events?eventsSinceNumber=10`)).body).length, 1)
})

test('a system has at most a hundred Subscriptions; deleting one makes room', async (t) => {
  const { institution } = await startServer(t)
  const endpoint = await startEndpoint(t)
  const { send } = await institution('А')
  const setup = subscription(endpoint.url, { filters: ['Observation'] })
  const entry = Array.from({ length: 100 }, () => ({ resource: setup, request: { method: 'POST', url: 'Subscription' } }))
  const made = await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry })
  assert.equal(made.status, 200, made.text.slice(0, 300))
  const one = await send('POST', '/fhir/Subscription', setup)
  assert.deepEqual([one.status, /has 100 Subscriptions already/.test(one.text)], [429, true])
  const { send: others } = await institution('Б')
  assert.equal((await others('POST', '/fhir/Subscription', setup)).status, 201, 'it is each system’s own number')
  const [{ response }] = made.body.entry
  const [, id] = /Subscription\/([^/]+)/.exec(response.location) ?? []
  assert.equal((await send('DELETE', `/fhir/Subscription/${id}`)).status, 204)
  assert.equal((await send('POST', '/fhir/Subscription', setup)).status, 201)
})
