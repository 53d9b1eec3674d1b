import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { relate } from '../../access/access.ts'
import { startEndpoint } from '../../testing/endpoint.ts'
import { type Send, startServer } from '../../testing/server.ts'
import { backport, byCriteria, eventsOf, numberAll, observation, part } from '../../testing/subscriptions.ts'
import { keyOfId } from '../ids.ts'
import { background } from '../record.ts'
import { notifyDue } from './notify.ts'

const whole = { payload: 'application/fhir+json' }
const height = 'Observation?code=http://loinc.org|8302-2'

const newPatient = async (send: Send, more: object = {}): Promise<string> =>
  `Patient/${(await send('POST', '/fhir/Patient', { resourceType: 'Patient', ...more })).body.id}`

async function file(send: Send, resource: any): Promise<any> {
  const made = await send('POST', `/fhir/${resource.resourceType}`, resource)
  assert.equal(made.status, 201, made.text)
  return made.body
}

test('a Subscription by a search is active once its endpoint is found, and what is made or changed to meet it is put there, in order and signed', async (t) => {
  const { world, sql, institution } = await startServer(t)
  const endpoint = await startEndpoint(t)
  const { send } = await institution('А')
  const [about, other] = [await newPatient(send), await newPatient(send)]
  const criteria = `${height}&patient=${about}`
  const made = await send(
    'POST',
    '/fhir/Subscription',
    byCriteria(`${endpoint.url}?tenant=7`, criteria, { ...whole, header: ['Authorization: Bearer top-secret'] }),
  )
  assert.equal(made.status, 201, made.text)
  assert.equal(made.body.status, 'requested')
  await notifyDue(world)
  const read = await send('GET', `/fhir/Subscription/${made.body.id}`)
  assert.deepEqual([read.body.status, read.body.channel.header, read.body.criteria], ['active', ['Authorization: ***'], criteria])
  assert.equal(endpoint.heard.length, 0, 'R4 has no handshake')

  const first = await file(send, observation(about, '8302-2', 171))
  await file(send, observation(about, '718-7'))
  await file(send, observation(other, '8302-2'))
  const second = (await send('PUT', `/fhir/Observation/${first.id}`, { ...first, valueInteger: 172 })).body
  await numberAll(world)
  await notifyDue(world)
  assert.deepEqual(
    endpoint.heard.map(({ method, path, body }) => [method, path, body]),
    [first, second].map((resource) => ['PUT', `/notify/Observation/${first.id}?tenant=7`, resource]),
    'each version as it was written',
  )
  const [{ headers }] = endpoint.heard as [any]
  assert.equal(headers['authorization'], 'Bearer top-secret')
  assert.equal(headers['content-type'], 'application/fhir+json')
  assert.match(String(headers['signature-input']), /"@method" "@target-uri".*content-digest/)
  const looks = await sql<{ entry: string }>`select entry from audit.entry where action = 'read' and patient <> 0 and entry like '%Observation/%'`
  assert.equal(looks.length, 2, 'the patient can read that it was told')

  const status = (await send('GET', `/fhir/Subscription/${made.body.id}/$status`)).body.entry[0].resource
  assert.deepEqual([part(status, 'events-since-subscription-start').valueString, part(status, 'topic')], ['2', undefined])
  const events = (await send('GET', `/fhir/Subscription/${made.body.id}/$events?content=id-only`)).body
  assert.deepEqual(
    eventsOf(events),
    [1, 2].map((number) => ({ number, focus: `Observation/${first.id}` })),
  )
  const problems = (await send('POST', '/fhir/$validate', events)).body.issue.filter((one: any) => one.severity === 'error')
  assert.deepEqual(problems, [])
})

test('criteria that stop being met tell nothing, nor do deletions; without a payload the post is empty', async (t) => {
  const { world, institution } = await startServer(t)
  const endpoint = await startEndpoint(t)
  const { send } = await institution('А')
  await file(send, byCriteria(endpoint.url, 'Observation?status=final'))
  await notifyDue(world)
  const one = await file(send, observation(await newPatient(send), '8302-2'))
  const wrong = await send('PUT', `/fhir/Observation/${one.id}`, { ...one, status: 'entered-in-error' })
  await send('PUT', `/fhir/Observation/${one.id}`, { ...wrong.body, status: 'final' })
  await numberAll(world)
  await notifyDue(world)
  const heard = endpoint.heard.map(({ method, path, text, headers }) => [method, path, text, headers['content-type']])
  assert.deepEqual(heard, [
    ['POST', '/notify', '', undefined],
    ['POST', '/notify', '', undefined],
  ])
  await send('DELETE', `/fhir/Observation/${one.id}`)
  await numberAll(world)
  assert.equal(await notifyDue(world), 0)
})

