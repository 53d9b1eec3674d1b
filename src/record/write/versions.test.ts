import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from '../../testing/server.ts'

// Read, version, change and delete as https://hl7.org/fhir/R4/http.html describes them, seen from outside.

type Json = Record<string, any>
const patient = (value: string, more: Json = {}) => ({ resourceType: 'Patient', identifier: [{ system: 'urn:h', value }], ...more })

test('a deleted resource is gone from reads and searches, stays in its history, and may come back', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('А')
  await send('PUT', '/fhir/Patient/p-1', patient('1', { id: 'p-1' }))
  assert.equal((await send('DELETE', '/fhir/Patient/p-1')).status, 204)
  assert.equal((await send('DELETE', '/fhir/Patient/p-1')).status, 204, 'again is the same')
  const read = await send('GET', '/fhir/Patient/p-1')
  assert.equal(read.status, 410)
  assert.equal(read.body.resourceType, 'OperationOutcome')
  assert.equal((await send('GET', '/fhir/Patient/p-1/_history/2')).status, 410)
  assert.equal((await send('GET', '/fhir/Patient/p-1/_history/1')).status, 200)
  assert.equal((await send('GET', '/fhir/Patient/p-1/_history/3')).status, 404)
  assert.equal((await send('GET', '/fhir/Patient?identifier=urn:h|1')).body.total, 0)
  assert.equal((await send('GET', '/fhir/Patient?_id=p-1')).body.total, 0)
  const history = (await send('GET', '/fhir/Patient/p-1/_history')).body
  assert.equal(history.type, 'history')
  assert.deepEqual(
    history.entry.map((one: Json) => [one.request.method, one.resource === undefined]),
    [
      ['DELETE', true],
      ['PUT', false],
    ],
  )
  const back = await send('PUT', '/fhir/Patient/p-1', patient('1', { id: 'p-1', gender: 'male' }))
  assert.equal(back.status, 201, back.text)
  assert.equal(back.body.meta.versionId, '3')
  assert.equal((await send('GET', '/fhir/Patient?identifier=urn:h|1')).body.total, 1)
  assert.equal((await send('DELETE', '/fhir/Patient/p-1', undefined, { 'if-match': 'W/"1"' })).status, 412)
})

test('a search knows only the current version, whatever earlier ones said', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('А')
  const subject = (await send('POST', '/fhir/Patient', patient('1'))).body.id
  const finding = (code: string, date: string) => ({
    resourceType: 'Observation',
    id: 'o-1',
    status: 'final',
    code: { coding: [{ system: 'urn:c', code }] },
    subject: { reference: `Patient/${subject}` },
    effectiveDateTime: date,
    valueString: `прича ${code}`,
  })
  for (const [code, date] of [
    ['a', '2020-01-01'],
    ['b', '2021-01-01'],
    ['a', '2022-01-01'],
  ] as const) {
    assert.ok((await send('PUT', '/fhir/Observation/o-1', finding(code, date))).status < 300)
    const found = async (query: string) => (await send('GET', `/fhir/Observation?${query}`)).body.total
    for (const other of ['a', 'b']) {
      const wanted = other === code ? 1 : 0
      assert.deepEqual(
        await Promise.all([`code=urn:c|${other}`, `patient=${subject}&code=${other}`, `value-string=prica ${other}`].map(found)),
        [wanted, wanted, wanted],
        `${code}: ${other}`,
      )
    }
    for (const year of [2020, 2021, 2022]) assert.equal(await found(`date=${year}&patient=${subject}`), date.startsWith(String(year)) ? 1 : 0)
    assert.equal(await found(`date=ge${date}`), 1)
  }
})

