import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { looksAt } from '../../audit/audit.ts'
import { takeIn } from '../../record/exchange/intake.ts'
import { aService, batchOf, type BusMember, contractOf, expectStatus, joinBus, setMemberState } from '../../testing/bus-member.ts'
import { forFile } from '../../testing/for-file.ts'
import { startServer, type TestServer } from '../../testing/server.ts'
import { evidenceOf } from '../evidence/evidence.ts'
import { prune } from './keep.ts'
import { replayCommand } from './keep.cli.ts'
import { verifyEvidence } from '../evidence/verify-evidence.ts'

// What docs/bus.md promises about days and minutes, on one database with a clock that the tests move.

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const clock = { now: Math.ceil(Date.now() / hourMs) * hourMs }
const fhirJson = { 'content-type': 'application/fhir+json' }
const file = forFile()
let server: TestServer

before(async () => {
  server = await startServer(file, { RATE_PER_CLIENT: '1000000' })
  server.world.now = () => new Date(clock.now)
})

/** Tokens live for an hour, these clocks run for days. */
async function pass(ms: number, ...members: BusMember[]): Promise<void> {
  clock.now += ms
  for (const member of members) await member.takeToken()
}

/** A sender, a receiver with an inbox, and the contract between them. */
async function pair(
  name: string,
  contract: object = {},
): Promise<{ from: BusMember; to: BusMember; post(id: string, headers?: object, body?: string): Promise<any> }> {
  const { app, world } = server
  const from = await joinBus(app, world, `${name}-from`)
  const to = await joinBus(app, world, `${name}-to`)
  await to.offerInbox('box')
  await contractOf(from, `${name}-to/box`, contract)
  const post = async (id: string, headers: object = {}, body = `"${id}"`) =>
    (await expectStatus(202, from.message(`${name}-to/box`, id, body, headers as Record<string, string>))).body
  return { from, to, post }
}
const idsOf = (deliveries: any[]) => deliveries.map((one) => one.messageId)
const refusal = (delivery: number, isFinal = false) => [{ delivery, reason: 'not now', final: isFinal }]

test('clinical messages go before statistics, and of one sender’s key none passes an earlier one whatever its lane', async () => {
  const { from, to, post } = await pair('lanes', { lane: 'statistics' })
  await to.offerInbox('urgent')
  const other = await joinBus(server.app, server.world, 'lanes-other')
  for (const sender of [from, other]) await contractOf(sender, 'lanes-to/urgent', { lane: 'clinical' })
  const urgent = (sender: BusMember, id: string, key: string) => expectStatus(202, sender.message('lanes-to/urgent', id, '{}', { 'bus-key': key }))
  await post('s-1', { 'bus-key': 'a' })
  await post('s-2')
  await urgent(from, 'c-1', 'a')
  await urgent(from, 'c-2', 'b')
  await urgent(other, 'c-3', 'a') // What another sender calls a is another key.
  await post('s-3', { 'bus-key': 'a' })
  const first = await to.lease()
  assert.deepEqual(idsOf(first), ['c-2', 'c-3', 's-1', 's-2'])
  await to.ack(first.map((one) => one.delivery))
  const second = await to.lease()
  assert.deepEqual(idsOf(second), ['c-1'])
  await to.ack(second.map((one) => one.delivery))
  assert.deepEqual(idsOf(await to.lease()), ['s-3'])
  assert.equal(from.code, 'lanes-from')
})

test('a contract’s quota says what is left, refuses the rest of the minute with its end, and begins anew', async () => {
  const { from, post } = await pair('quota', { quotaPerMinute: 2 })
  clock.now += 20_000
  const first = await expectStatus(202, from.message('quota-to/box', 'q-1', '{}'))
  assert.equal(first.headers['ratelimit-remaining'], '1')
  await post('q-2')
  const refused = await expectStatus(429, from.message('quota-to/box', 'q-3', '{}'))
  assert.equal(refused.headers['retry-after'], '40')
  clock.now += 40_000
  await post('q-3')
})

