import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { aService, batchOf, type BusMember, contractOf, expectStatus, joinBus, verdictTexts } from '../../testing/bus-member.ts'
import { forFile } from '../../testing/for-file.ts'
import { startServer, type TestServer } from '../../testing/server.ts'
import type { World } from '../../platform/world.ts'
import { verifyEvidence } from '../evidence/verify-evidence.ts'
import { evidenceOf } from '../evidence/evidence.ts'
import { bodyColumns, type BodyRow, openContents } from './body.ts'
import { prune, replay } from './keep.ts'
import { lease } from './lease.ts'

const dayMs = 86_400_000
const file = forFile()
let server: TestServer
let sender: BusMember
let box: BusMember
let other: BusMember

before(async () => {
  server = await startServer(file)
  const { app, world } = server
  sender = await joinBus(app, world, 'parcel-sender')
  box = await joinBus(app, world, 'parcel-box')
  other = await joinBus(app, world, 'parcel-other')
  for (const member of [box, other]) {
    await member.offerInbox('box')
    await contractOf(sender, `${member.code}/box`)
  }
})

type Sent = { to?: string; key?: string; body: string }
let serial = 0
/** The centre's numbers of them. */
async function post(sent: readonly Sent[]): Promise<string[]> {
  const messages = sent.map(({ to = 'parcel-box/box', ...one }) => ({ to, messageId: `parcel-${serial++}`, ...one }))
  const { body } = await expectStatus(200, sender.send(batchOf(messages)))
  return verdictTexts(body).map((text) => JSON.parse(text).message as string)
}
const textsOf = (got: readonly { body: string }[]) => got.map(({ body }) => Buffer.from(body, 'base64').toString())
const takeAll = async (member: BusMember): Promise<void> => {
  for (let got; (got = await member.lease(500)).length > 0; ) await expectStatus(200, member.ack(got.map((one) => one.delivery)))
}
const rowsOf = (messages: readonly string[]) =>
  server.sql<BodyRow>`select ${bodyColumns} from bus.body where message = any(${[...messages]}::uuid[]) order by message`

/** As another process, which has opened nothing yet. */
const elsewhere = (): World => Object.create(server.world) as World

/** What the hourly round does in a month. */
async function inAMonth(act: () => Promise<unknown>): Promise<void> {
  const { world } = server
  const { now } = world
  try {
    world.now = () => new Date(now().getTime() + 31 * dayMs)
    await act()
  } finally {
    world.now = now
  }
}

test('a small message does not keep in memory what came beside it, however many lie beside large ones', async () => {
  const large = 'x'.repeat(500_000)
  for (let n = 0; n < 20; n++) await post([{ body: `small ${n}` }, ...Array.from({ length: 3 }, () => ({ to: 'parcel-other/box', body: large }))])
  const [row] = await server.sql<{ id: string }>`select id from bus.member where code = 'parcel-box'`
  const got = await lease(server.world, String(row?.id), 500)
  assert.deepEqual(
    got.map(({ body }) => body?.toString()),
    Array.from({ length: 20 }, (_, n) => `small ${n}`),
  )
  for (const { body } of got) assert.ok((body?.buffer.byteLength ?? 0) < large.length, 'its memory is not that of the parcel')
  await expectStatus(200, box.ack(got.map(({ seq }) => seq)))
  await takeAll(other)
})

test('whoever reads while the hourly round takes a parcel apart gets what is still needed, and nothing of what went', async () => {
  const texts = ['a', 'b', 'c', 'd', 'e'].map((name) => `{"name":"${name}"}`)
  const messages = await post(texts.map((body) => ({ body })))
  const got = await box.lease()
  assert.deepEqual(textsOf(got), texts)
  await expectStatus(200, box.ack(got.filter((_, at) => at !== 1).map((one) => one.delivery)))
  const stale = await rowsOf(messages)
  assert.ok(stale.every(({ parcel }) => parcel !== null))
  const { world, sql } = server
  await inAMonth(() => Promise.all([prune(world, 30), prune(elsewhere(), 30), prune(elsewhere(), 30)]))
  assert.equal((await sql`select 1 from bus.parcel where id = ${String(stale[0]?.parcel)}`).length, 0)
  const contents = await openContents(elsewhere(), stale)
  assert.deepEqual(
    [...contents].map(([message, plain]) => [message, String(plain)]),
    [[messages[1], texts[1]]],
  )
  await expectStatus(200, box.ack([got[1].delivery]))
})

test('of a parcel that stands whole nothing is written anew, and one that nobody needs is gone', async () => {
  const waiting = await post(['1', '2', '3', '4'].map((body) => ({ body })))
  const before = await rowsOf(waiting)
  const taken = await post(['5', '6', '7', '8'].map((body) => ({ to: 'parcel-other/box', body })))
  await takeAll(other)
  await inAMonth(() => prune(server.world, 30))
  assert.deepEqual(await rowsOf(waiting), before)
  assert.deepEqual(await rowsOf(taken), [])
  const [left] = await server.sql<{ count: number }>`select count(*)::int as count from bus.parcel`
  assert.equal(left?.count, 1)
  await takeAll(box)
})

