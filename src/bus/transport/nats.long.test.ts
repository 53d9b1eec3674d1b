import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { aService, type BusMember, contractOf, expectStatus } from '../../testing/bus-member.ts'
import { hasNats, noNats, startBrokers } from '../../testing/nats.ts'
import { startOutside } from '../../testing/outside.ts'
import { until } from '../../testing/process.ts'
import { streamed } from '../../testing/streamed.ts'
import { isCarried, stageOf } from '../../testing/transport-contract.ts'
import { contentDigest } from '../../platform/http-signature.ts'
import { transportOf } from './transport.ts'

const kills = 6
const keys = 20
const apartMs = 4000
const limitMs = 60_000

test(`a cluster of three over TLS loses nothing while ${kills} of its nodes are killed under load, each time the one that leads`, async (t) => {
  if (!hasNats()) return t.skip(noNats)
  const brokers = await startBrokers(t, 3, { isClosed: true })
  const { his, box, world } = await stageOf(t, { ...brokers.settings, NATS_REPLICAS: '3' })
  const transport = transportOf(world)
  await until(
    'the cluster has a leader and the stream',
    () =>
      brokers.state().then(
        () => transport.isUp(),
        () => false,
      ),
    limitMs,
  )

  const sent: string[] = []
  const got: string[] = []
  let isOver = false
  let upMs = 0
  let wholeMs = 0
  const sender = async (at: number) => {
    for (let n = 0; !isOver; n++) {
      const id = `s${at}-${n}`
      await expectStatus(202, his.message('box/in', id, JSON.stringify({ id }), { 'bus-key': `k-${at}-${n % keys}` }))
      sent.push(id)
    }
  }
  const fetcher = async () => {
    while (!isOver || got.length < sent.length) {
      const batch = await box.lease(20)
      got.push(...batch.map(({ messageId }) => messageId))
      if (batch.length > 0) await expectStatus(200, box.ack(batch.map(({ delivery }) => delivery)))
      else await sleep(20)
    }
  }
  const watch = async () => {
    while (!isOver) {
      await sleep(50)
      wholeMs += 50
      if (transport.isUp()) upMs += 50
    }
  }
  const murderer = async () => {
    for (let n = 0; n < kills; n++) {
      await sleep(apartMs)
      const { leader } = await brokers.state()
      await brokers.kill(leader)
      await sleep(apartMs)
      await brokers.start(leader)
      await until(
        'it has a leader again',
        () =>
          brokers.state().then(
            () => true,
            () => false,
          ),
        limitMs,
      )
    }
    isOver = true
  }
  await Promise.all([sender(0), sender(1), sender(2), fetcher(), fetcher(), watch(), murderer()])
  await until('nothing is left', async () => (await isCarried(world)) && (await box.lease(50)).length === 0)

  assert.equal(new Set(got).size, got.length, 'nothing came twice')
  assert.deepEqual(got.toSorted(), sent.toSorted())
  for (const at of [0, 1, 2])
    for (let key = 0; key < keys; key++) {
      const mine = got
        .filter((id) => id.startsWith(`s${at}-`))
        .map((id) => Number(id.slice(3)))
        .filter((n) => n % keys === key)
      assert.deepEqual(
        mine,
        mine.toSorted((a, b) => a - b),
        `the order of k-${at}-${key}`,
      )
    }
  const { stored } = await brokers.state()
  const up = Math.round((100 * upMs) / wholeMs)
  t.diagnostic(`${sent.length} messages, ${stored} numbers through the stream, NATS in use ${up} % of the time`)
  assert.ok(stored > sent.length / 2, 'most went through the stream')
})

