import assert from 'node:assert/strict'
import { request } from 'node:http'
import { before, test, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { forFile } from '../../testing/for-file.ts'
import { listen, startServer } from '../../testing/server.ts'
import { largeBytes } from './body-gate.ts'

const file = forFile()
let port: number
let headers: Record<string, string>

before(async () => {
  const server = await startServer(file)
  port = await listen(server)
  const { token } = await server.institution('А')
  headers = { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' }
})

const patient = '{"resourceType":"Patient"}'
const spaces = (bytes: number) => Buffer.alloc(bytes, ' ')

/** A request that is being sent: its pieces go when they are written. */
function open(t: TestContext, more: Record<string, string | number> = {}) {
  const sent = request({ port, host: '127.0.0.1', path: '/fhir/Patient', method: 'POST', headers: { ...headers, ...more } })
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

test('a small body that comes in pieces or packed does not wait while a large one is being sent', { timeout: 15_000 }, async (t) => {
  const { sent: large } = open(t, { 'content-length': largeBytes + 1 })
  large.write(patient)
  await new Promise((resolve) => setImmediate(resolve))
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
  first.write(patient)
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
