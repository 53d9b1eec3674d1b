import assert from 'node:assert/strict'
import dns from 'node:dns'
import { createServer } from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import net, { type AddressInfo } from 'node:net'
import { after, before, describe, test, type TestContext } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { Sql, World } from '../../platform/world.ts'
import { aService, BusMember, contractOf, expectStatus, joinBus, newKey } from '../../testing/bus-member.ts'
import { say } from '../../testing/raw-http.ts'
import { startServer } from '../../testing/server.ts'
import { checkWebhook, send } from '../../platform/outside.ts'

// What a member with a valid key and token may try against the others and the centre; each is refused with a sentence, and is on record.

let app: FastifyInstance
let world: World
let sql: Sql
let port: number
let mallory: BusMember
let victim: BusMember
const seen: { url: string; headers: Record<string, unknown> }[] = []
const provider = createServer((request, response) => {
  seen.push({ url: request.url as string, headers: request.headers })
  if (request.url?.endsWith('/moved')) response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end()
  else response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
})
const endings: (() => Promise<void> | void)[] = []

before(async () => {
  const forAll = { after: (ending: () => Promise<void>) => endings.unshift(ending) } as unknown as TestContext
  ;({ app, world, sql } = await startServer(forAll))
  await app.listen({ port: 0, host: '127.0.0.1' })
  port = (app.server.address() as AddressInfo).port
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve))
  mallory = await joinBus(app, world, 'mallory')
  victim = await joinBus(app, world, 'victim')
  const address = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/api`
  await victim.offerInbox('box')
  await expectStatus(200, victim.send({ method: 'PUT', url: '/bus/services/api', body: aService('call', { addresses: [address] }) }))
  await contractOf(mallory, 'victim/box')
  const endpoints = ['GET', 'POST'].map((method) => ({ method, path: '/open/*' }))
  await contractOf(mallory, 'victim/api', { endpoints })
})
after(async () => {
  provider.closeAllConnections()
  provider.close()
  app.server.closeAllConnections()
  for (const ending of endings) await ending()
})

/** The denials on record since the last look. */
const looked = new Set<string>()
async function denials(): Promise<{ what: string; basis: string }[]> {
  const rows = await sql<{ entry: string }>`select entry from audit.entry where decision = 'deny'`
  const fresh = rows.filter(({ entry }) => !looked.has(entry))
  for (const { entry } of fresh) looked.add(entry)
  return fresh.map(({ entry }) => JSON.parse(entry) as { what: string; basis: string })
}

async function onRecord(status: number, ask: () => Promise<{ status: number; text: string }>, basis: RegExp): Promise<void> {
  await denials()
  const answer = await ask()
  assert.equal(answer.status, status, answer.text)
  assert.match(answer.text, /OperationOutcome/)
  const [row, more] = await denials()
  assert.match(row?.basis ?? 'nothing', basis)
  assert.equal(more, undefined, 'once')
}

const message = (id: string, change?: (headers: Record<string, string>) => void, body = '{}') =>
  mallory.send({ url: '/bus/messages', body, headers: { 'bus-to': 'victim/box', 'bus-message-id': id }, ...(change ? { change } : {}) })

describe('forged and repeated requests', () => {
  test('a wrong signature, another’s key id, another’s token and an uncovered header are refused and on record', async () => {
    await onRecord(401, () => message('f-1', (h) => (h['signature'] = `sig=:${Buffer.alloc(64, 1).toString('base64')}:`)), /refused\/unauthenticated/)
    const asVictim = (h: Record<string, string>) => (h['signature-input'] = (h['signature-input'] as string).replace(mallory.jwk.kid, victim.jwk.kid))
    await onRecord(401, () => message('f-2', asVictim), /refused\/unauthenticated/)
    await onRecord(403, () => message('f-3', (h) => (h['authorization'] = `Bearer ${victim.token}`)), /refused\/forbidden/)
    await onRecord(401, () => message('f-4', (h) => (h['bus-priority'] = 'first')), /refused\/unauthenticated/)
    assert.equal((await mallory.post('/members/victim/keys', { key: newKey().jwk })).status, 403)
    assert.deepEqual(await victim.lease(), [])
  })

  test('strangers without a token are in the log, not in the audit, which they could fill', async (t) => {
    const warned = t.mock.method(world.log, 'warn', () => {})
    await denials()
    const stranger = new BusMember(app, world, 'stranger')
    assert.equal((await stranger.send({ url: '/bus/messages', body: '{}' })).status, 401)
    assert.equal((await stranger.post('/members/victim/activation', {})).status, 401)
    assert.deepEqual(await denials(), [])
    assert.equal(warned.mock.callCount(), 2)
    assert.doesNotMatch(JSON.stringify(warned.mock.calls.map(({ arguments: words }) => words)), /victim/)
  })

  test('the same signed message again is the same message; the same signed call or step again is refused', async () => {
    const repeat = async (sent: { method: string; url: string; body: string; headers?: Record<string, string> }, mirrored: boolean) => {
      const headers = mallory.signed(sent)
      const ask = () =>
        app.inject({ method: sent.method as 'POST', url: sent.url, headers, ...(sent.body ? { payload: sent.body } : {}) }).then(({ statusCode, body }) => ({
          status: statusCode,
          text: body,
        }))
      const first = await ask()
      if (mirrored) headers['signature'] = mirroredSignature(headers['signature'] as string)
      return { first, again: ask }
    }
    const sent = await repeat({ method: 'POST', url: '/bus/messages', body: '{}', headers: { 'bus-to': 'victim/box', 'bus-message-id': 'r-1' } }, false)
    assert.equal(JSON.parse((await sent.again()).text).repeated, true)
    for (const mirrored of [false, true]) {
      const before = seen.length
      const call = await repeat({ method: 'POST', url: '/bus/call/victim/api/open/order', body: '{"n":1}' }, mirrored)
      assert.equal(call.first.status, 200, call.first.text)
      await onRecord(409, call.again, /replayed/)
      assert.equal(seen.length, before + 1, 'the provider was asked once')
      const step = await repeat({ method: 'PUT', url: '/bus/services/mine', body: aService('inbox') }, mirrored)
      assert.equal(step.first.status, 200)
      assert.equal((await step.again()).status, 409)
      const test = await repeat({ method: 'POST', url: '/bus/members/mallory/self-test', body: '{}' }, mirrored)
      assert.equal(test.first.status, 200)
      assert.equal((await test.again()).status, 409)
    }
    await victim.ack((await victim.lease()).map((one) => one.delivery))
  })
})

/** ECDSA: with (r, s) also (r, n − s) verifies. */
function mirroredSignature(header: string): string {
  const bytes = Buffer.from(header.slice('sig=:'.length, -1), 'base64')
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
  const s = order - BigInt(`0x${bytes.subarray(32).toString('hex')}`)
  const both = Buffer.concat([bytes.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')])
  return `sig=:${both.toString('base64')}:`
}

/** A request as bytes, signed for the address that it names. */
function raw(method: string, url: string, { body = '', more = [], named = url }: { body?: string; more?: string[]; named?: string } = {}): string {
  const headers = mallory.signed({ method, url: named, body })
  const lines = Object.entries({ host: 'localhost', 'content-length': String(body.length), ...headers }).map(([name, value]) => `${name}: ${value}`)
  return `${method} ${url} HTTP/1.1\r\n${[...lines, ...more].join('\r\n')}\r\n\r\n${body}`
}
const statusOf = (text: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1])

describe('addresses that can be read in two ways', () => {
  const tricks = [
    '/bus/call/victim/api/open/../closed',
    '/bus/call/victim/api/open/./x',
    '/bus/call/victim/api/open/%2e%2e/closed',
    '/bus/call/victim/api/open/%2E%2E%2Fclosed',
    '/bus/call/victim/api/open//closed',
    '/bus/call/victim/api//open/x',
    '/bus/call/victim/api/open/a%2fb',
    '/bus/call/victim/api/open/a%5cb',
    '/bus/call/victim/api/open/a\\b',
    '/bus/call/victim/api/open/%00',
    '/bus/call/victim/api/open/..;/closed',
    '/bus/call/victim/api/open/..;a=b/closed',
    '/bus/call/victim/api/open/%252e%252e%252fclosed',
    '/bus/call/victim/api/open/a%25252fb',
    '/bus/call/victim/api/open/..%c0%afclosed',
    '/bus/call/victim/api/open/x%0d%0aforged',
    '/bus/call/victim/api/open/x%7f',
    '/bus/call/victim/api/open/x#closed',
    '/bus/call/victim/api/open/x?a=1#closed',
    '/bus/call/victim/api/open/%zz',
    '/bus/call/vic%74im/api/open/x',
    '/bus/call/victim/a%70i/open/x',
    '/bus/call/../bus/call/victim/api/open/x',
    '/bus/call/victim%2fapi/open/x',
    'http://169.254.169.254/bus/call/victim/api/open/x',
    '//169.254.169.254/bus/call/victim/api/open/x',
  ]
  test('dot segments, doubled, encoded and foreign parts of an address reach no provider', async () => {
    seen.splice(0)
    const answers = await Promise.all(tricks.map(async (url) => [url, statusOf(await say(port, raw('GET', url)))] as const))
    const wrong = answers.filter(([, status]) => ![400, 401, 403, 404].includes(status))
    assert.deepEqual(wrong, [])
    assert.equal(seen.length, 0)
    assert.equal(statusOf(await say(port, raw('GET', '/bus/call/victim/api/open/x?a=%2F..'))), 200, 'and a plain one does')
    assert.equal(seen[0]?.url, '/api/open/x?a=%2F..')
    assert.equal(
      statusOf(await say(port, raw('GET', '/bus/call/victim/api/open/x;v=1/..a/100%25/%C5%A1'))),
      200,
      'nor does a parameter, a per cent or a letter',
    )
    const rows = await denials()
    assert.ok(rows.filter(({ what }) => what.startsWith('bus-refused GET /bus/call/') || what.startsWith('bus-call victim')).length >= 10, 'they are on record')
  })
})

describe('personal numbers in addresses', () => {
  test('a call with one is refused and neither repeated nor in the log; barcodes and times are not taken for one', async () => {
    seen.splice(0)
    for (const what of ['0101985710016', '%30101985710016', 'x?jmbg=0101985710016', 'x?of=a-0101985710016&b=1']) {
      const answer = await say(port, raw('GET', `/bus/call/victim/api/open/${what}`))
      assert.equal(statusOf(answer), 400, what)
      assert.ok(answer.includes('the address holds a personal number') && !answer.includes('101985710016'), answer)
    }
    assert.equal(seen.length, 0)
    assert.equal((await sql`select 1 from bus.log where entry::text like '%101985710016%' limit 1`).length, 0)
    for (const what of ['0101985710017', '8600012345678', `x?since=${world.now().getTime()}`])
      assert.equal(statusOf(await say(port, raw('GET', `/bus/call/victim/api/open/${what}`))), 200, what)
  })
})

describe('headers that say two things', () => {
  test('what is given twice, hop by hop, or in the centre’s own name does not pass', async () => {
    seen.splice(0)
    const post = (more: string[]) => raw('POST', '/bus/call/victim/api/open/x', { body: '{}', more })
    const refused: [string, string][] = [
      ['bus-subject twice', post(['bus-subject: Patient/1', 'bus-subject: Patient/2'])],
      ['signature twice', post(['signature: sig=:AAAA:'])],
      ['signature-input twice', post(['signature-input: sig=("@method");created=1;keyid="x"'])],
      ['content-digest twice', post([`content-digest: sha-256=:${Buffer.alloc(32).toString('base64')}:`])],
      ['content-type twice', post(['content-type: text/plain'])],
      ['host twice', post(['host: other.example.org'])],
      ['authorization twice', post(['authorization: Bearer other'])],
      ['a length and chunks', post(['transfer-encoding: chunked'])],
      ['two lengths', post(['content-length: 1'])],
      ['a lone return', post(['bus-key: a\rbus-from: record'])],
      ['a zero byte', post(['bus-key: a\0b'])],
      ['the centre’s own header', post(['bus-from: record'])],
    ]
    for (const [what, bytes] of refused) assert.ok([400, 401].includes(statusOf(await say(port, bytes))), what)
    assert.equal(seen.length, 0)
    assert.equal(statusOf(await say(port, post(['x-forwarded-for: 1.2.3.4', 'te: trailers', 'cookie: a=b', 'proxy-authorization: Basic x']))), 200)
    const [passed] = seen
    assert.equal(passed?.headers['bus-from'], 'mallory')
    for (const name of ['authorization', 'cookie', 'te', 'x-forwarded-for', 'proxy-authorization', 'x-correlation-id'])
      assert.equal(passed?.headers[name], undefined, name)
  })
})

describe('headers of the centre', () => {
  test('whom a message stands for is the centre’s word: a sender’s own, signed by the sender, is refused and is no evidence', async () => {
    for (const name of ['bus-on-behalf-of', 'bus-corrects', 'bus-corrected-by', 'bus-from', 'bus-call', 'bus-contract', 'bus-purpose']) {
      const answer = await mallory.message('victim/inbox', `own-${name}`, '{}', { [name]: 'victim' })
      assert.deepEqual(
        [answer.status, answer.body.issue[0].details.coding[0].code],
        [400, 'incorrect-the-header-x-is-written-by-the-centre-alone'],
        answer.text,
      )
    }
  })
})

describe('bodies', () => {
  test('one that is too large is refused and on record, one that is nested without end or of odd form is a mistake and no crash', async () => {
    await onRecord(413, () => message('b-1', undefined, 'x'.repeat(8 * 1_048_576 + 1)), /refused\/413/)
    const deep = (open: string, close: string) => `${open.repeat(40_000)}1${close.repeat(40_000)}`
    const service = aService('inbox')
    const bombs: [string, string, string][] = [
      ['PUT', '/bus/services/bomb', service.replace(/\}$/, `,"structure":{"a":${deep('[', ']')}}}`)],
      ['PUT', '/bus/services/bomb', service.replace(/\}$/, `,"structure":${deep('{"a":', '}')}}`)],
      ['PUT', '/bus/services/bomb', service.replace(/\}$/, ',"__proto__":{"kind":"call"}}')],
      ['PUT', '/bus/services/bomb', '[]'],
      ['PUT', '/bus/services/bomb', 'null'],
      ['PUT', '/bus/services/bomb', service.replace(/\}$/, ',"addresses":[null]}')],
      ['PUT', '/bus/services/bomb', service.replace(/\}$/, ',"addresses":[{"toString":1}]}')],
      ['POST', '/bus/deliveries/ack', deep('[', ']')],
      ['POST', '/bus/deliveries/ack', '{"acknowledge":[1e999]}'],
      ['POST', '/bus/deliveries/ack', `{"acknowledge":[${'1,'.repeat(501)}1]}`],
      ['POST', '/bus/deliveries/ack', '{"refuse":[null]}'],
      ['POST', '/bus/deliveries/ack', '{"refuse":[{"delivery":1,"reason":"0101990710011"}]}'],
      ['POST', '/bus/deliveries/lease', '{"max":1e9}'],
      ['POST', '/bus/contracts', '{"provider":"victim","service":"api","purpose":"x","legalBasis":"x","endpoints":[null]}'],
      ['POST', '/bus/contracts', '{"provider":"victim","service":"api","purpose":"x","legalBasis":"x","endpoints":[{"method":"GET","path":"/a/../b"}]}'],
      ['POST', '/bus/members/mallory/keys', '{"key":{"kty":"EC","crv":"P-256","x":[],"y":{}}}'],
    ]
    for (const [method, url, body] of bombs) {
      const answer = await mallory.send({ method, url, body })
      assert.equal(answer.status, 400, `${url} ${body.slice(0, 60)}: ${answer.text.slice(0, 200)}`)
      assert.doesNotMatch(answer.text, /0101990710011/)
    }
  })

  test('hundreds of connections that drip their headers or bodies keep nobody else waiting', async () => {
    const sockets = Array.from({ length: 300 }, (_, at) => {
      const socket = net.connect(port, '127.0.0.1')
      socket.on('error', () => {})
      const head = raw('POST', '/bus/messages', { body: '{}' })
      socket.write(at % 2 ? head.slice(0, 40) : head.slice(0, -2))
      return socket
    })
    const began = performance.now()
    await expectStatus(202, message('slow-1'))
    assert.ok(performance.now() - began < 5000)
    assert.ok(app.server.headersTimeout > 0 && app.server.headersTimeout <= 20_000)
    assert.ok(app.server.requestTimeout > 0 && app.server.requestTimeout <= 300_000)
    for (const socket of sockets) socket.destroy()
    await victim.ack((await victim.lease()).map((one) => one.delivery))
  })
})

describe('addresses that lead inside', () => {
  const insides = [
    'http://169.254.169.254/latest/meta-data',
    'http://10.0.0.1/',
    'http://192.168.1.1:5432/',
    'http://0xa9fea9fe/',
    'http://2852039166/',
    'http://0251.0376.0251.0376/',
    'http://10.1/',
    'http://0.0.0.0/',
    'http://[::]/',
    'http://[fd00::1]/',
    'http://[fe80::1]/',
    'http://[::ffff:10.0.0.1]/',
    'http://[::ffff:0:10.0.0.1]/',
    'http://[::10.0.0.1]/',
    'http://[64:ff9b::10.0.0.1]/',
    'http://[64:ff9b:1::10.0.0.1]/',
    'http://[2002:a00:1::]/',
    'http://[2001:0:a00:1::]/',
    'http://[fec0::1]/',
    'http://nobody:secret@example.org/',
    'ftp://example.org/',
    'file:///etc/passwd',
  ]
  const loopbacks = ['http://127.0.0.1/', 'https://localhost/', 'https://2130706433/', 'https://[::1]/', 'https://[::ffff:127.0.0.1]/', 'https://127.1/']

  test('written as numbers of any kind they are refused when a service or a webhook is registered, and on record', async () => {
    for (const address of insides) {
      await onRecord(
        400,
        () => mallory.send({ method: 'PUT', url: '/bus/services/way', body: aService('call', { addresses: [address] }) }),
        /refused\/incorrect/,
      )
      const stranger = new BusMember(app, world, 'inside')
      const asked = { code: 'inside', name: 'x', mb: '12345678', contact: 'x', key: stranger.jwk, webhook: address }
      assert.equal((await stranger.post('/members', asked)).status, 400, address)
    }
    const outsideDemo = { ...world, config: { ...world.config, DEMO: false } }
    for (const address of loopbacks) await assert.rejects(checkWebhook(outsideDemo, address), /inside|nowhere|https/, address)
  })

  test('a name that changes its meaning after it was registered is refused when the connection is made, and a redirect is not followed', async (t) => {
    let meaning = '93.184.216.34'
    const original = dns.lookup
    const mocked = (_name: string, _options: unknown, callback: (error: null, found: dns.LookupAddress[]) => void) =>
      callback(null, [{ address: meaning, family: meaning.includes(':') ? 6 : 4 }])
    Object.assign(dns, { lookup: mocked })
    syncBuiltinESMExports()
    t.after(() => {
      Object.assign(dns, { lookup: original })
      syncBuiltinESMExports()
    })
    await checkWebhook(world, 'http://rebinding.example.org/')
    const outgoing = { method: 'POST', headers: {}, body: Buffer.alloc(0), timeoutMs: 2000, answerBytesMax: 1000 }
    for (meaning of ['10.0.0.5', '169.254.169.254', '::ffff:10.0.0.5', 'fd00::5'])
      await assert.rejects(send(world, new URL('http://rebinding.example.org/'), outgoing), { code: 'EBUSADDRESS' }, meaning)
    seen.splice(0)
    const moved = await mallory.send({ method: 'GET', url: '/bus/call/victim/api/open/moved' })
    assert.equal(moved.status, 302)
    assert.equal(seen.length, 1, 'what the provider points to is the caller’s business')
  })
})
