import assert from 'node:assert/strict'
import { test } from 'node:test'
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
