import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { relate } from '../../access/access.ts'
import { clientById, revokeClient } from '../../access/client.ts'
import { tokenFor } from '../../access/token-endpoint.ts'
import { pausedWriter } from '../../testing/paused.ts'
import { type Send, sender, startServer } from '../../testing/server.ts'
import { tidyJobs, workOnce } from './work.ts'
import type { World } from '../../platform/world.ts'

type Json = Record<string, any>
const wanted = { prefer: 'respond-async', accept: 'application/fhir+json' }
const pathOf = (url: unknown) => String(url).replace(/^https?:\/\/[^/]+/, '')

async function patient(send: Send, id: string, more: Json = {}): Promise<void> {
  const made = await send('PUT', `/fhir/Patient/${id}`, { resourceType: 'Patient', id, identifier: [{ system: 'urn:h', value: id }], ...more })
  assert.ok(made.status < 300, made.text)
}
const observation = (id: string, of: string, more: Json = {}) => ({
  ...{ resourceType: 'Observation', id, status: 'final', code: { text: 'глукоза\nу крви' }, subject: { reference: `Patient/${of}` } },
  ...more,
})

async function manifest(world: World, send: Send, path: string, body?: Json): Promise<Json> {
  const begun = await send(body ? 'POST' : 'GET', path, body, wanted)
  assert.equal(begun.status, 202, begun.text)
  const status = pathOf(begun.headers['content-location'])
  const waiting = await send('GET', status)
  assert.deepEqual([waiting.status, waiting.headers['retry-after'], waiting.headers['x-progress']], [202, '1', 'waiting for its turn'])
  while (await workOnce(world));
  const done = await send('GET', status)
  assert.equal(done.status, 200, done.text)
  return { ...done.body, status }
}

async function lines(send: Send, files: Json[]): Promise<Json[]> {
  const all: Json[] = []
  for (const { url, count, type } of files) {
    const answer = await send('GET', pathOf(url))
    assert.equal(answer.status, 200, answer.text)
    assert.match(String(answer.headers['content-type']), /^application\/fhir\+ndjson/)
    const some = answer.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Json)
    assert.equal(some.length, count)
    for (const one of some) assert.equal(one['resourceType'], type)
    all.push(...some)
  }
  return all
}
const namesOf = (resources: Json[]) => resources.map((one) => `${one['resourceType']}/${one['id']}`).toSorted()

test('a system exports what its institution submitted, as of the moment of the request, and each patient has a row in the log', async (t) => {
  const { world, sql, institution } = await startServer(t)
  const { send, client } = await institution('А')
  const b = await institution('Б')
  await patient(send, 'p-1')
  await patient(send, 'p-2')
  await patient(b.send, 'p-3')
  await send('PUT', '/fhir/Organization/o-1', { resourceType: 'Organization', id: 'o-1', name: 'ДЗ' })
  await b.send('PUT', '/fhir/Practitioner/d-1', { resourceType: 'Practitioner', id: 'd-1', name: [{ family: 'Б' }] })
  for (const id of ['1', '2', '3']) await send('PUT', `/fhir/Observation/x-${id}`, observation(`x-${id}`, 'p-1'))
  await send('DELETE', '/fhir/Observation/x-3')

  const begun = await send('GET', '/fhir/$export', undefined, wanted)
  await send('PUT', '/fhir/Observation/x-1', observation('x-1', 'p-1', { status: 'amended' }))
  await send('DELETE', '/fhir/Observation/x-2')
  await send('PUT', '/fhir/Observation/x-4', observation('x-4', 'p-1'))
  while (await workOnce(world));
  const { body, headers } = await send('GET', pathOf(begun.headers['content-location']))
  assert.equal(body.requiresAccessToken, true)
  assert.match(body.request, /\/fhir\/\$export$/)
  assert.ok(Date.parse(String(headers['expires'])) > Date.now())
  const all = await lines(send, body.output)
  assert.deepEqual(namesOf(all), ['Observation/x-1', 'Observation/x-2', 'Organization/o-1', 'Patient/p-1', 'Patient/p-2', 'Practitioner/d-1'])
  assert.equal(all.find((one) => one['id'] === 'x-1')?.['meta'].versionId, '1', 'the version of that moment')
  const exact = await send('GET', '/fhir/Observation/x-1/_history/1')
  const file = body.output.find((one: Json) => one.type === 'Observation')
  assert.ok((await send('GET', pathOf(file.url))).text.includes(exact.text), 'the same bytes')

  const looks = await sql<{ patient: number; count: number; what: string }>`
    select e.patient, (e.entry::jsonb ->> 'count')::int as count, e.entry::jsonb ->> 'what' as what
      from audit.entry e where e.action = 'export' and e.actor = ${client} and e.patient <> 0 order by count`
  assert.deepEqual(
    looks.map(({ count }) => count),
    [1, 3],
    'one for each patient, with how many went out',
  )
  const next = await manifest(world, send, `/fhir/$export?_since=${encodeURIComponent(body.transactionTime)}`)
  assert.deepEqual(namesOf(await lines(send, next['output'])), ['Observation/x-1', 'Observation/x-4'], 'since then: only what changed')
  const [bundle] = await lines(send, next['deleted'])
  assert.deepEqual(bundle?.['entry'], [{ request: { method: 'DELETE', url: 'Observation/x-2' } }])
})

