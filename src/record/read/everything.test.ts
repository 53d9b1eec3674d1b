import assert from 'node:assert/strict'
import { get, type IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { relate } from '../../access/access.ts'
import { pausedWriter } from '../../testing/paused.ts'
import { type Send, startServer } from '../../testing/server.ts'
import { signedIn } from '../../testing/signed-in.ts'

type Json = Record<string, any>
const observation = (id: string, patient: string, more: Json = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'x' },
  subject: { reference: `Patient/${patient}` },
  ...more,
})
const idsOf = (bundle: Json): string[] => (bundle['entry'] ?? []).map((one: Json) => `${one.resource.resourceType}/${one.resource.id}`)

async function chart(send: Send, id: string): Promise<void> {
  const made = await send('PUT', `/fhir/Patient/${id}`, { resourceType: 'Patient', id, birthDate: '1950-02-03', identifier: [{ system: 'urn:h', value: id }] })
  assert.equal(made.status, 201, made.text)
}

test('everything is narrowed by type and by dates of care, and always contains resources without a date of care', async (t) => {
  const { send } = await (await startServer(t)).institution('А')
  await chart(send, 'p-1')
  await send('PUT', '/fhir/Organization/o-1', { resourceType: 'Organization', id: 'o-1', name: 'Лабораторија' })
  for (const [id, date] of [
    ['o-2019', '2019-06-01'],
    ['o-2020', '2020-06-01'],
    ['o-2021', '2021-06-01'],
  ] as const) {
    const made = await send(
      'PUT',
      `/fhir/Observation/${id}`,
      observation(id, 'p-1', { effectiveDateTime: date, performer: [{ reference: 'Organization/o-1' }] }),
    )
    assert.equal(made.status, 201, made.text)
  }
  const period = { start: '2018-01-01', end: '2020-02-01' }
  await send('PUT', '/fhir/Encounter/e-1', {
    ...{ resourceType: 'Encounter', id: 'e-1', status: 'finished', class: { code: 'IMP' }, subject: { reference: 'Patient/p-1' }, period },
  })
  await send('PUT', '/fhir/Coverage/c-1', {
    ...{ resourceType: 'Coverage', id: 'c-1', status: 'active', beneficiary: { reference: 'Patient/p-1' }, payor: [{ display: 'РФЗО' }] },
  })
  const ask = async (query: string) => idsOf((await send('GET', `/fhir/Patient/p-1/$everything${query}`)).body).sort()
  const all = ['Coverage/c-1', 'Encounter/e-1', 'Observation/o-2019', 'Observation/o-2020', 'Observation/o-2021', 'Organization/o-1', 'Patient/p-1']
  assert.deepEqual(await ask(''), all)
  assert.deepEqual(await ask('?_type=Observation,Patient'), ['Observation/o-2019', 'Observation/o-2020', 'Observation/o-2021', 'Patient/p-1'])
  assert.deepEqual(await ask('?_type=Observation&_type=Organization&end=2019-12-31'), ['Observation/o-2019', 'Organization/o-1'])
  assert.deepEqual(
    await ask('?start=2020'),
    all.filter((one) => one !== 'Observation/o-2019'),
    'the stay ended in 2020',
  )
  assert.deepEqual(await ask('?start=2020-06-01&end=2020-06-01'), ['Coverage/c-1', 'Observation/o-2020', 'Organization/o-1', 'Patient/p-1'])
  const posted = await send('POST', '/fhir/Patient/p-1/$everything', {
    resourceType: 'Parameters',
    parameter: [
      { name: 'start', valueDate: '2021-01-01' },
      { name: '_type', valueCode: 'Observation' },
    ],
  })
  assert.deepEqual(idsOf(posted.body), ['Observation/o-2021'])
  assert.equal(posted.body.total, 1)
})

