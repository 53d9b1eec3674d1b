import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { type Answer, startServer } from '../../testing/server.ts'

// Bundles as a stranger sends them: https://hl7.org/fhir/R4/http.html#transaction.

type Json = Record<string, any>
const name = () => `urn:uuid:${randomUUID()}`
const patient = (value: string, more: Json = {}) => ({ resourceType: 'Patient', identifier: [{ system: 'urn:h', value }], ...more })
const finding = (subject: string, more: Json = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'urn:c', code: 'x' }] },
  subject: { reference: subject },
  ...more,
})
const post = (fullUrl: string | undefined, resource: Json | null, more: Json = {}) => ({
  fullUrl,
  resource,
  request: { method: 'POST', url: resource?.['resourceType'] ?? 'Patient', ...more },
})
const put = (resource: Json, more: Json = {}) => ({ resource, request: { method: 'PUT', url: `${resource['resourceType']}/${resource['id']}`, ...more } })
const get = (url: string, method = 'GET') => ({ request: { method, url } })
const transaction = (...entry: unknown[]) => ({ resourceType: 'Bundle', type: 'transaction', entry })
const batch = (...entry: unknown[]) => ({ resourceType: 'Bundle', type: 'batch', entry })
const ids = (answer: Answer) => answer.body.entry.map((one: Json) => one.response.location?.split('/').at(-3))
const statuses = (answer: Answer) => answer.body.entry.map((one: Json) => Number(one.response.status.slice(0, 3)))

async function start(t: Parameters<typeof startServer>[0]) {
  const server = await startServer(t)
  const count = async () =>
    JSON.stringify(
      await server.owner`
    select (select count(*)::int from record.resource) as resources, (select count(*)::int from record.superseded) as superseded,
           (select count(*)::int from record.name) as names, (select count(*)::int from bus.outbox) as events`,
    )
  return { ...server, ...(await server.institution('КБЦ')), count }
}

test('references by urn:uuid work forwards, backwards, in circles and in the narrative', async (t) => {
  const { send } = await start(t)
  const [p, a, b] = [name(), name(), name()]
  const div = `<div xmlns="http://www.w3.org/1999/xhtml"><a href="${b}">x</a></div>`
  const done = await send(
    'POST',
    '/fhir',
    transaction(
      post(a, finding(p, { hasMember: [{ reference: b }], text: { status: 'generated', div } })),
      post(b, finding(p, { hasMember: [{ reference: a }] })),
      post(p, patient('1')),
    ),
  )
  assert.equal(done.status, 200, done.text)
  const [idA, idB, idP] = ids(done)
  const read = (await send('GET', `/fhir/Observation/${idA}`)).body
  assert.equal(read.subject.reference, `Patient/${idP}`)
  assert.equal(read.hasMember[0].reference, `Observation/${idB}`)
  assert.equal(read.text.div, div.replace(b, `Observation/${idB}`))
  assert.equal((await send('GET', `/fhir/Observation/${idB}`)).body.hasMember[0].reference, `Observation/${idA}`)
})

test('resources under ids of the client belong together from the first transaction on', async (t) => {
  const { send } = await start(t)
  const bundle = transaction(put(finding('Patient/p-1', { id: 'o-1' })), put(patient('1', { id: 'p-1' })), post(undefined, finding('Patient/p-1')))
  for (const [round, total] of [
    [1, 2],
    [2, 3],
  ]) {
    const done = await send('POST', '/fhir', bundle)
    assert.equal(done.status, 200, `round ${round}: ${done.text}`)
    assert.equal((await send('GET', '/fhir/Observation?patient=p-1')).body.total, total)
    assert.equal((await send('GET', '/fhir/Patient/p-1/$everything')).body.entry.length, 1 + (total as number))
  }
})