test('an export since the last one contains what a second process committed late', async (t) => {
  const server = await startServer(t)
  const { world } = server
  const { id: institution, send } = await server.institution('А')
  await patient(send, 'p-1')
  const paused = await pausedWriter(t, server, institution, observation('x-late', 'p-1'))
  const first = await manifest(world, send, '/fhir/Patient/$export?_type=Observation')
  assert.deepEqual(first['output'], [])
  await paused.commit()
  const second = await manifest(world, send, `/fhir/Patient/$export?_type=Observation&_since=${first['transactionTime']}`)
  assert.deepEqual(namesOf(await lines(send, second['output'])), ['Observation/x-late'])
  assert.ok(Date.parse((await send('GET', '/fhir/Observation/x-late')).body.meta.lastUpdated) < Date.parse(first['transactionTime']))
})

test('patients and groups are exported alone: their compartments, all charts of the person, nobody else', async (t) => {
  const { world, institution } = await startServer(t)
  const { send } = await institution('А')
  for (const id of ['p-1', 'p-2', 'p-3']) {
    await patient(send, id)
    await send('PUT', `/fhir/Observation/x-${id}`, observation(`x-${id}`, id))
  }
  await send('PUT', '/fhir/Organization/o-1', { resourceType: 'Organization', id: 'o-1', name: 'ДЗ' })
  const group = {
    ...{ resourceType: 'Group', id: 'g-1', type: 'person', actual: true },
    member: [{ entity: { reference: 'Patient/p-1' } }, { entity: { reference: 'Patient/p-2' }, inactive: true }, { entity: { reference: 'Patient/p-3' } }],
  }
  assert.equal((await send('PUT', '/fhir/Group/g-1', group)).status, 201)
  const of = async (path: string, body?: Json) => namesOf(await lines(send, (await manifest(world, send, path, body))['output']))
  assert.deepEqual(await of('/fhir/Patient/$export?_type=Patient,Organization'), ['Patient/p-1', 'Patient/p-2', 'Patient/p-3'])
  assert.deepEqual(await of('/fhir/Group/g-1/$export'), ['Group/g-1', 'Observation/x-p-1', 'Observation/x-p-3', 'Patient/p-1', 'Patient/p-3'])
  const parameter = [
    { name: '_type', valueString: 'Observation' },
    { name: 'patient', valueReference: { reference: 'Patient/p-3' } },
  ]
  assert.deepEqual(await of('/fhir/Patient/$export', { resourceType: 'Parameters', parameter }), ['Observation/x-p-3'])
  assert.deepEqual(await of('/fhir/Group/g-1/$export', { resourceType: 'Parameters', parameter }), ['Observation/x-p-3'])
  const outside = [{ name: 'patient', valueReference: { reference: 'Patient/p-2' } }]
  assert.equal((await send('POST', '/fhir/Group/g-1/$export', { resourceType: 'Parameters', parameter: outside }, wanted)).status, 400)
  assert.equal((await send('GET', '/fhir/Group/g-9/$export', undefined, wanted)).status, 404)
})

