import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aService, contractOf, expectStatus, joinBus } from '../../testing/bus-member.ts'
import { startServer } from '../../testing/server.ts'
import { queuesOf } from '../operator/queues.ts'
import { prune } from '../messages/keep.ts'
import { awaitAnswer, keepAnswer } from './call-answer.ts'
import { inMemory } from './contents.ts'

test('a call whose caller has left is over: it is neither handed out nor parked, and its contents go with those that were taken', async (t) => {
  const { app, world, sql } = await startServer(t)
  const [asks, answers] = [await joinBus(app, world, 'left-a'), await joinBus(app, world, 'left-b')]
  await expectStatus(200, answers.send({ method: 'PUT', url: '/bus/services/ask', body: aService('call') }))
  await contractOf(asks, 'left-b/ask', { endpoints: [{ method: 'GET', path: '/*' }] })
  const calls = ['/fetched', '/refused', '/late'].map((path) => asks.send({ method: 'GET', url: `/bus/call/left-b/ask${path}` }))
  const waiting = async () => sql<{ message: string }>`select message from bus.delivery where service = 'left-b/ask' and open order by seq`
  while ((await waiting()).length < 3) await new Promise((resolve) => setTimeout(resolve, 20))
  const messages = (await waiting()).map(({ message }) => message)
  const [fetched, refused] = await answers.lease(2)
  await expectStatus(200, answers.ack([], [{ delivery: refused.delivery, reason: 'not today', final: true }]))
  for (const { message } of [fetched, refused]) await assert.rejects(awaitAnswer(world, message, 10), /has not answered in time/)
  const { now } = world
  try {
    world.now = () => new Date(now().getTime() + 120_000)
    assert.deepEqual(await answers.lease(), [], 'its caller is thought to have died with its process')
    const states = await sql<{ state: string; reason: string }>`select state, reason from bus.delivery where message = any(${messages}::uuid[])`
    assert.deepEqual(
      states,
      Array.from({ length: 3 }, () => ({ state: 'acknowledged', reason: 'its caller waits no more' })),
    )
    assert.deepEqual(
      (await queuesOf(world)).filter(({ parked }) => parked > 0),
      [],
    )
    world.now = () => new Date(now().getTime() + 31 * 86_400_000)
    await prune(world, 30)
    assert.deepEqual(await sql`select 1 from bus.body where message = any(${messages}::uuid[])`, [])
  } finally {
    world.now = now
  }
  const nothing = { status: 200, headers: {}, digest: '', kid: '', base: '', signature: '', by: 'left-b' }
  for (const call of messages) await keepAnswer(world, { ...nothing, call, body: inMemory(Buffer.from('{}')) }, true, [])
  await Promise.all(calls)
})
