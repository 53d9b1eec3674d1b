import assert from 'node:assert/strict'
import { test } from 'node:test'
import { headers } from '../identity/identity.ts'
import { startServer } from '../testing/server.ts'

const patient = {
  resourceType: 'Patient',
  identifier: [{ system: 'urn:hospital', value: 'A-1' }],
  name: [{ family: 'Петровић', given: ['Ана'] }],
  birthDate: '1985-01-01',
}
const glucose = (subject: string, value = 5.5) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '2345-7' }] },
  subject: { reference: subject },
  effectiveDateTime: '2026-11-01',
  valueQuantity: { value, unit: 'mmol/L' },
})

test('a created resource comes back exactly, with id and meta, and knows its versions', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('ДЗ Звездара')
  const created = await send('POST', '/fhir/Patient', patient)
  assert.equal(created.status, 201, created.text)
  const { id, meta, ...rest } = created.body
  assert.deepEqual(rest, patient)
  assert.equal(meta.versionId, '1')
  assert.equal(created.headers['etag'], 'W/"1"')

  const read = await send('GET', `/fhir/Patient/${id}`)
  assert.equal(read.status, 200)
  assert.deepEqual(read.body, created.body)

  const again = await send('PUT', `/fhir/Patient/${id}`, created.body)
  assert.equal(again.body.meta.versionId, '1', 'the same content is the same version')

  const changed = await send('PUT', `/fhir/Patient/${id}`, { ...created.body, gender: 'female' })
  assert.equal(changed.status, 200, changed.text)
  assert.equal(changed.body.meta.versionId, '2')
  const stale = await send('PUT', `/fhir/Patient/${id}`, { ...created.body, gender: 'male' }, { 'if-match': 'W/"1"' })
  assert.equal(stale.status, 412)

  assert.deepEqual((await send('GET', `/fhir/Patient/${id}/_history/1`)).body, created.body)
  const history = await send('GET', `/fhir/Patient/${id}/_history`)
  assert.deepEqual(
    history.body.entry.map((entry: any) => entry.resource.meta.versionId),
    ['2', '1'],
  )

  assert.equal((await send('DELETE', `/fhir/Patient/${id}`)).status, 204)
  assert.equal((await send('GET', `/fhir/Patient/${id}`)).status, 410)
  assert.equal((await send('GET', `/fhir/Patient/${id}/_history/2`)).status, 200)
})

test('decimals keep their digits', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('Лаб')
  const { body } = await send('POST', '/fhir/Patient', patient)
  const text = JSON.stringify(glucose(`Patient/${body.id}`)).replace('5.5', '5.50')
  const created = await send('POST', '/fhir/Observation', text)
  assert.equal(created.status, 201, created.text)
  assert.match(created.text, /"value":5\.50,/)
  assert.match((await send('GET', `/fhir/Observation/${created.body.id}`)).text, /"value":5\.50,/)
})

