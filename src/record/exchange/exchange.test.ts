import assert from 'node:assert/strict'
import { test } from 'node:test'
import { publishOutbox } from '../../bus/messages/publish-outbox.ts'
import { keySets } from '../../identity/identity.ts'
import { contractOf, expectStatus, joinBus } from '../../testing/bus-member.ts'
import { startServer } from '../../testing/server.ts'
import { directoryTypes } from '../view.ts'
import { takeIn } from './intake.ts'

const fhirJson = { 'content-type': 'application/fhir+json' }
const people = { keySets, isDirectory: (type: string) => directoryTypes.has(type) }

function visit(family: string): string {
  const entry = (fullUrl: string, resource: { resourceType: string }) => ({ fullUrl, resource, request: { method: 'POST', url: resource.resourceType } })
  return JSON.stringify({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      entry('urn:uuid:11111111-1111-4111-8111-111111111111', {
        resourceType: 'Patient',
        name: [{ family }],
        gender: 'female',
        birthDate: '1980-05-05',
      } as never),
      entry('urn:uuid:22222222-2222-4222-8222-222222222222', {
        resourceType: 'Observation',
        status: 'final',
        code: { text: 'Хемоглобин' },
        subject: { reference: 'urn:uuid:11111111-1111-4111-8111-111111111111' },
        valueString: '140 g/L',
      } as never),
    ],
  })
}