test('sixteen identical transactions at once create each resource that they name once', async (t) => {
  const { send } = await start(t)
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      const p = name()
      const done = await send('POST', '/fhir', transaction(post(p, patient('1'), { ifNoneExist: 'identifier=urn:h|1' }), post(undefined, finding(p))))
      assert.equal(done.status, 200, done.text)
    }),
  )
  const { body } = await send('GET', '/fhir/Patient?identifier=urn:h|1')
  assert.equal(body.total, 1)
  assert.equal((await send('GET', `/fhir/Observation?patient=${body.entry[0].resource.id}`)).body.total, 16)
  const same = transaction(put(patient('2', { id: 'p-2' })), put(finding('Patient/p-2', { id: 'o-2' })))
  const answers = await Promise.all(Array.from({ length: 16 }, () => send('POST', '/fhir', same)))
  assert.ok(
    answers.every((one) => one.status === 200 || one.status === 409),
    answers.map((one) => one.text).join('\n'),
  )
  assert.equal((await send('GET', '/fhir/Patient/p-2/_history')).body.entry.length, 1)
  assert.equal((await send('GET', '/fhir/Observation?patient=p-2')).body.total, 1)
})

test('transactions that change the same resources in opposite orders all end', async (t) => {
  const { send } = await start(t)
  const change = (order: number[], gender: string) => transaction(...order.map((one) => put(patient(`${one}`, { id: `p-${one}`, gender }))))
  await send('POST', '/fhir', change([1, 2, 3, 4], 'unknown'))
  const answers = await Promise.all(
    Array.from({ length: 16 }, (_, at) => send('POST', '/fhir', change(at % 2 ? [1, 2, 3, 4] : [4, 3, 2, 1], at % 3 ? 'male' : 'female'))),
  )
  assert.ok(
    answers.every((one) => one.status === 200),
    answers.map((one) => one.text).join('\n'),
  )
})

test('sixteen writers with If-Match: one of each version passes, and no increment is lost', async (t) => {
  const { send } = await start(t)
  await send('PUT', '/fhir/Patient/p-1', patient('1', { id: 'p-1' }))
  const answers = await Promise.all(
    Array.from({ length: 16 }, (_, at) => send('PUT', '/fhir/Patient/p-1', patient('1', { id: 'p-1', birthDate: `19${10 + at}` }), { 'if-match': 'W/"1"' })),
  )
  assert.deepEqual(answers.map((one) => one.status).sort(), [200, ...Array.from({ length: 15 }, () => 412)])
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (;;) {
        const { body, headers } = await send('GET', '/fhir/Patient/p-1')
        const next = await send(
          'PUT',
          '/fhir/Patient/p-1',
          { ...body, multipleBirthInteger: (body.multipleBirthInteger ?? 0) + 1 },
          { 'if-match': String(headers['etag']) },
        )
        if (next.status === 200) return
        assert.equal(next.status, 412, next.text)
      }
    }),
  )
  const { body } = await send('GET', '/fhir/Patient/p-1')
  assert.equal(body.multipleBirthInteger, 16)
  assert.equal(body.meta.versionId, '18')
})

