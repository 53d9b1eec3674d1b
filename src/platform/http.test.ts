import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { testConfig } from '../testing/platform.ts'
import { bareWorld } from './bare-world.ts'
import { createApp, type Routes } from './http.ts'
import { Refusal } from './refusal.ts'
import { makeLog } from './world.ts'

/** A server with a few routes and no database; `lines` is what it logged. */
async function serve(t: TestContext, routes: Routes, settings: Record<string, string> = {}): Promise<{ app: FastifyInstance; lines: string[] }> {
  const world = bareWorld(testConfig(settings))
  const lines: string[] = []
  world.log = makeLog('info', { write: (line) => void lines.push(line) })
  const app = await createApp(world)
  await app.register(routes)
  t.after(async () => {
    await app.close()
    rmSync(world.config.DATA_DIR, { recursive: true, force: true })
  })
  return { app, lines }
}

const outcome = (body: string) => JSON.parse(body).issue[0]

test('a refusal is an OperationOutcome with its code, place and hint', async (t) => {
  const { app } = await serve(t, (on) => {
    on.get('/no', () => {
      throw new Refusal('unprocessable', 'the date is not a date', { expression: 'Patient.birthDate', hint: 'Write 1980-01-31.', details: { a: 1 } })
    })
    on.get('/later', () => {
      throw new Refusal('busy', 'later', { retryAfterSeconds: 7 })
    })
  })
  const answer = await app.inject('/no')
  assert.equal(answer.statusCode, 422)
  assert.match(String(answer.headers['content-type']), /^application\/fhir\+json/)
  assert.deepEqual(outcome(answer.body), {
    severity: 'error',
    code: 'processing',
    details: { text: 'Write 1980-01-31.' },
    diagnostics: 'the date is not a date',
    expression: ['Patient.birthDate'],
  })
  assert.deepEqual(JSON.parse(JSON.parse(answer.body).extension[0].valueString), { a: 1 })
  assert.equal((await app.inject('/later')).headers['retry-after'], '7')
})

test('an unexpected error shows only where to ask, and the log keeps no value of it', async (t) => {
  const { app, lines } = await serve(t, (on) => {
    on.get('/broken', () => {
      throw new Error('cannot handle 0101980710018')
    })
    on.get('/unique', () => {
      throw Object.assign(new Error('duplicate key value violates unique constraint "person_number"'), {
        severity: 'ERROR',
        code: '23505',
        detail: 'Key (family)=(Петровић) already exists.',
        table: 'person',
      })
    })
    on.get('/cast', () => {
      throw Object.assign(new Error('invalid input syntax for type integer: "Петровић"'), {
        severity: 'ERROR',
        code: '22P02',
        where: 'unnamed portal parameter $1 = Петровић',
      })
    })
    on.get('/assert', () => assert.deepEqual({ family: 'Петровић' }, { family: '0101980710018' }))
  })
  for (const path of ['/broken', '/unique', '/cast', '/assert']) {
    const answer = await app.inject(`${path}?name=Петровић`)
    assert.equal(answer.statusCode, 500)
    assert.equal(outcome(answer.body).diagnostics, `internal error; ask the operator with reference ${answer.headers['x-correlation-id']}`)
  }
  const log = lines.join('')
  assert.equal(lines.length, 4)
  assert.match(log, /23505/)
  assert.match(log, /http\.test\.ts/)
  assert.equal(/0101980710018|Петровић/.test(log), false)
})

test('an address that answers nothing is 404, and a wrong method is 405 with those that work', async (t) => {
  const { app } = await serve(t, (on) => {
    on.get('/things/:id', () => ({}))
    on.post('/things', () => ({}))
  })
  const nothing = await app.inject('/nothing?name=Петровић')
  assert.equal(nothing.statusCode, 404)
  assert.equal(outcome(nothing.body).diagnostics, 'nothing answers GET at this address')
  const wrong = await app.inject({ method: 'DELETE', url: '/things/7' })
  assert.equal(wrong.statusCode, 405)
  assert.equal(wrong.headers['allow'], 'GET, HEAD')
  assert.equal((await app.inject('/things')).headers['allow'], 'POST')
})