test('a parameter with no meaning for everything is refused by its name', async (t) => {
  const { send } = await (await startServer(t)).institution('А')
  await chart(send, 'p-1')
  for (const [query, expression] of [
    ['_type=Nothing', '_type'],
    [`_type=${'Observation,'.repeat(300)}Observation`, '_type'],
    ['_since=yesterday', '_since'],
    ['_at=2026-02-30', '_at'],
    ['_at=2999-01-01', '_at'],
    ['_count=0', '_count'],
    ['start=soon', 'start'],
    ['start=ge2020', 'start'],
    ['start=2021&end=2020', 'start'],
    ['_since=2020&_since=2021', '_since'],
    ['_foo=1', '_foo'],
    ['_page=abc', undefined],
  ] as const) {
    const { status, body } = await send('GET', `/fhir/Patient/p-1/$everything?${query}`)
    assert.equal(status, 400, query)
    assert.deepEqual(body.issue[0].expression?.[0], expression, query)
  }
  assert.equal((await send('POST', '/fhir/Patient/p-1/$everything', { resourceType: 'Patient' })).status, 400)
  assert.equal((await send('POST', '/fhir/Patient/p-1/$everything', { resourceType: 'Parameters', parameter: [{ name: 'x', part: [] }] })).status, 400)
})

test('everything of all patients is what the actor may see of them and what that refers to, page by page', async (t) => {
  const server = await startServer(t)
  const { send } = await server.institution('А')
  await send('PUT', '/fhir/Organization/o-1', { resourceType: 'Organization', id: 'o-1', name: 'Лабораторија' })
  await send('PUT', '/fhir/Device/d-1', { resourceType: 'Device', id: 'd-1', status: 'active' })
  for (const id of ['p-1', 'p-2']) {
    await chart(send, id)
    await send('PUT', `/fhir/Observation/o-${id}`, observation(`o-${id}`, id, { performer: [{ reference: 'Organization/o-1' }] }))
  }
  const all = ['Observation/o-p-1', 'Observation/o-p-2', 'Organization/o-1', 'Patient/p-1', 'Patient/p-2']
  const asked = await send('GET', '/fhir/Patient/$everything')
  assert.equal(asked.status, 200, asked.text)
  assert.deepEqual(idsOf(asked.body).sort(), all, 'a device of nobody is not in it')
  const found: string[] = []
  let url: string | undefined = '/fhir/Patient/$everything?_count=1'
  for (let pages = 0; url !== undefined && pages < 10; pages++) {
    const { body }: { body: Json } = await send('GET', url)
    assert.match(body['link'][0].url, /Patient\/\$everything\?_count=1$/)
    found.push(...idsOf({ entry: body['entry'].filter((one: Json) => one.search.mode === 'match') }))
    url = body['link'].find((one: Json) => one.relation === 'next')?.url.replace(/^https?:\/\/[^/]+/, '')
  }
  assert.deepEqual(
    found.sort(),
    all.filter((one) => one !== 'Organization/o-1'),
  )
  const parameter = [{ name: '_type', valueCode: 'Observation' }]
  const typed = await send('POST', '/fhir/Patient/$everything', { resourceType: 'Parameters', parameter })
  assert.deepEqual(idsOf(typed.body).sort(), ['Observation/o-p-1', 'Observation/o-p-2'])
  assert.deepEqual(idsOf((await send('GET', '/fhir/Patient/$everything?_since=2999-01-01T00:00:00Z')).body), [])
  for (const query of ['start=2020', '_type=Organization', '_since=soon', '_count=x', 'foo=1']) {
    assert.equal((await send('GET', `/fhir/Patient/$everything?${query}`)).status, 400, query)
  }
  const other = await server.institution('Б')
  assert.deepEqual(idsOf((await other.send('GET', '/fhir/Patient/$everything')).body), [])
  const [row] = await server.world.sql<{ patient: number }>`select patient from record.name where name = 'p-1'`
  const visit = {
    patient: row?.patient as number,
    kind: 'visit' as const,
    worker: 21,
    institution: other.id,
    from: new Date(Date.now() - 1000),
    source: 'test',
  }
  await server.world.sql.begin((tx) => relate(tx, visit))
  const doctor = await signedIn(server, { roles: ['doctor'], worker: 21, institution: other.id })
  assert.deepEqual(idsOf((await doctor('GET', '/fhir/Patient/$everything')).body).sort(), ['Observation/o-p-1', 'Organization/o-1', 'Patient/p-1'])
  const narrow = await server.institution('В', 'system/Patient.cruds')
  await chart(narrow.send, 'p-3')
  assert.deepEqual(idsOf((await narrow.send('GET', '/fhir/Patient/$everything')).body), ['Patient/p-3'])
  assert.equal((await narrow.send('GET', '/fhir/Patient/$everything?_type=Observation')).status, 403)
})

