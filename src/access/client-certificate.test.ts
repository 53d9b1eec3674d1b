import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { selfSigned } from '../testing/certificates.ts'
import { joinBus } from '../testing/bus-member.ts'
import { startServer } from '../testing/server.ts'
import { clientCertificate } from './client.cli.ts'

const one = { 'content-type': 'application/json' }

test('a system bound to a certificate is known on connections with it only, and unbinds itself only there', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'spona-tls-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const [server, own, other] = await Promise.all([selfSigned('localhost'), selfSigned('lab'), selfSigned('other')])
  const files = { TLS_CERT: join(folder, 'server.pem'), TLS_KEY: join(folder, 'server.key') }
  writeFileSync(files.TLS_CERT, server.cert)
  writeFileSync(files.TLS_KEY, server.key)
  const { app, world } = await startServer(t, { ...files, TLS_ASK_CLIENTS: 'true' })
  await app.listen({ port: 0, host: '127.0.0.1' })
  world.config.PORT = (app.server.address() as AddressInfo).port
  const member = await joinBus(app, world, 'tls-lab')
  const ask = (method: string, path: string, headers: Record<string, string>, body = '', with_: { cert: string; key: string } | null = null) =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const sent = request(`https://localhost:${world.config.PORT}${path}`, {
        method,
        headers,
        ca: server.cert,
        checkServerIdentity: () => undefined,
        agent: false,
        ...with_,
      })
      sent.on('response', async (answer) => {
        let text = ''
        for await (const chunk of answer) text += chunk
        resolve({ status: answer.statusCode ?? 0, text })
      })
      sent.on('error', reject)
      sent.end(body)
    })
  const bind = (pem: string, with_: typeof own | null) => {
    const [url, body] = ['/bus/members/tls-lab/certificate', JSON.stringify({ certificate: pem })]
    return ask('POST', url, { ...one, ...member.signed({ url, body }) }, body, with_)
  }
  const services = (with_: typeof own | null) => ask('GET', '/bus/services', { authorization: `Bearer ${member.token}` }, '', with_)

  assert.equal((await services(null)).status, 200, 'bound to none')
  assert.equal((await bind('no certificate', own)).status, 400)
  assert.match((await bind(own.cert, own)).text, /"certificate":"[\w-]{43}"/)
  await member.takeToken()
  assert.equal((await services(own)).status, 200)
  for (const wrong of [null, other]) {
    const refused = await services(wrong)
    assert.equal(refused.status, 401)
    assert.match(refused.text, /certificate that the connection does not have/)
    assert.equal((await bind(other.cert, wrong)).status, 403, 'another one is bound only from a connection with the one of now')
  }
  const claims = JSON.parse(Buffer.from((member.token as string).split('.')[1] as string, 'base64url').toString())
  assert.match(claims.cnf['x5t#S256'], /^[\w-]{43}$/)

  const [row] = await world.sql<{ client: string }>`select client from bus.member where code = 'tls-lab'`
  await clientCertificate.run(world, { argument: row?.client as string }, () => {})
  const until = performance.now() + 10_000
  while ((await services(null)).status !== 200) assert.ok(performance.now() < until, 'the operator ended it, and nobody heard')
})

test('a proxy’s word about a certificate is taken from a trusted proxy only', async (t) => {
  const own = await selfSigned('lab')
  const { app, world, institution } = await startServer(t, { CLIENT_CERT_HEADER: 'client-cert', TRUSTED_PROXIES: '10.1.2.3' })
  const { client, token } = await institution('Лаб')
  const file = join(world.config.DATA_DIR, 'client.pem')
  writeFileSync(file, own.cert)
  const lines: string[] = []
  await clientCertificate.run(world, { argument: client, file }, (line) => lines.push(line))
  const der = own.cert.replace(/-----[^-]+-----|\s/g, '')
  const ask = (remoteAddress: string, said: string) =>
    app.inject({ url: '/fhir/Patient', remoteAddress, headers: { authorization: `Bearer ${token}`, 'client-cert': said } })
  assert.equal((await ask('10.1.2.3', `:${der}:`)).statusCode, 200)
  assert.equal((await ask('::ffff:10.1.2.3', encodeURIComponent(own.cert))).statusCode, 200)
  assert.equal((await ask('10.1.2.4', `:${der}:`)).statusCode, 401, 'anybody may write a header')
  const entries = [{ request: { method: 'GET', url: 'Patient/_history' } }, { request: { method: 'GET', url: 'metadata' } }]
  const batch = await app.inject({
    method: 'POST',
    url: '/fhir',
    remoteAddress: '10.1.2.3',
    headers: { authorization: `Bearer ${token}`, 'client-cert': `:${der}:`, 'content-type': 'application/fhir+json' },
    payload: JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry: entries }),
  })
  const { entry } = batch.json() as { entry: { response: { status: string } }[] }
  assert.deepEqual(
    entry.map(({ response }) => response.status.slice(0, 3)),
    ['200', '200'],
    'what a bundle asks for is asked on its connection',
  )
  assert.equal((await ask('10.1.2.3', ':AAAA:')).statusCode, 401)
})