test('what was written comes as XML where that is asked for; one that is off tells nothing, and one that has ended is off', async (t) => {
  const { world, institution } = await startServer(t)
  const endpoint = await startEndpoint(t)
  const { now } = world
  const { send } = await institution('А')
  const about = await newPatient(send)
  const end = new Date(now().getTime() + 3_600_000).toISOString()
  const { id } = await file(send, { ...byCriteria(endpoint.url, height, { payload: 'application/fhir+xml' }), status: 'active', end })
  await notifyDue(world)
  const tell = async (value: number) => {
    await file(send, observation(about, '8302-2', value))
    await numberAll(world)
    await notifyDue(world)
  }
  const write = async (status: string) => {
    const answer = await send('PATCH', `/fhir/Subscription/${id}`, [{ op: 'replace', path: '/status', value: status }], {
      'content-type': 'application/json-patch+json',
    })
    assert.equal(answer.status, 200, answer.text)
    await notifyDue(world)
  }
  await tell(1)
  await write('off')
  await tell(2)
  await write('active')
  await tell(3)
  assert.deepEqual(
    endpoint.heard.map(({ method, text, headers }) => [method, /valueInteger value="(\d)"/.exec(text)?.[1], headers['content-type']]),
    [1, 3].map((value) => ['PUT', String(value), 'application/fhir+xml']),
  )
  world.now = () => new Date(now().getTime() + 86_400_000)
  await notifyDue(world)
  world.now = now
  const over = (await send('GET', `/fhir/Subscription/${id}`)).body
  assert.deepEqual([over.status, over.error], ['off', 'the Subscription has come to its end'])
})

test('of a thousand that are filed one is told, by conditions on other resources, too', async (t) => {
  const { world, institution } = await startServer(t)
  const endpoint = await startEndpoint(t)
  const { send } = await institution('А')
  const [anna, boris] = [await newPatient(send, { name: [{ family: 'Анић' }] }), await newPatient(send, { name: [{ family: 'Борић' }] })]
  const device = await file(send, { resourceType: 'Device', type: { text: 'вага' }, status: 'active' })
  const ids = new Map<string, string>()
  for (const [path, criteria] of [
    ['chain', 'Observation?subject:Patient.family=Анић&code=rare'],
    ['has', 'Patient?_has:Observation:patient:code=rare'],
    ['device', 'Observation?device.status=active'],
  ])
    ids.set(path as string, (await file(send, byCriteria(`${endpoint.url}/${path}`, criteria as string, whole))).id)
  await notifyDue(world)
  const entry = Array.from({ length: 1000 }, (_, n) => ({
    resource: {
      ...observation(n % 2 === 0 ? anna : boris, n === 500 || n === 501 ? 'rare' : 'x', n),
      ...(n === 700 ? { device: { reference: `Device/${device.id}` } } : {}),
    },
    request: { method: 'POST', url: 'Observation' },
  }))
  for (let from = 0; from < entry.length; from += 250) {
    const answer = await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry: entry.slice(from, from + 250) })
    assert.equal(answer.status, 200, answer.text.slice(0, 300))
  }
  await send('PUT', `/fhir/${boris}`, { resourceType: 'Patient', id: boris.slice(8), gender: 'male', name: [{ family: 'Борић' }] })
  await send('PUT', `/fhir/${boris}`, { resourceType: 'Patient', id: boris.slice(8), gender: 'male', name: [{ family: 'Боровић' }] })
  await numberAll(world)
  await notifyDue(world)
  const heard = endpoint.heard.map(({ path, body }) => [path.split('/')[2], body.valueInteger ?? body.name[0].family]).toSorted()
  assert.deepEqual(heard, [
    ['chain', 500],
    ['device', 700],
    ['has', 'Борић'],
    ['has', 'Боровић'],
  ])
  const caught: unknown[] = []
  let url = `/fhir/Subscription/${ids.get('device')}/$events?content=full-resource`
  for (let page = 0; url !== ''; page++) {
    const { body } = await send('GET', url)
    caught.push(...body.entry.slice(1).map(({ resource }: any) => resource.valueInteger))
    url = body.link?.find(({ relation }: any) => relation === 'next')?.url.replace(/^.*(?=\/fhir)/, '') ?? ''
    assert.ok(page < 20)
  }
  assert.deepEqual(caught, [700], 'the same when it is fetched')
})