test('everything as of an instant is the record of that time: old versions, resources that were deleted later, nothing that came later', async (t) => {
  const { send } = await (await startServer(t)).institution('А')
  await chart(send, 'p-1')
  const put = async (id: string, more: Json) => (await send('PUT', `/fhir/Observation/${id}`, observation(id, 'p-1', more))).body.meta.lastUpdated as string
  const before = await put('o-1', { status: 'preliminary' })
  const then = await put('o-2', {})
  await put('o-1', { status: 'amended' })
  await send('DELETE', '/fhir/Observation/o-2')
  const last = await put('o-3', {})
  const at = async (instant: string) => {
    const { body } = await send('GET', `/fhir/Patient/p-1/$everything?_at=${encodeURIComponent(instant)}&_type=Observation`)
    return body.entry.map(({ resource }: Json) => [resource.id, resource.status, resource.meta.versionId])
  }
  const o1 = ['o-1', 'preliminary', '1']
  assert.deepEqual((await at(then)).sort(), [o1, ['o-2', 'final', '1']])
  assert.deepEqual(await at(before), [o1])
  assert.deepEqual((await at(last)).sort(), [
    ['o-1', 'amended', '2'],
    ['o-3', 'final', '1'],
  ])
  assert.deepEqual((await at(then)).sort(), [o1, ['o-2', 'final', '1']], 'asked again it is the same')
  const gone = await send('DELETE', '/fhir/Patient/p-1')
  assert.equal(gone.status, 204, gone.text)
  assert.equal((await send('GET', '/fhir/Patient/p-1/$everything')).status, 410)
  assert.deepEqual((await at(then)).sort(), [o1, ['o-2', 'final', '1']], 'also when the chart is deleted since')
  assert.equal((await send('GET', '/fhir/Patient/p-1/$everything?_at=2020-01-01')).status, 404, 'it was not there yet')
})

test('an instant is not answered while a second process can still commit below it', async (t) => {
  const server = await startServer(t)
  const { id: institution, send } = await server.institution('А')
  await chart(send, 'p-1')
  const paused = await pausedWriter(t, server, institution, observation('o-late', 'p-1'))
  const instant = server.world.now().toISOString()
  const refused = await send('GET', `/fhir/Patient/p-1/$everything?_at=${instant}`)
  assert.equal(refused.status, 503)
  assert.equal(refused.headers['retry-after'], '5')
  const since = (await send('GET', '/fhir/Patient/p-1/$everything?_count=10')).body.meta.lastUpdated
  await paused.commit()
  assert.deepEqual(idsOf((await send('GET', `/fhir/Patient/p-1/$everything?_at=${instant}`)).body), ['Observation/o-late', 'Patient/p-1'])
  assert.ok(
    idsOf((await send('GET', `/fhir/Patient/p-1/$everything?_since=${since}`)).body).includes('Observation/o-late'),
    'nothing that commits late is missed',
  )
})

