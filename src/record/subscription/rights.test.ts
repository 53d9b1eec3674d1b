import assert from 'node:assert/strict'
import { test } from 'node:test'
import { relate } from '../../access/access.ts'
import { addClient, clientById } from '../../access/client.ts'
import { tokenFor } from '../../access/token-endpoint.ts'
import { startEndpoint } from '../../testing/endpoint.ts'
import { sender, startServer, type TestServer } from '../../testing/server.ts'
import { backport, eventsOf, numberAll, observation, part, subscription } from '../../testing/subscriptions.ts'
import { keyOfId } from '../ids.ts'
import { notifyDue } from './notify.ts'

async function another({ app, world }: TestServer, institution: number, scopes = 'system/*.cruds') {
  const made = await world.sql.begin((tx) => addClient(tx, world, { name: 'други', institution, institutionName: 'А', scopes }))
  const client = await clientById(world.sql, made.id)
  assert.ok(client)
  return { id: made.id, send: sender(app, { authorization: `Bearer ${await tokenFor(world, client, made.scopes, 3600)}` }) }
}

test('a change that a subscriber may not see gets no number; one that it may no longer see keeps its number and shows nothing', async (t) => {
  const { world, sql, institution } = await startServer(t)
  const endpoint = await startEndpoint(t)
  const [a, b] = [await institution('А'), await institution('Б')]
  const [mine, theirs] = await Promise.all([a, b].map(async ({ send }) => (await send('POST', '/fhir/Patient', { resourceType: 'Patient' })).body.id as string))
  await a.send('POST', '/fhir/Subscription', subscription(endpoint.url, { content: 'full-resource', filters: ['Observation'] }))
  await notifyDue(world)
  const file = async (who: typeof a, patient: string) =>
    `Observation/${(await who.send('POST', '/fhir/Observation', observation(`Patient/${patient}`, 'x'))).body.id}`
  const numbered = async () => (await sql<{ number: number }>`select number from record.subscription limit 1`)[0]?.number
  const told = () => endpoint.heard.slice(1).flatMap(({ body }) => eventsOf(body))

  await file(b, theirs as string)
  await numberAll(world)
  assert.equal(await numbered(), 0)
  const own = await file(a, mine as string)
  const visit = { patient: keyOfId(theirs as string), kind: 'visit', institution: a.id, from: new Date(Date.now() - 1000), source: 'test' } as const
  await sql.begin((tx) => relate(tx, visit))
  const during = await file(b, theirs as string)
  await numberAll(world)
  await notifyDue(world)
  assert.deepEqual(told(), [
    { number: 1, focus: own },
    { number: 2, focus: during },
  ])

  endpoint.status = 500
  await file(b, theirs as string)
  await numberAll(world)
  assert.equal(await numbered(), 3)
  await sql`update access.relation set ended_at = ${world.now()} where ended_at is null`
  await file(b, theirs as string)
  const after = await file(a, mine as string)
  await numberAll(world)
  assert.equal(await numbered(), 4, 'what came after the visit has no number')
  endpoint.status = 200
  await notifyDue(world)
  assert.deepEqual(told().slice(2), [
    { number: 3, focus: undefined },
    { number: 4, focus: after },
  ])
  assert.equal(endpoint.heard.at(-1)?.body.entry.length, 2, 'the contents of the third are not there either')
})

