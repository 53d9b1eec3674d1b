import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import type { FastifyReply } from 'fastify'
import { messagesTo, storeUnsigned } from '../../testing/bus-backlog.ts'
import { aService, type BusMember, contractOf, expectStatus, joinBus } from '../../testing/bus-member.ts'
import { startServer } from '../../testing/server.ts'
import type { World } from '../../platform/world.ts'
import { createFairTurns } from './fair-turns.ts'
import { requireRoomFor } from './queue.ts'
import { takeQuota } from '../members/quota.ts'

const receiver = async (server: Awaited<ReturnType<typeof startServer>>, code: string, service: object = {}): Promise<BusMember> => {
  const member = await joinBus(server.app, server.world, code)
  await expectStatus(200, member.send({ method: 'PUT', url: '/bus/services/box', body: aService('inbox', service) }))
  return member
}

test('a sender sees how long the queue of the receiver is, hears 503 when it is full, and nobody else does', async (t) => {
  const server = await startServer(t, { BUS_QUEUE_MAX: '3' })
  const sender = await joinBus(server.app, server.world, 'sender')
  const full = await receiver(server, 'full')
  await receiver(server, 'idle')
  await contractOf(sender, 'full/box')
  await contractOf(sender, 'idle/box')

  const depths = []
  for (const n of [1, 2, 3]) depths.push((await expectStatus(202, sender.message('full/box', `f-${n}`, '{}'))).body.queue.depth)
  assert.deepEqual(depths, [1, 2, 3])
  const refused = await expectStatus(503, sender.message('full/box', 'f-4', '{}'))
  assert.equal(refused.headers['bus-queue-depth'], '3')
  assert.ok(Number(refused.headers['retry-after']) > 0)
  assert.match(refused.text, /queue of the receiving member is full.*queue-full/)
  assert.equal((await expectStatus(202, sender.message('idle/box', 'i-1', '{}'))).body.queue.depth, 1)

  await expectStatus(200, full.ack((await full.lease()).map((one) => one.delivery)))
  await sleep(1100) // So long one count is good for.
  await sender.message('full/box', 'f-4', '{}')
  for (let tries = 0; (await sender.message('full/box', 'f-4', '{}')).status === 503; tries++) {
    assert.ok(tries < 20, 'room was made and nobody heard')
    await sleep(100)
  }
})

test('of many questions of one member at a time each delivery is handed out once, and another member is not kept waiting', async (t) => {
  const server = await startServer(t)
  const sender = await joinBus(server.app, server.world, 'sender')
  const busy = await receiver(server, 'busy')
  const calm = await receiver(server, 'calm')
  for (const name of ['busy', 'calm']) await contractOf(sender, `${name}/box`)
  await Promise.all(Array.from({ length: 30 }, (_, n) => expectStatus(202, sender.message('busy/box', `b-${n}`, '{}', { 'bus-key': `k-${n % 7}` }))))
  await expectStatus(202, sender.message('calm/box', 'c-1', '{}'))

  let calmWaited = 0
  const asked = Array.from({ length: 20 }, () => busy.lease(3).then((got) => ({ got, calmWaited })))
  const mine = calm.lease().then((got) => {
    calmWaited = 1
    return got
  })
  const answers = await Promise.all(asked)
  assert.equal((await mine).length, 1)
  assert.ok(answers.filter((one) => one.calmWaited === 0).length < 10, 'the other member was served only after half of the flood')
  const handed = answers.flatMap(({ got }) => got.map((one) => one.delivery as number))
  assert.equal(new Set(handed).size, handed.length)
  const keysOf = answers.map(({ got }) => new Set(got.map((one) => /"bus-key": (k-\d)/.exec(one.base)?.[1])))
  for (const [at, keys] of keysOf.entries()) for (const later of keysOf.slice(at + 1)) assert.ok(keys.isDisjointFrom(later), 'one key is in two hands')

  const again = await Promise.all([busy.ack(handed), busy.ack(handed), busy.ack(handed.slice(0, 3))])
  assert.ok(again.every(({ status }) => status === 200))
  const [left] = await server.sql<{ open: number; rows: number }>`
    select count(*) filter (where d.open)::int as open, count(*) filter (where d.ended_by is not null)::int as rows
      from bus.delivery d join bus.member m on m.id = d.recipient where m.code = 'busy'`
  assert.deepEqual(left, { open: 30 - handed.length, rows: handed.length })
})