test('pages of everything show one moment while others write, each entry once, to whoever got the link', async (t) => {
  const server = await startServer(t)
  const { send } = await server.institution('А')
  const b = await server.institution('Б')
  await chart(send, 'p-1')
  for (let n = 0; n < 9; n++) await send('PUT', `/fhir/Observation/o-${n}`, observation(`o-${n}`, 'p-1'))
  const pathOf = (body: Json) => body['link'].find((one: Json) => one.relation === 'next')?.url.replace(/^.*\/fhir/, '/fhir')
  const found: string[] = []
  const versions = new Set<string>()
  let path: string | undefined = '/fhir/Patient/p-1/$everything?_count=4'
  let pages = 0
  for (; path; pages++) {
    const { body, status } = await send('GET', path)
    assert.equal(status, 200)
    assert.equal(body.total, 10)
    found.push(...idsOf(body))
    for (const { resource } of body.entry) versions.add(resource.meta.versionId)
    const next: string | undefined = pathOf(body)
    if (pages === 0) {
      assert.equal((await b.send('GET', next as string)).status, 400, 'a link is its reader’s own')
      assert.equal((await send('GET', (next as string).replace('p-1', 'p-2'))).status, 400)
      for (let n = 0; n < 9; n++) await send('PUT', `/fhir/Observation/o-${n}`, observation(`o-${n}`, 'p-1', { status: 'amended' }))
      await send('DELETE', '/fhir/Observation/o-8')
      await send('PUT', '/fhir/Observation/o-9', observation('o-9', 'p-1'))
    }
    path = next
  }
  assert.equal(pages, 3)
  assert.deepEqual(found.toSorted(), ['Patient/p-1', ...Array.from({ length: 9 }, (_, n) => `Observation/o-${n}`)].toSorted())
  assert.deepEqual([...versions], ['1'], 'as of the moment of the first page')
})

test('a record of more rows than a batch, with large and small bodies, is streamed whole', async (t) => {
  const { send } = await (await startServer(t)).institution('А')
  await chart(send, 'p-1')
  const entry = (from: number, to: number, note: string) =>
    Array.from({ length: to - from }, () => ({
      request: { method: 'POST', url: 'Observation' },
      resource: { ...observation('', 'p-1', { note: [{ text: note }] }), id: undefined },
    }))
  const big = 'ж'.repeat(300_000)
  for (const [from, to, note] of [
    [0, 1200, 'мало'],
    [0, 12, big],
  ] as const) {
    const made = await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry: entry(from, to, note) })
    assert.equal(made.status, 200, made.text.slice(0, 200))
  }
  for (let n = 0; n < 3; n++) await send('POST', '/fhir/Observation', { ...observation('', 'p-1', { note: [{ text: big }] }), id: undefined })
  const { body } = await send('GET', '/fhir/Patient/p-1/$everything')
  assert.equal(body.entry.length, 1216)
  assert.equal(body.total, 1216)
  assert.equal(new Set(idsOf(body)).size, 1216)
  assert.equal(body.entry.filter((one: Json) => one.resource.note?.[0].text === big).length, 15)
})

test('a client that goes away ends the work on its record, and a slow one holds no more than a batch', async (t) => {
  const { app, world, institution } = await startServer(t)
  const { send, token } = await institution('А')
  await chart(send, 'p-1')
  const text = 'x'.repeat(1_000_000)
  for (let n = 0; n < 64; n += 16) {
    const entry = Array.from({ length: 16 }, () => ({
      request: { method: 'POST', url: 'Observation' },
      resource: { ...observation('', 'p-1', { note: [{ text }] }), id: undefined },
    }))
    assert.equal((await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry })).status, 200)
  }
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as { port: number }
  let reads = 0
  const { run } = world.sql
  world.sql.run = (piece) => {
    reads++
    return run(piece)
  }
  const path = '/fhir/Patient/p-1/$everything'
  const begin = () =>
    new Promise<IncomingMessage>((resolve, reject) => {
      get({ host: '127.0.0.1', port, path, headers: { authorization: `Bearer ${token}` } }, resolve).on('error', reject)
    })
  const whole = await begin()
  let bytes = 0
  for await (const piece of whole) bytes += (piece as Buffer).length
  assert.ok(bytes > 60_000_000)
  const all = reads

  reads = 0
  const slow = await begin()
  slow.pause()
  await sleep(1500)
  assert.ok(reads < all, `${reads} of ${all} reads while nobody takes the answer`)
  const before = reads
  slow.destroy()
  await sleep(1000)
  assert.ok(reads <= before + 1, 'nothing more is read for nobody')
})