test('_typeFilter gives the resources of a type that any of its searches finds, and all of other types', async (t) => {
  const { world, sql, institution } = await startServer(t)
  const { send, client } = await institution('А')
  for (const id of ['p-1', 'p-2']) await patient(send, id, { gender: id === 'p-1' ? 'female' : 'male' })
  for (const [id, status, code] of [
    ['x-1', 'final', 'a'],
    ['x-2', 'amended', 'a'],
    ['x-3', 'preliminary', 'b'],
  ] as const) {
    await send('PUT', `/fhir/Observation/${id}`, observation(id, id === 'x-3' ? 'p-2' : 'p-1', { status, code: { coding: [{ system: 'urn:c', code }] } }))
  }
  const of = async (query: string) => namesOf(await lines(send, (await manifest(world, send, `/fhir/Patient/$export?${query}`))['output']))
  const filter = (text: string) => `_typeFilter=${encodeURIComponent(text)}`
  assert.deepEqual(await of(filter('Observation?status=final,amended')), ['Observation/x-1', 'Observation/x-2', 'Patient/p-1', 'Patient/p-2'])
  assert.deepEqual(await of(`_type=Observation&${filter('Observation?status=final,Observation?code=urn:c|b')}`), ['Observation/x-1', 'Observation/x-3'])
  assert.deepEqual(await of(`${filter('Patient?gender=male')}&${filter('Observation?patient=Patient/p-2')}`), ['Observation/x-3', 'Patient/p-2'])
  const looks = await sql`select 1 from audit.entry e where e.action = 'export' and e.actor = ${client} and e.patient <> 0`
  assert.equal(looks.length, 5, 'a patient of whom nothing went out was not looked at')
})

test('a scope narrows what is exported, and a type that it does not hold is refused', async (t) => {
  const { world, institution } = await startServer(t)
  const { send } = await institution('А')
  await patient(send, 'p-1')
  await send('PUT', '/fhir/Observation/x-1', observation('x-1', 'p-1'))
  const narrow = await institution('Б', 'system/Patient.rs')
  assert.equal((await narrow.send('GET', '/fhir/$export?_type=Observation', undefined, wanted)).status, 403)
  assert.deepEqual((await manifest(world, narrow.send, '/fhir/$export'))['output'], [], 'another institution submitted everything')
})

test('a narrower token fetches only files of its types, and the job of a revoked client fails', async (t) => {
  const { world, sql, institution, app } = await startServer(t)
  const { send, client: id } = await institution('А')
  await patient(send, 'p-1')
  await send('PUT', '/fhir/Observation/x-1', observation('x-1', 'p-1'))
  const { output } = (await manifest(world, send, '/fhir/$export')) as Json
  const client = await clientById(sql, id)
  assert.ok(client)
  const narrow = sender(app, { authorization: `Bearer ${await tokenFor(world, client, ['system/Patient.rs'], 3600)}` })
  const heard = await Promise.all((output as Json[]).map(async ({ type, url }) => [type, (await narrow('GET', pathOf(url))).status]))
  assert.deepEqual(Object.fromEntries(heard), { Observation: 403, Patient: 200 })
  const denied = await sql`select 1 as one from audit.entry where decision = 'deny'`
  assert.equal(denied.length, 1)

  await send('GET', '/fhir/$export', undefined, wanted)
  const lines = await send('POST', '/fhir/$import', JSON.stringify(observation('x-2', 'p-1')), { 'content-type': 'application/fhir+ndjson', ...wanted })
  assert.equal(lines.status, 202, lines.text)
  await sql.begin((tx) => revokeClient(tx, id, new Date()))
  while (await workOnce(world));
  const states = await sql`select state from record.job order by number`
  assert.deepEqual(states, [{ state: 'done' }, { state: 'failed' }, { state: 'failed' }])
  assert.equal((await sql`select 1 as one from record.name where name = 'x-2'`).length, 0)
})