test('what is refused again and again comes after 2, 4, 8 … seconds, then every hour, and after three days it is parked with the reason', async () => {
  const { from, to, post } = await pair('days')
  const { message } = await post('d-1')
  const pauses: number[] = []
  let attempts = 0
  for (let last = clock.now; ; last = clock.now) {
    let got = await to.lease()
    while (got.length === 0) {
      const [row] = await server.sql<{ dueAt: Date; state: string }>`select due_at, state from bus.delivery where message = ${message}`
      assert.equal(row?.state, 'waiting')
      await pass(row.dueAt.getTime() - clock.now, from, to)
      got = await to.lease()
    }
    pauses.push((clock.now - last) / 1000)
    attempts++
    const answer = await expectStatus(200, to.ack([], refusal(got[0].delivery)))
    if (answer.body.parked.length > 0) break
    // From here on it would be once an hour for three days.
    if (attempts === 13) await pass(3 * dayMs, from, to)
    assert.ok(attempts < 20)
  }
  assert.deepEqual(pauses.slice(0, 6), [0, 2, 4, 8, 16, 32])
  assert.equal(pauses[12], 3600)
  const [row] = await server.sql<{ state: string; reason: string; days: number }>`
    select state, reason, extract(epoch from ended_at - stored_at)::float8 / 86400 as days from bus.delivery where message = ${message}`
  assert.deepEqual([row?.state, row?.reason], ['parked', 'not now'])
  assert.ok((row?.days ?? 0) >= 3 && (row?.days ?? 0) < 3.2, `${row?.days}`)
  const verdict = verifyEvidence(await evidenceOf(server.world, message, true), null)
  assert.deepEqual(verdict.problems, [])
  assert.ok(
    verdict.found.some((line) => line.startsWith('days-to parked it')),
    'the receiver’s refusal is proved like its acknowledgement',
  )
})

test('a suspended member’s queue is kept for days and comes whole and in order when it is active again; the days away are no attempts', async () => {
  const { from, to, post } = await pair('away')
  await setMemberState(server.world, 'away-to', 'suspended')
  for (let n = 1; n <= 5; n++) {
    await post(`a-${n}`, { 'bus-key': 'patient' })
    await pass(dayMs, from, to)
  }
  assert.match((await expectStatus(403, to.send({ url: '/bus/deliveries/lease' }))).text, /its queue is kept/)
  await setMemberState(server.world, 'away-to', 'active')
  const got = await to.lease()
  assert.deepEqual(idsOf(got), ['a-1', 'a-2', 'a-3', 'a-4', 'a-5'])
  const busy = await expectStatus(200, to.ack([], refusal(got[0].delivery)))
  assert.deepEqual(busy.body.retried, [got[0].delivery], 'one moment of trouble after five days away parks nothing')
})

test('under holdKey a parked message holds back all of its key, otherwise only its own document, and a replay lets them go', async () => {
  for (const [name, holdKey, passes] of [
    ['hold', 'yes', ['h-4']],
    ['free', 'no', ['h-3', 'h-4']],
  ] as const) {
    const { to, post } = await pair(name, { holdKey })
    await post('h-1', { 'bus-key': 'p', 'bus-document': 'd1' })
    const [first] = await to.lease()
    await to.ack([], refusal(first.delivery, true))
    await post('h-2', { 'bus-key': 'p', 'bus-document': 'd1' })
    await post('h-3', { 'bus-key': 'p', 'bus-document': 'd2' })
    await post('h-4', { 'bus-key': 'q' })
    const got = await to.lease()
    assert.deepEqual(idsOf(got), passes)
    await to.ack(got.map((one) => one.delivery))
    assert.equal(await replayCommand.run(server.world, { argument: `${name}-to`, parked: true }, () => {}), 0)
    assert.deepEqual(idsOf(await to.lease()), holdKey === 'yes' ? ['h-1', 'h-2', 'h-3'] : ['h-1', 'h-2'])
  }
})