test('who is down for a while gets everything afterwards, also from a server that was killed meanwhile', async (t) => {
  const { world, institution, sql } = await startServer(t)
  const endpoint = await startEndpoint(t)
  const { send } = await institution('А')
  const about = await newPatient(send)
  const { id } = await file(send, byCriteria(endpoint.url, height, whole))
  await notifyDue(world)
  endpoint.status = 503
  const filed: string[] = []
  const fileOne = async () => filed.push((await file(send, observation(about, '8302-2', filed.length))).id)
  for (let n = 0; n < 3; n++) await fileOne()
  await numberAll(world)
  assert.equal(await notifyDue(world), 1)
  assert.equal(await notifyDue(world), 0, 'it waits before the next attempt')
  // Killed with a notification under way: its lease is the last that it wrote.
  await sql`update record.subscription set leased_until = ${new Date(world.now().getTime() + 500)}, due_at = ${world.now()}`
  await fileOne()
  endpoint.status = 200
  endpoint.heard.length = 0
  const stop = background.startSubscriptions(world)
  await fileOne()
  const until = performance.now() + 15_000
  while (endpoint.heard.length < 5) {
    assert.ok(performance.now() < until, `${endpoint.heard.length} of 5`)
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
  await stop()
  assert.deepEqual(
    endpoint.heard.map(({ method, path }) => [method, path]),
    filed.map((one) => ['PUT', `/notify/Observation/${one}`]),
    'in order, once each',
  )
  assert.equal((await send('GET', `/fhir/Subscription/${id}`)).body.status, 'active')
})

test('nothing is told of a patient whom the subscriber may not see, nor of what was open and is closed or deleted since', async (t) => {
  const { world, sql, institution } = await startServer(t)
  const endpoint = await startEndpoint(t)
  const [a, b] = [await institution('А'), await institution('Б')]
  const [mine, theirs] = [await newPatient(a.send), await newPatient(b.send)]
  for (const payload of [whole, {}]) await file(a.send, byCriteria(endpoint.url, height, payload))
  await file(a.send, byCriteria(endpoint.url, `${height}&patient=${theirs}`))
  await notifyDue(world)
  await file(b.send, observation(theirs, '8302-2'))
  await numberAll(world)
  assert.equal(await notifyDue(world), 0)

  const patient = keyOfId(theirs.slice(8))
  await sql.begin((tx) => relate(tx, { patient, kind: 'visit', institution: a.id, from: new Date(Date.now() - 1000), source: 'test' }))
  endpoint.status = 500
  await file(b.send, observation(theirs, '8302-2'))
  await numberAll(world)
  assert.equal(await notifyDue(world), 3, 'during the visit it may be told')
  await sql`update access.relation set ended_at = ${world.now()} where ended_at is null`
  const gone = await file(a.send, observation(mine, '8302-2', 1))
  await a.send('DELETE', `/fhir/Observation/${gone.id}`)
  const kept = await file(a.send, observation(mine, '8302-2', 2))
  await numberAll(world)
  endpoint.status = 200
  endpoint.heard.length = 0
  await sql`update record.subscription set due_at = ${world.now()}`
  await notifyDue(world)
  const heard = endpoint.heard.map(({ method, path }) => `${method} ${path}`).toSorted()
  assert.deepEqual(heard, ['POST /notify', `PUT /notify/Observation/${kept.id}`])
})

const wrong: [string, string, object, RegExp][] = [
  ['an include', `${height}&_include=Observation:patient`, {}, /_include says how a search is answered/],
  ['an order alone', 'Observation?_sort=date', {}, /_sort says how/],
  ['an unknown parameter', 'Observation?colour=red', {}, /colour/],
  ['an unknown chain', 'Observation?patient.colour=red', {}, /colour/],
  ['a value set that nobody knows', 'Observation?code:in=http://example.org/none', {}, /example.org\/none|value set/i],
  ['no type', 'Weather?x=1', {}, /resource type/],
  ['an address', 'https://example.org/fhir/Observation?code=1', {}, /resource type/],
  ['its own kind', 'Subscription?status=active', {}, /not told/],
  ['a personal number', 'Patient?identifier=0101990710004', {}, /personal number/],
  ['a personal number in other letters', 'Patient?identifier=%30101990710004', {}, /personal number/],
  ['a personal number as an id', 'Observation?patient=0101990710004', {}, /personal number/],
  ['a personal number in an id', 'Observation?patient=p-0101990710008', {}, /personal number/],
  ['a personal number of a reference', 'Observation?patient:identifier=0101990710004', {}, /personal number/],
  ['another channel', height, { type: 'websocket', endpoint: undefined }, /rest-hook/],
  ['an e-mail', height, { type: 'email', endpoint: 'mailto:a@example.org' }, /rest-hook/],
  ['another form', height, { payload: 'text/plain' }, /application\/fhir\+json/],
  ['an address inside', height, { endpoint: 'http://10.1.2.3/x' }, /leads inside/],
  ['a beat', height, { extension: [{ url: `${backport}backport-heartbeat-period`, valueUnsignedInt: 60 }] }, /on a topic/],
]

test('criteria that cannot be run are refused with their place; what another server ran is kept', async (t) => {
  const { institution, world, sql } = await startServer(t)
  const endpoint = await startEndpoint(t)
  const { send } = await institution('А')
  for (const [why, criteria, channel, says] of wrong) {
    const answer = await send('POST', '/fhir/Subscription', byCriteria(endpoint.url, criteria, channel))
    assert.equal(answer.status, 422, `${why}: ${answer.text}`)
    assert.match(answer.text, says, why)
    assert.doesNotMatch(answer.text, /010199071000/)
  }
  const { send: narrow } = await institution('Б', 'system/Subscription.cruds system/Observation.rs')
  for (const [criteria, status] of [
    [height, 201],
    // An id with a time in milliseconds, as systems make them.
    ['Observation?patient=p-1796055298001', 201],
    ['Observation?patient=Patient/p-1796055298001&encounter=e-1796055298001', 201],
    ['Patient?gender=female', 403],
    ['Observation?patient.gender=female', 403],
    ['Observation?_has:Provenance:target:agent=x', 403],
  ] as const)
    assert.equal((await narrow('POST', '/fhir/Subscription', byCriteria(endpoint.url, criteria))).status, status, criteria)
  const elsewhere = { ...byCriteria('https://elsewhere.invalid/x', height), status: 'error', error: 'cannot connect' }
  assert.deepEqual([(await file(send, elsewhere)).error, (await send('GET', '/fhir/Subscription/$status')).body.total], ['cannot connect', 0])

  const { id } = await file(send, byCriteria(endpoint.url, `Observation?subject:Patient.gender=female`))
  await notifyDue(world)
  await sql`update record.subscription set filters = array['Observation?removed=x'] where id = ${id}`
  const { id: another } = await file(send, byCriteria(endpoint.url, height))
  await notifyDue(world)
  // A value set that was there and is not any more is missed when it is looked into, by this one alone.
  await sql`update record.subscription set filters = array['Observation?code:in=http://example.org/gone'] where id = ${another}`
  await file(send, observation(await newPatient(send), 'x'))
  await numberAll(world)
  await notifyDue(world)
  const late = (await send('GET', `/fhir/Subscription/${another}`)).body
  assert.deepEqual([late.status, /criteria cannot be asked any more.*example.org/.test(late.error)], ['off', true])
  const off = (await send('GET', `/fhir/Subscription/${id}`)).body
  assert.deepEqual([off.status, /criteria cannot be asked any more.*removed/.test(off.error)], ['off', true])
})

test('one whose endpoint takes no connections is an error after three attempts, and active when it does', async (t) => {
  const { world, institution } = await startServer(t)
  const { send } = await institution('А')
  let seconds = 0
  const { now } = world
  world.now = () => new Date(now().getTime() + seconds * 1000)
  const server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  const { id } = await file(send, byCriteria(`http://127.0.0.1:${port}/`, height))
  const read = async () => (await send('GET', `/fhir/Subscription/${id}`)).body
  for (const [at, status] of [
    [0, 'requested'],
    [10, 'requested'],
    [30, 'error'],
  ] as const) {
    seconds = at
    assert.equal(await notifyDue(world), 1)
    assert.equal((await read()).status, status)
  }
  assert.equal((await read()).error, 'the endpoint did not answer')
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  t.after(() => server.close())
  seconds = 60
  assert.equal(await notifyDue(world), 1)
  assert.deepEqual([(await read()).status, (await read()).error], ['active', undefined])
  const { id: secure } = await file(send, byCriteria(`https://127.0.0.1:${port}/`, height))
  await notifyDue(world)
  assert.equal((await send('GET', `/fhir/Subscription/${secure}`)).body.status, 'requested', 'who takes connections without TLS does not speak https')
})
