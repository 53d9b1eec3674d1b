import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type BatchMessage, batchOf, type BusMember, contractOf, expectStatus, joinBus } from '../../testing/bus-member.ts'
import { forFile } from '../../testing/for-file.ts'
import { startServer, type TestServer } from '../../testing/server.ts'
import { reservedKeys } from '../ids.ts'
import { takeIn } from './intake.ts'

const file = forFile()
let server: TestServer
let hospital: BusMember
let numbers = 0

before(async () => {
  server = await startServer(file)
  hospital = await joinBus(server.app, server.world, 'hospital')
  await contractOf(hospital, 'record/documents')
})

type Entry = {
  resource: { resourceType: string; [element: string]: unknown }
  fullUrl?: string
  request: { method: string; url: string; ifNoneExist?: string }
}

const transaction = (...entry: Entry[]): string => JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry })
const found = (type: string, value: string) => ({ method: 'POST', url: type, ifNoneExist: `identifier=urn:t|${value}` })
const patientUrn = 'urn:uuid:11111111-1111-4111-8111-111111111111'
const patient = (value: string): Entry => ({
  fullUrl: patientUrn,
  resource: { resourceType: 'Patient', identifier: [{ system: 'urn:t', value }], name: [{ family: value }] },
  request: found('Patient', value),
})
const house = (value: string): Entry => ({
  resource: { resourceType: 'Organization', identifier: [{ system: 'urn:t', value }], name: value },
  request: found('Organization', value),
})
const observation = (text: string, reference = patientUrn): Entry => ({
  resource: { resourceType: 'Observation', status: 'final', code: { text }, subject: { reference } },
  request: { method: 'POST', url: 'Observation' },
})

async function send(messages: readonly (Partial<BatchMessage> & { body: string })[]): Promise<string[]> {
  const lines = messages.map((one) => ({ to: 'record/documents', contentType: 'application/fhir+json', messageId: `t-${++numbers}`, ...one }))
  const { body } = await expectStatus(200, hospital.send(batchOf(lines)))
  return body.verdicts.map(({ text }: { text: string }) => JSON.parse(text).message)
}

async function takeAll(): Promise<void> {
  while ((await takeIn(server.world)) > 0);
}

/** How many current resources of the type an institution has with this identifier. */
async function countOf(type: string, value: string): Promise<number> {
  const rows = await server.sql<{ body: string }>`
    select body from record.resource where type = ${server.world.fhir.typeCode(type)} and not deleted limit 1000`
  return rows.filter(({ body }) => body.includes(`"value":"${value}"`)).length
}

test('documents of different people share transactions, and each has its own events, audit rows and end', async () => {
  const [mark] = await server.sql<{ tx: number }>`select coalesce(max(tx), 0)::int8 as tx from bus.outbox`
  const sent = await send(Array.from({ length: 12 }, (_, at) => ({ key: `k-${at}`, body: transaction(house('Б'), patient(`p-${at}`), observation('a')) })))
  await takeAll()
  assert.equal(await countOf('Organization', 'Б'), 1, 'the second finds what the first made')
  for (let at = 0; at < 12; at++) assert.equal(await countOf('Patient', `p-${at}`), 1)
  const events = await server.sql<{ tx: number; patient: number; body: { resources: string[] } }>`
    select tx, patient, body from bus.outbox where tx > ${mark?.tx} limit 100`
  assert.equal(new Set(events.map(({ tx }) => tx)).size, 2, 'the first alone, because the others ask for what it makes')
  assert.equal(events.filter(({ patient }) => patient !== 0).length, 12)
  for (const { patient, body } of events) assert.equal(body.resources.length, patient === 0 ? 1 : 2)
  const ends = await server.sql<{ state: string; endedBy: string }>`
    select d.state, d.ended_by from bus.delivery d join bus.log l on l.id = d.ended_by where d.message = any(${sent}::uuid[]) limit 100`
  assert.deepEqual([ends.length, new Set(ends.map(({ state }) => state)).size, new Set(ends.map(({ endedBy }) => endedBy)).size], [12, 1, 2])
  const looks = await server.sql<{ count: number }>`
    select count(*)::int as count from audit.entry where entry like '%"create"%' and entry like ${`%${sent[5]}%`}`
  assert.equal(looks[0]?.count, 1, 'what is on record of a document names that document')
})

/** The logged acts of a message apart from its sending: the action, and whether it is about a person. */
async function onRecord(message: string | undefined): Promise<string[]> {
  const rows = await server.sql<{ action: string; isAbout: boolean }>`
    select action, patient <> 0 as is_about from audit.entry where entry like ${`%"correlation":"${message}"%`} order by action limit 100`
  return rows.map(({ action, isAbout }) => `${action} ${isAbout ? 'person' : 'nobody'}`)
}