test('a transaction resolves urn:uuid, is all or nothing, and its patient is found by search', async (t) => {
  const { institution, owner } = await startServer(t)
  const { send } = await institution('ОБ Чачак')
  const entry = (fullUrl: string, resource: object & { resourceType: string }) => ({
    fullUrl,
    resource,
    request: { method: 'POST', url: resource.resourceType },
  })
  const bundle = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      entry('urn:uuid:5f0c4d2e-0000-4000-8000-000000000002', glucose('urn:uuid:5f0c4d2e-0000-4000-8000-000000000001')),
      entry('urn:uuid:5f0c4d2e-0000-4000-8000-000000000001', patient),
      entry('urn:uuid:5f0c4d2e-0000-4000-8000-000000000003', glucose('urn:uuid:5f0c4d2e-0000-4000-8000-000000000001', 7.1)),
    ],
  }
  const done = await send('POST', '/fhir', bundle)
  assert.equal(done.status, 200, done.text)
  const locations = done.body.entry.map((one: any) => one.response.location as string)
  assert.ok(locations[0].includes('/Observation/') && locations[1].includes('/Patient/'))
  const id = locations[1].split('/Patient/')[1].split('/')[0]

  const found = await send('GET', `/fhir/Observation?patient=Patient/${id}&code=http://loinc.org|2345-7&_sort=-date`)
  assert.equal(found.body.total, 2, found.text)
  assert.equal(found.body.entry[0].resource.subject.reference, `Patient/${id}`)
  const everything = await send('GET', `/fhir/Patient/${id}/$everything`)
  assert.equal(everything.body.entry.length, 3)
  const byName = await send('GET', '/fhir/Patient?name=petrovic')
  assert.equal(byName.body.total, 1)
  const included = await send('GET', `/fhir/Observation?patient=${id}&_include=Observation:patient&_count=1`)
  assert.deepEqual(
    included.body.entry.map((one: any) => one.search.mode),
    ['match', 'include'],
  )
  const next = included.body.link.find((link: any) => link.relation === 'next').url
  const page2 = await send('GET', next.slice(next.indexOf('/fhir')))
  assert.equal(page2.status, 200, page2.text)
  assert.notEqual(page2.body.entry[0].resource.id, included.body.entry[0].resource.id)

  const before = (await owner`select count(*)::int as n from record.resource`)[0] as { n: number }
  const wrong = structuredClone(bundle)
  ;(wrong.entry[2] as any).resource.status = 'wrong'
  const refused = await send('POST', '/fhir', wrong)
  assert.equal(refused.status, 400)
  assert.match(refused.body.issue[0].expression[0], /^Bundle\.entry\[2\]\.resource\.status/)
  assert.deepEqual((await owner`select count(*)::int as n from record.resource`)[0], before)
})

test('a conditional create finds the existing resource, also when many race', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('КБЦ')
  const answers = await Promise.all(Array.from({ length: 8 }, () => send('POST', '/fhir/Patient', patient, { 'if-none-exist': 'identifier=urn:hospital|A-1' })))
  assert.deepEqual(answers.map((one) => one.status).sort(), [200, 200, 200, 200, 200, 200, 200, 201])
  assert.equal(new Set(answers.map((one) => one.body.id)).size, 1)
})

test('ids given by clients are unique also while PUTs race, and a reference may come before its patient', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('ДЗ Врачар')
  const early = await send('PUT', '/fhir/Observation/o-1', { ...glucose('Patient/p-1'), id: 'o-1' })
  assert.equal(early.status, 201, early.text)
  const answers = await Promise.all(
    Array.from({ length: 6 }, (_, at) => send('PUT', '/fhir/Patient/p-1', { ...patient, id: 'p-1', gender: at % 2 ? 'male' : 'female' })),
  )
  assert.ok(
    answers.every((one) => [200, 201, 409].includes(one.status)),
    answers.map((one) => one.text).join('\n'),
  )
  assert.equal(answers.filter((one) => one.status === 201).length, 1)
  assert.equal((await send('GET', '/fhir/Observation?patient=p-1')).body.total, 1)
})

test('another institution neither reads, changes nor writes into a chart that is not its own', async (t) => {
  const { institution } = await startServer(t)
  const [a, b] = [await institution('А'), await institution('Б')]
  const { body } = await a.send('POST', '/fhir/Patient', patient)
  assert.equal((await b.send('GET', `/fhir/Patient/${body.id}`)).status, 403)
  assert.equal((await b.send('PUT', `/fhir/Patient/${body.id}`, body)).status, 403)
  assert.equal((await b.send('POST', '/fhir/Observation', glucose(`Patient/${body.id}`))).status, 403)
  assert.equal((await b.send('GET', '/fhir/Patient?name=petrovic')).body.total, 0)
  assert.equal((await b.send('GET', `/fhir/Patient/${body.id}/$everything`)).status, 403)
})

