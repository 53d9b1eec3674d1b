import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { unwatchedRoom } from '../../platform/room.ts'
import { aService, type BusMember, contractOf, expectStatus, joinBus } from '../../testing/bus-member.ts'
import { linkOf, until } from '../../testing/process.ts'
import { startServer, type TestServer } from '../../testing/server.ts'
import { flowOf, flowProvider, type Streamed, streamed } from '../../testing/streamed.ts'
import { evidenceOf } from '../evidence/evidence.ts'
import { prune } from '../messages/keep.ts'
import { verifyEvidence } from '../evidence/verify-evidence.ts'

const megabyte = 1_048_576
const path = '/images'
/** Three megabytes in pieces of a quarter. */
const piecesOfAnswer = 12

type Stage = TestServer & { base: string; his: BusMember; pacs: BusMember; other: BusMember }

async function stage(t: TestContext): Promise<Stage> {
  const server = await startServer(t)
  await server.app.listen({ port: 0, host: '127.0.0.1' })
  const { app, world } = server
  const [his, pacs, other] = [await joinBus(app, world, 'his'), await joinBus(app, world, 'pacs'), await joinBus(app, world, 'other')]
  return { ...server, base: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`, his, pacs, other }
}

async function offer({ his, pacs }: Stage, name: string, more: object): Promise<void> {
  await expectStatus(200, pacs.send({ method: 'PUT', url: `/bus/services/${name}`, body: aService('call', more) }))
  await contractOf(his, `pacs/${name}`, { endpoints: [{ method: '*', path }] })
}

/** Files of the spool that this process holds open: their names are gone, so only the process itself still reaches them. */
const openSpools = () => readdirSync('/proc/self/fd').filter((fd) => linkOf(join('/proc/self/fd', fd)).includes('/spool/')).length
const spoolsClosed = () => until('no spool is open', () => openSpools() === 0)

const outcomeOf = ({ text }: Streamed): string => JSON.parse(text).issue[0].diagnostics

test('bodies larger than memory holds pass whole and verified in both directions', async (t) => {
  const on = await stage(t)
  let answerBytes = 3 * megabyte
  const { address, seen } = await flowProvider(t, () => answerBytes)
  await offer(on, 'store', { addresses: [address] })
  await offer(on, 'small', { addresses: [address], bodyMb: 1 })
  const send = (more: object, service = 'store') => streamed(on.his, on.base, { url: `/bus/call/pacs/${service}${path}`, ...more })

  await t.test('by its length or in chunks: the provider sees every byte, the caller every byte of a signed answer', async () => {
    for (const isChunked of [false, true]) {
      const body = flowOf(3 * megabyte + 17)
      const answer = await send({ body, isChunked })
      assert.equal(answer.status, 200)
      assert.deepEqual([answer.bytes, answer.headers['content-digest']], [3 * megabyte, answer.digest])
      assert.ok(answer.headers['signature'])
      const got = seen.pop()
      assert.deepEqual([got?.bytes, got?.digest, got?.announced], [body.bytes, body.digest, body.digest])
    }
    await spoolsClosed()
    assert.deepEqual(readdirSync(join(on.world.config.DATA_DIR, 'spool')), [], 'a spooled body has no name on the disk')
  })

  await t.test('what does not have its signed digest never reaches the provider', async () => {
    const body = flowOf(2 * megabyte)
    const answer = await send({ body: { ...body, chunks: flowOf(2 * megabyte).chunks } })
    assert.equal(answer.status, 400)
    assert.match(outcomeOf(answer), /not the digest/)
    const [short, bytes] = [flowOf(600_000), flowOf(700_000)]
    assert.equal((await send({ body: { ...short, bytes: bytes.bytes, digest: short.digest, chunks: bytes.chunks } })).status, 400)
    assert.deepEqual(seen, [])
    await spoolsClosed()
  })

  await t.test('a body above the limit of its service is refused, announced or not, and so is an answer', async () => {
    for (const isChunked of [false, true]) {
      const answer = await send({ body: flowOf(megabyte + 1), isChunked }, 'small')
      assert.equal(answer.status, 413)
      assert.match(outcomeOf(answer), /at most 1 MB/)
    }
    assert.deepEqual(seen, [])
    assert.equal((await send({ method: 'GET' }, 'small')).status, 503, 'the answer of 3 MB does not pass')
    answerBytes = megabyte
    assert.equal((await send({ method: 'GET' }, 'small')).bytes, megabyte)
    seen.splice(0)
  })

  await t.test('who breaks off, asks without a right or finds the disk full leaves nothing behind', async () => {
    const headers = on.his.signed({ url: `/bus/call/pacs/store${path}`, headers: { 'content-digest': flowOf(16).digest, 'content-type': 'text/plain' } })
    const broken = request(`${on.base}/bus/call/pacs/store${path}`, { method: 'POST', headers: { ...headers, 'content-length': String(5 * megabyte) } })
    broken.on('error', () => undefined)
    broken.write(Buffer.alloc(megabyte))
    await until('its spool is open', () => openSpools() === 1)
    broken.destroy()
    await spoolsClosed()
    const stranger = await streamed(on.other, on.base, { url: `/bus/call/pacs/store${path}`, body: flowOf(2 * megabyte) })
    assert.equal(stranger.status, 403)
    on.world.room = { ...unwatchedRoom, state: 'full for writes' }
    const full = await send({ body: flowOf(2 * megabyte) })
    on.world.room = unwatchedRoom
    assert.equal(full.status, 507)
    assert.deepEqual(seen, [])
  })

  await t.test('a large call with a number of its own is repeated without its effect, with the same answer', async () => {
    answerBytes = 2 * megabyte
    const body = flowOf(2 * megabyte)
    const first = await send({ body, headers: { 'bus-message-id': 'study-1' } })
    const again = await send({ body, headers: { 'bus-message-id': 'study-1' } })
    assert.deepEqual([first.status, again.status, again.bytes, again.digest], [200, 200, 2 * megabyte, first.digest])
    assert.equal(again.headers['content-digest'], first.headers['content-digest'])
    assert.equal(seen.length, 1)
    assert.equal((await send({ body: flowOf(2 * megabyte), headers: { 'bus-message-id': 'study-1' } })).status, 409)
    const evidence = await evidenceOf(on.world, String(first.headers['bus-call']), true)
    assert.deepEqual(verifyEvidence(evidence, null).problems, [])
  })

  await t.test('a provider behind a firewall fetches a large body by itself and answers with a large one', () => fetchedByItself(on))
})

async function fetchedByItself(on: Stage): Promise<void> {
  const { his, pacs, other, base, sql, world } = on
  await offer(on, 'fetched', {})
  const body = flowOf(2 * megabyte + 5)
  const ask = (headers: Record<string, string> = {}, flow = body) => streamed(his, base, { url: `/bus/call/pacs/fetched${path}`, body: flow, headers })
  const fetched = async () => {
    const answer = await pacs.send({ url: '/bus/deliveries/lease', body: '{"wait":10}' })
    return answer.body.deliveries[0]
  }
  const counts = async () =>
    (
      await sql<{ pieces: number; bodies: number }>`
    select (select count(*)::int4 from bus.piece) as pieces, (select count(*)::int4 from bus.body) as bodies`
    )[0]

  const before = (await counts())?.pieces ?? 0
  const asked = ask()
  const one = await fetched()
  assert.deepEqual([one.body, one.bodyAt, one.digest], [null, `/bus/calls/${one.message}/body`, body.digest])
  assert.equal((await streamed(other, base, { method: 'GET', url: one.bodyAt })).status, 404)
  const got = await streamed(pacs, base, { method: 'GET', url: one.bodyAt })
  assert.deepEqual([got.status, got.bytes, got.digest, got.headers['content-digest']], [200, body.bytes, body.digest, body.digest])
  assert.deepEqual(verifyEvidence(await evidenceOf(world, one.message, true), null).problems, [])
  const answer = flowOf(3 * megabyte)
  const url = `/bus/calls/${one.message}/answer`
  const wrong = { ...answer, chunks: flowOf(3 * megabyte).chunks }
  assert.equal((await streamed(pacs, base, { url, body: wrong, headers: { 'bus-status': '200' } })).status, 400)
  assert.equal((await streamed(pacs, base, { url, body: flowOf(9 * megabyte), headers: { 'bus-status': '200' } })).status, 413)
  assert.equal((await streamed(pacs, base, { url, body: answer, headers: { 'bus-status': '201' } })).status, 200)
  const back = await asked
  assert.deepEqual([back.status, back.bytes, back.digest, back.headers['content-digest']], [201, answer.bytes, answer.digest, answer.digest])
  await until('nothing of it is kept', async () => (await counts())?.pieces === before)
  assert.equal((await counts())?.bodies, 0)

  const numbered = ask({ 'bus-message-id': 'study-2' })
  const two = await fetched()
  assert.equal((await streamed(pacs, base, { url: `/bus/calls/${two.message}/answer`, body: answer, headers: { 'bus-status': '200' } })).status, 200)
  assert.equal((await numbered).digest, answer.digest)
  assert.equal((await ask({ 'bus-message-id': 'study-2' })).digest, answer.digest, 'the same answer again')
  assert.equal((await ask({ 'bus-message-id': 'study-2' }, flowOf(2 * megabyte))).status, 409)
  assert.equal((await counts())?.pieces, before + piecesOfAnswer, 'of a numbered call only the answer is kept')
  await on.owner`insert into bus.piece (about, number, sealed, stored_at) values (gen_random_uuid(), 0, '\\x00', now() - interval '2 hours')`
  assert.equal((await prune(world, 30)).pieces, 1, 'a piece that no row names goes')
  assert.equal((await counts())?.pieces, before + piecesOfAnswer)
  await spoolsClosed()
}