test('a patient who is written to has a row for the write, one who is only found has a row for that, and resources about nobody have none', async () => {
  const keyed = (...bodies: string[]) => bodies.map((body, at) => ({ key: `l-${numbers}-${at}`, body }))
  await send(keyed(transaction(house('В'), patient('l-1')), transaction(house('В'), patient('l-2'))))
  await takeAll()
  const more = keyed(transaction(house('В'), patient('l-1'), observation('again')), transaction(house('В'), patient('l-2')))
  const [written, found] = await send(more)
  await takeAll()
  assert.deepEqual(await onRecord(written), ['create person'])
  assert.deepEqual(await onRecord(found), ['search person'])
})

const device = (identifier: object): Entry => ({
  resource: { resourceType: 'Device', identifier: [identifier] },
  request: { method: 'POST', url: 'Device', ifNoneExist: 'identifier=|ЛИС' },
})

test('an identifier without a system finds those of the sender that have none, and no other', async () => {
  const other = await joinBus(server.app, server.world, 'other-hospital')
  await contractOf(other, 'record/documents')
  const theirs = { to: 'record/documents', contentType: 'application/fhir+json', messageId: 'theirs', body: transaction(device({ value: 'ЛИС' })) }
  await expectStatus(200, other.send(batchOf([theirs])))
  const spaced = { ...device({ system: 'urn:t', value: 'ЛИС' }), request: { method: 'POST', url: 'Device' } }
  await send([{ body: transaction(spaced) }])
  await takeAll()
  assert.equal(await countOf('Device', 'ЛИС'), 2)
  for (const body of [transaction(device({ value: 'ЛИС' })), transaction(device({ value: 'ЛИС' }), patient('d-1'))]) await send([{ body }])
  await takeAll()
  assert.equal(await countOf('Device', 'ЛИС'), 3, 'the first makes one, the second finds it')
})

test('the head of a message is filed with the person whom the message is about', async () => {
  const head = (...focus: string[]): Entry => ({
    resource: {
      resourceType: 'MessageHeader',
      eventCoding: { system: 'urn:t', code: `of ${focus.length}` },
      source: { endpoint: 'urn:t' },
      ...(focus.length > 0 ? { focus: focus.map((reference) => ({ reference })) } : {}),
    },
    request: { method: 'POST', url: 'MessageHeader' },
  })
  const second = { ...patient('h-2'), fullUrl: 'urn:uuid:22222222-2222-4222-8222-222222222222' }
  const bodies = [
    transaction(head(), patient('h-0')),
    transaction(head(patientUrn), patient('h-1'), observation('h')),
    transaction(head(patientUrn, second.fullUrl), patient('h-3'), second),
  ]
  await send(bodies.map((body, at) => ({ key: `h-${at}`, body })))
  await takeAll()
  const rowsOf = (type: string) => server.sql<{ patient: number; body: string }>`
    select patient, body from record.resource where type = ${server.world.fhir.typeCode(type)} limit 1000`
  const heads = await rowsOf('MessageHeader')
  const keyOf = (code: string) => heads.find(({ body }) => body.includes(`"code":"${code}"`))?.patient as number
  const whole = (await rowsOf('Observation')).find(({ body }) => body.includes('"text":"h"'))?.patient
  assert.equal(keyOf('of 1'), whole)
  assert.ok(keyOf('of 0') < reservedKeys && keyOf('of 2') < reservedKeys, 'of nobody, and of several, it is nobody’s')
})

test('a sender who would change the subject of a resource is told in which element', async () => {
  const clinic = await server.institution('Дом здравља')
  const made = async (resource: { resourceType: string }) => {
    const { status, body, text } = await clinic.send('POST', `/fhir/${resource.resourceType}`, resource)
    assert.equal(status, 201, text)
    return { ...resource, id: String(body.id) }
  }
  const [one, another] = [await made({ resourceType: 'Patient' }), await made({ resourceType: 'Patient' })]
  const of = ({ id }: { id: string }) => ({ reference: `Patient/${id}` })
  const coverage = { resourceType: 'Coverage', status: 'active', payor: [{ display: 'РФЗО' }] }
  const changes = [
    { before: { resourceType: 'MessageHeader', eventUri: 'urn:t', source: { endpoint: 'urn:t' } }, element: 'focus', now: [of(one)] },
    { before: { ...coverage, beneficiary: of(one) }, element: 'beneficiary', now: of(another) },
    { before: { resourceType: 'Observation', status: 'final', code: { text: 'в' }, subject: of(one) }, element: 'subject', now: of(another) },
  ]
  for (const { before: first, element, now } of changes) {
    const stored = await made(first)
    const { status, body } = await clinic.send('PUT', `/fhir/${first.resourceType}/${stored.id}`, { ...stored, [element]: now })
    assert.deepEqual([status, body.issue[0].expression], [422, [`${first.resourceType}.${element}`]])
  }
})

