import assert from 'node:assert/strict'
import { type ClientRequest, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { before, test } from 'node:test'
import { clientById } from '../../access/client.ts'
import { tokenFor } from '../../access/token-endpoint.ts'
import { background } from '../../record/record.ts'
import { aService, type BusMember, contractOf, expectStatus, joinBus } from '../../testing/bus-member.ts'
import { forFile } from '../../testing/for-file.ts'
import { startServer, type TestServer } from '../../testing/server.ts'
import { prune } from './keep.ts'
import { replayCommand } from './keep.cli.ts'
import { publishOutbox } from './publish-outbox.ts'

const file = forFile()
let server: TestServer
let a: BusMember
let other: BusMember
let b: BusMember

before(async () => {
  server = await startServer(file)
  const { app, world } = server
  a = await joinBus(app, world, 'bound-a')
  other = await joinBus(app, world, 'bound-other')
  b = await joinBus(app, world, 'bound-b')
  await b.offerInbox('box')
  for (const sender of [a, other]) await contractOf(sender, 'bound-b/box')
})

const send = (from: BusMember, id: string, headers: Record<string, string> = {}) => expectStatus(202, from.message('bound-b/box', id, '{}', headers))

test('an acknowledgement that somebody recorded does not end what was handed out again', async () => {
  const { app, world } = server
  const post = (url: string, body: string, headers: Record<string, string>) => app.inject({ method: 'POST', url, headers, payload: body })
  for (const kind of ['acknowledge', 'refuse']) {
    await send(a, `replayed-${kind}`)
    const [one] = await b.lease()
    const body = JSON.stringify(kind === 'acknowledge' ? { acknowledge: [one.delivery] } : { refuse: [{ delivery: one.delivery, reason: 'no', final: true }] })
    const headers = b.signed({ url: '/bus/deliveries/ack', body })
    assert.equal((await post('/bus/deliveries/ack', body, headers)).statusCode, 200)
    assert.equal((await post('/bus/deliveries/ack', body, headers)).statusCode, 200, 'the answer that was lost is given again')
    await replayCommand.run(world, { argument: 'bound-b', message: one.message } as never, () => {})
    const [again] = await b.lease()
    assert.equal(again.message, one.message)
    assert.equal((await post('/bus/deliveries/ack', body, headers)).statusCode, 409)
    const [row] = await server.sql<{ state: string }>`select state from bus.delivery where message = ${one.message}`
    assert.equal(row?.state, 'leased')
    await expectStatus(200, b.ack([again.delivery]))
  }
  await send(a, 'both-1')
  await send(a, 'both-2')
  const [first, second] = await b.lease()
  const both = await expectStatus(200, b.ack([first.delivery], [{ delivery: second.delivery, reason: 'no', final: true }]))
  assert.deepEqual([both.body.acknowledged, both.body.parked], [[first.delivery], [second.delivery]], 'one request may do both')
})

test('a key is its sender’s own word: what somebody else sends under it neither waits nor holds up', async () => {
  await send(other, 'foreign-1', { 'bus-key': 'patient-1', 'bus-document': 'd' })
  const [theirs] = await b.lease()
  await expectStatus(200, b.ack([], [{ delivery: theirs.delivery, reason: 'not now' }]))
  await send(other, 'foreign-2', { 'bus-key': 'patient-1', 'bus-document': 'd' })
  await send(a, 'own-1', { 'bus-key': 'patient-1', 'bus-document': 'd' })
  const got = await b.lease()
  assert.deepEqual(
    got.map((one) => [one.messageId, one.outOfOrder ?? false]),
    [['own-1', false]],
  )
  await expectStatus(200, b.ack([got[0].delivery, theirs.delivery]))
})

test('who a call or a message is about is judged in one place, and each wrong word has one status', async () => {
  await expectStatus(200, b.send({ method: 'PUT', url: '/bus/services/asks', body: aService('call') }))
  await contractOf(a, 'bound-b/asks', { endpoints: [{ method: 'GET', path: '/*' }] })
  const wrong: [number, Record<string, string>][] = [
    [400, { 'bus-subject': 'Practitioner/1' }],
    [422, { 'bus-subject': 'Patient/none' }],
    [400, { 'bus-message-id': '0101990710006' }],
    [400, { 'bus-message-id': 'x'.repeat(101) }],
  ]
  for (const [status, headers] of wrong) {
    const said = await expectStatus(status, a.message('bound-b/box', 'judged', '{}', headers))
    const called = await expectStatus(status, a.send({ method: 'GET', url: '/bus/call/bound-b/asks/x', headers }))
    assert.deepEqual(called.body.issue, said.body.issue)
  }
})

test('what Subscriptions have still to read stays in the outbox, however long ago the bus has read it', async () => {
  const { world, sql } = server
  const lab = await server.institution('Лабораторија')
  for (const family of ['Први', 'Други']) assert.equal((await lab.send('POST', '/fhir/Patient', { resourceType: 'Patient', name: [{ family }] })).status, 201)
  const people = { keySets: async () => new Map(), isDirectory: () => false }
  const left = async () => (await sql<{ count: number }>`select count(*)::int as count from bus.outbox`)[0]?.count ?? 0
  for (const until = performance.now() + 10_000; performance.now() < until; ) {
    await publishOutbox(world, people)
    const [open] = await sql<{ count: number }>`select count(*)::int as count from bus.outbox o, bus.published p where o.tx > p.tx`
    if (open?.count === 0) break
  }
  const now = world.now
  world.now = () => new Date(now().getTime() + 31 * 86_400_000)
  const all = await left()
  assert.ok(all > 0)
  await prune(world, 30)
  assert.equal(await left(), all, 'one who reads it has not come by yet')
  world.now = now
  const stop = background.startSubscriptions(world)
  for (const until = performance.now() + 10_000; performance.now() < until; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const [mark] = await sql<{ isPast: boolean }>`select r.tx >= max(o.tx) as is_past from bus.outbox o, bus.outbox_reader r group by r.tx`
    if (mark?.isPast) break
  }
  await stop()
  world.now = () => new Date(now().getTime() + 31 * 86_400_000)
  await prune(world, 30)
  assert.ok((await left()) < all, 'it came by')
  world.now = now
})

test('a member has at most four streams, and each ends with the token it was opened by', async () => {
  const { app, world } = server
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const open: ClientRequest[] = []
  const stream = (token: string): Promise<{ status: number; text: Promise<string> }> =>
    new Promise((resolve, reject) => {
      const asked = httpRequest({
        port,
        host: '127.0.0.1',
        path: '/bus/deliveries/stream',
        headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
      })
      open.push(asked)
      asked.on('error', reject)
      asked.on('response', (response) => {
        const text = response.toArray().then((parts) => Buffer.concat(parts).toString())
        text.catch(() => {})
        resolve({ status: response.statusCode ?? 0, text })
      })
      asked.end()
    })
  const [row] = await server.sql<{ client: string }>`select client from bus.member where code = 'bound-b'`
  const client = await clientById(world.sql, row?.client ?? '')
  assert.ok(client)
  const short = await stream(await tokenFor(world, client, client.scopes, 2))
  const others = []
  for (let n = 0; n < 3; n++) others.push(await stream(b.token as string))
  assert.deepEqual(
    [short, ...others].map(({ status }) => status),
    [200, 200, 200, 200],
  )
  const fifth = await stream(b.token as string)
  assert.equal(fifth.status, 429)
  assert.match(await fifth.text, /at most 4 streams/)
  const ended = await short.text
  assert.match(ended, /event: end/)
  assert.match(ended, /token/)
  assert.equal((await stream(b.token as string)).status, 200, 'its place is free again')
  for (const one of open) one.destroy()
})