test('a parameter that an export does not know is refused by name, or left out for a lenient client, and the manifest says so', async (t) => {
  const { world, institution } = await startServer(t)
  const { send } = await institution('А')
  await patient(send, 'p-1')
  for (const [query, expression] of [
    ['_typeFilter=Observation%3Fnothing%3Dx', '_typeFilter'],
    ['_typeFilter=Observation%3Fpatient.name%3Dx', '_typeFilter'],
    ['_typeFilter=Observation%3F_sort%3Ddate', '_typeFilter'],
    ['_typeFilter=Patient%3Fidentifier%3D0101980710006', '_typeFilter'],
    ['_type=Patient&_typeFilter=Observation%3Fstatus%3Dfinal', '_typeFilter'],
    [`_typeFilter=${Array.from({ length: 21 }, () => 'Observation%3Fstatus%3Dfinal').join(',')}`, '_typeFilter'],
    ['includeAssociatedData=LatestProvenanceResources', 'includeAssociatedData'],
    ['_elements=id', '_elements'],
    ['patient=Patient/p-1', 'patient'],
    ['_outputFormat=text/csv', '_outputFormat'],
    ['_since=tomorrow', '_since'],
    ['_type=Nothing', '_type'],
    [`_type=${'Patient,'.repeat(1000)}Patient`, '_type'],
  ] as const) {
    const { status, body } = await send('GET', `/fhir/$export?${query}`, undefined, wanted)
    assert.equal(status, 400, query)
    assert.equal(body.issue[0].expression?.[0], expression, query)
  }
  assert.equal((await send('GET', '/fhir/$export')).status, 400, 'without Prefer: respond-async')
  const begun = await send('GET', '/fhir/$export?_typeFilter=x&_outputFormat=application/fhir+ndjson', undefined, {
    ...wanted,
    prefer: 'respond-async, handling=lenient',
  })
  assert.equal(begun.status, 202, begun.text)
  while (await workOnce(world));
  const { body } = await send('GET', pathOf(begun.headers['content-location']))
  assert.match((await send('GET', pathOf(body.error[0].url))).text, /_typeFilter is not supported and was left out/)
})

test('a job is its client’s own, its files are sealed, its names lead nowhere else, and DELETE removes all of it', async (t) => {
  const { world, sql, institution } = await startServer(t)
  const { send } = await institution('А')
  const b = await institution('Б')
  await patient(send, 'p-1', { name: [{ family: 'Тајновић' }] })
  const { status, output } = (await manifest(world, send, '/fhir/$export')) as Json
  const [file] = output as Json[]
  const path = pathOf(file?.['url'])
  for (const address of [status, path]) assert.equal((await b.send('GET', address)).status, 404)
  assert.equal((await b.send('DELETE', status)).status, 404)
  for (const name of ['..%2F..%2Fkeys%2Fmaster.key', '%2e%2e', 'Patient-1.ndjson%00', 'Patient-9.ndjson', 'constructor']) {
    assert.ok([400, 404].includes((await send('GET', `${status}/${name}`)).status), name)
  }
  for (const id of ['1', '%27', '../x', '00000000-0000-4000-8000-000000000000'])
    assert.ok([400, 404].includes((await send('GET', `/fhir/$jobs/${id}`)).status), id)
  const folder = join(world.config.DATA_DIR, 'jobs', (status as string).split('/').at(-1) as string)
  for (const name of readdirSync(folder)) {
    assert.equal(statSync(join(folder, name)).mode & 0o077, 0)
    assert.ok(!readFileSync(join(folder, name)).includes('Тајновић'))
  }
  assert.match((await send('GET', path)).text, /Тајновић/)
  assert.equal((await send('DELETE', status)).status, 202)
  for (const address of [status, path]) assert.equal((await send('GET', address)).status, 404)
  await tidyJobs(world)
  assert.deepEqual(readdirSync(join(world.config.DATA_DIR, 'jobs')), [])
  assert.equal((await sql`select 1 as one from record.job`).length, 0)
})