test('a Subscription belongs to its maker alone, also within one institution', async (t) => {
  const server = await startServer(t)
  const { world, institution } = server
  const endpoint = await startEndpoint(t)
  const a = await institution('А')
  const other = await another(server, a.id)
  const { body } = await a.send('PUT', '/fhir/Subscription/mine', { ...subscription(endpoint.url, { header: ['X-Key: secret'] }), id: 'mine' })
  await notifyDue(world)
  for (const [method, url, content] of [
    ['GET', '/fhir/Subscription/mine', undefined],
    ['GET', '/fhir/Subscription/mine/_history/1', undefined],
    ['GET', '/fhir/Subscription/mine/_history', undefined],
    ['GET', '/fhir/Subscription/mine/$status', undefined],
    ['GET', '/fhir/Subscription/mine/$events', undefined],
    ['PUT', '/fhir/Subscription/mine', { ...body, status: 'off' }],
    ['DELETE', '/fhir/Subscription/mine', undefined],
    ['PATCH', '/fhir/Subscription/mine', [{ op: 'replace', path: '/status', value: 'off' }]],
  ] as const) {
    const answer = await other.send(method, url, content, method === 'PATCH' ? { 'content-type': 'application/json-patch+json' } : {})
    assert.equal(answer.status, 403, `${method} ${url}: ${answer.text}`)
    assert.doesNotMatch(answer.text, /127\.0\.0\.1|another institution/)
  }
  for (const url of [
    '/fhir/Subscription',
    '/fhir/Subscription?status=active',
    '/fhir/Subscription/$status',
    '/fhir/Subscription?_summary=count',
    '/fhir/Subscription/_history',
  ])
    assert.equal((await other.send('GET', url)).body.total ?? (await other.send('GET', url)).body.entry?.length ?? 0, 0, url)
  assert.equal((await other.send('DELETE', '/fhir/Subscription?status=active')).status, 204, 'a condition finds nothing either')
  assert.equal((await a.send('GET', '/fhir/Subscription?status=active')).body.total, 1)
  const history = await a.send('GET', '/fhir/Subscription/mine/_history')
  assert.deepEqual(
    history.body.entry.map(({ resource }: any) => resource.status),
    ['active', 'requested'],
  )

  const kept = (await a.send('GET', '/fhir/Subscription/mine')).body
  assert.equal((await a.send('PUT', '/fhir/Subscription/mine', kept)).body.status, 'active', 'what is written back as it was read changes nothing')
  const longer = await a.send('PUT', '/fhir/Subscription/mine', { ...kept, reason: 'other', channel: { ...kept.channel, endpoint: `${endpoint.url}/2` } })
  assert.equal(longer.body.status, 'requested')
  await notifyDue(world)
  assert.equal(endpoint.heard.at(-1)?.headers['x-key'], 'secret', 'a hidden value stays what it was')
  await world.sql`update access.client set revoked_at = ${world.now()} where id = ${a.client}`
  await world.sql`update record.subscription set due_at = ${world.now()}`
  await new Promise((resolve) => setTimeout(resolve, 500))
  await notifyDue(world)
  assert.equal(
    (await world.sql<{ state: string }>`select state from record.subscription limit 1`)[0]?.state,
    'off',
    'who is registered no more is told nothing',
  )
})

const wrong: [string, object, number, RegExp][] = [
  ['an unknown topic', { topic: 'urn:spona:subscription-topic:weather' }, 422, /record-changes/],
  ['another channel', { channel: { type: 'websocket' } }, 422, /rest-hook/],
  [
    'a filter of a type that the topic has not',
    { topic: 'urn:spona:subscription-topic:encounter-start', filters: ['Patient?gender=male'] },
    422,
    /no events of Patient/,
  ],
  ['a filter that is none', { filters: ['Observation?_sort=date'] }, 422, /no filter of Observation/],
  ['a filter that other resources decide', { filters: ['Observation?code:in=http://x'] }, 422, /alone/],
  ['a chain', { filters: ['Observation?subject.name=x'] }, 422, /no filter/],
  ['a personal number', { filters: ['Patient?identifier=0101990710004'] }, 422, /personal number/],
  ['an unknown type', { filters: ['Weather?x=1'] }, 422, /resource type/],
  ['unknown contents', { content: 'everything' }, 422, /id-only/],
  ['a header with a line break', { header: ['X: a\r\nHost: b'] }, 422, /no header/],
  ['a header that is not theirs', { header: ['Host: inside'] }, 422, /not the subscriber/],
  ['a hidden value that was never given', { header: ['X-Key: ***'] }, 422, /never given/],
  ['an address inside', { channel: { endpoint: 'http://10.1.2.3/x' } }, 422, /leads inside/],
  ['an address with a password', { channel: { endpoint: 'https://a:b@example.org/x' } }, 422, /password/],
  ['no address', { channel: { endpoint: undefined } }, 422, /endpoint/],
  ['a heartbeat every second', { channel: { extension: [{ url: `${backport}backport-heartbeat-period`, valueUnsignedInt: 1 }] } }, 422, /from 10/],
  ['another form', { channel: { payload: 'text/plain' } }, 422, /application\/fhir\+json/],
]

