import assert from 'node:assert/strict'
import { request } from 'node:http'
import { before, test, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createAccount } from '../../access/access.ts'
import { cookieName, csrfOf, openSession, sessionByCookie } from '../../access/session.ts'
import { forFile } from '../../testing/for-file.ts'
import { listen, startServer } from '../../testing/server.ts'
import { largeBytes } from './body-gate.ts'

const file = forFile()
let port: number
let headers: Record<string, string>
let other: Record<string, string>
let asPerson: (name: string) => Promise<Record<string, string>>

before(async () => {
  const server = await startServer(file)
  port = await listen(server)
  const { token } = await server.institution('А')
  headers = { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' }
  other = { authorization: `Bearer ${(await server.institution('Б')).token}` }
  const { world, sql } = server
  asPerson = async (name) => {
    const account = await sql.begin((tx) => createAccount(tx, { name, roles: ['patient'], userName: name }))
    const cookie = await openSession(world, account)
    const session = await sessionByCookie(world, cookie)
    return { authorization: '', cookie: `${cookieName}=${cookie}`, 'x-spona-csrf': csrfOf(world, session?.id as string) }
  }
})

const patient = '{"resourceType":"Patient"}'
const spaces = (bytes: number) => Buffer.alloc(bytes, ' ')

/** A request that is being sent: its pieces go when they are written. */
function open(t: TestContext, more: Record<string, string | number> = {}) {
  const said = Object.fromEntries(Object.entries({ ...headers, ...more }).filter(([, value]) => value !== ''))
  const sent = request({ port, host: '127.0.0.1', path: '/fhir/Patient', method: 'POST', headers: said })
  t.after(() => sent.destroy())
  const status = new Promise<number>((resolve, reject) => {
    sent.once('response', (answer) => resolve(answer.resume().statusCode as number))
    sent.once('error', reject)
  })
  status.catch(() => undefined)
  return { sent, status }
}

async function post(t: TestContext, body: Buffer | string, more: Record<string, string | number> = {}): Promise<number> {
  const { sent, status } = open(t, more)
  sent.end(body)
  return status
}

/** Begins a body and returns when the server has it before it: a small one that was sent after it has been written by then. */
async function begin(t: TestContext, sent: ReturnType<typeof request>): Promise<void> {
  sent.write(patient)
  await new Promise<void>((resolve) => sent.once('socket', (socket) => (socket.connecting ? socket.once('connect', resolve) : resolve())))
  assert.equal(await post(t, patient), 201)
}

test('a small body that comes in pieces or packed does not wait while a large one is being sent', { timeout: 15_000 }, async (t) => {
  const { sent: large } = open(t, { 'content-length': largeBytes + 1 })
  await begin(t, large)
  const packed = gzipSync(patient)
  const small = await Promise.all([
    post(t, patient, { 'transfer-encoding': 'chunked' }),
    post(t, packed, { 'content-encoding': 'gzip', 'content-length': packed.length }),
    post(t, packed, { 'content-encoding': 'gzip', 'transfer-encoding': 'chunked' }),
  ])
  assert.deepEqual(small, [201, 201, 201])
})

test('a body in pieces that turns out large waits for its turn, and is then read whole', { timeout: 15_000 }, async (t) => {
  const { sent: first, status: firstStatus } = open(t, { 'content-length': patient.length + largeBytes })
  await begin(t, first)
  const second = post(t, Buffer.concat([Buffer.from(patient), spaces(2 * largeBytes)]), { 'transfer-encoding': 'chunked' })
  const order: string[] = []
  void firstStatus.then(() => order.push('first'))
  const isSecond = second.then(() => order.push('second'))
  await post(t, patient)
  assert.deepEqual(order, [])
  first.end(spaces(largeBytes))
  assert.deepEqual([await firstStatus, await second], [201, 201])
  await isSecond
  assert.deepEqual(order, ['first', 'second'])
})

test('a sender that goes in the middle of its body leaves room for the next', { timeout: 15_000 }, async (t) => {
  const each: Record<string, string | number>[] = [{ 'transfer-encoding': 'chunked' }, { 'content-length': 2 * largeBytes }]
  for (const more of each) {
    const { sent, status } = open(t, more)
    sent.write(spaces(largeBytes + 1))
    await post(t, patient)
    sent.destroy()
    await assert.rejects(status)
  }
  assert.equal(await post(t, Buffer.concat([Buffer.from(patient), spaces(largeBytes)])), 201)
})

test('a packed body that is no such thing, or cut in the middle, is told so', { timeout: 15_000 }, async (t) => {
  const packed = gzipSync(`${patient}${' '.repeat(100)}`)
  for (const body of [Buffer.from('not packed'), packed.subarray(0, packed.length - 9)]) {
    assert.equal(await post(t, body, { 'content-encoding': 'gzip', 'content-length': body.length }), 400)
  }
})

/** So many announce a body of this size, begin it and say nothing more; answers who was refused, and with what. */
async function announce(t: TestContext, count: number, more: Record<string, string | number>, bytes = largeBytes): Promise<number[]> {
  const refused: number[] = []
  const all = Array.from({ length: count }, () => open(t, { ...more, 'content-length': bytes }))
  for (const { sent, status } of all) {
    sent.write('{')
    void status.then((one) => refused.push(one)).catch(() => undefined)
  }
  for (let until = performance.now() + 1000; performance.now() < until; ) await new Promise((resolve) => setTimeout(resolve, 20))
  t.after(() => all.forEach(({ sent }) => sent.destroy()))
  return refused
}

test('who announces bodies and says nothing more keeps nobody else from sending, be it an institution or people', { timeout: 30_000 }, async (t) => {
  const [ana, boba] = [await asPerson('ana'), await asPerson('boba')]
  assert.deepEqual(await announce(t, 11, ana, 1_048_576), [503, 503, 503], 'a person has room for eight')
  assert.equal(await post(t, '{}', boba), 403, 'another person is read and heard')
  assert.equal(await post(t, patient), 201)
  assert.equal((await announce(t, 40, {})).length, 24, 'an institution has half of the room')
  assert.equal(await post(t, patient), 503)
  assert.equal(await post(t, patient, other), 201)
})

test('a person sends short questions, and not without end; the turn of large bodies is for who files', { timeout: 15_000 }, async (t) => {
  const vesna = await asPerson('vesna')
  assert.deepEqual(await announce(t, 1, vesna, 1_048_577), [413])
  const { sent, status } = open(t, { ...vesna, 'transfer-encoding': 'chunked' })
  sent.write(spaces(1_048_577))
  assert.equal(await status, 413)
  let asked = 0
  while (asked < 300 && (await post(t, '{}', vesna)) === 403) asked++
  assert.ok(asked >= 100 && asked < 200, `${asked} questions`)
  assert.equal(await post(t, '{}', vesna), 429)
  assert.equal(await post(t, '{}', await asPerson('mira')), 403)
})