test('a client has a few jobs at a time; a half-finished file is made anew after a crash, and a full disk is reported', async (t) => {
  const { world, owner, institution } = await startServer(t)
  const { send } = await institution('А')
  await patient(send, 'p-1')
  const begun = await Promise.all(Array.from({ length: 12 }, () => send('GET', '/fhir/$export', undefined, wanted)))
  const codes = begun.map(({ status }) => status).toSorted()
  assert.deepEqual(codes, [202, 202, 202, 202, 429, 429, 429, 429, 429, 429, 429, 429])
  // As after a crash: the row says running, and there is a file that the row does not know.
  const [first, ...others] = begun.filter(({ status }) => status === 202)
  await owner`update record.job set state = 'running', attempts = 1`
  while (await workOnce(world));
  assert.equal((await send('GET', pathOf(first?.headers['content-location']))).body.output.length, 1)
  for (const { headers } of others) await send('DELETE', pathOf(headers['content-location']))

  const again = await send('GET', '/fhir/$export', undefined, wanted)
  const full = Object.assign(new Error('no space'), { code: 'ENOSPC' })
  const record = world.ledger.record
  world.ledger.record = () => Promise.reject(full)
  await workOnce(world)
  world.ledger.record = record
  const failed = await send('GET', pathOf(again.headers['content-location']))
  assert.equal(failed.status, 507)
  assert.equal(failed.body.issue[0].diagnostics, 'the disk is full; nothing of this job was kept')
})

test('a visit opens another institution’s chart to an export while it lasts, and without a visit nothing of the chart shows', async (t) => {
  const { world, sql, institution } = await startServer(t)
  const a = await institution('А')
  const b = await institution('Б')
  await patient(b.send, 'p-b')
  await b.send('PUT', '/fhir/Observation/x-b', observation('x-b', 'p-b'))
  const of = async (path: string) => namesOf(await lines(a.send, (await manifest(world, a.send, path))['output']))
  assert.deepEqual(await of('/fhir/$export'), [])
  const named = `/fhir/Patient/$export?patient=Patient/p-b`
  const nobody = `/fhir/Patient/$export?patient=Patient/p-nobody`
  const [hidden, absent] = [await manifest(world, a.send, named), await manifest(world, a.send, nobody)]
  assert.deepEqual([hidden['output'], hidden['error']], [absent['output'], absent['error']])
  const [chart] = await sql<{ patient: number }>`select patient from record.resource where name = 'p-b'`
  const visit = { patient: chart?.patient as number, kind: 'visit' as const, worker: 10, institution: a.id, from: new Date(Date.now() - 1000), source: 'test' }
  await world.sql.begin((tx) => relate(tx, visit))
  await sleep(600) // A list of relations is half a second old at most.
  const seen = await of('/fhir/$export')
  assert.deepEqual(await of(named), seen)
  assert.deepEqual(seen, ['Observation/x-b', 'Patient/p-b'])
})

test('a new version of the server begins an export anew that was on its way in the order of before', async (t) => {
  const { world, owner, ownerUrl, institution } = await startServer(t)
  const { send } = await institution('А')
  await patient(send, 'p-1')
  const begun = await send('GET', '/fhir/$export', undefined, wanted)
  const place = JSON.stringify({ patient: 2 ** 48 - 1, type: 1, id: 'ffffffff-ffff-8fff-bfff-ffffffffffff' })
  const outputs = JSON.stringify([{ kind: 'output', type: 'Patient', file: '1.Patient.ndjson', count: 500_000 }])
  await owner`update record.job set place = ${place}::jsonb, done = 500000, outputs = ${outputs}::jsonb`
  const migration = readFileSync(join(import.meta.dirname, '../migrations/0021-walks-by-spot.sql'), 'utf8')
  const client = new pg.Client(ownerUrl)
  await client.connect()
  await client.query(migration)
  await client.end()
  while (await workOnce(world));
  const { body } = await send('GET', pathOf(begun.headers['content-location']))
  assert.deepEqual(namesOf(await lines(send, body.output)), ['Patient/p-1'])
})
