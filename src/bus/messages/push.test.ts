import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { contractOf, expectStatus, joinBus } from '../../testing/bus-member.ts'
import { startServer } from '../../testing/server.ts'
import { centreKey } from '../members/centre-key.ts'
import { freshDirectory, type Member } from '../members/directory.ts'
import { evidenceOf } from '../evidence/evidence.ts'
import { contentDigest, isSigned, readSignature, signatureBase, type Signature } from '../../platform/http-signature.ts'
import { prune } from './keep.ts'
import { pruneCommand, replayCommand } from './keep.cli.ts'
import { nextToPush, pushTo, type Turn } from './push.ts'
import { verifyEvidence } from '../evidence/verify-evidence.ts'

test('however many webhooks say nothing, the others have half of the places, and who was served longest ago comes first', () => {
  const named = (name: string, count: number) => Array.from({ length: count }, (_, at) => ({ id: `${name}-${at}` }))
  const silent: Turn = { servedAt: 1, pauseMs: 1000, notBefore: 0 }
  const turns = new Map<string, Turn>(named('silent', 40).map(({ id }) => [id, silent]))
  for (const [at, { id }] of named('good', 40).entries()) turns.set(id, { servedAt: 100 - at, pauseMs: 0, notBefore: 0 })
  turns.set('paused', { servedAt: 0, pauseMs: 0, notBefore: Number.POSITIVE_INFINITY })
  const members = [{ id: 'paused' }, ...named('silent', 40), ...named('good', 40)]
  const first = nextToPush(members, new Set(), turns).map(({ id }) => id)
  assert.deepEqual([first.length, first.filter((id) => id.startsWith('silent')).length], [16, 8])
  assert.equal(first[8], 'good-39')
  const busy = new Set(named('silent', 8).map(({ id }) => id))
  assert.deepEqual(
    nextToPush(members, busy, turns).map(({ id }) => id.split('-')[0]),
    Array.from({ length: 8 }, () => 'good'),
  )
  assert.deepEqual(nextToPush(members, new Set(first), turns), [])
})

test('nothing is posted that could be answered after its lease has ended', async (t) => {
  const { app, world, sql } = await startServer(t)
  const clock = { ms: 0, isSlow: false }
  world.now = () => new Date(Date.now() + clock.ms)
  const got: string[] = []
  const server = createServer((request, response) => {
    got.push(String(request.headers['bus-message']))
    if (clock.isSlow) clock.ms += 46_000 // So slow that the next one could be answered when somebody else has it.
    request.resume().on('end', () => response.end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const a = await joinBus(app, world, 'late-a')
  const b = await joinBus(app, world, 'late-b', { webhook: `http://127.0.0.1:${(server.address() as AddressInfo).port}/in` })
  await b.offerInbox('box')
  await contractOf(a, 'late-b/box')
  got.length = 0
  for (const n of [1, 2]) await expectStatus(202, a.message('late-b/box', `l-${n}`, '{}'))
  clock.isSlow = true
  const directory = await freshDirectory(world)
  assert.equal((await pushTo(world, directory, directory.byCode.get('late-b') as Member)).taken, 1)
  assert.equal(got.length, 1)
  const states = await sql<{ state: string; attempts: number }>`select state, attempts from bus.delivery order by seq`
  assert.deepEqual(
    states.map(({ state, attempts }) => [state, attempts]),
    [
      ['acknowledged', 1],
      ['waiting', 0],
    ],
    'the rest goes back as if it had not been handed out',
  )
})

test('a member with a webhook gets its messages posted and signed, in order, again after a failure, and once more when replayed', async (t) => {
  const { app, world, sql } = await startServer(t)
  const got: { body: any; isSigned: boolean }[] = []
  let status = 200
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      const signature = readSignature(request.headers['signature-input'], request.headers['signature']) as Signature
      const values: Record<string, unknown> = { ...request.headers, '@method': request.method, '@target-uri': `http://${request.headers.host}${request.url}` }
      const base = String(signatureBase(signature.components, signature.params, (name) => String(values[name])))
      const isWhole = isSigned(base, signature.value, createPublicKey({ key: centreKey(world.keys).jwk as never, format: 'jwk' }))
      if (body.length > 0) got.push({ body: JSON.parse(body.toString()), isSigned: isWhole && request.headers['content-digest'] === contentDigest(body) })
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const webhook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`
  const a = await joinBus(app, world, 'hook-a')
  const b = await joinBus(app, world, 'hook-b', { webhook })
  await b.offerInbox('box')
  await contractOf(a, 'hook-b/box')
  const ids: string[] = []
  for (const n of [1, 2, 3]) ids.push((await expectStatus(202, a.message('hook-b/box', `w-${n}`, `{"n":${n}}`, { 'bus-key': 'k' }))).body.message)
  const push = async () => {
    const directory = await freshDirectory(world)
    return (await pushTo(world, directory, directory.byCode.get('hook-b') as Member)).taken
  }
  status = 503
  assert.equal(await push(), 0)
  assert.equal(got.length, 1, 'what stands behind a failed one is not even tried')
  assert.equal(await push(), 0, 'it waits before the next attempt')
  status = 204
  await sql`update bus.delivery set due_at = ${world.now()}`
  assert.equal(await push(), 3)
  assert.deepEqual(
    got.map((one) => one.body.messageId),
    ['w-1', 'w-1', 'w-2', 'w-3'],
  )
  assert.ok(got.every((one) => one.isSigned))
  const verdict = verifyEvidence(await evidenceOf(world, ids[0] as string, true), null)
  assert.deepEqual(verdict.problems, [])
  assert.ok(verdict.found.some((line) => line.startsWith('hook-b acknowledged it')))

  assert.equal(await replayCommand.run(world, { argument: 'hook-b', message: ids[1] as string }, () => {}), 0)
  assert.equal(await push(), 1)
  assert.equal(got.at(-1)?.body.message, ids[1])

  await pruneCommand.run(world, { days: '0' }, () => {})
  const [left] = await sql<{
    bodies: number
    log: number
  }>`select (select count(*)::int from bus.body) as bodies, (select count(*)::int from bus.log where kind = 'message') as log`
  assert.deepEqual(left, { bodies: 0, log: 3 })
  assert.equal(await replayCommand.run(world, { argument: 'hook-b', parked: true }, () => {}), 1, 'what is gone cannot be handed out again')
  assert.deepEqual(verifyEvidence(await evidenceOf(world, ids[0] as string, true), null).problems, [], 'the proof stays')

  await sql`update bus.delivery set state = 'acknowledged', ended_at = ${world.now()} where state <> 'acknowledged'`
  const later = { ...world, now: () => new Date(Date.now() + 40 * 86_400_000) }
  assert.equal((await prune(later, 30)).deliveries, 3)
  assert.equal((await sql`select 1 as one from bus.delivery limit 10`).length, 0)
  const kept = verifyEvidence(await evidenceOf(world, ids[0] as string, true), null)
  assert.deepEqual(kept.problems, [])
  assert.ok(
    kept.found.some((line) => line.startsWith('hook-b acknowledged it')),
    'who took it is proved when its delivery is gone',
  )
})