test('of two messages of one key under way at a time the later number is not there first, however few or many keys come with them', async (t) => {
  const server = await startServer(t)
  const sender = await joinBus(server.app, server.world, 'sender')
  const member = await receiver(server, 'ordered')
  await contractOf(sender, 'ordered/box')
  const { world } = server
  const message = await messagesTo(world, sender, member)
  for (const keys of [1, 600]) {
    const earlier = Array.from({ length: keys }, (_, n) => message(1000 * keys + n, `k-${n}`))
    let isAnswered = false
    const later = await world.sql.begin(async (tx) => {
      await storeUnsigned(world, tx, earlier)
      const answer = sender.message('ordered/box', `later-${keys}`, '{}', { 'bus-key': 'k-0' }).finally(() => (isAnswered = true))
      await sleep(300)
      assert.deepEqual(await member.lease(1), [], 'the later one was handed out before the earlier one was there')
      assert.equal(isAnswered, false)
      if (keys === 1) await expectStatus(202, sender.message('ordered/box', 'beside', '{}', { 'bus-key': 'another' }))
      return { answer }
    })
    await expectStatus(202, later.answer)
    const ofKey = []
    for (let got = await member.lease(500); got.length > 0; got = await member.lease(500)) {
      ofKey.push(...got.map(({ messageId }) => messageId).filter((name) => name === `backlog-${1000 * keys}` || name === `later-${keys}`))
      await expectStatus(200, member.ack(got.map((one) => one.delivery)))
    }
    assert.deepEqual(ofKey, [`backlog-${1000 * keys}`, `later-${keys}`])
  }
})

test('an answer holds as many large messages as fit into sixteen megabytes, and the rest comes with the next', async (t) => {
  const server = await startServer(t)
  const sender = await joinBus(server.app, server.world, 'sender')
  const member = await receiver(server, 'large')
  await contractOf(sender, 'large/box')
  for (let n = 0; n < 4; n++) await expectStatus(202, sender.message('large/box', `l-${n}`, Buffer.alloc(6 * 1_048_576, 32)))
  const counts = []
  for (let got = await member.lease(); got.length > 0; got = await member.lease()) counts.push(got.map((one) => one.attempt))
  assert.deepEqual(counts, [
    [1, 1],
    [1, 1],
  ])
})

test('the quota of a contract is one for all processes, and every answer says what is left of it', async (t) => {
  const server = await startServer(t)
  const sender = await joinBus(server.app, server.world, 'sender')
  await receiver(server, 'ward')
  await contractOf(sender, 'ward/box', { quotaPerMinute: 20 })
  const first = await expectStatus(202, sender.message('ward/box', 'q-1', '{}'))
  assert.deepEqual([first.headers['ratelimit-limit'], first.headers['ratelimit-remaining']], ['20', '19'])
  const reset = Number(first.headers['ratelimit-reset'])
  assert.ok(reset >= 1 && reset <= 60)

  // Another process of the same server: it has the database and nothing else in common.
  const [contract] = await server.sql<{ id: string }>`select id from bus.contract`
  const fixed = new Date()
  const process = () => ({ ...server.world, now: () => fixed })
  const reply = { headers: () => reply } as unknown as FastifyReply
  const limit = { id: contract?.id as string, quotaPerMinute: 40 }
  const asked = [process(), process()].flatMap((world) => Array.from({ length: 60 }, () => takeQuota(world, reply, limit)))
  const done = await Promise.allSettled(asked)
  const allowed = done.filter(({ status }) => status === 'fulfilled').length
  assert.ok(allowed <= 40 && allowed >= 36, `${allowed} of 40`)

  let refused = null
  for (let n = 2; n < 50 && refused === null; n++) {
    const answer = await sender.message('ward/box', `q-${n}`, '{}')
    if (answer.status === 429) refused = answer
  }
  assert.equal(refused?.headers['ratelimit-remaining'], '0')
  assert.ok(Number(refused?.headers['retry-after']) >= 1)
})

test('of those who wait to be accepted the members come in turn, and a flood hears that it is one', async () => {
  const turns = createFairTurns({ atOnce: 2, waitingEachMax: 50 })
  const order: string[] = []
  const pass = async (member: string) => {
    const leave = await turns.enter(member)
    order.push(member)
    await new Promise(setImmediate)
    leave()
  }
  const flood = Array.from({ length: 60 }, () => pass('flood'))
  const others = ['a', 'b', 'a'].map(pass)
  const done = await Promise.allSettled([...flood, ...others])
  assert.equal(done.filter(({ status }) => status === 'rejected').length, 8, 'two pass at once, fifty wait')
  assert.deepEqual(order.slice(0, 8).toSorted(), ['a', 'a', 'b', 'flood', 'flood', 'flood', 'flood', 'flood'])
  assert.equal(order.length, 55)
})

test('queues that are due together are counted together, and all counts of a process share one rest', async () => {
  const counts: number[] = []
  const tookMs = 60
  const sql = async (_: TemplateStringsArray, recipients: Buffer) => {
    const count = recipients.readInt32BE(12)
    counts.push(count)
    await sleep(tookMs)
    return Array.from({ length: count }, () => ({ depth: 100, oldestAt: null }))
  }
  const world = { sql, config: { BUS_QUEUE_MAX: 1000 }, now: () => new Date() } as unknown as World
  const members = Array.from({ length: 40 }, () => randomUUID())
  const askAll = () => Promise.all(members.map((member) => requireRoomFor(world, null, member)))
  assert.deepEqual(new Set((await askAll()).map(({ depth }) => depth)), new Set([101]))
  assert.deepEqual(counts, [40])
  await sleep(1500) // Longer than any of them needs by itself.
  assert.deepEqual(new Set((await askAll()).map(({ depth }) => depth)), new Set([102]))
  await sleep(tookMs)
  assert.deepEqual(counts, [40])
})
