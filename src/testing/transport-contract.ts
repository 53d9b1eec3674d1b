import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { World } from '../platform/world.ts'
import { aService, type BusMember, contractOf, expectStatus, joinBus } from './bus-member.ts'
import { until } from './process.ts'
import { startServer, type TestServer } from './server.ts'
import { replay } from '../bus/messages/keep.ts'
import { startCarrying } from '../bus/transport/carry.ts'
import { transportOf } from '../bus/transport/transport.ts'

/** Where a transport is tested: members that send and fetch as strangers would, and a clock that can be put forward. */
export type Stage = TestServer & { his: BusMember; lab: BusMember; box: BusMember; after(ms: number): void }

/** A server with a running transport, as `npm start` has it. */
export async function stageOf(t: TestContext, settings: Record<string, string>): Promise<Stage> {
  const server = await startServer(t, settings)
  const { app, world } = server
  const now = world.now.bind(world)
  let aheadMs = 0
  world.now = () => new Date(now().getTime() + aheadMs)
  const stop = startCarrying(world)
  t.after(async () => {
    await stop()
    await transportOf(world).end()
  })
  const [his, lab, box] = [await joinBus(app, world, 'his'), await joinBus(app, world, 'lab'), await joinBus(app, world, 'box')]
  await expectStatus(200, box.send({ method: 'PUT', url: '/bus/services/in', body: aService('inbox') }))
  await contractOf(his, 'box/in', { lane: 'normal' })
  await contractOf(lab, 'box/in', { lane: 'clinical' })
  return { ...server, his, lab, box, after: (ms) => void (aheadMs += ms) }
}

export type Handed = { delivery: number; messageId: string; attempt: number; outOfOrder?: boolean }

/** Fetches until so many deliveries have come, and fails when they do not come. */
export async function fetchAll(box: BusMember, count: number, max = 50): Promise<Handed[]> {
  const got: Handed[] = []
  await until(`${count} deliveries have come`, async () => {
    got.push(...(await box.lease(max)))
    return got.length >= count
  })
  return got
}

const ids = (handed: readonly Handed[]) => handed.map(({ messageId }) => messageId)
const acks = (box: BusMember, handed: readonly Handed[]) => expectStatus(200, box.ack(handed.map(({ delivery }) => delivery)))
const refuse = (box: BusMember, { delivery }: Handed, final: boolean) => expectStatus(200, box.ack([], [{ delivery, reason: 'not now', final }]))
/** Asks four times, long enough for anything under way: no delivery may come. */
async function nothingComes(box: BusMember): Promise<void> {
  for (let n = 0; n < 4; n++) assert.deepEqual(await box.send({ url: '/bus/deliveries/lease', body: '{"wait":0}' }).then(({ body }) => body.deliveries), [])
}

let serial = 0
async function send(from: BusMember, headers: Record<string, string> = {}): Promise<string> {
  const id = `m-${++serial}`
  await expectStatus(202, from.message('box/in', id, JSON.stringify({ id }), headers))
  return id
}

