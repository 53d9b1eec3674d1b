import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from '../testing/server.ts'
import { networks } from './setting-readers.ts'

const proxy = '10.1.2.3'

test('networks are named by their addresses, in both families', () => {
  const known = networks('10.1.2.3, 192.168.0.0/16,fd00::/8')
  const asked = ['10.1.2.3', '10.1.2.4', '192.168.77.1', '::ffff:192.168.77.1', '192.169.0.1', 'fd12::1', 'fe80::1', '', 'unix:']
  assert.deepEqual(
    asked.filter((address) => known.has(address)),
    ['10.1.2.3', '192.168.77.1', '::ffff:192.168.77.1', 'fd12::1'],
  )
  assert.equal(networks('').has('127.0.0.1'), false)
  for (const wrong of ['proxy.example', '10.0.0.0/33', '0.0.0.0/0', '10.0.0.0/8/8', '10.0.0.0/a', '::/200'])
    assert.throws(() => networks(wrong), /is none/, wrong)
})

test('whose limits a request counts to is what a trusted proxy says, and nobody else', async (t) => {
  const { app } = await startServer(t, { TRUSTED_PROXIES: '10.1.2.0/24' })
  const look = async (remoteAddress: string, said?: string) =>
    (await app.inject({ url: '/check/ABCD-EFGH-JKLM', remoteAddress, headers: said === undefined ? {} : { 'x-forwarded-for': said } })).statusCode
  const looks = async (...of: Parameters<typeof look>) => {
    for (let at = 0; at < 60; at++) if ((await look(...of)) === 429) return 'limited'
    return 'free'
  }
  assert.equal(await looks(proxy, '203.0.113.7'), 'limited')
  assert.notEqual(await look(proxy, '203.0.113.8'), 429, 'another caller behind the same proxy')
  assert.equal(await look(proxy, '198.51.100.1, 203.0.113.7'), 429, 'what the caller itself wrote before counts for nothing')
  assert.equal(await look('10.1.2.9', '203.0.113.7'), 429, 'the other proxy of the network')
  assert.equal(await looks('203.0.113.9', '203.0.113.10'), 'limited')
  assert.equal(await look('203.0.113.9', '203.0.113.11'), 429, 'who is no proxy speaks for itself')
  let at = 0
  const others = async () => look(proxy, `2001:db8:7:9::${(++at).toString(16)}`)
  for (let n = 0; n < 60 && (await others()) !== 429; n++);
  assert.equal(await others(), 429, 'who has one address of IPv6 has them all')
  assert.notEqual(await look(proxy, '2001:db8:7:a::1'), 429, 'the next network')
})

test('figures are told to who may ask, also behind a proxy, and count requests without saying whose', async (t) => {
  const { app, institution } = await startServer(t, { TRUSTED_PROXIES: proxy, METRICS_FROM: '127.0.0.1,10.9.0.0/16' })
  const { send } = await institution('ДЗ Звездара')
  assert.equal((await send('GET', '/fhir/Patient/00000000-0000-4000-8000-000000000000')).status, 404)
  assert.equal((await app.inject('/nothing/0101980710018')).statusCode, 404)
  const ask = (remoteAddress: string, headers: Record<string, string> = {}) => app.inject({ url: '/metrics', remoteAddress, headers })
  const status = async (...of: Parameters<typeof ask>) => (await ask(...of)).statusCode
  assert.deepEqual(await Promise.all(['127.0.0.1', '::ffff:127.0.0.1', '10.9.8.7'].map((from) => status(from))), [200, 200, 200])
  assert.equal(await status('203.0.113.7'), 403)
  assert.equal(await status(proxy, { 'x-forwarded-for': '10.9.8.7' }), 200)
  assert.equal(await status(proxy, { 'x-forwarded-for': '203.0.113.7' }), 403)
  assert.equal(await status('127.0.0.1', { 'x-forwarded-for': '203.0.113.7' }), 403, 'a proxy of this machine that nobody named')
  assert.equal(await status('127.0.0.1', { forwarded: 'for=127.0.0.1' }), 403)
  const figures = (await ask('127.0.0.1')).body
  assert.match(figures, /^spona_http_seconds_count\{surface="fhir",method="GET",status="4xx",process="\d+"\} 1$/m)
  assert.match(figures, /^spona_http_seconds_count\{surface="none",method="GET",status="4xx",process="\d+"\} 1$/m)
  assert.match(figures, /^spona_http_seconds_bucket\{le="\+Inf",surface="metrics",method="GET",status="4xx"/m)
  assert.equal(/0101980710018/.test(figures), false)
})