test('whatever is wrong with one entry of many, nothing is stored and the entry is named', async (t) => {
  const { send, institution, count } = await start(t)
  const other = await institution('Друга')
  const theirs = (await other.send('POST', '/fhir/Patient', patient('9'))).body.id
  await send('PUT', '/fhir/Patient/p-1', patient('1', { id: 'p-1' }))
  await send('POST', '/fhir/Patient', patient('1'))
  const p = name()
  const wrong: [string, unknown][] = [
    ['bad status', post(name(), finding(p, { status: 'wrong' }))],
    ['unknown type', post(name(), { resourceType: 'Nonsense' })],
    ['no type', post(name(), { a: 1 })],
    ['array', { resource: [], request: { method: 'POST', url: 'Patient' } }],
    ['null', post(name(), null)],
    ['not an entry', 5],
    ['no entry', null],
    ['not ours', post(name(), finding(`Patient/${theirs}`))],
    ['unknown patient', post(name(), finding('Patient/00000000-0000-8000-8000-000000000000'))],
    ['dangling', post(name(), finding(name()))],
    ['double name', post(p, patient('3'))],
    ['no request', { resource: patient('3') }],
    ['method', { request: { method: 'FLY', url: 'Patient' } }],
    ['patch', { resource: patient('3'), request: { method: 'PATCH', url: 'Patient/p-1' } }],
    ['other type', { resource: patient('3'), request: { method: 'POST', url: 'Observation' } }],
    ['other id', { resource: patient('3', { id: 'a' }), request: { method: 'PUT', url: 'Patient/b' } }],
    ['address', { resource: patient('3'), request: { method: 'POST', url: 'http://elsewhere.example/Patient' } }],
    ['path', get('../../access/me')],
    ['bundle', { resource: batch(), request: { method: 'POST', url: '' } }],
    ['stale', put(patient('1', { id: 'p-1', gender: 'male' }), { ifMatch: 'W/"9"' })],
    ['not an ETag', put(patient('1', { id: 'p-1', gender: 'male' }), { ifMatch: 'x' })],
    ['twice', put(patient('1', { id: 'p-1', gender: 'male' }))],
    ['ifNoneExist of many', post(name(), patient('1'), { ifNoneExist: 'identifier=urn:h|1' })],
    ['ifNoneExist empty', post(name(), patient('1'), { ifNoneExist: '' })],
    ['ifNoneExist unknown', post(name(), patient('1'), { ifNoneExist: 'favourite=1' })],
    ['condition finds none', post(name(), finding('Patient?identifier=urn:h|none'))],
    ['condition finds many', post(name(), finding('Patient?identifier=urn:h|1'))],
    ['condition unknown', post(name(), finding('Patient?favourite=1'))],
    ['JMBG', post(name(), patient('3', { identifier: [{ system: 'urn:rs:jmbg', value: '0101985710114' }] }))],
  ]
  const before = await count()
  for (const [what, entry] of wrong) {
    const others = Array.from({ length: 20 }, () => post(undefined, finding(p)))
    const twice = what === 'twice' ? [put(patient('1', { id: 'p-1', gender: 'female' }))] : []
    const answer = await send('POST', '/fhir', transaction(post(p, patient('2')), ...others, ...twice, entry, ...others))
    assert.ok(answer.status >= 400 && answer.status < 500, `${what}: ${answer.status} ${answer.text.slice(0, 500)}`)
    assert.equal(answer.body.resourceType, 'OperationOutcome', what)
    assert.match(answer.body.issue[0].expression?.[0] ?? '', new RegExp(`^Bundle\\.entry\\[${21 + twice.length}\\]`), `${what}: ${answer.text}`)
    assert.equal(await count(), before, `${what} left something behind`)
  }
})

test('entries of a batch are independent: each has its own answer, in its own place', async (t) => {
  const { send } = await start(t)
  await send('PUT', '/fhir/Patient/p-1', patient('1', { id: 'p-1' }))
  const p = name()
  const done = await send(
    'POST',
    '/fhir',
    batch(
      post(p, patient('2')),
      post(undefined, finding('Patient/p-1', { status: 'wrong' })),
      get('Patient/none'),
      get('Patient/p-1'),
      post(undefined, null),
      get('Patient/never', 'DELETE'),
      put(patient('1', { id: 'p-1', gender: 'male' }), { ifMatch: 'W/"7"' }),
      post(undefined, finding(p)),
      get('Patient?favourite=1'),
      get('Observation?patient=p-1'),
    ),
  )
  assert.equal(done.status, 200, done.text)
  assert.deepEqual(statuses(done), [201, 400, 404, 200, 400, 204, 412, 400, 400, 200])
  const unasked = await send('POST', '/fhir', { resourceType: 'Bundle', type: 'batch', entry: [{ resource: patient('3') }] })
  // Only bdl-3 is broken: the entry exists and has a resource.
  assert.deepEqual([unasked.status, unasked.body.issue.filter((one: any) => one.severity === 'error').length], [400, 1], unasked.text)
  for (const one of done.body.entry) if (Number(one.response.status.slice(0, 3)) >= 400) assert.equal(one.response.outcome.resourceType, 'OperationOutcome')
})

