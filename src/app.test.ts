import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { startServer } from './testing/server.ts'

test('health, metadata and the description of all addresses answer without a token, the rest does not', async (t) => {
  const { app } = await startServer(t)
  for (const url of [
    '/health/live',
    '/health/ready',
    '/metrics',
    '/openapi.json',
    '/fhir/metadata',
    '/.well-known/smart-configuration',
    '/.well-known/openid-configuration',
  ]) {
    assert.equal((await app.inject({ url })).statusCode, 200, url)
  }
  for (const url of ['/fhir/Patient', '/fhir', '/identity/mine', '/access/me', '/audit/people/x/looks', '/record/people/x/overview']) {
    assert.equal((await app.inject({ url })).statusCode, 401, url)
  }
})

test('the description names the addresses that exist', async (t) => {
  const { app } = await startServer(t)
  const description = (await app.inject({ url: '/openapi.json' })).json()
  assert.equal(description.openapi, '3.1.0')
  for (const path of ['/fhir/{type}/{id}', '/fhir/{type}', '/record/people/{person}/overview', '/identity/people/search'])
    assert.ok(description.paths[path], path)
  assert.ok(description.paths['/fhir/{type}'].post && description.paths['/fhir/{type}'].get)
})

test('what is the same for everybody is printed and packed once, whoever asks for it without end', async (t) => {
  const { app, world } = await startServer(t)
  const printed = t.mock.method(world.fhir.formats, 'print')
  const ask = (url: string, encoding: string, accept = '*/*') => app.inject({ url, headers: { 'accept-encoding': encoding, accept } })
  for (const [url, accept] of [
    ['/fhir/metadata', '*/*'],
    ['/fhir/metadata?_format=xml', '*/*'],
    ['/fhir/metadata?_pretty=true', '*/*'],
    ['/openapi.json', '*/*'],
    ['/errors', '*/*'],
    ['/errors?lang=en', 'text/html'],
  ] as const) {
    const plain = await ask(url, 'identity', accept)
    for (const encoding of ['gzip', 'gzip;q=0.5', 'br,gzip;q=1.0']) {
      const packed = await ask(url, encoding, accept)
      assert.equal(packed.headers['content-encoding'], 'gzip', `${url} ${encoding}`)
      assert.match(String(packed.headers['vary']), /accept-encoding/)
      assert.equal(packed.headers['content-type'], plain.headers['content-type'])
      assert.equal(gunzipSync(packed.rawPayload).toString(), plain.body)
    }
    assert.equal((await ask(url, 'gzip;q=0', accept)).body, plain.body)
  }
  assert.equal(printed.mock.callCount(), 2, 'XML and what is pretty, once each')
})
