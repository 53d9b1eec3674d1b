import assert from 'node:assert/strict'
import { get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { type BusMember, contractOf, expectStatus, joinBus, setMemberState } from '../../testing/bus-member.ts'
import { startServer } from '../../testing/server.ts'
import { freshDirectory } from '../members/directory.ts'

type Event = { id: number; kind: string; data: any }
type Reader = {
  events: Event[]
  status: number
  isEnded: boolean
  until(done: () => boolean, why: string): Promise<void>
  close(): void
  response: IncomingMessage
}

/** Reads Server-Sent Events as the standard says: blocks between empty lines, comments passed over. */
async function openStream(
  t: TestContext,
  app: FastifyInstance,
  member: BusMember,
  { query = '', headers = {}, isPaused = false }: { query?: string; headers?: object; isPaused?: boolean } = {},
): Promise<Reader> {
  const { port } = app.server.address() as AddressInfo
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const all = { accept: 'text/event-stream', authorization: `Bearer ${member.token}`, ...headers }
    get({ host: '127.0.0.1', port, path: `/bus/deliveries/stream${query}`, headers: all, agent: false }, resolve).on('error', reject)
  })
  const reader: Reader = {
    events: [],
    status: response.statusCode ?? 0,
    isEnded: false,
    response,
    close: () => void response.destroy(),
    async until(done, why) {
      const limit = performance.now() + 8000
      while (!done()) {
        assert.ok(performance.now() < limit, why)
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    },
  }
  let text = ''
  const take = (chunk: Buffer) => {
    text += chunk.toString()
    for (let at = text.indexOf('\n\n'); at >= 0; at = text.indexOf('\n\n')) {
      const lines = Object.fromEntries(
        text
          .slice(0, at)
          .split('\n')
          .filter((line) => !line.startsWith(':'))
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      )
      text = text.slice(at + 2)
      if (lines['data'] !== undefined) reader.events.push({ id: Number(lines['id']), kind: lines['event'] ?? '', data: JSON.parse(lines['data']) })
    }
  }
  if (isPaused) response.pause()
  else response.on('data', take)
  response.on('close', () => (reader.isEnded = true))
  response.on('error', () => {})
  t.after(() => reader.close())
  return reader
}

test('a stream gives the deliveries as they come, no more than its window, goes on where it broke, and ends with the right to it', async (t) => {
  const { app, world, sql } = await startServer(t)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const a = await joinBus(app, world, 'sse-a')
  const b = await joinBus(app, world, 'sse-b')
  await b.offerInbox('box')
  await contractOf(a, 'sse-b/box')
  const send = async (n: number) => expectStatus(202, a.message('sse-b/box', `s-${n}`, `{"n":${n}}`))
  const numbers = (reader: Reader) => reader.events.map(({ data }) => JSON.parse(Buffer.from(data.body, 'base64').toString()).n)

  const first = await openStream(t, app, b, { query: '?window=3' })
  for (let n = 1; n <= 5; n++) await send(n)
  await first.until(() => first.events.length === 3, 'three events')
  const [one, two] = first.events as [Event, Event]
  assert.equal(one.id, one.data.delivery)
  assert.equal(one.kind, 'delivery')
  await new Promise((resolve) => setTimeout(resolve, 700))
  assert.deepEqual(numbers(first), [1, 2, 3], 'the window is full')
  await expectStatus(200, b.ack([one.id, two.id, (first.events[2] as Event).id]))
  await first.until(() => first.events.length === 5, 'an acknowledgement makes room')
  assert.deepEqual(numbers(first), [1, 2, 3, 4, 5])

  first.close()
  for (let waited = 0; waited < 50 && (await sql`select 1 as one from bus.stream`).length === 0; waited++)
    await new Promise((resolve) => setTimeout(resolve, 50))
  const second = await openStream(t, app, b, { headers: { 'last-event-id': String(first.events[3]?.id) } })
  await second.until(() => second.events.length === 1, 'what was not seen comes again')
  assert.deepEqual(numbers(second), [5], 'and what was seen does not')
  await expectStatus(200, b.ack([(first.events[3] as Event).id, (second.events[0] as Event).id]))

  await setMemberState(world, 'sse-b', 'suspended')
  const suspendedAt = performance.now()
  await second.until(() => second.isEnded, 'a suspended member has no stream')
  assert.ok(performance.now() - suspendedAt < 5000, 'long before a sign of life is due')
  assert.equal(second.events.at(-1)?.kind, 'end')
  assert.match(second.events.at(-1)?.data.issue[0].diagnostics, /suspended/)
  assert.equal((await openStream(t, app, b)).status, 403)
  await setMemberState(world, 'sse-b', 'active')
  for (const [query, headers] of [
    ['?window=0', {}],
    ['?from=1', {}],
    ['', { 'last-event-id': 'x' }],
  ] as const)
    assert.equal((await openStream(t, app, b, { query, headers })).status, 400)
  assert.equal((await openStream(t, app, b, { headers: { accept: 'application/json' } })).status, 406)
  assert.equal((await openStream(t, app, b, { headers: { authorization: '' } })).status, 401)

  const third = await openStream(t, app, b)
  await third.until(() => third.status === 200, 'open again')
  const closing = performance.now()
  await app.close()
  assert.ok(performance.now() - closing < 10_000, 'the server stops without waiting for its readers')
  await third.until(() => third.isEnded, 'the stream has ended')
  assert.match(third.events.at(-1)?.data.issue[0].diagnostics, /Last-Event-ID/)
})

test('who reads slowly is given slowly: contents wait in the queue and not in memory, and a suspended one that reads nothing is cut off', async (t) => {
  const { app, world, sql } = await startServer(t)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const a = await joinBus(app, world, 'slow-a')
  const b = await joinBus(app, world, 'slow-b')
  await b.offerInbox('box')
  await contractOf(a, 'slow-b/box')
  const body = Buffer.alloc(1_048_576, 'x')
  for (let n = 0; n < 16; n++) await expectStatus(202, a.message('slow-b/box', `s-${n}`, body))
  const reader = await openStream(t, app, b, { query: '?window=500', isPaused: true })
  const leased = async () => (await sql<{ count: number }>`select count(*)::int as count from bus.delivery where state = 'leased'`)[0]?.count ?? 0
  await new Promise((resolve) => setTimeout(resolve, 1500))
  assert.ok((await leased()) <= 10, 'only a few are taken for a reader that takes none')
  await setMemberState(world, 'slow-b', 'suspended')
  await freshDirectory(world)
  const suspendedAt = performance.now()
  while ((await leased()) > 5 && performance.now() - suspendedAt < 12_000) await new Promise((resolve) => setTimeout(resolve, 50))
  assert.ok(performance.now() - suspendedAt < 10_000, 'what was not sent has gone back to the queue')
  reader.close()
})