test('a refused document does not affect the others, and its sender is told what it would have been told alone', async () => {
  const bodies = Array.from({ length: 8 }, (_, at) => transaction(patient(`r-${at}`), observation('b')))
  bodies[2] = transaction(observation('b', 'Patient?identifier=urn:t|nobody'))
  bodies[5] = transaction(patient('r-5'), { ...observation('b'), resource: { resourceType: 'Observation', status: 'nonsense', code: { text: 'b' } } })
  const sent = await send(bodies.map((body, at) => ({ key: `r-${at}`, body })))
  await takeAll()
  const counts = await Promise.all(bodies.map((_, at) => countOf('Patient', `r-${at}`)))
  assert.deepEqual(counts, [1, 1, 0, 1, 1, 0, 1, 1])
  const outcomes = await hospital.lease()
  const said = outcomes.map((one: { answers: string; body: string }) => ({ of: one.answers, body: Buffer.from(one.body, 'base64').toString() }))
  assert.deepEqual(said.map(({ of }: { of: string }) => of).toSorted(), [sent[2], sent[5]].toSorted())
  assert.match(said.find(({ of }: { of: string }) => of === sent[2])?.body ?? '', /conditional reference finds nothing/)
  assert.match(said.find(({ of }: { of: string }) => of === sent[5])?.body ?? '', /Bundle\.entry\[1\]\.resource\.status/)
  const denied = await server.sql<{ count: number }>`select count(*)::int as count from audit.entry where entry like '%"deny"%'`
  assert.equal(denied[0]?.count, 0)
})

test('of two documents with the same condition the later finds what the earlier made, whatever their keys', async () => {
  await send([
    { key: 'one', body: transaction(patient('same'), observation('first')) },
    { key: 'two', body: transaction(patient('same'), observation('second')) },
    { key: 'three', body: transaction(observation('third', 'Patient?identifier=urn:t|same')) },
    { key: 'four', body: transaction(patient('other'), observation('fourth')) },
  ])
  await takeAll()
  assert.equal(await countOf('Patient', 'same'), 1)
  const type = server.world.fhir.typeCode('Observation')
  const rows = await server.sql<{ patient: number; body: string }>`select patient, body from record.resource where type = ${type} limit 1000`
  const about = ['first', 'second', 'third', 'fourth'].map((text) => rows.find(({ body }) => body.includes(`"text":"${text}"`))?.patient)
  assert.equal(new Set(about).size, 2)
  assert.deepEqual([about[1], about[2]], [about[0], about[0]])
})

test('documents of one key are filed in order, also where versions follow each other', async () => {
  const version = (name: string) => ({
    resource: { resourceType: 'Organization', identifier: [{ system: 'urn:t', value: 'v' }], name },
    request: { method: 'PUT', url: 'Organization?identifier=urn:t|v' },
  })
  await send(['1', '2', '3'].map((name) => ({ key: 'v', body: transaction(version(name), patient(`v-${name}`)) })))
  await takeAll()
  const type = server.world.fhir.typeCode('Organization')
  const rows = await server.sql<{ version: number; body: string }>`
    select version, body from record.resource where type = ${type}
    union all select version, body from record.superseded where type = ${type}
    order by version limit 100`
  const names = rows.filter(({ body }) => body.includes('"value":"v"')).map(({ version, body }) => `${version} ${JSON.parse(body).name}`)
  assert.deepEqual(names, ['1 1', '2 2', '3 3'])
})

test('documents that change the same resource under different keys are filed one after the other', async () => {
  const change = (active: boolean, name: string): Entry => ({
    resource: { resourceType: 'Organization', id: 'chosen-one', active, name },
    request: { method: 'PUT', url: 'Organization/chosen-one' },
  })
  await send([1, 2, 3].map((at) => ({ key: `c-${at}`, body: transaction(change(at % 2 === 1, `N ${at}`), patient(`c-${at}`)) })))
  await takeAll()
  const rows = await server.sql<{ version: number }>`select version from record.resource where name = 'chosen-one'`
  assert.equal(rows[0]?.version, 3)
})

test('two systems at once with the same condition create one resource, and a bundle of many conditions does not delay the others', async () => {
  const { institution } = server
  const { send: post } = await institution('ДЗ Звездара')
  const same = transaction(house('two-at-once'))
  const answers = await Promise.all(Array.from({ length: 6 }, () => post('POST', '/fhir', same)))
  assert.deepEqual(answers.map(({ body }) => body.entry[0].response.status).toSorted(), ['200 OK', '200 OK', '200 OK', '200 OK', '200 OK', '201 Created'])
  const many = await post('POST', '/fhir', transaction(...Array.from({ length: 1200 }, (_, at) => house(`many-${at}`))))
  assert.equal(many.status, 200, many.text.slice(0, 300))
  const again = await post('POST', '/fhir', transaction(...Array.from({ length: 1200 }, (_, at) => house(`many-${at}`))))
  assert.ok(again.body.entry.every(({ response }: { response: { status: string } }) => response.status === '200 OK'))
})