test('a read inside a transaction sees what the transaction wrote, and one that fails refuses all of it', async (t) => {
  const { send, count } = await start(t)
  const done = await send(
    'POST',
    '/fhir',
    transaction(
      get('Observation?patient=p-1'),
      get('Patient/p-1'),
      get('Observation?patient=nobody'),
      put(patient('1', { id: 'p-1' })),
      put(finding('Patient/p-1', { id: 'o-1' })),
      get('Patient/none', 'DELETE'),
    ),
  )
  assert.equal(done.status, 200, done.text)
  assert.deepEqual(statuses(done), [200, 200, 200, 201, 201, 204])
  assert.equal(done.body.entry[0].resource.total, 1)
  assert.equal(done.body.entry[1].resource.id, 'p-1')
  assert.equal(done.body.entry[2].resource.total, 0, 'a search that finds nothing does not fail')
  const before = await count()
  const failing: [string, Json[]][] = [
    ['Patient/none', []],
    ['Patient/p-1/_history/7', []],
    ['Patient?colour=red', []],
    ['Patient/$bogus', []],
    ['Observation/o-1', [get('Observation/o-1', 'DELETE')]],
    ['Patient/none', [put(patient('1'), { url: 'Patient?identifier=urn:h|1' })]],
  ]
  for (const [url, writes] of failing) {
    const refused = await send('POST', '/fhir', transaction(post(undefined, finding('Patient/p-1')), get(url), ...writes))
    assert.equal(refused.status, 400, `${url}: ${refused.text}`)
    assert.equal(refused.body.issue[0].expression[0], 'Bundle.entry[1].request.url', refused.text)
    assert.equal(await count(), before, url)
  }
})

test('conditions find once and create once, also when one transaction repeats them; outside a transaction they are refused', async (t) => {
  const { send, count } = await start(t)
  const [p, q] = [name(), name()]
  const done = await send(
    'POST',
    '/fhir',
    transaction(
      post(p, patient('1'), { ifNoneExist: 'identifier=urn:h|1' }),
      post(q, patient('1'), { ifNoneExist: 'identifier=urn:h|1' }),
      post(undefined, finding(p)),
      post(undefined, finding(q)),
    ),
  )
  assert.equal(done.status, 200, done.text)
  assert.deepEqual(statuses(done), [201, 200, 201, 201])
  assert.equal((await send('GET', `/fhir/Observation?patient=${ids(done)[0]}`)).body.total, 2)
  const again = await send(
    'POST',
    '/fhir',
    transaction(post(p, patient('1'), { ifNoneExist: 'Patient?identifier=urn:h|1' }), post(undefined, finding('Patient?identifier=urn:h|1'))),
  )
  assert.deepEqual(statuses(again), [200, 201])
  assert.equal((await send('GET', `/fhir/Observation/${ids(again)[1]}`)).body.subject.reference, `Patient/${ids(done)[0]}`)
  const before = await count()
  for (const reference of ['Patient?identifier=urn:h|1', name()]) {
    assert.equal((await send('POST', '/fhir/Observation', finding(reference))).status, 400)
    assert.equal((await send('PUT', '/fhir/Observation/o-1', finding(reference, { id: 'o-1' }))).status, 400)
  }
  assert.equal(await count(), before)
})

test('five thousand entries are one transaction', async (t) => {
  const { send } = await start(t)
  const p = name()
  const done = await send(
    'POST',
    '/fhir',
    transaction(post(p, patient('1')), ...Array.from({ length: 4999 }, (_, value) => post(undefined, finding(p, { valueInteger: value })))),
  )
  assert.equal(done.status, 200, done.text.slice(0, 500))
  assert.equal(done.body.entry.length, 5000)
  assert.equal((await send('GET', '/fhir/Observation?code=urn:c|x&_summary=count')).body.total, 4999)
})