test('a number is the same message for thirty days, also after what is old was removed; later it is a new one', async () => {
  const { from, to, post } = await pair('same')
  const { message } = await post('n-1')
  await post('doc-0198c6a2-7f31-7abc-8def-12345678901a')
  await expectStatus(400, from.message('same-to/box', 'visit-12345678901', '{}'))
  await to.ack((await to.lease()).map((one) => one.delivery))
  await pass(29 * dayMs, from, to)
  await prune(server.world, 30)
  assert.deepEqual([(await post('n-1')).message, (await post('n-1')).repeated], [message, true])
  await pass(2 * dayMs, from, to)
  await prune(server.world, 30)
  const later = await post('n-1')
  assert.notEqual(later.message, message)
  assert.deepEqual(verifyEvidence(await evidenceOf(server.world, message, true), null).problems, [], 'the proof of the first stays')
})

test('a message about a person is in that person’s own list of looks when it is sent and when it is handed out', async () => {
  const { to, post } = await pair('about')
  const clinic = await server.institution('Клиника')
  const patient = await clinic.send('POST', '/fhir/Patient', { resourceType: 'Patient', name: [{ family: 'Петровић' }] })
  assert.equal(patient.status, 201, patient.text)
  const subject = `Patient/${patient.body.id}`
  const { message } = await post('p-1', { 'bus-subject': subject })
  const [row] = await server.sql<{ patient: number }>`select patient from bus.delivery where message = ${message}`
  const theirs = async () => (await looksAt(server.world, [row?.patient as number], {})).looks.filter(({ who }) => who.startsWith('Систем about-'))
  assert.deepEqual(
    (await theirs()).map(({ who, allowed }) => [who, allowed]),
    [['Систем about-from', true]],
  )
  const [one] = await to.lease()
  assert.equal(one.subject, subject)
  assert.deepEqual((await theirs()).map(({ who }) => who).sort(), ['Систем about-from', 'Систем about-to'])
})

test('of one batch each person it is about has one row with the number of its messages, and what is about nobody one', async () => {
  const { from, to } = await pair('counted')
  const clinic = await server.institution('Поликлиника')
  const subjects: string[] = []
  for (const family of ['Савић', 'Илић']) {
    const patient = await clinic.send('POST', '/fhir/Patient', { resourceType: 'Patient', name: [{ family }] })
    assert.equal(patient.status, 201, patient.text)
    subjects.push(`Patient/${patient.body.id}`)
  }
  const [first, second] = subjects
  const messages = [first, second, first, undefined, undefined, undefined].map((subject, at) => ({
    ...{ to: 'counted-to/box', messageId: `c-${at}`, body: '{}' },
    ...(subject ? { subject } : {}),
  }))
  await expectStatus(200, from.send(batchOf(messages)))
  const rows = await server.sql<{
    entry: string
  }>`select entry from audit.entry where entry like '%bus-message/c-%counted-to/box%' and action = 'create' limit 10`
  const said = rows.map(({ entry }) => JSON.parse(entry) as { patient: number | null; what: string; count: number })
  assert.deepEqual(
    said.map(({ patient, what, count }) => [patient === null, what, count]).toSorted((a, b) => Number(b[2]) - Number(a[2])),
    [
      [true, 'bus-message/c-3 bus-message/c-4 bus-message/c-5 counted-to/box', 3],
      [false, 'bus-message/c-0 bus-message/c-2 counted-to/box', 2],
      [false, 'bus-message/c-1 counted-to/box', 1],
    ],
  )
  assert.equal(new Set(said.map(({ patient }) => patient)).size, 3)
  assert.equal((await to.lease(10)).length, 6)
})