test('HEAD answers what GET would, without a body', async (t) => {
  const { app } = await serve(t, (on) => void on.get('/thing', () => ({ a: 1 })))
  const answer = await app.inject({ method: 'HEAD', url: '/thing' })
  assert.equal(answer.statusCode, 200)
  assert.equal(answer.headers['content-length'], '7')
  assert.equal(answer.body, '')
})

test('a body over the limit is 413, announced, chunked or packed', async (t) => {
  const { app } = await serve(t, (on) => void on.post('/in', (request) => ({ bytes: JSON.stringify(request.body).length })), { BODY_LIMIT_MB: '1' })
  const large = JSON.stringify({ text: 'x'.repeat(1_100_000) })
  const json = { 'content-type': 'application/json' }
  assert.equal((await app.inject({ method: 'POST', url: '/in', headers: json, payload: large })).statusCode, 413)
  assert.equal((await app.inject({ method: 'POST', url: '/in', headers: json, payload: Readable.from([large]) })).statusCode, 413)
  const packed = gzipSync(large)
  assert.ok(packed.length < 10_000)
  const answer = await app.inject({ method: 'POST', url: '/in', headers: { ...json, 'content-encoding': 'gzip' }, payload: packed })
  assert.equal(answer.statusCode, 413)
  assert.equal(outcome(answer.body).code, 'too-long')
  const small = await app.inject({ method: 'POST', url: '/in', headers: { ...json, 'content-encoding': 'gzip' }, payload: gzipSync('{"a":1}') })
  assert.deepEqual(small.json(), { bytes: 7 })
})

test('a broken request is a 4xx with an outcome, never a 500', async (t) => {
  const { app } = await serve(t, (on) => {
    on.post('/in', () => ({}))
    on.get('/things/:id', () => ({}))
  })
  const post = (headers: Record<string, string>, payload: string | Buffer) => app.inject({ method: 'POST', url: '/in', headers, payload })
  const json = { 'content-type': 'application/json' }
  const cases: [number, Awaited<ReturnType<typeof post>>][] = [
    [400, await post(json, '{"a":')],
    [400, await post(json, '')],
    [400, await post(json, '{"__proto__": {"admin": true}}')],
    [415, await post({ 'content-type': 'application/x-unknown' }, 'a')],
    [415, await post({ ...json, 'content-encoding': 'br' }, 'a')],
    [400, await post({ ...json, 'content-encoding': 'gzip' }, 'not packed')],
    [400, await app.inject('/things/%E0%A4%A')],
    [400, await app.inject(`/things/${'x'.repeat(300)}`)],
  ]
  for (const [at, [status, answer]] of cases.entries()) {
    assert.equal(answer.statusCode, status, `case ${at}: ${answer.body}`)
    assert.equal(JSON.parse(answer.body).resourceType, 'OperationOutcome', `case ${at}`)
  }
})

test('a database that is away is 503, a full disk 507, and a character it cannot hold 400', async (t) => {
  const failing = (fault: object) => () => {
    throw Object.assign(new Error('no'), fault)
  }
  const { app } = await serve(t, (on) => {
    on.get('/away', failing({ code: 'ENOENT', syscall: 'connect' }))
    on.get('/ending', failing({ code: '57P01' }))
    on.get('/slow', failing({ code: '57014' }))
    on.get('/full', failing({ code: '53100' }))
    on.get('/zero', failing({ code: '22021' }))
    on.get('/file', failing({ code: 'ENOENT', syscall: 'open' }))
  })
  const statuses = await Promise.all(['/away', '/ending', '/slow', '/full', '/zero', '/file'].map(async (path) => (await app.inject(path)).statusCode))
  assert.deepEqual(statuses, [503, 503, 503, 507, 400, 500])
})