test('the base address takes batches and transactions only', async (t) => {
  const { send, count } = await start(t)
  const before = await count()
  for (const type of ['document', 'history', 'collection', 'message', 'searchset', undefined, 5, null])
    assert.equal((await send('POST', '/fhir', { resourceType: 'Bundle', type, entry: [] })).status, 400)
  for (const body of [patient('1'), [], null, 5, 'x', {}]) assert.equal((await send('POST', '/fhir', JSON.stringify(body))).status, 400)
  assert.equal((await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction' })).status, 200)
  assert.equal(await count(), before)
  const collection = { resourceType: 'Bundle', type: 'collection', entry: [{ fullUrl: name(), resource: patient('1') }] }
  assert.equal((await send('POST', '/fhir/Bundle', collection)).status, 201)
})

test('two institutions that send one JMBG at once make one person, each with its own chart', async (t) => {
  const { institution, owner } = await start(t)
  const [a, b] = [await institution('А'), await institution('Б')]
  const chart = (value: string) =>
    patient(value, {
      identifier: [
        { system: 'urn:h', value },
        { system: 'urn:rs:jmbg', value: '0101985710113' },
      ],
    })
  const made = await Promise.all(Array.from({ length: 8 }, (_, at) => (at % 2 ? a : b).send('POST', '/fhir/Patient', chart(String(at)))))
  assert.ok(
    made.every((one) => one.status === 201),
    made.map((one) => one.text).join('\n'),
  )
  const keys = made.map((one) => Number.parseInt(one.body.id.slice(0, 8) + one.body.id.slice(9, 13), 16))
  const persons = await owner<{ person: number }>`select distinct person from identity.chart_key where key = any(${keys}::int8[])`
  assert.equal(persons.length, 1)
  assert.equal((await a.send('GET', '/fhir/Patient?identifier=urn:rs:jmbg|0101985710113')).body.total, 4)
})

test('an id that one institution chose is refused to another, without a word about what it holds', async (t) => {
  const { institution } = await start(t)
  const [a, b] = [await institution('А'), await institution('Б')]
  const answers = await Promise.all([a, b].map((one, at) => one.send('PUT', '/fhir/Patient/p-1', patient(`secret-${at}`, { id: 'p-1' }))))
  assert.equal(answers.filter((one) => one.status === 201).length, 1, answers.map((one) => one.text).join('\n'))
  const [winner, loser] = answers[0]?.status === 201 ? [a, b] : [b, a]
  const later = await loser.send('PUT', '/fhir/Patient/p-1', patient('x', { id: 'p-1' }))
  assert.equal(later.status, 403, later.text)
  assert.ok(!later.text.includes('secret'))
  assert.equal((await winner.send('GET', '/fhir/Patient/p-1')).status, 200)
})

test('a patient may arrive after what refers to it; the id then belongs to the first institution that used it, and others are told so', async (t) => {
  const { institution } = await start(t)
  const [a, b] = [await institution('А'), await institution('Б')]
  assert.equal((await a.send('PUT', '/fhir/Observation/o-1', finding('Patient/early', { id: 'o-1' }))).status, 201)
  const other = await b.send('PUT', '/fhir/Patient/early', patient('1', { id: 'early' }))
  assert.equal(other.status, 403)
  assert.match(other.body.issue[0].details.text, /Choose another id/)
  assert.equal((await b.send('POST', '/fhir/Observation', finding('Patient/early'))).status, 403)
  assert.equal((await a.send('PUT', '/fhir/Patient/early', patient('1', { id: 'early' }))).status, 201)
  assert.equal((await a.send('GET', '/fhir/Patient/early/$everything')).body.entry.length, 2)
})