test('one program of a member asks for its calls and another for its messages, and neither takes what is the other’s', async () => {
  const { from, to, post } = await pair('apart')
  await expectStatus(200, to.send({ method: 'PUT', url: '/bus/services/ask', body: aService('call') }))
  await contractOf(from, 'apart-to/ask', { endpoints: [{ method: 'GET', path: '/*' }] })
  const leased = async (asked: object) => (await expectStatus(200, to.send({ url: '/bus/deliveries/lease', body: JSON.stringify(asked) }))).body.deliveries
  await post('m-1')
  assert.deepEqual(await from.send({ url: '/bus/deliveries/lease', body: '{"only":"messages"}' }).then(({ status, body }) => [status, body]), [
    200,
    { deliveries: [] },
  ])
  assert.deepEqual(await leased({ only: 'calls' }), [])
  const answer = from.send({ method: 'GET', url: '/bus/call/apart-to/ask/today' })
  let calls: any[] = []
  while (calls.length === 0) calls = await leased({ only: 'calls', wait: 1 })
  assert.deepEqual(
    calls.map(({ call }) => call.path),
    ['/today'],
  )
  const [messages] = await Promise.all([leased({ only: 'messages' }), leased({ only: 'calls' }), leased({ only: 'calls' })])
  assert.deepEqual(
    messages.map(({ messageId }: { messageId: string }) => messageId),
    ['m-1'],
  )
  await expectStatus(200, to.send({ url: `/bus/calls/${calls[0].message}/answer`, body: '{}', headers: { 'bus-status': '200' } }))
  assert.equal((await answer).status, 200)
  assert.equal((await to.send({ url: '/bus/deliveries/lease', body: '{"only":"both"}' })).status, 400)
})

test('a document bundle is filed whole; a refused one comes back with the outcome, provably; no replay files a document twice', async () => {
  const { app, world, sql } = server
  const clinic = await joinBus(app, world, 'papers')
  await contractOf(clinic, 'record/documents')
  const at = '2026-11-28T10:00:00Z'
  const composition = {
    resourceType: 'Composition',
    status: 'final',
    type: { text: 'Извештај' },
    date: at,
    author: [{ display: 'др Вера' }],
    title: 'Извештај',
  }
  const document = {
    resourceType: 'Bundle',
    type: 'document',
    identifier: { system: 'urn:papers', value: '1' },
    timestamp: at,
    entry: [{ fullUrl: 'urn:uuid:33333333-3333-4333-8333-333333333333', resource: composition }],
  }
  const send = (id: string, body: object) => expectStatus(202, clinic.message('record/documents', id, JSON.stringify(body), fhirJson))
  const sent = await send('doc-1', document)
  const refused = await send('doc-2', { ...document, timestamp: 'yesterday' })
  await takeIn(world)
  const bundles = async () => (await sql<{ id: string }>`select id::text from record.resource where institution = ${clinic.institution}`).length
  assert.equal(await bundles(), 1)
  const [outcome, more] = await clinic.lease()
  assert.equal(more, undefined)
  assert.equal(outcome.answers, refused.body.message)
  assert.match(Buffer.from(outcome.body, 'base64').toString(), /OperationOutcome.*timestamp/)
  for (const { body } of [sent, refused]) {
    const verdict = verifyEvidence(await evidenceOf(world, body.message, true), null)
    assert.deepEqual(verdict.problems, [])
    assert.ok(verdict.found.some((line) => line.startsWith('record acknowledged it')))
  }
  assert.equal(await replayCommand.run(world, { argument: 'record', message: sent.body.message }, () => {}), 1, 'what was filed is not handed out again')
  assert.equal(await replayCommand.run(world, { argument: 'record', message: refused.body.message }, () => {}), 0, 'what was refused may be tried again')
  await takeIn(world)
  assert.equal(await bundles(), 1)
  assert.deepEqual(
    (await clinic.lease()).map((one) => one.answers),
    [refused.body.message],
  )
})