test('the subject of a resource may not be changed', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('А')
  const one = (await send('POST', '/fhir/Patient', patient)).body
  const two = (await send('POST', '/fhir/Patient', { ...patient, identifier: [{ system: 'urn:hospital', value: 'A-2' }] })).body
  const { body } = await send('POST', '/fhir/Observation', glucose(`Patient/${one.id}`))
  const moved = await send('PUT', `/fhir/Observation/${body.id}`, { ...body, subject: { reference: `Patient/${two.id}` } })
  assert.equal(moved.status, 422, moved.text)
})

test('a wrong request gets a 4xx with an outcome, a place and a hint', async (t) => {
  const { institution, app } = await startServer(t)
  const { send } = await institution('А')
  const outcome = (answer: { body: any }) => assert.equal(answer.body?.resourceType, 'OperationOutcome')
  const cases: [string, string, unknown, Record<string, string>, number][] = [
    ['POST', '/fhir/Patient', '{"resourceType":', {}, 400],
    ['POST', '/fhir/Patient', '<Patient/>', { 'content-type': 'text/turtle' }, 415],
    ['POST', '/fhir/Patient', { resourceType: 'Observation' }, {}, 400],
    ['POST', '/fhir/Patient', { ...patient, favourite: 1 }, {}, 400],
    ['POST', '/fhir/Patient', { ...patient, identifier: [{ system: 'urn:rs:jmbg', value: '0101985710114' }] }, {}, 422],
    ['GET', '/fhir/Nothing', undefined, {}, 404],
    ['GET', '/fhir/Patient/none', undefined, {}, 404],
    ['GET', '/fhir/Patient?favourite=1', undefined, {}, 400],
    ['GET', '/fhir/Patient?birthdate=yesterday', undefined, {}, 400],
    ['PUT', '/fhir/Patient/a', { ...patient, id: 'b' }, {}, 400],
  ]
  for (const [method, url, body, headers, status] of cases) {
    const answer = await send(method, url, body, headers)
    assert.equal(answer.status, status, `${method} ${url}: ${answer.text}`)
    outcome(answer)
  }
  const lenient = await send('GET', '/fhir/Patient?favourite=1', undefined, { prefer: 'handling=lenient' })
  assert.equal(lenient.status, 200)
  assert.equal(lenient.body.entry.at(-1).search.mode, 'outcome')
  const anonymous = await app.inject({ url: '/fhir/Patient' })
  assert.equal(anonymous.statusCode, 401)
  const number = await send('GET', '/fhir/Patient?identifier=urn:rs:jmbg|0101985710113')
  assert.ok(!number.text.includes('0101985710113'), 'no personal number in a link')
  const path = await send('GET', '/fhir/Patient/0101985710113/Observation')
  assert.ok(!path.text.includes('0101985710113'), 'nor in the path of one')
  for (const id of ['0101985710113', 'x0101985710113', 'jmbg-0101985710113-a']) {
    const refused = await send('PUT', `/fhir/Patient/${id}`, { ...patient, id })
    assert.equal(refused.status, 422, 'an id that holds a JMBG is refused')
    assert.equal(refused.body.issue[0].expression[0], 'Patient.id')
  }
})

test('the personal health number that the centre gave finds the charts of its person', async (t) => {
  const { institution, world } = await startServer(t)
  const { send } = await institution('ДЗ Савски венац')
  const { body } = await send('POST', '/fhir/Patient', { ...patient, identifier: [{ system: 'urn:rs:jmbg', value: '0101985710113' }] })
  const [person] = await headers(world, [...(await world.sql<{ person: number }>`select person from identity.chart_key`).map((row) => row.person)])
  const lzb = String(person?.lzb).replaceAll(' ', '')
  const found = await send('POST', '/fhir/Patient/_search', `identifier=urn:rs:lzb|${lzb}`, { 'content-type': 'application/x-www-form-urlencoded' })
  assert.equal(found.body.total, 1, found.text)
  assert.equal(found.body.entry[0].resource.id, body.id)
  assert.ok(!found.text.includes(lzb), 'and the number stands in no link')
  assert.equal((await send('GET', '/fhir/Patient?identifier=urn:rs:lzb|12345678901')).body.total, 0)
})