test('two of three are killed: the database hands out, and the cluster carries on when they are back', async (t) => {
  if (!hasNats()) return t.skip(noNats)
  const brokers = await startBrokers(t, 3)
  const { his, box, world } = await stageOf(t, { ...brokers.settings, NATS_REPLICAS: '3' })
  const transport = transportOf(world)
  const send = (id: string) => expectStatus(202, his.message('box/in', id, '{}', { 'bus-key': 'one' }))
  const got: string[] = []
  const take = async (count: number) => {
    await until(
      `${count} have come`,
      async () => {
        const batch = await box.lease(1)
        got.push(...batch.map(({ messageId }) => messageId))
        await box.ack(batch.map(({ delivery }) => delivery))
        return got.length >= count
      },
      limitMs,
    )
  }
  await until(
    'the stream is there',
    () =>
      brokers.state().then(
        () => transport.isUp(),
        () => false,
      ),
    limitMs,
  )
  await send('a-1')
  await take(1)
  await brokers.kill(0)
  await brokers.kill(1)
  for (const id of ['b-1', 'b-2', 'b-3']) await send(id)
  await take(4)
  await brokers.start(0)
  await brokers.start(1)
  await send('c-1')
  await until('it is carried', async () => transport.isUp() && (await isCarried(world)), limitMs)
  const { stored } = await brokers.state()
  await take(5)
  assert.deepEqual(got, ['a-1', 'b-1', 'b-2', 'b-3', 'c-1'])
  assert.ok(stored >= 2)
})

test('two processes of a real server share the queues, and one of them is killed', { timeout: 600_000 }, async (t) => {
  if (!hasNats()) return t.skip(noNats)
  const brokers = await startBrokers(t, 1, { isClosed: true })
  const outside = await startOutside({ ...brokers.settings, PROCESSES: '2' })
  t.after(() => outside.end())
  const [his, box] = [await outside.join('his'), await outside.join('box')]
  await expectStatus(200, box.send({ method: 'PUT', url: '/bus/services/in', body: aService('inbox') }))
  await contractOf(his, 'box/in')
  const ask = (member: BusMember, url: string, text: string, headers: Record<string, string> = {}) => {
    const body = { bytes: Buffer.byteLength(text), digest: contentDigest(Buffer.from(text)), chunks: () => [Buffer.from(text)].values() }
    return streamed(member, outside.base, { url, body: body as never, headers: { 'content-type': 'application/json', ...headers } })
  }
  // Until the first process has made the stream, the database hands out, and is asked again for a second after that.
  await until('there is a stream', () =>
    brokers.state().then(
      () => true,
      () => false,
    ),
  )
  const count = 300
  const sentAt = new Map<string, number>()
  const tookMs: number[] = []
  const got = new Set<string>()
  // A connection that ends with its process is tried again; what was received twice has the same number. What was acknowledged just before is not named again.
  const insist = async (act: () => Promise<{ status: number; text: string }>): Promise<any> => {
    for (;;) {
      const answer = await act().catch(() => null)
      if (answer && answer.status < 300) return JSON.parse(answer.text)
      await sleep(100)
    }
  }
  const fetcher = async () => {
    while (got.size < count) {
      const { deliveries } = await insist(() => ask(box, '/bus/deliveries/lease', '{"max":20,"wait":2}'))
      if (deliveries.length === 0) continue
      for (const { messageId } of deliveries) tookMs.push(performance.now() - (sentAt.get(messageId) ?? 0))
      const acknowledge = deliveries.map(({ delivery }: { delivery: number }) => delivery)
      await insist(() => ask(box, '/bus/deliveries/ack', JSON.stringify({ acknowledge })))
      for (const { messageId } of deliveries) got.add(messageId)
    }
  }
  const sender = async () => {
    for (let n = 0; n < count; n++) {
      const id = `p-${n}`
      sentAt.set(id, performance.now())
      await insist(() => ask(his, '/bus/messages', '{}', { 'bus-to': 'box/in', 'bus-message-id': id, 'bus-key': `k-${n % 7}` }))
      if (n === count / 2) process.kill(workersOf(outside.server.child.pid as number)[0] as number, 'SIGKILL')
    }
  }
  await Promise.all([sender(), fetcher(), fetcher()])
  const { stored } = await brokers.state()
  assert.ok(stored > count / 2)
  const { deliveries: left } = await insist(() => ask(box, '/bus/deliveries/lease', '{"max":20,"wait":0}'))
  assert.deepEqual([got.size, left], [count, []])
  const median = tookMs.toSorted((a, b) => a - b)[tookMs.length >> 1] as number
  t.diagnostic(`${stored} numbers through the stream; from sent to received, median ${median.toFixed(0)} ms`)
})

/** Children of a process that run the server as it does. */
function workersOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .map(Number)
    .filter((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('server.ts'))
}