test('a Subscription that cannot be served as written is refused with its place, by every way of writing', async (t) => {
  const server = await startServer(t)
  const { sql, institution } = server
  const endpoint = await startEndpoint(t)
  const a = await institution('А')
  for (const [why, more, status, says] of wrong) {
    const made = subscription(endpoint.url, more)
    for (const send of [
      () => a.send('POST', '/fhir/Subscription', made),
      () => a.send('PUT', '/fhir/Subscription/s', { ...made, id: 's' }),
      () =>
        a.send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry: [{ resource: made, request: { method: 'POST', url: 'Subscription' } }] }),
    ]) {
      const answer = await send()
      assert.equal(answer.status, status, `${why}: ${answer.text}`)
      assert.match(answer.text, says, why)
      assert.match(JSON.stringify(answer.body.issue[0].expression), /criteria|channel/, why)
      assert.doesNotMatch(answer.text, /0101990710004/)
    }
  }
  const narrow = await another(server, a.id, 'system/Subscription.cruds system/Patient.rs')
  const beyond = await narrow.send('POST', '/fhir/Subscription', subscription(endpoint.url, { filters: ['Observation'] }))
  assert.equal(beyond.status, 403)
  assert.equal((await sql`select 1 as one from audit.entry where entry like '%"deny"%'`).length, 1, 'the denial is in the log')
  assert.equal((await narrow.send('POST', '/fhir/Subscription', subscription(endpoint.url))).status, 201)
  const found = await a.send('GET', '/fhir/SubscriptionTopic')
  const { rest } = (await a.send('GET', '/fhir/metadata')).body
  const said = rest[0].resource.find(({ type }: any) => type === 'Subscription').extension.map(({ valueCanonical }: any) => valueCanonical)
  assert.deepEqual(
    found.body.topics.map(({ url }: any) => url),
    said,
  )
})

test('a Subscription whose filter can no longer be asked is off and says why; the others go on', async (t) => {
  const { world, sql, institution } = await startServer(t)
  const endpoint = await startEndpoint(t)
  const { send } = await institution('А')
  const [first, second] = [
    await send('POST', '/fhir/Subscription', subscription(endpoint.url, { filters: ['Patient?gender=male'] })),
    await send('POST', '/fhir/Subscription', subscription(endpoint.url)),
  ]
  await notifyDue(world)
  await sql`update record.subscription set filters = array['Patient?removed-parameter=x'] where id = ${first.body.id}`
  await send('POST', '/fhir/Patient', { resourceType: 'Patient', gender: 'male' })
  await numberAll(world)
  const [off, on] = [await send('GET', `/fhir/Subscription/${first.body.id}`), await send('GET', `/fhir/Subscription/${second.body.id}/$events`)]
  assert.equal(off.body.status, 'off')
  assert.match(off.body.error, /removed-parameter/)
  assert.equal(eventsOf(on.body).length, 1)
})

test('topics with conditions tell the moment they name, and a heartbeat is sent when nothing happens', async (t) => {
  const { world, institution } = await startServer(t)
  const endpoint = await startEndpoint(t)
  let seconds = 0
  const { now } = world
  world.now = () => new Date(now().getTime() + seconds * 1000)
  const { send } = await institution('А')
  const subject = { reference: `Patient/${(await send('POST', '/fhir/Patient', { resourceType: 'Patient' })).body.id}` }
  const beat = { extension: [{ url: `${backport}backport-heartbeat-period`, valueUnsignedInt: 60 }] }
  const xml = { payload: 'application/fhir+xml' }
  await send('POST', '/fhir/Subscription', subscription(endpoint.url, { topic: 'urn:spona:subscription-topic:encounter-end', channel: beat }))
  await send(
    'POST',
    '/fhir/Subscription',
    subscription(endpoint.url, { filters: [`Encounter?patient=${subject.reference}&status=finished`], channel: xml, content: 'full-resource' }),
  )
  await notifyDue(world)
  endpoint.heard.length = 0
  const encounter = { resourceType: 'Encounter', status: 'planned', class: { code: 'AMB' }, subject }
  const { id } = (await send('POST', '/fhir/Encounter', encounter)).body
  for (const [status, length] of [
    ['in-progress', undefined],
    ['finished', undefined],
    ['finished', { value: 1, unit: 'h' }],
  ] as const)
    assert.equal((await send('PUT', `/fhir/Encounter/${id}`, { ...encounter, id, status, ...(length ? { length } : {}) })).status, 200)
  await numberAll(world)
  await notifyDue(world)
  const json = endpoint.heard.filter(({ body }) => body !== null)
  assert.deepEqual(
    json.flatMap(({ body }) => eventsOf(body)),
    [{ number: 1, focus: `Encounter/${id}` }],
    'the end, once',
  )
  const [asXml] = endpoint.heard.filter(({ body }) => body === null)
  assert.equal(asXml?.headers['content-type'], 'application/fhir+xml')
  assert.equal(asXml?.text.match(/<status value="finished"/g)?.length, 2, 'both versions that pass the filter')

  endpoint.heard.length = 0
  seconds = 30
  assert.equal(await notifyDue(world), 0)
  seconds = 61
  assert.equal(await notifyDue(world), 1)
  assert.equal(part(endpoint.heard[0]?.body.entry[0].resource, 'type').valueCode, 'heartbeat')
})