test('a bundle sent as a message is in the record once, its changes reach those who may see them in order, and nobody else', async (t) => {
  const { app, world, sql } = await startServer(t)
  const hospital = await joinBus(app, world, 'hospital')
  const own = await joinBus(app, world, 'other')
  await contractOf(hospital, 'record/documents')
  await contractOf(hospital, 'record/changes')
  await contractOf(own, 'record/changes')

  for (const [at, family] of ['Ана', 'Бора', 'Вера'].entries())
    await expectStatus(202, hospital.message('record/documents', `doc-${at}`, visit(family), { ...fhirJson, 'bus-key': 'queue' }))
  await expectStatus(202, hospital.message('record/documents', 'doc-1', visit('Бора'), { ...fhirJson, 'bus-key': 'queue' }))
  assert.equal(await takeIn(world), 3)
  assert.equal(await takeIn(world), 0)
  const [stored] = await sql<{ count: number }>`select count(*)::int as count from record.resource where not deleted`
  assert.equal(stored?.count, 6, 'three patients with an observation each')

  // Transactions of other tests on the same cluster delay the watermark for a moment.
  const until = performance.now() + 8000
  for (let published = 0; published < 3; published += await publishOutbox(world, people)) assert.ok(performance.now() < until, 'not published')
  const events = await hospital.lease()
  assert.deepEqual(
    events.map((one) => one.number),
    events.map((_, at) => at + 1),
    'numbers have no gaps',
  )
  assert.ok(events.length >= 3)
  assert.match(Buffer.from(events[0].body, 'base64').toString(), /"resources":\["Patient\//)
  assert.deepEqual(await own.lease(), [], 'who has nothing to do with the patients hears nothing')

  const looks = await sql<{ entry: string }>`select entry from audit.entry where action = 'read' and entry like '%bus-message%' and patient <> 0`
  assert.equal(looks.length, 3, 'each patient can read that the event was handed out')
})

test('a refused document goes back to its sender with the outcome; a temporary failure is tried again, and its key waits', async (t) => {
  const { app, world, sql } = await startServer(t)
  const hospital = await joinBus(app, world, 'hospital')
  await contractOf(hospital, 'record/documents')
  const wrong = JSON.parse(visit('Ана'))
  wrong.entry[1].resource.status = 'finished'
  const sent = await expectStatus(202, hospital.message('record/documents', 'bad', JSON.stringify(wrong), fhirJson))
  await expectStatus(202, hospital.message('record/documents', 'no-json', '{', fhirJson))
  await expectStatus(202, hospital.message('record/documents', 'no-bundle', '{"resourceType":"Patient"}', fhirJson))
  await takeIn(world)
  const outcomes = await hospital.lease()
  assert.equal(outcomes.length, 3)
  const back = outcomes.find((one) => one.answers === sent.body.message)
  const outcome = JSON.parse(Buffer.from(back.body, 'base64').toString())
  assert.equal(outcome.resourceType, 'OperationOutcome')
  assert.match(outcome.issue[0].expression[0], /Bundle\.entry\[1\]/)
  const [left] = await sql<{ count: number }>`select count(*)::int as count from record.resource`
  assert.equal(left?.count, 0)

  const { transaction } = world.ledger
  world.ledger.transaction = () => Promise.reject(Object.assign(new Error('deadlock'), { code: '40P01' }))
  for (const id of ['later-1', 'later-2']) await expectStatus(202, hospital.message('record/documents', id, visit(id), { ...fhirJson, 'bus-key': 'k' }))
  await takeIn(world)
  world.ledger.transaction = transaction
  assert.equal(await takeIn(world), 0, 'both wait, the second for the first')
  await sql`update bus.delivery set due_at = ${world.now()} where state = 'waiting'`
  assert.equal(await takeIn(world), 2)
})

test('a document is accepted in the transaction of its effect: a document that was handed out twice takes effect once', async (t) => {
  const { app, world, sql } = await startServer(t)
  const hospital = await joinBus(app, world, 'hospital')
  await contractOf(hospital, 'record/documents')
  await expectStatus(202, hospital.message('record/documents', 'once', visit('Ана'), fhirJson))
  const { transaction } = world.ledger
  let isFirst = true
  world.ledger.transaction = async (act, how) => {
    if (isFirst) {
      isFirst = false
      // The lease ended while this worker slept, and another took the message.
      await sql`update bus.delivery set due_at = ${new Date(0)}`
      await takeIn(world)
    }
    return transaction(act, how)
  }
  await takeIn(world)
  const [stored] = await sql<{ count: number }>`select count(*)::int as count from record.resource`
  assert.equal(stored?.count, 2)
  const [open] = await sql<{ count: number }>`select count(*)::int as count from bus.delivery where state <> 'acknowledged'`
  assert.equal(open?.count, 0)
})

test('a listener that was down for an hour, with messages leased when it died, gets every change afterwards, complete and in order', async (t) => {
  const { app, world } = await startServer(t)
  const { now } = world
  const hospital = await joinBus(app, world, 'hospital')
  await contractOf(hospital, 'record/documents')
  await contractOf(hospital, 'record/changes')
  const file = async (from: number, to: number) => {
    for (let n = from; n < to; n++) await expectStatus(202, hospital.message('record/documents', `doc-${n}`, visit('Ана'), fhirJson))
    await takeIn(world)
    const until = performance.now() + 8000
    for (let published = from; published < to; published += await publishOutbox(world, people)) assert.ok(performance.now() < until, 'not published')
  }
  await file(0, 3)
  assert.equal((await hospital.lease()).length, 3, 'it took them and died')
  await file(3, 6)
  world.now = () => new Date(now().getTime() + 3_700_000)
  await hospital.takeToken()
  const numbers: number[] = []
  for (let events = await hospital.lease(4); events.length > 0; events = await hospital.lease(4)) {
    numbers.push(...events.map(({ number }) => number))
    await expectStatus(200, hospital.ack(events.map(({ delivery }) => delivery)))
  }
  assert.deepEqual(numbers, [1, 2, 3, 4, 5, 6])
})

test('of resources about nobody others hear only those of a directory', async (t) => {
  const { app, world } = await startServer(t)
  const hospital = await joinBus(app, world, 'hospital')
  const other = await joinBus(app, world, 'other')
  await contractOf(hospital, 'record/documents')
  await contractOf(other, 'record/changes')
  const subscription = {
    resourceType: 'Subscription',
    status: 'off',
    reason: 'x',
    criteria: 'Observation?code=1',
    channel: { type: 'rest-hook', endpoint: 'http://127.0.0.1/' },
  }
  for (const [at, resource] of [
    { resourceType: 'Group', type: 'person', actual: true },
    subscription,
    { resourceType: 'Organization', name: 'Болница' },
  ].entries()) {
    const bundle = { resourceType: 'Bundle', type: 'transaction', entry: [{ resource, request: { method: 'POST', url: resource.resourceType } }] }
    await expectStatus(202, hospital.message('record/documents', `shared-${at}`, JSON.stringify(bundle), fhirJson))
  }
  await takeIn(world)
  const until = performance.now() + 8000
  let events: any[] = []
  while (events.length === 0) {
    assert.ok(performance.now() < until, 'not published')
    await publishOutbox(world, people)
    events = await other.lease()
  }
  assert.equal(events.length, 1)
  assert.match(Buffer.from(events[0].body, 'base64').toString(), /"resources":\["Organization\//)
  assert.equal(events[0].number, 1)
})