test('meta.versionId and lastUpdated belong to the server; everything else of meta is kept, and primitives keep their extensions', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('А')
  const sent = patient('1', {
    id: 'chosen',
    meta: {
      versionId: '77',
      lastUpdated: '1999-01-01T00:00:00Z',
      source: 'urn:s',
      profile: ['http://example.org/p'],
      tag: [{ system: 'urn:t', code: 't' }],
      security: [{ system: 'urn:sec', code: 's' }],
    },
    birthDate: '1985',
    _birthDate: { extension: [{ url: 'urn:x', valueCode: 'y' }] },
    _gender: { extension: [{ url: 'urn:x', valueCode: 'unknown' }] },
    name: [{ given: ['А', null], _given: [null, { extension: [{ url: 'urn:x', valueCode: 'z' }] }] }],
    contained: [{ resourceType: 'Organization', id: 'o', name: 'Одељење' }],
    managingOrganization: { reference: '#o' },
  })
  const made = await send('POST', '/fhir/Patient', sent)
  assert.equal(made.status, 201, made.text)
  const {
    id,
    meta: { versionId, lastUpdated, ...meta },
    ...rest
  } = made.body
  assert.notEqual(id, 'chosen')
  assert.equal(versionId, '1')
  assert.ok(lastUpdated > '2020')
  const {
    id: _id,
    meta: { versionId: _v, lastUpdated: _l, ...kept },
    ...wanted
  } = sent as Json
  assert.deepEqual(rest, wanted)
  assert.deepEqual(meta, kept)
  for (const query of [
    '_tag=urn:t|t',
    '_security=s',
    '_profile=http://example.org/p',
    '_source=urn:s',
    `_id=${id},none`,
    '_lastUpdated=ge2020',
    'birthdate=1985',
    'gender:missing=true',
  ]) {
    assert.equal((await send('GET', `/fhir/Patient?${query}`)).body.total, 1, query)
  }
})

test('a client chooses which content comes back, and whether any does', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('А')
  const minimal = await send('POST', '/fhir/Patient', patient('1'), { prefer: 'return=minimal' })
  assert.equal(minimal.status, 201)
  assert.equal(minimal.text, '')
  assert.match(String(minimal.headers['location']), /\/fhir\/Patient\/[\w-]+\/_history\/1$/)
  const outcome = await send('POST', '/fhir/Patient', patient('2'), { prefer: 'return=OperationOutcome' })
  assert.equal(outcome.body.resourceType, 'OperationOutcome')
  const whole = await send('POST', '/fhir/Patient', patient('3'), { prefer: 'return=representation' })
  assert.equal(whole.body.resourceType, 'Patient')
  const same = await send('GET', `/fhir/Patient/${whole.body.id}`, undefined, { 'if-none-match': 'W/"1"' })
  assert.equal(same.status, 304)
  assert.equal(same.text, '')
  const head = await send('HEAD', `/fhir/Patient/${whole.body.id}`)
  assert.equal(head.status, 200)
  assert.equal(head.text, '')
  for (const match of ['W/"2"', '"2"', 'W/"0"', '*x', 'W/"1', '1']) {
    const answer = await send('PUT', `/fhir/Patient/${whole.body.id}`, { ...whole.body, gender: 'male' }, { 'if-match': match })
    assert.ok([400, 412].includes(answer.status), `${match}: ${answer.text}`)
  }
})

test('an institution cannot change or delete the resource of another', async (t) => {
  const { institution } = await startServer(t)
  const [a, b] = [await institution('А'), await institution('Б')]
  const { body } = await a.send('POST', '/fhir/Patient', patient('1'))
  for (const [method, more] of [
    ['PUT', body],
    ['DELETE', undefined],
  ] as const)
    assert.equal((await b.send(method, `/fhir/Patient/${body.id}`, more)).status, 403)
  const forged = await b.send('POST', '/fhir', {
    resourceType: 'Bundle',
    type: 'batch',
    entry: [{ request: { method: 'DELETE', url: `Patient/${body.id}` } }, { resource: body, request: { method: 'PUT', url: `Patient/${body.id}` } }],
  })
  assert.deepEqual(
    forged.body.entry.map((one: Json) => one.response.status.slice(0, 3)),
    ['403', '403'],
  )
  assert.equal((await a.send('GET', `/fhir/Patient/${body.id}/_history`)).body.entry.length, 1)
})
