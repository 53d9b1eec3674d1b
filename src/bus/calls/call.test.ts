import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { aService, type BusAnswer, type BusMember, contractOf, expectStatus, joinBus } from '../../testing/bus-member.ts'
import { startServer } from '../../testing/server.ts'
import { evidenceOf } from '../evidence/evidence.ts'
import { verifyEvidence } from '../evidence/verify-evidence.ts'

const endpoints = [
  { method: 'GET', path: '/patients/*' },
  { method: 'POST', path: '/orders' },
]

async function provider(
  t: TestContext,
): Promise<{ address: string; seen: { method: string; url: string; headers: Record<string, unknown>; body: string }[]; server: Server }> {
  const seen: { method: string; url: string; headers: Record<string, unknown>; body: string }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      seen.push({ method: request.method as string, url: request.url as string, headers: request.headers, body })
      response.writeHead(200, { 'content-type': 'application/json', 'x-inside': 'no' }).end(JSON.stringify({ n: seen.length }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`, seen, server }
}

const get = (member: BusMember, url: string, more: Record<string, string> = {}) => member.send({ method: 'GET', url, headers: more })

test('a call goes to the provider’s address when the contract covers it, once for one number, by the next address when one is down', async (t) => {
  const { app, world, sql } = await startServer(t)
  const { address, seen } = await provider(t)
  const his = await joinBus(app, world, 'his')
  const fund = await joinBus(app, world, 'fund')
  await expectStatus(200, fund.send({ method: 'PUT', url: '/bus/services/cover', body: aService('call', { addresses: ['http://127.0.0.1:9', address] }) }))
  assert.match((await expectStatus(403, get(his, '/bus/call/fund/cover/patients/7'))).text, /no-contract/)
  await contractOf(his, 'fund/cover', { endpoints })

  const answer = await expectStatus(200, get(his, '/bus/call/fund/cover/patients/7?on=2026-01-01', { 'accept-language': 'sr' }))
  assert.deepEqual(answer.body, { n: 1 })
  assert.ok(answer.headers['signature'], 'the answer is signed')
  assert.equal(answer.headers['x-inside'], undefined)
  assert.deepEqual(
    [seen[0]?.method, seen[0]?.url, seen[0]?.headers['bus-from'], seen[0]?.headers['accept-language']],
    ['GET', '/api/patients/7?on=2026-01-01', 'his', 'sr'],
  )
  assert.equal(seen[0]?.headers['authorization'], undefined, 'the caller’s token goes nowhere')
  assert.match(String(seen[0]?.headers['signature-input']), /"bus-from"/)

  assert.match((await expectStatus(403, get(his, '/bus/call/fund/cover/secrets'))).text, /endpoint-not-in-contract/)
  for (const path of ['patients/%2e%2e/secrets', 'patients//x', 'patients/a%2fb', 'patients/%5c']) {
    assert.ok([400, 401, 403, 404].includes((await get(his, `/bus/call/fund/cover/${path}`)).status), path)
  }
  const { debug } = world.log
  const failed: unknown[] = []
  world.log.debug = ((...what: unknown[]) => failed.push(what)) as never
  await Promise.all(Array.from({ length: 20 }, () => expectStatus(200, get(his, '/bus/call/fund/cover/patients/1'))))
  world.log.debug = debug
  assert.deepEqual(failed, [], 'calls and answers share their commits')
  seen.splice(1)
  const order = () => his.send({ url: '/bus/call/fund/cover/orders', body: '{"x":1}', headers: { 'bus-message-id': 'order-1' } })
  const first = await expectStatus(200, order())
  assert.deepEqual((await expectStatus(200, order())).body, first.body)
  assert.equal(seen.length, 2, 'the provider was asked once for each')
  await expectStatus(409, his.send({ url: '/bus/call/fund/cover/orders', body: '{"x":2}', headers: { 'bus-message-id': 'order-1' } }))
  await expectStatus(409, get(his, '/bus/call/fund/cover/patients/8', { 'bus-message-id': 'order-1' }))
  const evidence = await evidenceOf(world, String(answer.headers['bus-call']), false)
  const verdict = verifyEvidence(evidence, null)
  assert.deepEqual(verdict.problems, [])
  assert.ok(verdict.found.some((line) => line.startsWith('fund answered 200')))
  const [, signature = 'none'] = /:([A-Za-z0-9+/=]+):/.exec(String(answer.headers['signature'])) ?? []
  assert.ok(JSON.stringify(evidence).includes(signature), 'the log holds the very signature that the caller got')
  assert.equal(verifyEvidence(JSON.parse(JSON.stringify(evidence).replace('patients/7', 'patients/8')), null).ok, false)
  const rows = await sql<{ kind: string }>`select kind from bus.log order by kind`
  assert.deepEqual(
    rows.map(({ kind }) => kind),
    [...Array(22).fill('answer'), ...Array(22).fill('call')],
  )
})

/** A provider without an address, and a member that may call it. */
async function behindFirewall(t: TestContext): Promise<{ his: BusMember; inside: BusMember }> {
  const { app, world } = await startServer(t)
  const his = await joinBus(app, world, 'his')
  const inside = await joinBus(app, world, 'inside')
  await expectStatus(200, inside.send({ method: 'PUT', url: '/bus/services/beds', body: aService('call') }))
  await contractOf(his, 'inside/beds', { endpoints: [{ method: 'GET', path: '/free' }] })
  return { his, inside }
}

test('a provider behind a firewall fetches its calls and answers them, signed', async (t) => {
  const { his, inside } = await behindFirewall(t)
  const asked: Promise<BusAnswer> = get(his, '/bus/call/inside/beds/free?ward=3')
  const answer = await inside.send({ url: '/bus/deliveries/lease', body: '{"wait":5}' })
  const [one] = answer.body.deliveries
  assert.deepEqual(one.call, { method: 'GET', path: '/free?ward=3' })
  await expectStatus(404, his.send({ url: `/bus/calls/${one.message}/answer`, body: '{}', headers: { 'bus-status': '200' } }))
  await expectStatus(200, inside.send({ url: `/bus/calls/${one.message}/answer`, body: '{"free":2}', headers: { 'bus-status': '200' } }))
  const got = await expectStatus(200, asked)
  assert.deepEqual(got.body, { free: 2 })
  assert.ok(got.headers['signature'])
  await expectStatus(404, inside.send({ url: `/bus/calls/${one.message}/answer`, body: '{"free":9}', headers: { 'bus-status': '200' } }))
})

test('a call that is fetched brings the headers that any call passes on, and its answer theirs', async (t) => {
  const { his, inside } = await behindFirewall(t)
  const url = '/bus/call/inside/beds/free'
  const asked = his.send({ method: 'GET', url, headers: { 'if-none-match': 'W/"3"', accept: 'text/plain', cookie: 'a=b' } })
  const { deliveries } = (await inside.send({ url: '/bus/deliveries/lease', body: '{"wait":5}' })).body
  assert.deepEqual(deliveries[0].call, { method: 'GET', path: '/free', headers: { accept: 'text/plain', 'if-none-match': 'W/"3"' } })
  const headers = { 'bus-status': '200', 'bus-etag': 'W/"4"', 'bus-last-modified': 'Tue, 01 Dec 2026 08:05:00 GMT', 'content-type': 'application/json' }
  await expectStatus(200, inside.send({ url: `/bus/calls/${deliveries[0].message}/answer`, body: '{}', headers }))
  const got = await expectStatus(200, asked)
  assert.deepEqual([got.headers['etag'], got.headers['last-modified'], got.headers['location']], ['W/"4"', headers['bus-last-modified'], undefined])

  const refused = await expectStatus(400, his.send({ method: 'GET', url, headers: { 'if-none-match': '0101985710032' } }))
  assert.match(refused.text, /a header of the call holds a personal number/)
  assert.doesNotMatch(refused.text, /0101985710032/)
  await expectStatus(400, his.send({ method: 'GET', url, headers: { prefer: 'x'.repeat(501) } }))
})

test('an address that does not answer is left alone for a while, and a change is not sent twice', async (t) => {
  const { app, world } = await startServer(t)
  const his = await joinBus(app, world, 'his')
  const down = await joinBus(app, world, 'down')
  let asked = 0
  const server = createServer((request) => {
    asked++
    request.socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await expectStatus(200, down.send({ method: 'PUT', url: '/bus/services/api', body: aService('call', { addresses: [address, `${address}/second`] }) }))
  await contractOf(his, 'down/api', { endpoints })
  assert.match((await expectStatus(503, his.send({ url: '/bus/call/down/api/orders', body: '{}' }))).text, /unknown/)
  assert.equal(asked, 1)
  for (let n = 0; n < 6; n++) await expectStatus(503, get(his, '/bus/call/down/api/patients/1'))
  assert.ok(asked <= 10, `asked ${asked} times`)
})