test('security headers stand on every answer, also on errors', async (t) => {
  const { app } = await serve(t, () => {})
  const { headers } = await app.inject('/nothing')
  assert.match(String(headers['content-security-policy']), /default-src 'self'/)
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.match(String(headers['x-correlation-id']), /^[0-9a-f-]{36}$/)
})

test('a request has an id of ours, and one that its sender gave it is told back beside it', async (t) => {
  const { app } = await serve(t, () => {})
  const idsOf = async (given?: string) => {
    const { headers } = await app.inject({ url: '/nothing', headers: given === undefined ? {} : { 'x-request-id': given } })
    return [String(headers['x-request-id']), String(headers['x-correlation-id'])] as const
  }
  const [ours, same] = await idsOf()
  assert.match(ours, /^[0-9a-f-]{36}$/)
  assert.equal(same, ours)
  const [other, theirs] = await idsOf('visit-17.3')
  assert.notEqual(other, ours)
  assert.equal(theirs, 'visit-17.3')
  const [mine, answered] = await idsOf('<b>'.repeat(100))
  assert.equal(answered, mine, 'what is no id is not told back')
})

/** Speaks to a listening server by bytes, as no good client would. */
async function speak(app: FastifyInstance, text: string): Promise<string> {
  const { port } = app.server.address() as { port: number }
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => void socket.write(text))
    let answer = ''
    socket
      .setEncoding('utf8')
      .on('data', (more: string) => {
        answer += more
      })
      .on('error', reject)
      .on('close', () => resolve(answer))
  })
}

test('what is not HTTP, or has endless headers, is told so and cut off', async (t) => {
  const { app } = await serve(t, () => {})
  await app.listen({ port: 0, host: '127.0.0.1' })
  assert.match(await speak(app, 'HELLO\r\n\r\n'), /^HTTP\/1\.1 400 /)
  assert.match(await speak(app, `GET / HTTP/1.1\r\nHost: a\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`), /^HTTP\/1\.1 431 /)
})

test('a client that drips its headers has a time limit', async (t) => {
  const { app } = await serve(t, () => {})
  assert.ok(app.server.headersTimeout <= 20_000 && app.server.headersTimeout > 0)
  assert.ok(app.server.requestTimeout <= 300_000 && app.server.requestTimeout > 0)
  assert.ok(app.server.maxConnections > 0)
})

for (const encoding of ['identity', 'gzip']) {
  test(`when the client goes away a streamed answer (${encoding}) ends and frees what it reads from`, async (t) => {
    let produced = 0
    let isFreed = false
    async function* endless() {
      try {
        for (;;) {
          produced++
          yield randomBytes(30_000).toString('base64')
        }
      } finally {
        isFreed = true
      }
    }
    const { app } = await serve(
      t,
      (on) =>
        void on.get('/all', (_request, reply) => reply.header('content-type', 'application/fhir+json').send(Readable.from(endless(), { objectMode: false }))),
    )
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as { port: number }
    const socket = connect(port, '127.0.0.1', () => void socket.write(`GET /all HTTP/1.1\r\nHost: a\r\nAccept-Encoding: ${encoding}\r\n\r\n`))
    t.after(() => socket.destroy())
    await new Promise<void>((resolve) => socket.once('data', () => resolve()))
    socket.pause()
    // Once the buffers between are full nothing more may be read from the source.
    let seen = -1
    for (let tries = 0; seen !== produced && tries < 20; tries++) {
      seen = produced
      await sleep(300)
    }
    assert.equal(produced, seen, 'a client that does not read holds the reading back')
    socket.destroy()
    for (let waited = 0; !isFreed && waited < 3000; waited += 20) await sleep(20)
    assert.equal(isFreed, true)
  })
}
