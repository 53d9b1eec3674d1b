import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startServer } from '../testing/server.ts'
import { loadConfig } from './config.ts'

const page = 'https://app.example.rs'
const ofCors = (headers: Record<string, unknown>) => Object.keys(headers).filter((name) => name.startsWith('access-control-'))

test('a page of another origin calls /fhir only when the operator named it, with a token and never with cookies', async (t) => {
  const { app, institution } = await startServer(t, { FHIR_ORIGINS: `${page}, http://localhost:3000` })
  const { token } = await institution('ДЗ')
  const ask = (url: string, headers: Record<string, string>, method: 'GET' | 'OPTIONS' | 'POST' = 'GET') => app.inject({ method, url, headers })
  const preflight = { 'access-control-request-method': 'PUT', 'access-control-request-headers': 'authorization,content-type,if-match' }

  const allowed = await ask('/fhir/Patient/x', { origin: page, ...preflight }, 'OPTIONS')
  assert.equal(allowed.statusCode, 204, 'a preflight has no token')
  assert.equal(allowed.headers['access-control-allow-origin'], page)
  assert.match(String(allowed.headers['access-control-allow-methods']), /\bPUT\b/)
  for (const name of ['authorization', 'content-type', 'if-match', 'if-none-exist', 'prefer'])
    assert.match(String(allowed.headers['access-control-allow-headers']).toLowerCase(), new RegExp(`(^|[ ,])${name}(,|$)`))
  assert.equal(allowed.headers['access-control-allow-credentials'], undefined)

  const search = await ask('/fhir/Patient?identifier=urn:h|1', { origin: page, authorization: `Bearer ${token}`, 'accept-encoding': 'gzip' })
  assert.equal(search.statusCode, 200)
  assert.equal(search.headers['access-control-allow-origin'], page)
  assert.match(String(search.headers['access-control-expose-headers']), /ETag.*Location/)
  assert.match(String(search.headers.vary).toLowerCase(), /origin/)
  const metadata = await ask('/fhir/metadata', { origin: 'http://localhost:3000', 'accept-encoding': 'gzip' })
  assert.deepEqual([metadata.headers['access-control-allow-origin'], metadata.headers['content-encoding']], ['http://localhost:3000', 'gzip'])
  assert.match(String(metadata.headers.vary).toLowerCase(), /origin/, 'packed, too')

  // What is refused is readable, too: a program learns why.
  const refused = await ask('/fhir/Patient', { origin: page })
  assert.deepEqual([refused.statusCode, refused.headers['access-control-allow-origin']], [401, page])
  const nowhere = await ask('/fhir/Patient/x/y/z', { origin: page, authorization: `Bearer ${token}` })
  assert.deepEqual([nowhere.statusCode, nowhere.headers['access-control-allow-origin']], [404, page])

  for (const origin of ['https://evil.example', `${page}.evil.example`, 'http://app.example.rs', 'null', `${page}:8443`, 'HTTPS://APP.EXAMPLE.RS']) {
    for (const answer of [
      await ask('/fhir/Patient', { origin, ...preflight }, 'OPTIONS'),
      await ask('/fhir/Patient', { origin, authorization: `Bearer ${token}` }),
    ])
      assert.deepEqual(ofCors(answer.headers), [], origin)
  }
  for (const url of ['/record/people/x/overview', '/access/me', '/identity/find', '/fhirx', '/bus/messages'])
    assert.deepEqual(ofCors((await ask(url, { origin: page, ...preflight }, 'OPTIONS')).headers), [], url)
  assert.equal((await ask('/fhir/metadata', {})).json().rest[0].security.cors, true)
})

test('without the setting nobody is allowed, and the capability statement says so', async (t) => {
  const { app } = await startServer(t)
  const answer = await app.inject({ method: 'OPTIONS', url: '/fhir/Patient', headers: { origin: page, 'access-control-request-method': 'GET' } })
  assert.deepEqual(ofCors(answer.headers), [])
  const metadata = await app.inject({ url: '/fhir/metadata', headers: { origin: page } })
  assert.deepEqual([ofCors(metadata.headers), metadata.json().rest[0].security.cors], [[], false])
})

test('an origin is written as a browser says it, and pages without https are not named', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'spona-origins-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const load = (text: string) => loadConfig({ FHIR_ORIGINS: text, DATA_DIR: folder })
  const good = load(`${page},http://localhost:3000`)
  assert.deepEqual(Array.isArray(good) ? good : good.FHIR_ORIGINS, [page, 'http://localhost:3000'])
  for (const wrong of ['*', 'null', 'app.example.rs', `${page}/`, `${page}/app`, 'https://App.example.rs', 'http://app.example.rs', `${page}:443`, `${page},*`])
    assert.match(String(load(wrong)), /FHIR_ORIGINS/, wrong)
})