test('contents that cannot be opened hold back what follows in their key and nothing else, and come when they are mended', async () => {
  const { world, owner } = server
  const damagedOnes = await post(['k', 'k', 'l', 'l'].map((key, at) => ({ key, body: `old ${at}` })))
  await post([
    { key: 'k', body: 'behind' },
    { key: 'm', body: 'free' },
  ])
  const [row] = await rowsOf(damagedOnes)
  const [parcel] = await owner<{ sealed: Buffer }>`select sealed from bus.parcel where id = ${String(row?.parcel)}`
  await owner`update bus.parcel set sealed = set_byte(sealed, 20, (get_byte(sealed, 20) + 1) % 256) where id = ${String(row?.parcel)}`
  assert.deepEqual(textsOf(await box.lease(500)), ['free'])
  const reasons = await owner<{ state: string; reason: string | null }>`
    select state, reason from bus.delivery where message = any(${damagedOnes}::uuid[]) order by seq`
  assert.deepEqual(
    reasons.map(({ state, reason }) => [state, reason]),
    [
      ['waiting', 'its contents cannot be opened'],
      ['waiting', null],
      ['waiting', 'its contents cannot be opened'],
      ['waiting', null],
    ],
  )
  await owner`update bus.parcel set sealed = ${parcel?.sealed ?? null} where id = ${String(row?.parcel)}`
  const { now } = world
  try {
    world.now = () => new Date(now().getTime() + 5000)
    const got = await box.lease(500)
    assert.deepEqual(textsOf(got), ['old 0', 'old 1', 'old 2', 'old 3', 'behind'])
  } finally {
    world.now = now
  }
  await server.sql`update bus.delivery set state = 'acknowledged', ended_at = now() where state <> 'acknowledged'`
})

test('the hourly round leaves a parcel that it cannot open, and goes on with the others', async () => {
  const { owner } = server
  const [bad, good] = [await post(['1', '2', '3', '4'].map((body) => ({ body }))), await post(['5', '6', '7', '8'].map((body) => ({ body })))]
  const got = await box.lease()
  await expectStatus(200, box.ack(got.filter((_, at) => at % 4 !== 0).map((one) => one.delivery)))
  const [row] = await rowsOf(bad)
  const parcel = String(row?.parcel)
  const [{ sealed } = { sealed: Buffer.alloc(0) }] = await owner<{ sealed: Buffer }>`select sealed from bus.parcel where id = ${parcel}`
  await owner`update bus.parcel set sealed = set_byte(sealed, 20, (get_byte(sealed, 20) + 1) % 256) where id = ${parcel}`
  await inAMonth(() => prune(elsewhere(), 30))
  assert.deepEqual(
    (await rowsOf([...bad, ...good])).map((one) => one.parcel),
    [parcel, null],
  )
  await owner`update bus.parcel set sealed = ${sealed} where id = ${parcel}`
  await inAMonth(() => prune(elsewhere(), 30))
  assert.deepEqual(
    (await rowsOf([...bad, ...good])).map((one) => one.parcel),
    [null, null],
  )
  await expectStatus(200, box.ack(got.map((one) => one.delivery)))
})

test('what is handed out again while the round removes old contents keeps its own', async () => {
  const { world, sql } = server
  await takeAll(box)
  const [message] = await post([{ body: 'again' }])
  await takeAll(box)
  let pruned: Promise<unknown> = Promise.resolve()
  const wish = { member: 'parcel-box', message: message as string, from: null, to: null, parkedOnly: false }
  await inAMonth(async () => {
    await sql.begin(async (tx) => {
      assert.equal(await replay(world, tx as never, wish), 1)
      pruned = prune(world, 30)
      await new Promise((resolve) => setTimeout(resolve, 300))
    })
    await pruned
  })
  const { now } = world
  try {
    world.now = () => new Date(now().getTime() + 31 * dayMs)
    const [row] = await sql<{ id: string }>`select id from bus.member where code = 'parcel-box'`
    assert.deepEqual(
      (await lease(world, String(row?.id), 10)).map(({ body }) => body?.toString()),
      ['again'],
    )
  } finally {
    world.now = now
  }
})

test('what was taken twice has both proofs in its evidence, and a call is not handed out again', async () => {
  const { world, sql } = server
  const [message] = await post([{ to: 'parcel-other/box', body: 'twice' }])
  await takeAll(other)
  const wish = { member: 'parcel-other', message: null, from: new Date(0), to: null, parkedOnly: false }
  await expectStatus(200, other.send({ method: 'PUT', url: '/bus/services/ask', body: aService('call') }))
  await contractOf(sender, 'parcel-other/ask', { endpoints: [{ method: 'GET', path: '/x' }] })
  const asked = sender.send({ method: 'GET', url: '/bus/call/parcel-other/ask/x' })
  let call
  while (!(call = (await other.lease(1))[0])) await new Promise((resolve) => setTimeout(resolve, 20))
  await expectStatus(200, other.send({ url: `/bus/calls/${call.message}/answer`, body: '{}', headers: { 'bus-status': '200' } }))
  await asked
  await sql.begin((tx) => replay(world, tx as never, wish))
  const handedOut = await other.lease(500)
  assert.ok(handedOut.length > 0 && handedOut.every((one) => one.call === undefined))
  assert.ok(handedOut.some((one) => one.message === message))
  await expectStatus(200, other.ack(handedOut.map((one) => one.delivery)))
  const { ends, ...evidence } = await evidenceOf(world, message as string, true)
  assert.equal(ends.length, 2)
  assert.deepEqual(verifyEvidence({ ends, ...evidence }, null).problems, [])
})