/** What every transport must do, tested from outside, and in `more` what this one must do besides. */
export function transportContract(
  name: string,
  begin: (t: TestContext) => Promise<Record<string, string>>,
  more: (t: TestContext, stage: Stage) => Promise<void> = async () => undefined,
): void {
  test(`${name}: a queue keeps order, leases, lanes and ends, whoever carries it`, async (t) => {
    const stage = await stageOf(t, await begin(t))
    const { his, lab, box, world } = stage

    await t.test('what was acknowledged to its sender comes, once, although it was sent twice', async () => {
      const id = await send(his)
      await expectStatus(202, his.message('box/in', id, JSON.stringify({ id })))
      const got = await fetchAll(box, 1)
      assert.deepEqual(ids(got), [id])
      await acks(box, got)
      await nothingComes(box)
    })

    await t.test('messages of a key come in their order, many keys mixed, in batches of any size', async () => {
      const sent: string[][] = [[], [], []]
      for (let n = 0; n < 18; n++) sent[n % 3]?.push(await send(his, { 'bus-key': `k-${n % 3}` }))
      const got: Handed[] = []
      for (let n = 0; got.length < 18; n++) {
        const batch = await fetchAll(box, 1, 1 + (n % 7))
        got.push(...batch)
        await acks(box, batch)
      }
      for (const one of sent)
        assert.deepEqual(
          ids(got).filter((id) => one.includes(id)),
          one,
        )
      assert.equal(new Set(ids(got)).size, 18)
    })

    await t.test('a later one of a key waits while the earlier is leased; another key does not', async () => {
      const [first, second, other] = [await send(his, { 'bus-key': 'a' }), await send(his, { 'bus-key': 'a' }), await send(his, { 'bus-key': 'b' })]
      const one = await fetchAll(box, 1, 1)
      assert.deepEqual(ids(one), [first])
      const two = await fetchAll(box, 1)
      assert.deepEqual(ids(two), [other])
      await nothingComes(box)
      await acks(box, one)
      const three = await fetchAll(box, 1)
      assert.deepEqual(ids(three), [second])
      await acks(box, [...two, ...three])
    })

    await t.test('faster lanes come first', async () => {
      const slow = [await send(his), await send(his)]
      const fast = await send(lab)
      await until('all are where they are fetched', () => isCarried(world))
      const got = await fetchAll(box, 3)
      assert.deepEqual(ids(got), [fast, ...slow])
      await acks(box, got)
    })

    await t.test('what is not acknowledged within a minute comes again, and says so', async () => {
      const id = await send(his, { 'bus-key': 'c' })
      await fetchAll(box, 1)
      await nothingComes(box)
      stage.after(61_000)
      const again = await fetchAll(box, 1)
      assert.deepEqual([ids(again), again[0]?.attempt], [[id], 2])
      await acks(box, again)
    })

    await t.test('a refused one comes after a pause that grows', async () => {
      const id = await send(his)
      for (const pauseMs of [2000, 4000]) {
        await refuse(box, (await fetchAll(box, 1))[0] as Handed, false)
        await nothingComes(box)
        stage.after(pauseMs)
      }
      const got = await fetchAll(box, 1)
      assert.deepEqual([ids(got), got[0]?.attempt], [[id], 3])
      await acks(box, got)
    })

    await t.test('a parked one holds back its own document only, and comes again when it is replayed', async () => {
      const headers = { 'bus-key': 'd', 'bus-document': 'doc-1' }
      const first = await send(his, headers)
      const [one] = await fetchAll(box, 1, 1)
      await refuse(box, one as Handed, true)
      const [version, other] = [await send(his, headers), await send(his, { 'bus-key': 'd', 'bus-document': 'doc-2' })]
      const passed = await fetchAll(box, 1)
      assert.deepEqual([ids(passed), passed[0]?.outOfOrder], [[other], true])
      await acks(box, passed)
      await nothingComes(box)
      const wish = { member: 'box', message: null, from: null, to: null, parkedOnly: true }
      await world.ledger.transaction(async (tx) => assert.equal(await replay(world, tx, wish), 1))
      const got: Handed[] = []
      while (got.length < 2) {
        const batch = await fetchAll(box, 1)
        got.push(...batch)
        await acks(box, batch)
      }
      assert.deepEqual(ids(got), [first, version])
    })

    await t.test('four who fetch for one member at the same time get everything once', async () => {
      const sent: string[] = []
      for (let n = 0; n < 20; n++) sent.push(await send(his, { 'bus-key': `p-${n % 5}` }))
      const got: string[] = []
      const fetcher = async () => {
        while (got.length < sent.length) {
          const batch: Handed[] = await box.lease(5)
          got.push(...ids(batch))
          if (batch.length > 0) await acks(box, batch)
        }
      }
      await Promise.all([fetcher(), fetcher(), fetcher(), fetcher()])
      assert.deepEqual(got.toSorted(), sent.toSorted())
    })
    await more(t, stage)
  })
}

/** Whether the transport has taken all the deliveries that it has to take. */
export async function isCarried(world: World): Promise<boolean> {
  const rows = await world.sql`select 1 as one from bus.delivery where carried = false and open and due_at <= ${world.now()} limit 1`
  return rows.length === 0
}
