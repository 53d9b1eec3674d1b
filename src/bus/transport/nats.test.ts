import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { expectStatus } from '../../testing/bus-member.ts'
import { type Brokers, hasNats, noNats, startBrokers } from '../../testing/nats.ts'
import { until } from '../../testing/process.ts'
import { fetchAll, isCarried, type Stage, transportContract } from '../../testing/transport-contract.ts'
import type { NatsTransport } from './nats.ts'
import { directoryOf } from '../members/directory.ts'
import { transportOf } from './transport.ts'

if (hasNats()) {
  let brokers: Brokers
  const begin = async (t: TestContext) => {
    brokers = await startBrokers(t, 1)
    return brokers.settings
  }
  transportContract('NATS JetStream', begin, (t, stage) => comesAndGoes(t, stage, brokers))
} else {
  test('NATS JetStream', (t) => t.skip(noNats))
}

async function comesAndGoes(t: TestContext, { his, box, world, sql, owner }: Stage, brokers: Brokers): Promise<void> {
  const nats = transportOf(world) as NatsTransport
  const recipient = (await sql<{ id: string }>`select id from bus.member where code = 'box'`)[0]?.id as string
  const sent: string[] = []
  const got: string[] = []
  const send = async (count: number) => {
    for (let n = 0; n < count; n++) {
      const id = `n-${sent.length}`
      await expectStatus(202, his.message('box/in', id, JSON.stringify({ id }), { 'bus-key': `k-${sent.length % 2}` }))
      sent.push(id)
    }
  }
  const take = async (count: number) => {
    while (count > 0) {
      const batch = await fetchAll(box, 1, Math.min(count, 3))
      count -= batch.length
      got.push(...batch.map(({ messageId }) => messageId))
      await expectStatus(200, box.ack(batch.map(({ delivery }) => delivery)))
    }
  }
  const isBack = () => until('NATS is there', () => nats.isUp())

  await t.test('NATS goes and the database hands out; it comes back and carries on, and nothing comes twice', async () => {
    await isBack()
    await send(6)
    await until('all are carried', () => isCarried(world))
    assert.equal(await nats.depth(recipient), 6)
    await take(2)
    await brokers.kill(0)
    await send(4)
    await take(4)
    await brokers.start(0)
    await isBack()
    await take(2)
    await send(3)
    await take(5)
    await until('what is done is dropped', async () => (await box.lease(50)).length === 0 && (await nats.depth(recipient)) === 0)
  })

  await t.test('its disk is lost, and what was in it is carried once more', async () => {
    await send(5)
    await until('all are carried', () => isCarried(world))
    await brokers.kill(0)
    brokers.forget(0)
    await brokers.start(0)
    await isBack()
    await until('they are in the new one', async () => (await isCarried(world)) && (await nats.depth(recipient).catch(() => 0)) === 5)
    await take(5)
  })

  await t.test('a number that the stream has lost by itself is missed and carried once more', async () => {
    await send(1)
    await until('it is carried', () => isCarried(world))
    await brokers.empty()
    await sql`update bus.delivery set due_at = due_at - interval '1 minute' where carried`
    await take(1)
  })

  await t.test('the disk of the brokers takes nothing more: the database hands out what they could not store', async () => {
    await brokers.fill(true)
    await send(6)
    await take(6)
    assert.ok(nats.isUp(), 'they answer all the while')
    await brokers.fill(false)
    await send(3)
    await take(3)
    await until('what is done is dropped', async () => (await box.lease(50)).length === 0 && (await nats.depth(recipient)) === 0)
    await send(1)
    await until('what is new is carried again', async () => (await isCarried(world)) && (await nats.depth(recipient)) === 1)
    await take(1)
  })

  await t.test('whoever has little to come is not behind those who have much', async () => {
    const members = [...(await directoryOf(world)).members.keys()]
    assert.ok(members.length > 5)
    const long = members.slice(0, 5)
    const last = members.at(-1) as string
    const add = (recipients: readonly string[], count: number) => owner`
      insert into bus.delivery (recipient, message, sender, service, lane, due_at, stored_at, carried)
      select recipient, gen_random_uuid(), recipient, 'none/none', 1, now(), now(), false
        from unnest(${[...recipients]}::uuid[]) as recipient, generate_series(1, ${count}::int)`
    await add(long, 4000)
    await add([last], 50)
    const waiting = async (recipients: readonly string[]) =>
      (await owner`select 1 from bus.delivery where recipient = any(${[...recipients]}::uuid[]) and service = 'none/none' and carried = false limit 20000`)
        .length
    await until('the little is carried', async () => (await waiting([last])) === 0)
    assert.ok((await waiting(long)) > 0)
    await owner`delete from bus.delivery where service = 'none/none'`
  })
  assert.deepEqual(got.toSorted(), sent.toSorted())
  const ofKey = (ids: readonly string[], key: number) => ids.filter((id) => Number(id.slice(2)) % 2 === key)
  for (const key of [0, 1]) assert.deepEqual(ofKey(got, key), ofKey(sent, key))
}
