import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import net from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { say } from '../testing/raw-http.ts'
import { testConfig } from '../testing/platform.ts'
import { bareWorld } from './bare-world.ts'
import type { connectionLimits } from './connections.ts'
import { createApp, type Routes } from './http.ts'
import { Refusal } from './refusal.ts'

async function listen(t: TestContext, routes: Routes, limits: Partial<typeof connectionLimits>) {
  const world = bareWorld(testConfig())
  const app = await createApp(world, null, { connections: 100, unreadMs: 60_000, flowMs: 60_000, lingerMs: 60_000, ...limits })
  await app.register(routes)
  await app.listen({ port: 0, host: '127.0.0.1' })
  t.after(async () => {
    app.server.closeAllConnections()
    await app.close()
    rmSync(world.config.DATA_DIR, { recursive: true, force: true })
  })
  const { port } = app.server.address() as net.AddressInfo
  const connect = (text: string): net.Socket => {
    const socket = net.connect(port, '127.0.0.1', () => void socket.write(text))
    socket.on('error', () => {})
    t.after(() => socket.destroy())
    return socket
  }
  const isOpen = (socket: net.Socket) => !socket.destroyed && !socket.readableEnded
  return { port, connect, isOpen, count: () => new Promise<number>((resolve) => app.server.getConnections((_error, count) => resolve(count))) }
}

const until = async (holds: () => boolean | Promise<boolean>, withinMs = 5000) => {
  for (const end = performance.now() + withinMs; !(await holds()) && performance.now() < end; ) await sleep(20)
  return holds()
}
const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`

test('who holds every connection keeps nobody out: the one that has waited longest goes for the next', async (t) => {
  const { port, connect, isOpen, count } = await listen(t, (on) => void on.get('/', () => 'here'), { connections: 5 })
  const honest = connect(get('/'))
  let heard = ''
  honest.on('data', (data) => (heard += String(data)))
  assert.ok(await until(() => heard.includes('here')))
  const held = Array.from({ length: 20 }, (_, at) => connect(at % 2 ? '' : 'GET / HTTP/1.1\r\nHost: a\r\n').resume())
  assert.ok(await until(() => held.filter(isOpen).length <= 4))
  assert.match(await say(port, get('/')), /^HTTP\/1\.1 200/)
  assert.ok((await count()) <= 5)
  assert.ok(isOpen(honest), 'who has been answered stays before who never said anything whole')
  honest.write(get('/'))
  assert.ok(await until(() => heard.split('here').length === 3))
})

test('an answer of which nobody takes a byte is given up; who reads it slowly gets all of it', { timeout: 60_000 }, async (t) => {
  const answer = Buffer.alloc(40 * 1_048_576, 'a')
  const { connect, count } = await listen(t, (on) => void on.get('/all', (_request, reply) => reply.send(answer)), { unreadMs: 600 })
  const deaf = Array.from({ length: 5 }, () => connect(get('/all')).pause())
  assert.ok(await until(async () => (await count()) === deaf.length))
  assert.ok(await until(async () => (await count()) === 0), 'they are gone')

  const slow = connect(get('/all'))
  let bytes = 0
  const began = performance.now()
  slow.on('data', (data) => {
    bytes += data.length
    slow.pause()
    setTimeout(() => slow.resume(), 2)
  })
  assert.ok(await until(() => bytes > answer.length, 40_000))
  assert.ok(performance.now() - began > 1200, 'in more than twice that time')
})

test('who is refused before the body has come reads why, and is not listened to without end', async (t) => {
  const refusing: Routes = (on) => {
    on.addHook('onRequest', async () => {
      throw new Refusal('unauthenticated', 'no token')
    })
    on.post('/in', () => 'taken')
  }
  const { connect, isOpen } = await listen(t, refusing, { lingerMs: 400 })
  const socket = connect('POST /in HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n')
  let heard = ''
  socket.on('data', (data) => (heard += String(data)))
  const drip = setInterval(() => socket.write(' '), 50)
  t.after(() => clearInterval(drip))
  assert.ok(await until(() => /^HTTP\/1\.1 401[^]*no token/.test(heard)))
  assert.ok(isOpen(socket))
  assert.ok(await until(() => !isOpen(socket)))
})
