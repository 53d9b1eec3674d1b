import assert from 'node:assert/strict'
import { test } from 'node:test'
import { relate } from '../../access/access.ts'
import { type Answer, type Send, startServer } from '../../testing/server.ts'
import { signedIn } from '../../testing/signed-in.ts'

type Json = Record<string, any>
const text = { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">Налаз</div>' }
const subject = { reference: 'Patient/p-1' }
const composition = (id: string, entry: string[], more: Json = {}) => ({
  ...{ resourceType: 'Composition', id, status: 'final', type: { text: 'Отпусна листа' }, subject, date: '2026-11-01', title: 'Отпусна листа' },
  author: [{ reference: 'Practitioner/d-1' }],
  section: [{ title: 'Налази', text, entry: entry.map((reference) => ({ reference })) }],
  ...more,
})
const idsOf = (bundle: Json): string[] => (bundle['entry'] ?? []).map((one: Json) => `${one.resource.resourceType}/${one.resource.id}`)
const expressions = ({ body }: Answer) => body.issue.map((one: Json) => one.expression?.[0])

async function put(send: Send, resource: Json): Promise<void> {
  const made = await send('PUT', `/fhir/${resource['resourceType']}/${resource['id']}`, resource)
  assert.equal(made.status, 201, made.text)
}

/** A chart, its doctor, a finding, and the device that made the finding. */
async function chart(send: Send): Promise<void> {
  await put(send, { resourceType: 'Patient', id: 'p-1', birthDate: '1950-02-03', identifier: [{ system: 'urn:h', value: 'p-1' }] })
  await put(send, { resourceType: 'Practitioner', id: 'd-1', name: [{ family: 'Лекић' }] })
  await put(send, { resourceType: 'Device', id: 'm-1', deviceName: [{ name: 'Мерач', type: 'user-friendly-name' }] })
  await put(send, { ...{ resourceType: 'Observation', id: 'o-1', status: 'final', code: { text: 'x' }, subject }, device: { reference: 'Device/m-1' } })
}

test('a document holds its Composition first, then all that it refers to, and the resources that those need', async (t) => {
  const { world, institution } = await startServer(t)
  const { send } = await institution('А')
  await chart(send)
  await put(
    send,
    composition('c-1', ['Observation/o-1', '#inside'], { contained: [{ resourceType: 'Observation', id: 'inside', status: 'final', code: { text: 'y' } }] }),
  )
  const made = await send('GET', '/fhir/Composition/c-1/$document')
  assert.equal(made.status, 200, made.text)
  assert.deepEqual(
    world.fhir.validate(made.body).filter(({ severity }) => severity === 'error'),
    [],
  )
  assert.equal(made.body.type, 'document')
  assert.equal(idsOf(made.body)[0], 'Composition/c-1')
  assert.deepEqual(idsOf(made.body).toSorted(), ['Composition/c-1', 'Device/m-1', 'Observation/o-1', 'Patient/p-1', 'Practitioner/d-1'])
  const byId = await send('GET', '/fhir/Composition/$document?id=c-1&persist=false')
  const parameter = [{ name: 'id', valueUri: made.body.entry[0].fullUrl }]
  const byAddress = await send('POST', '/fhir/Composition/$document', { resourceType: 'Parameters', parameter })
  for (const same of [byId, byAddress]) assert.deepEqual(idsOf(same.body), idsOf(made.body))
  assert.equal((await send('GET', '/fhir/Bundle?type=document')).body.total, 0, 'nothing is kept that nobody asked to keep')
  const looks = await world.sql`select patient from audit.entry where entry::jsonb ->> 'what' = 'Composition/$document' and patient is not null`
  assert.equal(looks.length, 3)
})

test('a stored document is a Bundle like any other, and the answer says where it is', async (t) => {
  const { send } = await (await startServer(t)).institution('А')
  await chart(send)
  await put(send, composition('c-1', ['Observation/o-1']))
  const kept = await send('GET', '/fhir/Composition/c-1/$document?persist=true')
  assert.equal(kept.status, 200, kept.text)
  const location = String(kept.headers['location'])
  assert.ok(location.endsWith(`/fhir/Bundle/${kept.body.id}/_history/1`), location)
  const read = await send('GET', `/fhir/Bundle/${kept.body.id}`)
  assert.deepEqual(read.body, kept.body)
  assert.equal(read.body.identifier.system, 'urn:ietf:rfc:3986')
})

test('an incomplete document is refused, with the places of the missing resources', async (t) => {
  const { send } = await (await startServer(t)).institution('А')
  await chart(send)
  const elsewhere = 'http://elsewhere.example/fhir/Observation/1'
  await put(
    send,
    composition('c-1', ['Observation/o-1', 'Observation/nowhere', elsewhere, 'Observation/o-1/_history/7'], { attester: [{ mode: 'legal', party: subject }] }),
  )
  const refused = await send('GET', '/fhir/Composition/c-1/$document')
  assert.equal(refused.status, 422)
  assert.deepEqual(
    expressions(refused),
    [1, 2, 3].map((at) => `Composition.section[0].entry[${at}].reference`),
  )
  for (const [query, expression] of [
    ['Composition/$document', 'id'],
    ['Composition/$document?id=http://elsewhere.example/fhir/Composition/1', 'id'],
    ['Composition/c-1/$document?id=c-1', 'id'],
    ['Composition/c-1/$document?graph=http://example.org/g', 'graph'],
    ['Composition/c-1/$document?persist=perhaps', 'persist'],
  ] as const) {
    const answer = await send('GET', `/fhir/${query}`)
    assert.deepEqual([answer.status, ...expressions(answer)], [400, expression], query)
  }
  assert.equal((await send('GET', '/fhir/Composition/none/$document')).status, 404)
})

test('a document asks the scope of each type, and shows nobody what others filed', async (t) => {
  const server = await startServer(t)
  const { send } = await server.institution('А')
  await chart(send)
  await put(send, composition('c-1', ['Observation/o-1']))
  const other = await server.institution('Б')
  assert.equal((await other.send('GET', '/fhir/Composition/c-1/$document')).status, 403)
  await put(other.send, { resourceType: 'Patient', id: 'p-2', identifier: [{ system: 'urn:h', value: 'p-2' }] })
  await put(other.send, composition('c-2', ['Observation/o-1'], { subject: { reference: 'Patient/p-2' } }))
  const refused = await other.send('GET', '/fhir/Composition/c-2/$document')
  assert.deepEqual([refused.status, ...expressions(refused)], [422, 'Composition.section[0].entry[0].reference'])
  const narrow = await server.institution(
    'В',
    'system/Composition.cruds system/Patient.cruds system/Practitioner.cruds system/Device.cruds system/Observation.cud',
  )
  await put(narrow.send, { resourceType: 'Patient', id: 'p-3', identifier: [{ system: 'urn:h', value: 'p-3' }] })
  const own = { ...{ resourceType: 'Observation', id: 'o-3', status: 'final', code: { text: 'x' } }, subject: { reference: 'Patient/p-3' } }
  assert.equal((await narrow.send('PUT', '/fhir/Observation/o-3', own)).status, 201)
  await put(narrow.send, composition('c-3', ['Observation/o-3'], { subject: { reference: 'Patient/p-3' } }))
  assert.equal((await narrow.send('GET', '/fhir/Composition/c-3/$document')).status, 422)
  assert.equal((await narrow.send('GET', '/fhir/Composition/c-3/$document?persist=true')).status, 403)
})

test('a doctor who treats the patient gets the document of another institution, and may not store it', async (t) => {
  const server = await startServer(t)
  const home = await server.institution('А')
  await chart(home.send)
  await put(home.send, composition('c-1', ['Observation/o-1']))
  const other = await server.institution('Б')
  const [{ id }] = (await home.send('GET', '/fhir/Patient?_id=p-1')).body.entry.map(({ resource }: Json) => resource)
  const [row] = await server.world.sql<{ patient: number }>`select patient from record.name where name = ${id}`
  const from = new Date(Date.now() - 1000)
  const visit = { patient: row?.patient as number, kind: 'visit' as const, worker: 21, institution: other.id, from, source: 'test' }
  await server.world.sql.begin((tx) => relate(tx, visit))
  const all = ['Composition/c-1', 'Device/m-1', 'Observation/o-1', 'Patient/p-1', 'Practitioner/d-1']
  const doctor = await signedIn(server, { roles: ['doctor'], worker: 21, institution: other.id })
  for (const [who, expected] of [
    [other.send, all.filter((one) => one !== 'Device/m-1')],
    [doctor, all.filter((one) => one !== 'Device/m-1')],
    [home.send, all],
  ] as const) {
    const shown = await who('GET', '/fhir/Composition/c-1/$document')
    assert.equal(shown.status, 200, shown.text)
    assert.deepEqual(idsOf(shown.body).toSorted(), expected)
    assert.equal((await who('GET', '/fhir/Composition/c-1/$document?persist=true')).status, who === home.send ? 200 : 403)
  }
})
